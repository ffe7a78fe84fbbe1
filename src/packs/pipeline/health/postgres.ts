import { at, column, healthTable } from '../../health';

/** A PostgreSQL server as a whole. */
export const healthPostgres = healthTable({
  name: 'health_postgres',
  description: 'PostgreSQL servers: position in the WAL, what limits the slots, the oldest transaction.',
  columns: [
    at,
    column('server', 'LowCardinality(String)', 'Name under collect.postgres.'),
    column('version', 'UInt32', 'server_version_num, such as 150018.'),
    column('started_at', "DateTime64(3, 'UTC')", 'When it was started: a restart shows as a change.'),
    column('replica', 'UInt8', '1: it replays what another server writes.'),
    column('wal_level', 'LowCardinality(String)', 'logical is needed.'),
    column('lsn', 'UInt64', 'Position in the WAL, in bytes; of a replica: what it received.'),
    column(
      'wal_bytes',
      'Nullable(UInt64)',
      'Size of the folder pg_wal; NULL without the right to see it (pg_monitor).',
    ),
    column('keep_bytes', 'Nullable(UInt64)', 'max_slot_wal_keep_size: a slot that needs more is lost; NULL: no limit.'),
    column('slots', 'UInt32', 'Replication slots.'),
    column('max_slots', 'UInt32', 'max_replication_slots.'),
    column('senders', 'UInt32', 'Walsenders.'),
    column('max_senders', 'UInt32', 'max_wal_senders.'),
    column('connections', 'UInt32', 'Connections of clients.'),
    column('max_connections', 'UInt32', 'max_connections.'),
    column(
      'oldest_s',
      'Nullable(Float64)',
      'Age of the oldest transaction that holds back replication or vacuum, in seconds, prepared ones too; NULL: none, or no right to see it.',
    ),
    column('oldest_what', 'String', 'Whose it is: database, user, application, state, process; never its statement.'),
    column('clock_skew_ms', 'Float64', 'Its clock less the clock of the collector, in milliseconds.'),
  ],
  orderBy: ['server', 'at'],
  ttlDays: 90,
});
