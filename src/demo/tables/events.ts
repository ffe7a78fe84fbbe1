import type { DemoTable } from './table';

/**
 * Class *append*: an event never changes, it is only delivered twice. The key ends in the id, so that FINAL drops
 * redeliveries, and holds the exact time: a rounded one makes recomputing a minute fifty times dearer.
 */
export const events: DemoTable = {
  name: 'events',
  idColumn: 'event_id',
  timeColumn: 'occurred_at',
  addedColumns: [],
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
    _deleted UInt8 DEFAULT 0,
    INDEX arrival ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(_version, _deleted)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (event_name, occurred_at, user_id, event_id)`,
};
