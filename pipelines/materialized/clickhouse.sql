-- ClickHouse's side. The engine is experimental: its tables stop without a word when a column is added (docs/pipelines.md), which
-- `tidemark collect` sees by comparing both sides. envsubst < clickhouse.sql | clickhouse-client --multiquery
SET allow_experimental_database_materialized_postgresql = 1;

-- Personal data stays in Postgres: of customers, only these columns are published. So does the text of articles: an update that leaves
-- a large value alone would make it empty here, and REPLICA IDENTITY FULL, the cure elsewhere, this engine does not take. The engine adds _version and _sign; reading one of
-- its tables gives the newest version of each row, without the deleted ones.
CREATE DATABASE IF NOT EXISTS ${DATABASE}
ENGINE = MaterializedPostgreSQL('${POSTGRES_HOST}:${POSTGRES_PORT}', '${POSTGRES_DATABASE}', 'tidemark_mat', '${REPLICATION_PASSWORD}')
SETTINGS materialized_postgresql_tables_list = 'customers(user_id, country, created_at),orders,articles(article_id, title),tidemark_heartbeat',
    materialized_postgresql_backoff_max_ms = 1000;
