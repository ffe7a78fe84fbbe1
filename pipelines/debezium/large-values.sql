-- Where REPLICA IDENTITY FULL cannot be had at the source: the large value lives in a table of its own that no placeholder enters.
-- Run after clickhouse.sql; then read articles_whole in place of articles.
CREATE TABLE IF NOT EXISTS ${DATABASE}.articles_body
(
    article_id Int64,
    body String CODEC(ZSTD),
    _version UInt64 COMMENT 'LSN of the change'
)
ENGINE = ReplacingMergeTree(_version) ORDER BY article_id;

CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.articles_body_feed TO ${DATABASE}.articles_body AS
SELECT
    assumeNotNull(JSONExtract(row, 'article_id', 'Nullable(Int64)')) AS article_id,
    JSONExtractString(row, 'body') AS body,
    lsn AS _version
FROM ${DATABASE}.articles_changes
WHERE error = '' AND op != 'd' AND body != '__debezium_unavailable_value';

-- What came before the view. Nothing is lost if both bring a row: the greater LSN wins.
INSERT INTO ${DATABASE}.articles_body SELECT article_id, body, _version FROM ${DATABASE}.articles FINAL WHERE _placeholder = 0;

CREATE OR REPLACE VIEW ${DATABASE}.articles_whole AS
SELECT articles.* EXCEPT (body, _placeholder), articles_body.body AS body
FROM (SELECT * FROM ${DATABASE}.articles FINAL) AS articles
LEFT JOIN (SELECT article_id, body FROM ${DATABASE}.articles_body FINAL) AS articles_body USING (article_id);
