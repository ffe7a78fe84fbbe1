-- PostgreSQL's side of the pipeline PostgreSQL → MaterializedPostgreSQL. That engine is experimental in ClickHouse: for a production
-- pipeline take ../debezium. Run once as a superuser: envsubst < source.sql | psql …   (docs/pipelines.md)

-- ClickHouse makes slot and publication itself, so its role has to own what it publishes: it is a member of the tables' owner. That is
-- much; it may read and write them all.
DO $do$ BEGIN
  CREATE ROLE tidemark_mat LOGIN REPLICATION PASSWORD '${REPLICATION_PASSWORD}';
EXCEPTION WHEN duplicate_object THEN
  ALTER ROLE tidemark_mat LOGIN REPLICATION PASSWORD '${REPLICATION_PASSWORD}';
END $do$;
DO $do$ BEGIN
  CREATE ROLE shop_owner;
EXCEPTION WHEN duplicate_object THEN NULL;
END $do$;
GRANT shop_owner TO tidemark_mat;
GRANT CREATE ON DATABASE ${POSTGRES_DATABASE} TO tidemark_mat;

-- The row whose age in ClickHouse is the lag; `tidemark collect` touches it. Without it the slot of an idle database keeps WAL for ever.
CREATE TABLE IF NOT EXISTS tidemark_heartbeat (id integer PRIMARY KEY, beat_at timestamptz NOT NULL);
INSERT INTO tidemark_heartbeat VALUES (1, now()) ON CONFLICT DO NOTHING;

ALTER TABLE customers OWNER TO shop_owner;
ALTER TABLE orders OWNER TO shop_owner;
ALTER TABLE articles OWNER TO shop_owner;
ALTER TABLE tidemark_heartbeat OWNER TO shop_owner;

-- A consumer that is gone must not fill the disk. Past this the slot is lost, and everything has to be copied again.
-- ALTER SYSTEM SET max_slot_wal_keep_size = '20GB';
-- SELECT pg_reload_conf();
