import type { MetricFindValue } from '@grafana/data';
import { askedOf } from '../core/adhoc/columnType';
import type { Columns, TableRef } from '../core/adhoc/columns';
import { resolveKey } from '../core/adhoc/resolve';
import { frequentSql, jsonPathsSql, mapKeysSql, timeCondition, valuesSql } from './probe';
import type { Probed, ProbeRange } from './probe';
import { columnsSql, inTables } from './tableColumns';
import type { Ask } from '../clickhouse/client';
import { timeColumnOf } from './timeColumn';
import type { TableKeys } from './timeColumn';

const maxKeys = 2_000;
const maxInnerKeys = 100;
const maxValues = 500;
/** Tables, and columns of maps and JSON, that are looked into for one list. */
const maxProbed = 3;

/** What keys and values are looked for in. */
export interface TagScope {
  /** Tables of the dashboard's queries; none stands for all of the default database. */
  readonly tables: readonly TableRef[];
  /** The queries themselves, with their macros: they may say what a table's time column is. */
  readonly statements: readonly string[];
  /** The dashboard's range, where it is known. */
  readonly range?: ProbeRange | undefined;
}

interface Table {
  readonly ref: Required<TableRef>;
  readonly columns: Columns;
}

/**
 * Keys to filter by: columns that a single value can be compared with, lists included; of maps `col['key']` and of JSON
 * `col.path`, as found in the first rows of the range, at most 100 of each of three columns. Throws the server's error.
 */
export async function tagKeys(ask: Ask, scope: TagScope): Promise<MetricFindValue[]> {
  const tables = await tablesIn(ask, scope.tables);
  const plain = tables.flatMap(({ columns }) =>
    [...columns].flatMap(([name, type]) => (askedOf(type) === 'never' || isJson(type) ? [] : [name])),
  );
  const inner = await innerKeys(ask, scope, tables);
  const keys = [...new Set([...plain, ...inner])].sort().slice(0, maxKeys);
  return keys.map((key) => ({ text: key, value: key }));
}

/**
 * Values of a key in the tables that have it: the 500 most frequent of the first 200,000 rows of the range, in at most
 * three tables, so rare values may be missing (they can be typed). Throws the server's error.
 */
export async function tagValues(ask: Ask, key: string, scope: TagScope): Promise<MetricFindValue[]> {
  const sql = await valuesStatement(ask, key, scope);
  const rows = sql === undefined ? [] : await ask<{ v: string }>(sql);
  return rows
    .map(({ v }) => v)
    .sort()
    .map((v) => ({ text: v, value: v }));
}

/** The statement of {@link tagValues}, column `v`; undefined where no table has the key. Throws the server's error. */
export async function valuesStatement(ask: Ask, key: string, scope: TagScope): Promise<string | undefined> {
  const found = (await tablesIn(ask, scope.tables)).flatMap((table) => {
    const { ref, columns } = table;
    const column = resolveKey(key, { name: ref.table, ref, columns })?.write();
    return column && askedOf(column.type) !== 'never' ? [{ table, column }] : [];
  });
  const probed = found.slice(0, maxProbed);
  if (probed.length === 0) return undefined;
  const from = await probedBy(
    ask,
    scope,
    probed.map(({ table }) => table),
  );
  const selects = probed.map(({ table, column }) => valuesSql(column, from(table)));
  // A map gives the empty text for a key that a row has not.
  return frequentSql(selects, maxValues, !key.endsWith(']'));
}

/** The statement of the most frequent keys of a Map column, column `v`; undefined where no table has such a column. */
export async function mapKeysStatement(ask: Ask, column: string, scope: TagScope): Promise<string | undefined> {
  const tables = await tablesIn(ask, scope.tables);
  const table = tables.find(({ columns }) => /^Map\(/.test(columns.get(column) ?? ''));
  if (!table) return undefined;
  const from = await probedBy(ask, scope, [table]);
  return frequentSql([mapKeysSql(column, from(table))], maxValues, false);
}

async function tablesIn(ask: Ask, refs: readonly TableRef[]): Promise<Table[]> {
  const rows = await ask<{ database: string; table: string; name: string; type: string }>(columnsSql(refs));
  const tables = new Map<string, { ref: Required<TableRef>; columns: Map<string, string> }>();
  for (const { database, table, name, type } of rows) {
    const id = JSON.stringify([database, table]);
    const known = tables.get(id) ?? { ref: { database, table }, columns: new Map<string, string>() };
    known.columns.set(name, type);
    tables.set(id, known);
  }
  return [...tables.values()];
}

/** Keys within maps and JSON; a column that cannot be looked into gives none. */
async function innerKeys(ask: Ask, scope: TagScope, tables: readonly Table[]): Promise<string[]> {
  const nested = tables.flatMap((table) =>
    [...table.columns].flatMap(([name, type]) => {
      if (/^Map\(/.test(type)) return [{ table, name, keys: mapKeysSql, key: elementKey }];
      return isJson(type)
        ? [{ table, name, keys: jsonPathsSql, key: (of: string, path: string) => `${of}.${path}` }]
        : [];
    }),
  );
  const probed = nested.slice(0, maxProbed);
  if (probed.length === 0) return [];
  const from = await probedBy(
    ask,
    scope,
    probed.map(({ table }) => table),
  );
  const lists = await Promise.all(
    probed.map(({ table, name, keys, key }) =>
      ask<{ v: string }>(frequentSql([keys(name, from(table))], maxInnerKeys, false)).then(
        (rows) => rows.map(({ v }) => key(name, v)),
        () => [],
      ),
    ),
  );
  return lists.flat();
}

function elementKey(column: string, key: string): string {
  return `${column}['${key.replace(/[\\']/g, '\\$&')}']`;
}

function isJson(type: string): boolean {
  return /^(JSON|Object)\b/.test(type);
}

/** How each table is looked into: in the range, where a column says what lies in it. */
async function probedBy(ask: Ask, scope: TagScope, tables: readonly Table[]): Promise<(table: Table) => Probed> {
  const { range, statements } = scope;
  if (!range) return ({ ref }) => ref;
  const rows = await ask<TableKeys & { database: string; name: string }>(
    `SELECT database, name, sorting_key, partition_key FROM system.tables WHERE ${inTables(
      tables.map(({ ref }) => ref),
      'name',
    )}`,
  );
  return ({ ref, columns }) => {
    const keys = rows.find(({ database, name }) => database === ref.database && name === ref.table);
    const column = timeColumnOf(ref, columns, keys, statements);
    const type = column === undefined ? undefined : columns.get(column);
    return type === undefined ? ref : { ...ref, timeCondition: timeCondition(column!, type, range) };
  };
}
