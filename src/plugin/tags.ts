import type { MetricFindValue } from '@grafana/data';
import { ident, literal } from '../core/sql/quote';

/** Rows of a table looked at for the values of a column: a probe must stay cheap on any table. */
const probedRows = 200_000;
const maxKeys = 2_000;
const maxValues = 500;
const maxTables = 3;

/** Types that no single value can be compared with. */
const incomparable = '^(AggregateFunction|Array|Map|Tuple|Nested|JSON|Object|Variant|Dynamic|Point|Ring|Polygon)';

/** A table as a query names it; without a database it is in the default one. */
export interface TableRef {
  readonly database?: string;
  readonly table: string;
}

/** Sends one small SELECT. */
export type Ask = <Row>(sql: string) => Promise<Row[]>;

/**
 * Column names to filter by: those of the given tables, or of all tables of the default database when none is given.
 * Columns that no single value can be compared with (lists, maps, aggregate states) are left out. Throws the server's error.
 */
export async function tagKeys(ask: Ask, tables: readonly TableRef[]): Promise<MetricFindValue[]> {
  const rows = await ask<{ name: string }>(
    `SELECT DISTINCT name FROM system.columns WHERE ${inTables(tables)} AND NOT match(type, ${literal(incomparable)}) ORDER BY name LIMIT ${maxKeys}`,
  );
  return rows.map(({ name }) => ({ text: name, value: name }));
}

/**
 * Values of a column in the tables that have it: at most 500, from the first rows of at most three tables, so
 * rare values may be missing (they can be typed). Throws the server's error.
 */
export async function tagValues(ask: Ask, key: string, tables: readonly TableRef[]): Promise<MetricFindValue[]> {
  const found = await ask<{ database: string; table: string }>(
    `SELECT DISTINCT database, table FROM system.columns WHERE ${inTables(tables)} AND name = ${literal(key)} ORDER BY database, table LIMIT ${maxTables}`,
  );
  if (found.length === 0) return [];
  const column = ident(key);
  const probes = found.map(
    ({ database, table }) =>
      `SELECT DISTINCT toString(${column}) AS v FROM (SELECT ${column} FROM ${ident(database)}.${ident(table)} LIMIT ${probedRows})`,
  );
  const rows = await ask<{ v: string | null }>(
    `SELECT DISTINCT v FROM (${probes.join(' UNION ALL ')}) WHERE v IS NOT NULL ORDER BY v LIMIT ${maxValues}`,
  );
  return rows.flatMap(({ v }) => (v === null ? [] : [{ text: v, value: v }]));
}

function inTables(tables: readonly TableRef[]): string {
  if (tables.length === 0) return 'database = currentDatabase()';
  const each = tables.map(
    ({ database, table }) =>
      `(database = ${database ? literal(database) : 'currentDatabase()'} AND table = ${literal(table)})`,
  );
  return `(${each.join(' OR ')})`;
}
