-- Source tables of the demos; `tidemark seed` makes them. Written from src/demo/tables.ts.

CREATE DATABASE IF NOT EXISTS shop;

CREATE TABLE IF NOT EXISTS shop.events
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
ORDER BY (event_name, occurred_at, user_id, event_id);

CREATE TABLE IF NOT EXISTS shop.orders
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
ORDER BY order_id;
