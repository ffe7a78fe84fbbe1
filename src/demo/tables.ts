import { ident, literal } from '../core/sql/quote';

/** Database of the demo's source tables. */
export const demoDatabase = 'shop';

/** A source table of the demo: what the loader and the DDL need to know. */
export interface DemoTable {
  readonly name: 'events' | 'orders';
  readonly idColumn: string;
  readonly timeColumn: string;
  readonly ddl: string;
}

/**
 * Class *append*: an event never changes, it is only delivered twice. The key ends in the id, so that FINAL drops
 * redeliveries, and holds the exact time: a rounded one makes recomputing a minute fifty times dearer.
 */
const events: DemoTable = {
  name: 'events',
  idColumn: 'event_id',
  timeColumn: 'occurred_at',
  ddl: `CREATE TABLE IF NOT EXISTS shop.events
(
    event_id String,
    occurred_at DateTime64(3, 'UTC'),
    event_name LowCardinality(String),
    user_id UInt64,
    country LowCardinality(String),
    platform LowCardinality(String),
    ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
    _version UInt64 DEFAULT 1,
    _deleted UInt8 DEFAULT 0
)
ENGINE = ReplacingMergeTree(_version, _deleted)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (event_name, occurred_at, user_id, event_id)`,
};

/**
 * Class *moving*: any column of an order may change and its delete may carry only the key, as rows replicated from
 * Postgres do. So nothing but the id may be in the key, and nothing that changes in a partition key.
 */
const orders: DemoTable = {
  name: 'orders',
  idColumn: 'order_id',
  timeColumn: 'ordered_at',
  ddl: `CREATE TABLE IF NOT EXISTS shop.orders
(
    order_id UInt64,
    ordered_at DateTime64(3, 'UTC'),
    user_id UInt64,
    amount Decimal(18, 4),
    currency LowCardinality(String),
    refunded_amount Decimal(18, 4) DEFAULT 0,
    items UInt16,
    ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
    _version UInt64 DEFAULT 1,
    _deleted UInt8 DEFAULT 0
)
ENGINE = ReplacingMergeTree(_version, _deleted)
ORDER BY order_id`,
};

/** The demo's source tables, in the order in which they are made and filled. */
export const demoTables = { events, orders } as const;

/** `shop.events` as text for messages and inserts. */
export const fullName = (table: DemoTable): string => `${demoDatabase}.${table.name}`;

/** The same quoted, for statements. */
export const quotedName = (table: DemoTable): string => `${ident(demoDatabase)}.${ident(table.name)}`;

/** DDL with the comment by which a later seed recognises its own table. */
export const ddlWithComment = (table: DemoTable, comment: string): string =>
  `${table.ddl}\nCOMMENT ${literal(comment)}`;

/** All DDL as one script, as committed in demo/source.sql. */
export function sourceScript(): string {
  const statements = [
    `CREATE DATABASE IF NOT EXISTS ${demoDatabase}`,
    ...Object.values(demoTables).map(({ ddl }) => ddl),
  ];
  const head = '-- Source tables of the demos; `tidemark seed` makes them. Written from src/demo/tables.ts.\n';
  return `${head}\n${statements.map((statement) => `${statement};\n`).join('\n')}`;
}
