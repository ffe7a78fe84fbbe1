/**
 * What the rooms below the CLI need of a ClickHouse: handed in, so that they run unchanged over `@clickhouse/client`,
 * over the embedded engine and in a browser.
 */
export interface Db {
  /** Runs a SELECT; rows as JSON objects (64-bit integers as strings where beyond 2^53). Throws the server's error. */
  query<Row = Record<string, unknown>>(sql: string, params?: Readonly<Record<string, unknown>>): Promise<Row[]>;
  /** Runs a statement that returns nothing (DDL, INSERT … SELECT, SYSTEM). Throws the server's error. */
  command(sql: string, params?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Inserts rows (objects keyed by column). Throws the server's error; nothing is retried. */
  insert(table: string, rows: readonly object[] | AsyncIterable<object>): Promise<void>;
}
