import { at, column, healthTable } from '../../health';

/** Consumers of tables of the Kafka engine. */
export const healthConsumer = healthTable({
  name: 'health_consumer',
  description: 'Consumers of Kafka tables as ClickHouse sees them. A table that is detached has none.',
  columns: [
    at,
    column('host', 'LowCardinality(String)', 'Server.'),
    column('database', 'LowCardinality(String)', 'Database.'),
    column('table', 'String', 'Table.'),
    column('consumer', 'String', 'Its id.'),
    column('partitions', 'UInt32', 'Partitions that it was given.'),
    column('messages', 'UInt64', 'Messages that it read since it began.'),
    column('polled_s', 'Nullable(Float64)', 'Seconds since it last asked for messages; NULL: never.'),
    column('committed_s', 'Nullable(Float64)', 'Seconds since it last committed; NULL: never.'),
    column('commits', 'UInt64', 'Commits since it began.'),
    column('rebalances', 'UInt64', 'Times that partitions were taken from it.'),
    column(
      'lag',
      'Nullable(UInt64)',
      'Messages that it is behind, where the server keeps statistics of librdkafka; otherwise NULL.',
    ),
    column('failures', 'UInt32', 'Exceptions of the last ten minutes, of the ten that are kept.'),
    column('failure', 'String', 'The last of them; empty: none.'),
  ],
  orderBy: ['database', 'table', 'host', 'at'],
  ttlDays: 30,
});
