-- ClickHouse's side of the pipeline PostgreSQL → Debezium → Kafka → ClickHouse (25.8 or newer). Can be run again at any time.
-- ${DATABASE}, ${KAFKA_BROKERS} and ${TOPIC_PREFIX} are filled in: envsubst < clickhouse.sql | clickhouse-client --multiquery
--
-- Per table, in this order: the queue (reads the topic), its changes (kept nowhere: a table of engine Null that hands them on), the
-- table, the views that take from the changes, and last the pump, from queue to changes. A queue begins to be read with its first
-- view, and a view sees only what comes after it: with the pump last, no view misses a row.
--
-- The law of all views here: they never throw. A view that throws on one message stops its partition for ever, and what the other
-- views wrote of that block is written again at each try. So every value is read with JSONExtract(…, 'Nullable(…)') or a function
-- that ends in OrNull, and what cannot be read goes to the dead letters.
CREATE DATABASE IF NOT EXISTS ${DATABASE};

-- What could not be read, with its place in Kafka. Empty, or somebody is told.
CREATE TABLE IF NOT EXISTS ${DATABASE}.dead_letters
(
    at DateTime64(3, 'UTC') DEFAULT now64(3),
    topic LowCardinality(String),
    partition UInt64,
    offset UInt64,
    error String,
    message String CODEC(ZSTD)
)
ENGINE = ReplacingMergeTree ORDER BY (topic, partition, offset) TTL toDateTime(at) + INTERVAL 30 DAY;

-- Which columns arrive, up to which LSN, and when Debezium's placeholder last came in place of a large value.
CREATE TABLE IF NOT EXISTS ${DATABASE}.columns_seen
(
    table_name LowCardinality(String),
    column_name LowCardinality(String),
    last_lsn SimpleAggregateFunction(max, UInt64),
    placeholders SimpleAggregateFunction(sum, UInt64),
    placeholder_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree ORDER BY (table_name, column_name);

-- ── orders ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
-- A consumer group of its own for each table: in a common one, each table that joins or leaves stops all of them for seconds.
CREATE TABLE IF NOT EXISTS ${DATABASE}.orders_queue
(
    before Nullable(String),
    after Nullable(String),
    op String,
    source Tuple(lsn UInt64, table String)
)
ENGINE = Kafka
SETTINGS kafka_broker_list = '${KAFKA_BROKERS}', kafka_topic_list = '${TOPIC_PREFIX}.public.orders', kafka_group_name = '${DATABASE}_orders',
    kafka_format = 'JSONEachRow', kafka_handle_error_mode = 'stream', kafka_flush_interval_ms = 200, kafka_poll_timeout_ms = 100,
    kafka_max_block_size = 65536, kafka_poll_max_batch_size = 65536;

CREATE TABLE IF NOT EXISTS ${DATABASE}.orders_changes
(
    row String, op String, lsn UInt64, table_name String, topic String, partition UInt64, offset UInt64, error String, message String
)
ENGINE = Null;

-- The row with the greatest LSN is the row. A delete is a row too and carries nothing but the key: so nothing else may be in the
-- sorting key, and no column that changes in a partition key. Read it with FINAL.
CREATE TABLE IF NOT EXISTS ${DATABASE}.orders
(
    order_id Int64,
    ordered_at DateTime64(3, 'UTC'),
    user_id Int64,
    amount Decimal(18, 4),
    currency LowCardinality(String),
    refunded_amount Decimal(18, 4),
    refunded_at Nullable(DateTime64(3, 'UTC')),
    items Int16,
    ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
    _version UInt64 COMMENT 'LSN of the change',
    _op LowCardinality(String) COMMENT 'r snapshot, c insert, u update, d delete',
    _deleted UInt8,
    INDEX arrival ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(_version, _deleted) ORDER BY order_id;

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.orders_feed TO ${DATABASE}.orders AS
SELECT
    assumeNotNull(JSONExtract(row, 'order_id', 'Nullable(Int64)')) AS order_id,
    ifNull(parseDateTime64BestEffortOrNull(JSONExtractString(row, 'ordered_at'), 3, 'UTC'), toDateTime64(0, 3, 'UTC')) AS ordered_at,
    ifNull(JSONExtract(row, 'user_id', 'Nullable(Int64)'), 0) AS user_id,
    ifNull(JSONExtract(row, 'amount', 'Nullable(Decimal(18, 4))'), 0) AS amount,
    JSONExtractString(row, 'currency') AS currency,
    ifNull(JSONExtract(row, 'refunded_amount', 'Nullable(Decimal(18, 4))'), 0) AS refunded_amount,
    parseDateTime64BestEffortOrNull(JSONExtractString(row, 'refunded_at'), 3, 'UTC') AS refunded_at,
    ifNull(JSONExtract(row, 'items', 'Nullable(Int16)'), 0) AS items,
    lsn AS _version,
    op AS _op,
    op = 'd' AS _deleted
FROM ${DATABASE}.orders_changes
WHERE error = '';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.orders_dead TO ${DATABASE}.dead_letters AS
SELECT topic, partition, offset, error, message FROM ${DATABASE}.orders_changes WHERE error != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.orders_columns TO ${DATABASE}.columns_seen AS
SELECT
    table_name,
    pair.1 AS column_name,
    max(lsn) AS last_lsn,
    countIf(pair.2 = '"__debezium_unavailable_value"') AS placeholders,
    maxIf(now64(3), pair.2 = '"__debezium_unavailable_value"') AS placeholder_at
FROM ${DATABASE}.orders_changes
ARRAY JOIN JSONExtractKeysAndValuesRaw(row) AS pair
WHERE error = '' AND op != 'd'
GROUP BY table_name, column_name;

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.orders_pump TO ${DATABASE}.orders_changes AS
SELECT
    ifNull(if(op = 'd', before, after), '{}') AS row,
    op,
    source.lsn AS lsn,
    source.table AS table_name,
    _topic AS topic,
    _partition AS partition,
    _offset AS offset,
    multiIf(
        length(_error) > 0, _error,
        op NOT IN ('r', 'c', 'u', 'd'), concat('no change: op is "', op, '"'),
        JSONExtract(row, 'order_id', 'Nullable(Int64)') IS NULL, 'no order_id that can be read',
        '') AS error,
    multiIf(length(_error) > 0, _raw_message, error != '', row, '') AS message
FROM ${DATABASE}.orders_queue;

-- ── customers ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE IF NOT EXISTS ${DATABASE}.customers_queue
(
    before Nullable(String),
    after Nullable(String),
    op String,
    source Tuple(lsn UInt64, table String)
)
ENGINE = Kafka
SETTINGS kafka_broker_list = '${KAFKA_BROKERS}', kafka_topic_list = '${TOPIC_PREFIX}.public.customers', kafka_group_name = '${DATABASE}_customers',
    kafka_format = 'JSONEachRow', kafka_handle_error_mode = 'stream', kafka_flush_interval_ms = 200, kafka_poll_timeout_ms = 100,
    kafka_max_block_size = 65536, kafka_poll_max_batch_size = 65536;

CREATE TABLE IF NOT EXISTS ${DATABASE}.customers_changes
(
    row String, op String, lsn UInt64, table_name String, topic String, partition UInt64, offset UInt64, error String, message String
)
ENGINE = Null;

-- The source sends the address as a hash, and the name not at all.
CREATE TABLE IF NOT EXISTS ${DATABASE}.customers
(
    user_id Int64,
    email_hash String COMMENT 'SHA-256 with salt: never the address',
    country LowCardinality(String),
    created_at DateTime64(3, 'UTC'),
    ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
    _version UInt64 COMMENT 'LSN of the change',
    _op LowCardinality(String) COMMENT 'r snapshot, c insert, u update, d delete',
    _deleted UInt8,
    INDEX arrival ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(_version, _deleted) ORDER BY user_id;

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.customers_feed TO ${DATABASE}.customers AS
SELECT
    assumeNotNull(JSONExtract(row, 'user_id', 'Nullable(Int64)')) AS user_id,
    JSONExtractString(row, 'email') AS email_hash,
    JSONExtractString(row, 'country') AS country,
    ifNull(parseDateTime64BestEffortOrNull(JSONExtractString(row, 'created_at'), 3, 'UTC'), toDateTime64(0, 3, 'UTC')) AS created_at,
    lsn AS _version,
    op AS _op,
    op = 'd' AS _deleted
FROM ${DATABASE}.customers_changes
WHERE error = '';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.customers_dead TO ${DATABASE}.dead_letters AS
SELECT topic, partition, offset, error, message FROM ${DATABASE}.customers_changes WHERE error != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.customers_columns TO ${DATABASE}.columns_seen AS
SELECT
    table_name,
    pair.1 AS column_name,
    max(lsn) AS last_lsn,
    countIf(pair.2 = '"__debezium_unavailable_value"') AS placeholders,
    maxIf(now64(3), pair.2 = '"__debezium_unavailable_value"') AS placeholder_at
FROM ${DATABASE}.customers_changes
ARRAY JOIN JSONExtractKeysAndValuesRaw(row) AS pair
WHERE error = '' AND op != 'd'
GROUP BY table_name, column_name;

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.customers_pump TO ${DATABASE}.customers_changes AS
SELECT
    ifNull(if(op = 'd', before, after), '{}') AS row,
    op,
    source.lsn AS lsn,
    source.table AS table_name,
    _topic AS topic,
    _partition AS partition,
    _offset AS offset,
    multiIf(
        length(_error) > 0, _error,
        op NOT IN ('r', 'c', 'u', 'd'), concat('no change: op is "', op, '"'),
        JSONExtract(row, 'user_id', 'Nullable(Int64)') IS NULL, 'no user_id that can be read',
        '') AS error,
    multiIf(length(_error) > 0, _raw_message, error != '', row, '') AS message
FROM ${DATABASE}.customers_queue;

-- ── articles: a large value ───────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE IF NOT EXISTS ${DATABASE}.articles_queue
(
    before Nullable(String),
    after Nullable(String),
    op String,
    source Tuple(lsn UInt64, table String)
)
ENGINE = Kafka
SETTINGS kafka_broker_list = '${KAFKA_BROKERS}', kafka_topic_list = '${TOPIC_PREFIX}.public.articles', kafka_group_name = '${DATABASE}_articles',
    kafka_format = 'JSONEachRow', kafka_handle_error_mode = 'stream', kafka_flush_interval_ms = 200, kafka_poll_timeout_ms = 100,
    kafka_max_block_size = 65536, kafka_poll_max_batch_size = 65536;

CREATE TABLE IF NOT EXISTS ${DATABASE}.articles_changes
(
    row String, op String, lsn UInt64, table_name String, topic String, partition UInt64, offset UInt64, error String, message String
)
ENGINE = Null;

-- Needs REPLICA IDENTITY FULL at the source (source.sql). Where that cannot be had: large-values.sql.
CREATE TABLE IF NOT EXISTS ${DATABASE}.articles
(
    article_id Int64,
    title String,
    body String CODEC(ZSTD),
    _placeholder UInt8 COMMENT '1: the body was not sent, a placeholder stands in its place',
    ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
    _version UInt64 COMMENT 'LSN of the change',
    _op LowCardinality(String) COMMENT 'r snapshot, c insert, u update, d delete',
    _deleted UInt8,
    INDEX arrival ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(_version, _deleted) ORDER BY article_id;

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.articles_feed TO ${DATABASE}.articles AS
SELECT
    assumeNotNull(JSONExtract(row, 'article_id', 'Nullable(Int64)')) AS article_id,
    JSONExtractString(row, 'title') AS title,
    JSONExtractString(row, 'body') AS body,
    body = '__debezium_unavailable_value' AS _placeholder,
    lsn AS _version,
    op AS _op,
    op = 'd' AS _deleted
FROM ${DATABASE}.articles_changes
WHERE error = '';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.articles_dead TO ${DATABASE}.dead_letters AS
SELECT topic, partition, offset, error, message FROM ${DATABASE}.articles_changes WHERE error != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.articles_columns TO ${DATABASE}.columns_seen AS
SELECT
    table_name,
    pair.1 AS column_name,
    max(lsn) AS last_lsn,
    countIf(pair.2 = '"__debezium_unavailable_value"') AS placeholders,
    maxIf(now64(3), pair.2 = '"__debezium_unavailable_value"') AS placeholder_at
FROM ${DATABASE}.articles_changes
ARRAY JOIN JSONExtractKeysAndValuesRaw(row) AS pair
WHERE error = '' AND op != 'd'
GROUP BY table_name, column_name;

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.articles_pump TO ${DATABASE}.articles_changes AS
SELECT
    ifNull(if(op = 'd', before, after), '{}') AS row,
    op,
    source.lsn AS lsn,
    source.table AS table_name,
    _topic AS topic,
    _partition AS partition,
    _offset AS offset,
    multiIf(
        length(_error) > 0, _error,
        op NOT IN ('r', 'c', 'u', 'd'), concat('no change: op is "', op, '"'),
        JSONExtract(row, 'article_id', 'Nullable(Int64)') IS NULL, 'no article_id that can be read',
        '') AS error,
    multiIf(length(_error) > 0, _raw_message, error != '', row, '') AS message
FROM ${DATABASE}.articles_queue;

-- ── heartbeat ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE IF NOT EXISTS ${DATABASE}.heartbeat_queue
(
    before Nullable(String),
    after Nullable(String),
    op String,
    source Tuple(lsn UInt64, table String)
)
ENGINE = Kafka
SETTINGS kafka_broker_list = '${KAFKA_BROKERS}', kafka_topic_list = '${TOPIC_PREFIX}.public.tidemark_heartbeat', kafka_group_name = '${DATABASE}_heartbeat',
    kafka_format = 'JSONEachRow', kafka_handle_error_mode = 'stream', kafka_flush_interval_ms = 200, kafka_poll_timeout_ms = 100,
    kafka_max_block_size = 65536, kafka_poll_max_batch_size = 65536;

CREATE TABLE IF NOT EXISTS ${DATABASE}.heartbeat_changes
(
    row String, op String, lsn UInt64, table_name String, topic String, partition UInt64, offset UInt64, error String, message String
)
ENGINE = Null;

-- How old its newest row is says how late everything is.
CREATE TABLE IF NOT EXISTS ${DATABASE}.heartbeat
(
    id Int32,
    beat_at DateTime64(6, 'UTC') COMMENT 'by the clock of the source',
    ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
    _version UInt64 COMMENT 'LSN of the change',
    _op LowCardinality(String) COMMENT 'r snapshot, c insert, u update, d delete',
    _deleted UInt8,
    INDEX arrival ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(_version, _deleted) ORDER BY id;

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.heartbeat_feed TO ${DATABASE}.heartbeat AS
SELECT
    assumeNotNull(JSONExtract(row, 'id', 'Nullable(Int32)')) AS id,
    ifNull(parseDateTime64BestEffortOrNull(JSONExtractString(row, 'beat_at'), 6, 'UTC'), toDateTime64(0, 6, 'UTC')) AS beat_at,
    lsn AS _version,
    op AS _op,
    op = 'd' AS _deleted
FROM ${DATABASE}.heartbeat_changes
WHERE error = '';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.heartbeat_dead TO ${DATABASE}.dead_letters AS
SELECT topic, partition, offset, error, message FROM ${DATABASE}.heartbeat_changes WHERE error != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.heartbeat_pump TO ${DATABASE}.heartbeat_changes AS
SELECT
    ifNull(if(op = 'd', before, after), '{}') AS row,
    op,
    source.lsn AS lsn,
    source.table AS table_name,
    _topic AS topic,
    _partition AS partition,
    _offset AS offset,
    multiIf(
        length(_error) > 0, _error,
        op NOT IN ('r', 'c', 'u', 'd'), concat('no change: op is "', op, '"'),
        JSONExtract(row, 'id', 'Nullable(Int32)') IS NULL, 'no id that can be read',
        '') AS error,
    multiIf(length(_error) > 0, _raw_message, error != '', row, '') AS message
FROM ${DATABASE}.heartbeat_queue;

-- ── truth tests ───────────────────────────────────────────────────────────────────────────────────────────────────────────
-- One row per thing that is checked, always; `bad` is 0 where all is well. `tidemark collect` reads it, and needs a right to
-- nothing but this view (docs/pipelines.md).
CREATE OR REPLACE VIEW ${DATABASE}.pipeline_checks
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH
    read AS
    (
        SELECT table AS table_name, if(name = 'email_hash', 'email', name) AS column_name
        FROM system.columns
        WHERE database = '${DATABASE}' AND table IN ('orders', 'customers', 'articles') AND NOT startsWith(name, '_') AND name != 'ingested_at'
    ),
    seen AS
    (
        SELECT table_name, column_name, max(last_lsn) AS lsn, sum(placeholders) AS placeholders, max(placeholder_at) AS placeholder_at
        FROM ${DATABASE}.columns_seen GROUP BY table_name, column_name
    ),
    newest AS (SELECT table_name, max(lsn) AS lsn FROM seen GROUP BY table_name),
    tables AS (SELECT DISTINCT table_name FROM read)
SELECT 'dead letters' AS name, '${DATABASE}' AS subject, count() AS bad,
    if(count() = 0, '', concat('in the last day; newest: ', argMax(concat(topic, ' ', toString(partition), ':', toString(offset), ' ', error), at))) AS detail
FROM ${DATABASE}.dead_letters FINAL WHERE at > now64(3) - INTERVAL 1 DAY
UNION ALL
SELECT 'unread columns', tables.table_name, countIf(column_name != '' AND (tables.table_name, column_name) NOT IN (SELECT table_name, column_name FROM read)) AS n,
    if(n = 0, '', concat('arrive and are not read: ', arrayStringConcat(arraySort(groupArrayIf(column_name, (tables.table_name, column_name) NOT IN (SELECT table_name, column_name FROM read))), ', ')))
FROM tables LEFT JOIN (SELECT seen.* FROM seen INNER JOIN newest ON newest.table_name = seen.table_name AND newest.lsn = seen.lsn) AS seen
    ON seen.table_name = tables.table_name GROUP BY tables.table_name
UNION ALL
SELECT 'missing columns', read.table_name, countIf(seen.lsn < newest.lsn) AS n,
    if(n = 0, '', concat('no longer arrive: ', arrayStringConcat(arraySort(groupArrayIf(read.column_name, seen.lsn < newest.lsn)), ', ')))
FROM read LEFT JOIN newest ON newest.table_name = read.table_name
LEFT JOIN seen ON seen.table_name = read.table_name AND seen.column_name = read.column_name
GROUP BY read.table_name
UNION ALL
SELECT 'placeholders sent', tables.table_name, countIf(placeholder_at > now64(3) - INTERVAL 1 DAY) AS n,
    if(n = 0, '', concat('in the last day in place of large values of: ', arrayStringConcat(arraySort(groupArrayIf(column_name, placeholder_at > now64(3) - INTERVAL 1 DAY)), ', ')))
FROM tables LEFT JOIN seen ON seen.table_name = tables.table_name GROUP BY tables.table_name
UNION ALL
SELECT 'placeholders kept', 'articles', sum(_placeholder) AS n, if(n = 0, '', 'rows whose body is lost here until it is sent again')
FROM ${DATABASE}.articles FINAL;
