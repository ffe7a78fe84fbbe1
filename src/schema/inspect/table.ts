import type { Db } from '../../core/db';

/** A column as `system.columns` tells it. */
export interface ColumnRow {
  readonly name: string;
  readonly type: string;
}

/** What a source table is. */
export interface TableFacts {
  /** `ReplacingMergeTree`, `View`, … */
  readonly engine: string;
  /** Engine with all its clauses (PARTITION BY, ORDER BY, TTL, SETTINGS). */
  readonly engineFull: string;
  readonly sortingKey: string;
  /** In the table's order. */
  readonly columns: readonly ColumnRow[];
}

/** Asks ClickHouse what a table is; undefined where there is none. */
export async function readTable(db: Db, name: string): Promise<TableFacts | undefined> {
  const dot = name.indexOf('.');
  const params = dot < 0 ? { database: 'default', table: name } : split(name, dot);
  const [table] = await db.query<{ engine: string; engine_full: string; sorting_key: string }>(
    'SELECT engine, engine_full, sorting_key FROM system.tables WHERE database = {database:String} AND name = {table:String}',
    params,
  );
  if (!table) return undefined;
  const columns = await db.query<ColumnRow>(
    'SELECT name, type FROM system.columns WHERE database = {database:String} AND table = {table:String} ORDER BY position',
    params,
  );
  return { engine: table.engine, engineFull: table.engine_full, sortingKey: table.sorting_key, columns };
}

const split = (name: string, dot: number) => ({ database: name.slice(0, dot), table: name.slice(dot + 1) });
