import type { ColumnSql } from '../core/adhoc/condition';
import { askedOf } from '../core/adhoc/columnType';
import { expandMacros } from '../core/macros/expand';
import { ident } from '../core/sql/quote';

/** Rows of a table looked at for values: a probe must stay cheap on any table. */
const probedRows = 200_000;

/** A table to look into, and the condition that keeps to the dashboard's range, where there is one. */
export interface Probed {
  readonly database: string;
  readonly table: string;
  readonly timeCondition?: string;
}

/** A range of time, milliseconds since 1970, and the IANA zone in which its days are cut. */
export interface ProbeRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly timezone: string;
}

/** The condition that a time column lies in the range; it is never wrapped, so that an index on it is used. */
export function timeCondition(column: string, type: string, range: ProbeRange): string {
  const macro = /^(?:Nullable\()?Date(32)?\b/.test(type) ? '$__dateFilter' : '$__timeFilter';
  return expandMacros(`${macro}(${ident(column)})`, { ...range, intervalMs: 1_000 }).sql;
}

/**
 * The SELECT of a column's values as text `v`: from at most 200,000 rows of the table, of the range where that is known.
 * Lists give their elements; NULL gives nothing.
 */
export function valuesSql({ sql, type }: ColumnSql, { database, table, timeCondition: condition }: Probed): string {
  const where = condition === undefined ? '' : ` WHERE ${condition}`;
  // The rows are cut before lists are unfolded: of empty lists the table would else be read to its end.
  const rows = `SELECT ${sql} AS tm_v FROM ${ident(database)}.${ident(table)}${where} LIMIT ${probedRows}`;
  const value = askedOf(type) === 'list' ? 'arrayJoin(tm_v)' : 'tm_v';
  return `SELECT CAST(${value}, 'Nullable(String)') AS v FROM (${rows})`;
}

/** The SELECT of a map's keys as text `v`. */
export function mapKeysSql(column: string, from: Probed): string {
  return valuesSql({ sql: `mapKeys(${ident(column)})`, type: 'Array(String)' }, from);
}

/** The SELECT of the paths in a JSON column as text `v`, without the column's name. */
export function jsonPathsSql(column: string, from: Probed): string {
  return valuesSql({ sql: `JSONAllPaths(${ident(column)})`, type: 'Array(String)' }, from);
}

/** The most frequent of the values that SELECTs of `v` give, at most `limit`; empty texts only where `empty`. */
export function frequentSql(selects: readonly string[], limit: number, empty: boolean): string {
  return `SELECT v FROM (${selects.join(' UNION ALL ')}) WHERE v IS NOT NULL${empty ? '' : " AND v != ''"} GROUP BY v ORDER BY count() DESC, v LIMIT ${limit}`;
}
