import type { DemoTable } from './table';

/**
 * Class *moving*: any column of an order may change and its delete may carry only the key, as rows replicated from
 * Postgres do. So nothing but the id may be in the key, and nothing that changes in a partition key.
 */
export const orders: DemoTable = {
  name: 'orders',
  idColumn: 'order_id',
  timeColumn: 'ordered_at',
  lastChange: 'greatest(ordered_at, ifNull(refunded_at, ordered_at))',
  addedColumns: ["refunded_at Nullable(DateTime64(3, 'UTC')) AFTER refunded_amount"],
  ddl: `CREATE TABLE IF NOT EXISTS shop.orders
(
    order_id UInt64,
    ordered_at DateTime64(3, 'UTC'),
    user_id UInt64,
    amount Decimal(18, 4),
    currency LowCardinality(String),
    refunded_amount Decimal(18, 4) DEFAULT 0,
    refunded_at Nullable(DateTime64(3, 'UTC')),
    items UInt16,
    ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
    _version UInt64 DEFAULT 1,
    _deleted UInt8 DEFAULT 0,
    INDEX arrival ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(_version, _deleted)
ORDER BY order_id`,
};
