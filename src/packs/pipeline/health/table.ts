import { at, column, healthTable } from '../../health';

/** Replicated tables beside their copies. */
export const healthTableDrift = healthTable({
  name: 'health_table',
  description:
    'Each replicated table beside its copy: rows, greatest key, last change, columns. What no lag shows: one table that stands still.',
  columns: [
    at,
    column('pipeline', 'LowCardinality(String)', 'Pipeline.'),
    column('server', 'LowCardinality(String)', 'Name under collect.postgres.'),
    column('database', 'LowCardinality(String)', 'Database in Postgres.'),
    column('table', 'String', 'schema.table in Postgres.'),
    column('target', 'String', 'database.table in ClickHouse.'),
    column('present', 'UInt8', '0: the table is not there, or the collector may not see it.'),
    column('target_present', 'UInt8', '0: the copy is not there, or the collector may not see it.'),
    column('published', 'UInt8', '0: the publication of the pipeline does not have it.'),
    column(
      'identity',
      'LowCardinality(String)',
      'Replica identity: default (its primary key), full, index; missing: updates and deletes fail or are lost.',
    ),
    column('rows', 'Nullable(UInt64)', 'Rows in Postgres; NULL: unknown.'),
    column('rows_exact', 'UInt8', '1: counted. 0: an estimate of the planner.'),
    column('target_rows', 'Nullable(UInt64)', 'Rows of the copy, each once; NULL: unknown.'),
    column('target_rows_exact', 'UInt8', '1: counted. 0: rows on disk, older versions and deleted rows included.'),
    column('key', 'String', 'Greatest key in Postgres; empty: none, or not comparable.'),
    column('target_key', 'String', 'Greatest key of the copy.'),
    column(
      'key_gap',
      'Nullable(Float64)',
      'How far the greatest key of the copy is behind; NULL where keys are no numbers.',
    ),
    column('updated_at', "Nullable(DateTime64(3, 'UTC'))", 'Newest updatedAt in Postgres.'),
    column('target_updated_at', "Nullable(DateTime64(3, 'UTC'))", 'Newest updatedAt of the copy.'),
    column(
      'changes',
      'Nullable(UInt64)',
      'Rows inserted, updated and deleted in Postgres since its statistics began, rolled back ones too; NULL on a replica.',
    ),
    column('updates', 'Nullable(UInt64)', 'Of these, rows updated.'),
    column('changed_at', "Nullable(DateTime64(3, 'UTC'))", 'When the collector last saw changes move; NULL: not yet.'),
    column(
      'target_blocks',
      'Nullable(UInt64)',
      'Inserts into the copy, as the numbers of its parts tell; merges do not count.',
    ),
    column(
      'target_changed_at',
      "Nullable(DateTime64(3, 'UTC'))",
      'When the collector last saw the copy move: inserts, rows, key or updatedAt; NULL: not yet.',
    ),
    column(
      'waits_since',
      "Nullable(DateTime64(3, 'UTC'))",
      'When changes moved first since the copy moved last: for so long the copy has stood still while the table did not. NULL: it moves, or there is nothing to wait for.',
    ),
    column(
      'missing_columns',
      'Array(String)',
      'Published columns that the copy does not have, without those to be ignored.',
    ),
    column(
      'extra_columns',
      'Array(String)',
      'Columns of the copy that Postgres does not have (any more); names that begin with _ do not count.',
    ),
  ],
  orderBy: ['pipeline', 'table', 'at'],
  ttlDays: 90,
});
