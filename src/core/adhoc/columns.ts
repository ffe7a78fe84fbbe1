/** A table as a query names it; without a database it is in the default one. */
export interface TableRef {
  readonly database?: string;
  readonly table: string;
}

/** Columns of a table: name → type, as `system.columns` spells them (elements of a Nested are `nested.element`). */
export type Columns = ReadonlyMap<string, string>;

/** What is known of a table's columns; undefined where nobody can say (no right to see it, a name that is no table). */
export type ColumnsOf = (table: TableRef) => Columns | undefined;

/** A text by which a reference can be a map's key. */
export function tableKey({ database = '', table }: TableRef): string {
  return JSON.stringify([database, table]);
}
