import type { Db } from '../core/db';
import { ident, literal } from '../core/sql/quote';
import { insertBatches } from './insert';
import { copyStep } from './product/scale';
import { fullName, quotedName } from './tables';
import type { DemoTable } from './tables';

/** A row as the loader sees it. */
interface Versioned {
  readonly _version: number;
}

/** What loading a table did, in rows. */
export interface Loaded {
  readonly table: string;
  /** Rows that were missing, or there in an older version. */
  readonly inserted: number;
  /** Rows that the table has now, counted by the server: each id once, without deleted ones. */
  readonly total: number;
}

/**
 * Inserts the rows that the table lacks, or has in another version, and tells how many: days whose count and versions
 * agree are skipped, of the others the ids are compared. So a second run inserts nothing, and a run that was
 * interrupted is completed without doubling. `onInserted` hears how many of how many are in. Throws the server's error.
 */
export async function loadMissing<Row extends object & Versioned>(
  db: Db,
  table: DemoTable,
  rows: readonly Row[],
  onInserted: (done: number, of: number) => void,
): Promise<Loaded> {
  const missing = await missingRows(db, table, rows);
  await insertBatches(db, fullName(table), missing, (done) => onInserted(done, missing.length));
  const [counted] = await db.query<{ n: number }>(`SELECT count() AS n FROM ${quotedName(table)} FINAL`);
  return { table: fullName(table), inserted: missing.length, total: Number(counted?.n ?? 0) };
}

async function missingRows<Row extends object & Versioned>(
  db: Db,
  table: DemoTable,
  rows: readonly Row[],
): Promise<Row[]> {
  const cell = (row: Row, column: string) => String((row as Readonly<Record<string, unknown>>)[column]);
  const dayOf = (row: Row) => cell(row, table.timeColumn).slice(0, 10);
  const wanted = new Map<string, Row[]>();
  for (const row of rows) {
    const day = wanted.get(dayOf(row));
    if (day) day.push(row);
    else wanted.set(dayOf(row), [row]);
  }
  const present = await presentDays(db, table);
  const days = [...wanted].filter(([day, of]) => present.get(day) !== digest(of.length, sumOfVersions(of)));
  const partial = days.map(([day]) => day).filter((day) => present.has(day));
  const versions = await presentVersions(db, table, partial);
  return days.flatMap(([, of]) => of.filter((row) => (versions.get(cell(row, table.idColumn)) ?? 0) < row._version));
}

/** Rows of the demo itself, not of copies of its people. */
const generated = `user_id < ${copyStep}`;

const digest = (count: number, versions: number): string => `${count}:${versions}`;
const sumOfVersions = (rows: readonly Versioned[]): number => rows.reduce((sum, row) => sum + row._version, 0);

async function presentDays(db: Db, table: DemoTable): Promise<Map<string, string>> {
  const rows = await db.query<{ d: string; n: number; v: number }>(
    `SELECT toString(toDate(${ident(table.timeColumn)})) AS d, count() AS n, sum(_version) AS v FROM ${quotedName(table)} FINAL WHERE ${generated} GROUP BY d`,
  );
  return new Map(rows.map(({ d, n, v }) => [d, digest(Number(n), Number(v))]));
}

/** Greatest version by id, of the given days; without FINAL, so that rows deleted since stay deleted. */
async function presentVersions(db: Db, table: DemoTable, days: readonly string[]): Promise<Map<string, number>> {
  if (days.length === 0) return new Map();
  const day = `toString(toDate(${ident(table.timeColumn)}))`;
  const rows = await db.query<{ id: string; v: number }>(
    `SELECT toString(${ident(table.idColumn)}) AS id, max(_version) AS v FROM ${quotedName(table)} WHERE ${generated} AND ${day} IN ${literal(days)} GROUP BY id`,
  );
  return new Map(rows.map(({ id, v }) => [id, Number(v)]));
}
