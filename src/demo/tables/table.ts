/** A source table of the demos: what the loader and the DDL need to know. */
export interface DemoTable {
  /** The table's name in `shop`, and the role that it plays. */
  readonly name: 'events' | 'orders' | 'requests' | 'subscriptions';
  readonly idColumn: string;
  readonly timeColumn: string;
  /** Expression over a row: the last moment that it tells of, where that is not its time. */
  readonly lastChange?: string;
  readonly ddl: string;
  /** Columns that came later: how `ADD COLUMN` names them, for tables that an earlier release has made. */
  readonly addedColumns: readonly string[];
}
