import type { Db } from '../core/db';
import { ident, literal, qualified } from '../core/sql/quote';
import type { FoundTable } from './tables';

/** At most so many values and rows of a table come over. */
const mostCells = 400_000;
const mostRows = 10_000;
/** Rows that lie beside each other: enough to meet redeliveries, which come soon after each other. */
const windowRows = 100;
/** What the server may read and take for one look. */
const limits =
  "SETTINGS max_rows_to_read = 5000000, read_overflow_mode = 'break', max_execution_time = 10, timeout_overflow_mode = 'break', max_threads = 2, max_memory_usage = 1000000000";

/** Texts of some rows, in the order of {@link Sample.columns}; null is NULL. */
export interface Sample {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Whether these are all rows of the table. */
  readonly whole: boolean;
}

/**
 * Rows of a table from all over it, never more than 10,000, never read in full where it is large: a MergeTree table is looked
 * at in windows spread over its parts, everything else from its beginning. Throws the server's errors (a view that fails).
 */
export async function sampleOf(db: Db, table: FoundTable): Promise<Sample> {
  const columns = table.columns.filter(({ type }) => !/AggregateFunction\(/.test(type));
  const most = Math.max(500, Math.min(mostRows, Math.floor(mostCells / Math.max(1, columns.length))));
  const windows = table.rows !== null && table.rows > most ? await windowsOf(db, table, most) : [];
  const where = windows.length > 0 ? `WHERE ${windows.join(' OR ')}` : '';
  const cells = columns.map(({ name, type }) => textOf(name, type));
  const ask = (condition: string) =>
    db.query<{ r: readonly (string | null)[] }>(
      `SELECT array(${cells.join(', ')}) AS r FROM ${qualified(table.name)} ${condition} LIMIT ${most} ${limits}`,
    );
  const spread = await ask(where);
  // Parts may have been merged since they were listed.
  const rows = spread.length === 0 && where !== '' ? await ask('') : spread;
  return {
    columns: columns.map(({ name }) => name),
    rows: rows.map(({ r }) => r),
    whole: rows.length < most && where === '',
  };
}

const structured = /^(Map|JSON|Object|Tuple|Nested|Array|Variant|Dynamic)\b/;

function textOf(name: string, type: string): string {
  const column = ident(name);
  const text = structured.test(type) ? `toJSONString(${column})` : `toString(${column})`;
  return `CAST(substringUTF8(${text}, 1, ${structured.test(type) ? 4000 : 1000}), 'Nullable(String)')`;
}

interface Part {
  readonly name: string;
  readonly rows: number;
}

/** Conditions of windows spread evenly over a table's parts; none where it has no parts that can be seen. */
async function windowsOf(db: Db, { name, engine }: FoundTable, most: number): Promise<string[]> {
  if (!engine.endsWith('MergeTree')) return [];
  const dot = name.indexOf('.');
  const parts = await db.query<Part>(
    `SELECT name, toFloat64(rows) AS rows FROM system.parts
WHERE active AND database = ${literal(name.slice(0, dot))} AND table = ${literal(name.slice(dot + 1))} ORDER BY min_block_number, name LIMIT 2000`,
  );
  return spreadOver(parts, most).map(
    ({ part, starts }) =>
      `(_part = ${literal(part)} AND (${starts.map((at) => `_part_offset BETWEEN ${at} AND ${at + windowRows - 1}`).join(' OR ')}))`,
  );
}

/** First rows of the windows, by part. */
export function spreadOver(
  parts: readonly Part[],
  most: number,
): readonly { readonly part: string; readonly starts: readonly number[] }[] {
  const total = parts.reduce((sum, { rows }) => sum + rows, 0);
  const count = Math.floor(most / windowRows);
  const starts = Array.from({ length: count }, (_, i) => Math.floor((total * (i + 0.5)) / count));
  let before = 0;
  return parts.flatMap(({ name: part, rows }) => {
    const from = before;
    before += rows;
    const own = starts.filter((at) => at >= from && at < before).map((at) => at - from);
    return own.length > 0 ? [{ part, starts: own }] : [];
  });
}
