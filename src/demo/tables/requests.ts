import type { DemoTable } from './table';

/**
 * Class *append*, as events. `version` is the release of the service that answered; the row's own is `_version`. The key
 * begins with the service, which most questions name, and ends in the id.
 */
export const requests: DemoTable = {
  name: 'requests',
  idColumn: 'request_id',
  timeColumn: 'requested_at',
  addedColumns: [],
  ddl: `CREATE TABLE IF NOT EXISTS shop.requests
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
ORDER BY (service, requested_at, request_id)`,
};
