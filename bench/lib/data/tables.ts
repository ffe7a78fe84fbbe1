/** Database of the generated source tables. */
export const sourceDatabase = 'bench';

/** Columns by which arrivals and versions are told, as in the demo's tables. */
const arrival = `ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
    _version UInt64 DEFAULT 1,
    _deleted UInt8 DEFAULT 0,
    INDEX arrived ingested_at TYPE minmax GRANULARITY 1`;

const eventColumns = `event_id UInt64,
    occurred_at DateTime64(3, 'UTC'),
    event_name LowCardinality(String),
    user_id UInt64,
    country LowCardinality(String),
    platform LowCardinality(String),
    ${arrival}`;

/** Source tables by name. Keys and classes as in `src/demo/tables.ts`; the arrival index is what docs/rollups.md asks for. */
export const sourceTables = {
  /** Class *append*: the exact time in the key, the id at its end. */
  events: `CREATE TABLE IF NOT EXISTS bench.events
(
    ${eventColumns}
)
ENGINE = ReplacingMergeTree(_version, _deleted)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (event_name, occurred_at, user_id, event_id)`,
  requests: `CREATE TABLE IF NOT EXISTS bench.requests
(
    request_id UInt64,
    started_at DateTime64(3, 'UTC'),
    service LowCardinality(String),
    endpoint LowCardinality(String),
    release LowCardinality(String),
    duration_ms Float64,
    status UInt16,
    user_id UInt64,
    country LowCardinality(String),
    ${arrival}
)
ENGINE = ReplacingMergeTree(_version, _deleted)
PARTITION BY toYYYYMM(started_at)
ORDER BY (service, endpoint, started_at, request_id)`,
  /** Class *moving*: nothing but the id in the key, no partition key that changes. */
  orders: `CREATE TABLE IF NOT EXISTS bench.orders
(
    order_id UInt64,
    ordered_at DateTime64(3, 'UTC'),
    user_id UInt64,
    amount Decimal(18, 4),
    currency LowCardinality(String),
    refunded_amount Decimal(18, 4) DEFAULT 0,
    refunded_at Nullable(DateTime64(3, 'UTC')),
    items UInt16,
    ${arrival}
)
ENGINE = ReplacingMergeTree(_version, _deleted)
ORDER BY order_id`,
  subscriptions: `CREATE TABLE IF NOT EXISTS bench.subscriptions
(
    change_id UInt64,
    changed_at DateTime64(3, 'UTC'),
    subscription_id UInt64,
    user_id UInt64,
    mrr Decimal(18, 4),
    currency LowCardinality(String),
    plan LowCardinality(String),
    ${arrival}
)
ENGINE = ReplacingMergeTree(_version, _deleted)
ORDER BY (subscription_id, changed_at, change_id)`,
  /** The same events as rows replicated from another database: class *moving*. */
  events_moving: `CREATE TABLE IF NOT EXISTS bench.events_moving
(
    ${eventColumns}
)
ENGINE = ReplacingMergeTree(_version, _deleted)
ORDER BY event_id`,
} as const;

export type SourceName = keyof typeof sourceTables;

/** Time column of each source. */
export const timeColumns: Readonly<Record<SourceName, string>> = {
  events: 'occurred_at',
  requests: 'started_at',
  orders: 'ordered_at',
  subscriptions: 'changed_at',
  events_moving: 'occurred_at',
};

/** How many rows of a source come with each row of `events`. */
export const rowsPerEvent: Readonly<Record<SourceName, number>> = {
  events: 1,
  requests: 1 / 2,
  orders: 1 / 50,
  subscriptions: 1 / 1000,
  events_moving: 1,
};
