import { at, column, healthTable } from '../../health';

/** Who reads WAL from a server just now. */
export const healthWalsender = healthTable({
  name: 'health_walsender',
  description: 'Walsenders: who is connected for replication. A MaterializedPostgreSQL never shows here.',
  columns: [
    at,
    column('server', 'LowCardinality(String)', 'Name under collect.postgres.'),
    column('pid', 'UInt32', 'Process.'),
    column('application', 'LowCardinality(String)', 'Such as Debezium Streaming.'),
    column('slot', 'String', 'Slot that it reads; empty: none.'),
    column('pipeline', 'LowCardinality(String)', 'Pipeline that needs the slot.'),
    column('user', 'LowCardinality(String)', 'Who is logged in.'),
    column('client', 'String', 'Address of the client.'),
    column(
      'state',
      'LowCardinality(String)',
      'startup, catchup, streaming, backup, stopping; empty without the right to see it.',
    ),
    column('sent_bytes', 'Nullable(UInt64)', 'WAL that is not sent yet.'),
    column('flushed_bytes', 'Nullable(UInt64)', 'WAL that the client has not confirmed.'),
    column(
      'flush_s',
      'Nullable(Float64)',
      'Seconds from writing WAL to its confirmation, as the server last saw it; NULL where all is confirmed.',
    ),
    column('reply_s', 'Nullable(Float64)', 'Seconds since the client last answered.'),
    column('connected_s', 'Nullable(Float64)', 'Seconds since it connected.'),
  ],
  orderBy: ['server', 'at'],
  ttlDays: 30,
});
