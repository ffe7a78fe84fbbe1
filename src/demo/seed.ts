import type { Db } from '../core/db';
import { ident, literal } from '../core/sql/quote';
import { cdnowRows } from './cdnow';
import { loadCopies } from './copies';
import { fail } from './errors';
import { loadMissing } from './load';
import type { Loaded } from './load';
import { firstDayFor, productRows } from './product/generate';
import type { DemoRow, DemoRows } from './rows';
import type { DemoTable } from './tables';
import { demoDatabase, demoTables, fullName, makeTable, quotedName } from './tables';

/** The demos by name. */
export const demoNames = ['cdnow', 'product'] as const;
export type DemoName = (typeof demoNames)[number];

/** What seeding needs of the world. */
export interface SeedOptions {
  readonly demo: DemoName;
  /** Drops the demo's source tables first, also those of the other demo. */
  readonly reset: boolean;
  /** The present, milliseconds since 1970. */
  readonly nowMs: number;
  /** The product demo: so many demos of people beside each other, 1 to 50. A demo that is there never shrinks. Default 1. */
  readonly scale?: number;
  /** Reads the text of the CDNOW file; called only for that demo. */
  readonly readCdnow: () => string;
  readonly onInserted: (table: string, done: number, of: number) => void;
}

/** What seeding did. */
export interface Seeded {
  readonly demo: DemoName;
  /** Whether the source tables were made by this run. */
  readonly created: boolean;
  /** Midnight UTC of the product demo's first day, milliseconds since 1970. */
  readonly firstDayMs: number;
  readonly tables: readonly Loaded[];
}

/**
 * Makes and fills the demo's source tables; inserts only what is missing, so it may be run again at any time, also after
 * an interruption. The product demo is topped up to `nowMs`. Throws `demo_foreign_table` and `demo_other` before
 * anything is changed, and the server's errors.
 */
export async function seedDemo(db: Db, options: SeedOptions): Promise<Seeded> {
  const { demo, onInserted } = options;
  const owned = await ownedTables(db);
  for (const [table, mark] of owned)
    if (mark.demo !== demo && !options.reset) throw fail('demo_other', { table, present: mark.demo, wanted: demo });
  if (options.reset)
    for (const table of Object.values(demoTables)) await db.command(`DROP TABLE IF EXISTS ${quotedName(table)} SYNC`);
  const known = options.reset ? undefined : [...owned.values()][0];
  const firstDayMs = known?.firstDayMs ?? firstDayFor(options.nowMs);
  const rows: DemoRows =
    demo === 'cdnow' ? cdnowRows(options.readCdnow()) : productRows({ firstDayMs, nowMs: options.nowMs });

  await db.command(`CREATE DATABASE IF NOT EXISTS ${demoDatabase}`);
  const filled = Object.values(demoTables).flatMap((table) => {
    const of: readonly DemoRow[] | undefined = rows[table.name];
    return of ? [{ table, of }] : [];
  });
  const scale = demo === 'product' ? Math.max(options.scale ?? 1, known?.scale ?? 1) : 1;
  const mark = markText({ demo, firstDayMs, scale });
  for (const { table } of filled) for (const statement of makeTable(table, mark)) await db.command(statement);
  if (known && known.scale !== scale)
    for (const { table } of filled)
      await db.command(`ALTER TABLE ${quotedName(table)} MODIFY COMMENT ${literal(mark)}`);
  const tables: Loaded[] = [];
  for (const { table, of } of filled) {
    const report = (done: number, total: number) => onInserted(fullName(table), done, total);
    const own = await loadMissing(db, table, of, report);
    if (scale === 1) {
      tables.push(own);
      continue;
    }
    const firstDay = new Date(firstDayMs).toISOString().slice(0, 10);
    const copies = await loadCopies(db, table, {
      scale,
      firstDay,
      onInserted: (done, total) => onInserted(`${fullName(table)} (copies)`, done, total),
    });
    tables.push({ ...copies, inserted: own.inserted + copies.inserted });
  }
  // Not where rollups may stand on tables of before: they find what is new by its arrival.
  if (!known && !options.reset) for (const { table } of filled) await db.command(arrivedInTime(table));
  return { demo, created: !known, firstDayMs, tables };
}

/** A row of the history arrives so many seconds after what it tells of. */
const onTheWaySeconds = 2;

/**
 * Statement that lets a history which was inserted just now have arrived in its time, as in a pipeline at work. Rows that all arrive at
 * the moment of installing would be late ones, and all their days be counted twice.
 */
const arrivedInTime = (table: DemoTable): string =>
  `ALTER TABLE ${quotedName(table)} UPDATE ingested_at = least(ingested_at, ${table.lastChange ?? ident(table.timeColumn)} + INTERVAL ${onTheWaySeconds} SECOND) WHERE true SETTINGS mutations_sync = 2`;

/** What the comment of a source table says about it. */
interface Mark {
  readonly demo: DemoName;
  readonly firstDayMs: number;
  readonly scale: number;
}

const markText = ({ demo, firstDayMs, scale }: Mark): string =>
  `Tidemark demo ${demo} from ${new Date(firstDayMs).toISOString().slice(0, 10)}${scale === 1 ? '' : ` at scale ${scale}`}`;

function markOf(comment: string): Mark | undefined {
  const [, name, day, scale = '1'] =
    /^Tidemark demo (\w+) from (\d{4}-\d\d-\d\d)(?: at scale (\d+))?$/.exec(comment) ?? [];
  const demo = demoNames.find((known) => known === name);
  return demo && day ? { demo, firstDayMs: Date.parse(`${day}T00:00:00Z`), scale: Number(scale) } : undefined;
}

/** The source tables that exist, with their marks. Throws `demo_foreign_table` where one has none. */
async function ownedTables(db: Db): Promise<Map<string, Mark>> {
  const names = Object.values(demoTables).map(({ name }) => name);
  const rows = await db.query<{ name: string; comment: string }>(
    `SELECT name, comment FROM system.tables WHERE database = ${literal(demoDatabase)} AND name IN ${literal(names)} ORDER BY name`,
  );
  return new Map(
    rows.map(({ name, comment }) => {
      const table = `${demoDatabase}.${name}`;
      const mark = markOf(comment);
      if (!mark) throw fail('demo_foreign_table', { table });
      return [table, mark];
    }),
  );
}
