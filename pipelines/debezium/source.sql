-- PostgreSQL's side of the pipeline: run once, as a superuser or the owner of the tables with CREATEROLE.
-- ${REPLICATION_PASSWORD} is filled in: envsubst < source.sql | psql …   (docs/pipelines.md)

-- Who reads. LOGIN REPLICATION opens slots, SELECT takes the snapshot; it owns nothing and makes nothing.
-- On Amazon RDS: GRANT rds_replication TO tidemark_cdc in place of REPLICATION.
DO $do$ BEGIN
  CREATE ROLE tidemark_cdc LOGIN REPLICATION PASSWORD '${REPLICATION_PASSWORD}';
EXCEPTION WHEN duplicate_object THEN
  ALTER ROLE tidemark_cdc LOGIN REPLICATION PASSWORD '${REPLICATION_PASSWORD}';
END $do$;
GRANT USAGE ON SCHEMA public TO tidemark_cdc;
GRANT SELECT ON orders, articles TO tidemark_cdc;
-- Personal data stays here: full_name is granted to nobody and published to nobody.
GRANT SELECT (user_id, email, country, created_at) ON customers TO tidemark_cdc;

-- One row that the connector touches every few seconds. Without it the slot of an idle database keeps WAL for ever, and nobody
-- can tell a quiet source from a dead pipeline. The only table that the role may write.
CREATE TABLE IF NOT EXISTS tidemark_heartbeat (id integer PRIMARY KEY, beat_at timestamptz NOT NULL);
INSERT INTO tidemark_heartbeat VALUES (1, now()) ON CONFLICT DO NOTHING;
GRANT SELECT, UPDATE ON tidemark_heartbeat TO tidemark_cdc;

-- With FULL the log carries the whole row. Needed where values are large: otherwise an update that leaves a large value alone
-- sends a placeholder in its place, which would overwrite the good value. It costs WAL; other tables need only their primary key.
ALTER TABLE articles REPLICA IDENTITY FULL;

-- What is replicated, by name: FOR ALL TABLES would publish the next table with personal data by itself. The list of columns
-- needs PostgreSQL 15; before, name the table without it and leave the column out in connector.properties (column.exclude.list).
DROP PUBLICATION IF EXISTS tidemark;
CREATE PUBLICATION tidemark FOR TABLE
  customers (user_id, email, country, created_at), orders, articles, tidemark_heartbeat;

-- A consumer that is gone must not fill the disk: past this the slot is lost, which is an alert and a new snapshot, not an outage.
-- ALTER SYSTEM SET max_slot_wal_keep_size = '20GB';   -- about a day of your WAL, at most half of the free disk
-- SELECT pg_reload_conf();
