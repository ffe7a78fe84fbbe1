import type { Db } from '../core/db';
import { ident } from '../core/sql/quote';
import type { Loaded } from './load';
import type { Copying } from './product/scale';
import { columnsOf, copiesSelect, copyStep } from './product/scale';
import { fullName, quotedName } from './tables';
import type { DemoTable } from './tables';

/** So many days of a table that one statement copies: it reads only their partitions. */
const daysAtOnce = 30;

/** What is copied of a table, and who hears how far it is. */
export interface CopyOptions {
  /** Demos beside each other, the generated one counted. */
  readonly scale: number;
  /** First day of the demo, `YYYY-MM-DD`. */
  readonly firstDay: string;
  readonly onInserted: (done: number, of: number) => void;
}

/**
 * Inserts the copies that the table lacks, some days at a time; days whose count and versions agree are left alone. A day that
 * an interrupted run left half done is inserted whole again: the same rows, of which the table keeps one. Throws the
 * server's error.
 */
export async function loadCopies(
  db: Db,
  table: DemoTable,
  { scale, firstDay, onInserted }: CopyOptions,
): Promise<Loaded> {
  const source = quotedName(table);
  const all = await daysOf(db, table, `${source} FINAL WHERE user_id < ${copyStep}`);
  const copying = (days: readonly string[]): Copying => ({ table, source, scale, firstDay, days });
  const expected = await daysOf(db, table, `(${copiesSelect(copying([...all.keys()].sort()))})`);
  const present = await daysOf(db, table, `${source} FINAL WHERE user_id >= ${copyStep}`);
  const missing = [...expected.keys()].filter((day) => present.get(day)?.digest !== expected.get(day)?.digest).sort();
  const rowsOf = (days: readonly string[]) => days.reduce((sum, day) => sum + (expected.get(day)?.rows ?? 0), 0);
  const columns = columnsOf(table).map(ident).join(', ');
  let done = 0;
  for (let from = 0; from < missing.length; from += daysAtOnce) {
    const days = missing.slice(from, from + daysAtOnce);
    await db.command(`INSERT INTO ${source} (${columns}) ${copiesSelect(copying(days))}`);
    onInserted((done += rowsOf(days)), rowsOf(missing));
  }
  const [counted] = await db.query<{ n: number }>(`SELECT toFloat64(count()) AS n FROM ${source} FINAL`);
  return { table: fullName(table), inserted: done, total: counted?.n ?? 0 };
}

interface Day {
  readonly rows: number;
  readonly digest: string;
}

async function daysOf(db: Db, table: DemoTable, from: string): Promise<ReadonlyMap<string, Day>> {
  const rows = await db.query<{ d: string; n: number; v: number }>(
    `SELECT toString(toDate(${ident(table.timeColumn)}, 'UTC')) AS d, toFloat64(count()) AS n, toFloat64(sum(_version)) AS v FROM ${from} GROUP BY d`,
  );
  return new Map(rows.map(({ d, n, v }) => [d, { rows: n, digest: `${n}:${v}` }]));
}
