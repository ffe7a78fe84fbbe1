import { at, column, healthTable } from '../../health';

/** Replication slots; also those that should be there and are not. */
export const healthSlot = healthTable({
  name: 'health_slot',
  description:
    'Replication slots: every one of each server, and every one that a pipeline needs, also where it is missing.',
  columns: [
    at,
    column('server', 'LowCardinality(String)', 'Name under collect.postgres.'),
    column('slot', 'String', 'Its name.'),
    column('pipeline', 'LowCardinality(String)', 'Pipeline that needs it; empty: none that is known.'),
    column('expected', 'UInt8', '1: a pipeline needs it.'),
    column(
      'status',
      'LowCardinality(String)',
      'reserved, extended: well. unused: it keeps nothing yet. unreserved: about to be lost. lost: it can never be read again. missing: it is needed and is not there.',
    ),
    column(
      'invalidation',
      'LowCardinality(String)',
      'Why it was invalidated, by PostgreSQL 17 and newer; empty: it was not, or it is not told.',
    ),
    column('database', 'LowCardinality(String)', 'Database of a logical slot.'),
    column('kind', 'LowCardinality(String)', 'logical or physical.'),
    column('plugin', 'LowCardinality(String)', 'Output plugin, such as pgoutput.'),
    column('temporary', 'UInt8', '1: it goes with its session.'),
    column(
      'active',
      'UInt8',
      '1: somebody reads it now. MaterializedPostgreSQL never shows so: it asks again and again.',
    ),
    column(
      'inactive_s',
      'Nullable(Float64)',
      'Seconds since nobody reads it; before PostgreSQL 17 since the collector first saw that. NULL: it is read.',
    ),
    column(
      'restart_lsn',
      'Nullable(UInt64)',
      'WAL from here on is kept for it, in bytes; NULL where it is lost or missing.',
    ),
    column(
      'confirmed_lsn',
      'Nullable(UInt64)',
      'Up to here its consumer has everything, in bytes; NULL where it is lost or missing.',
    ),
    column(
      'retained_bytes',
      'Nullable(UInt64)',
      'WAL that is kept for it; NULL where it is lost or missing: no number is no good news.',
    ),
    column('unconfirmed_bytes', 'Nullable(UInt64)', 'WAL that its consumer has not confirmed.'),
    column(
      'safe_bytes',
      'Nullable(Int64)',
      'WAL that may still be written before it is in danger of being lost; NULL: no limit, or lost.',
    ),
    column('keep_bytes', 'Nullable(UInt64)', 'max_slot_wal_keep_size of the server; NULL: no limit.'),
    column(
      'catalog_age',
      'Nullable(UInt64)',
      'Transactions since the oldest one that it holds back vacuum of the catalogs for.',
    ),
    column(
      'spill_count',
      'Nullable(UInt64)',
      'Times that transactions were spilled to disk while decoding, since stats_reset_at (14 and newer).',
    ),
    column('spill_bytes', 'Nullable(UInt64)', 'Bytes that were spilled to disk.'),
    column('stream_count', 'Nullable(UInt64)', 'Times that transactions under way were streamed.'),
    column('stream_bytes', 'Nullable(UInt64)', 'Bytes that were streamed.'),
    column('total_count', 'Nullable(UInt64)', 'Transactions that were decoded.'),
    column('total_bytes', 'Nullable(UInt64)', 'Bytes that were decoded.'),
    column('stats_reset_at', "Nullable(DateTime64(3, 'UTC'))", 'When these counters began.'),
  ],
  orderBy: ['server', 'slot', 'at'],
  ttlDays: 90,
});
