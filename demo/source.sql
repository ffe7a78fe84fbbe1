-- Source tables of the demos; `tidemark seed` makes those of its demo (CDNOW has only events and orders).
-- Written from src/demo/tables.ts.

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
    _deleted UInt8 DEFAULT 0,
    INDEX arrival ingested_at TYPE minmax GRANULARITY 1
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
    refunded_at Nullable(DateTime64(3, 'UTC')),
    items UInt16,
    ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
    _version UInt64 DEFAULT 1,
    _deleted UInt8 DEFAULT 0,
    INDEX arrival ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(_version, _deleted)
ORDER BY order_id;

CREATE TABLE IF NOT EXISTS shop.requests
(
    request_id String,
    requested_at DateTime64(3, 'UTC'),
    service LowCardinality(String),
    version LowCardinality(String),
    endpoint LowCardinality(String),
    method LowCardinality(String),
    status UInt16,
    duration_ms Float64,
    user_id UInt64,
    ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
    _version UInt64 DEFAULT 1,
    _deleted UInt8 DEFAULT 0,
    INDEX arrival ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(_version, _deleted)
PARTITION BY toYYYYMM(requested_at)
ORDER BY (service, requested_at, request_id);

CREATE TABLE IF NOT EXISTS shop.subscriptions
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
ORDER BY change_id;
