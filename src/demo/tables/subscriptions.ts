import type { DemoTable } from './table';

/**
 * Class *moving*, as orders: one row per change of a subscription, each of which may be corrected later. `mrr` is what
 * the subscription brings per month from then on, yearly plans divided by 12; 0 ends it.
 */
export const subscriptions: DemoTable = {
  name: 'subscriptions',
  idColumn: 'change_id',
  timeColumn: 'changed_at',
  addedColumns: [],
  ddl: `CREATE TABLE IF NOT EXISTS shop.subscriptions
(
    change_id UInt64,
    changed_at DateTime64(3, 'UTC'),
    subscription_id UInt64,
    user_id UInt64,
    change LowCardinality(String),
    plan LowCardinality(String),
    billing LowCardinality(String),
    seats UInt16,
    mrr Decimal(18, 4),
    currency LowCardinality(String),
    ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
    _version UInt64 DEFAULT 1,
    _deleted UInt8 DEFAULT 0,
    INDEX arrival ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(_version, _deleted)
ORDER BY change_id`,
};
