import type { Db } from '../../core/db';

/** A column of a source with how its value comes about when an INSERT leaves it out. */
export interface SourceColumn {
  readonly name: string;
  readonly type: string;
  readonly defaultKind: string;
  readonly defaultExpression: string;
}

/** What ClickHouse tells of a source table. */
export interface SourceFacts {
  readonly engine: string;
  /** With all its clauses. */
  readonly engineFull: string;
  readonly sortingKey: string;
  readonly partitionKey: string;
  readonly columns: readonly SourceColumn[];
}

/** `database.table` as the system tables keep it. */
export function nameOf(table: string): { readonly database: string; readonly table: string } {
  const dot = table.indexOf('.');
  return dot < 0 ? { database: 'default', table } : { database: table.slice(0, dot), table: table.slice(dot + 1) };
}

/** Undefined where there is no such table. */
export async function readFacts(db: Db, table: string): Promise<SourceFacts | undefined> {
  const [row] = await db.query<Omit<SourceFacts, 'columns'>>(
    `SELECT engine, engine_full AS engineFull, sorting_key AS sortingKey, partition_key AS partitionKey
FROM system.tables WHERE database = {database:String} AND name = {table:String}`,
    nameOf(table),
  );
  if (!row) return undefined;
  const columns = await db.query<SourceColumn>(
    `SELECT name, type, default_kind AS defaultKind, default_expression AS defaultExpression
FROM system.columns WHERE database = {database:String} AND table = {table:String} ORDER BY position`,
    nameOf(table),
  );
  return { ...row, columns };
}

/** Whether the table keeps its rows in parts with a sorting key. */
export const isMergeTree = ({ engine }: SourceFacts): boolean => engine.endsWith('MergeTree');

/** Whether the expression reads the column: itself, or a function of it. */
export function mentions(expression: string, column: string): boolean {
  const name = column.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(^|[^\\w.])${name}($|\\W)`).test(expression);
}

/** Name without backticks. */
export const bareName = (part: string): string => part.replace(/^`(.*)`$/, '$1');
