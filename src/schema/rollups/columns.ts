import { literal } from '../../core/sql/quote';
import type { RoleSql, RollupKey } from '../../packs/types';
import type { Source } from '../installation';

/** What an optional logical column is where the user mapped none. */
const absent: Readonly<Record<string, string>> = {
  refundAmount: '0',
  deleted: '0',
  version: '0',
  release: "''",
  endpoint: "''",
  plan: "''",
  status: '0',
  error: '0',
};
/** What NULL in a logical column stands for; in the columns that are not named here it leaves the row out. */
const whenNull: Readonly<Record<string, string>> = {
  refundAmount: '0',
  amount: '0',
  deleted: '0',
  event: "''",
  currency: "''",
  service: "''",
  release: "''",
  endpoint: "''",
  plan: "''",
  status: '0',
  error: '0',
  mrr: '0',
};

/** SQL of a logical column over the source's columns, never NULL (rows with NULL are left out by {@link present}). */
export function column(source: Source, logical: string): string {
  const sql = source.columns[logical];
  if (sql === undefined) return absent[logical] ?? unmapped(source, logical);
  if (!source.nullable.includes(logical)) return sql;
  const substitute = whenNull[logical];
  return substitute === undefined ? `assumeNotNull(${sql})` : `ifNull(${sql}, ${substitute})`;
}

/** Whether a logical column has one value in all rows (`constants` of tidemark.yaml). */
export const isConstant = (source: Source, logical: string): boolean =>
  source.columns[logical]?.startsWith("'") ?? false;

function unmapped(source: Source, logical: string): never {
  throw new Error(
    `No column of ${source.table} is mapped to ${source.role}.${logical}: the config check lets this through.`,
  );
}

/** Replaces `{logical}` by the source's SQL, `{steps}` and `{apdexMs}` by what is configured. */
export function overSource(source: Source, sql: RoleSql): string {
  return sql.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (name === 'steps') return `(${source.steps.map(literal).join(', ')})`;
    if (name === 'apdexMs') return String(source.apdexMs);
    return column(source, name);
  });
}

/** Type of a rollup's key column. */
export function keyType(source: Source, key: RollupKey): string {
  return key.type === 'source' ? (source.types[key.from] ?? 'String') : key.type;
}

/** SQL of a rollup's key value, from the source's column or from another place that keeps it. */
export function keySql(source: Source, key: RollupKey, value = column(source, key.from)): string {
  return key.type === 'LowCardinality(String)' ? `toString(${value})` : `CAST(${value} AS ${keyType(source, key)})`;
}

/** Whether the time is a DateTime64, which holds years that a Date and a DateTime wrap round. */
export const isDateTime64 = (source: Source): boolean => /^DateTime64/.test(source.types['time'] ?? '');

/**
 * Moment of a row, of which days and minutes are made. West of Greenwich the first hours of 1970 (the time of a tombstone that
 * carries only its key) are a day that a Date cannot hold; the engine wraps it to 2149, and prunes whole parts by it.
 */
export function instantSql(source: Source): string {
  const time = column(source, 'time');
  return isDateTime64(source) ? `greatest(${time}, toDateTime64('1970-01-02', 0, 'UTC'))` : time;
}

/** UTC minute of a row, as the ledger keeps it; {@link dayOfMinute} makes its day in any zone from it. */
export function minuteSql(source: Source): string {
  const time = column(source, 'time');
  return isDate(source) ? `toDateTime(${time}, 'UTC')` : `toStartOfMinute(toTimeZone(${instantSql(source)}, 'UTC'))`;
}

/** Day of a ledger's minute in a zone. */
export function dayOfMinute(source: Source, minute: string, timezone: string): string {
  return `toDate(${minute}, ${literal(isDate(source) ? 'UTC' : timezone)})`;
}

/**
 * Condition that keeps rows whose time lies in the days [from, to] (SQL of type Date; open above without `to`). The column
 * stands bare, so that the key prunes. Bounds are DateTime64: a DateTime wraps round in 2106, and one absurd row in the
 * year 2200 would then shut out all others.
 */
export function daysBetween(source: Source, timezone: string, from: string, to?: string): string {
  const time = source.columns['time'] ?? unmapped(source, 'time');
  if (isDate(source)) return [`${time} >= ${from}`, ...(to ? [`${time} <= ${to}`] : [])].join(' AND ');
  const instant = (day: string) => `toDateTime64(${day}, 0, ${literal(timezone)})`;
  return [`${time} >= ${instant(from)}`, ...(to ? [`${time} < ${instant(`addDays(${to}, 1)`)}`] : [])].join(' AND ');
}

/** Condition that leaves out rows that are not the role's, and those with NULL in a column that a rollup cannot do without. */
export function present(source: Source, logical: readonly string[]): string {
  const missing = source.nullable.filter((name) => logical.includes(name) && !(name in whenNull));
  const own = source.only ? [`(${source.only})`] : [];
  return [...own, ...missing.map((name) => `isNotNull(${source.columns[name]})`)].join(' AND ') || '1';
}

/** Whether the source knows only days, which are then the same in every zone. */
export function isDate(source: Source): boolean {
  return /^Date(32)?$/.test(source.types['time'] ?? '');
}
