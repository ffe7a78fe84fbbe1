import { at, column, healthTable } from '../../health';

/** Queues of replication and of Distributed tables. */
export const healthQueue = healthTable({
  name: 'health_queue',
  description: 'What waits to be fetched, merged or sent to another server, by table.',
  columns: [
    at,
    column('host', 'LowCardinality(String)', 'Server.'),
    column('kind', 'LowCardinality(String)', 'replication, or distribution (inserts into a Distributed table).'),
    column('database', 'LowCardinality(String)', 'Database.'),
    column('table', 'String', 'Table.'),
    column('entries', 'UInt64', 'Entries, or files.'),
    column('bytes', 'UInt64', 'Bytes that wait to be sent; 0 of replication.'),
    column('tries', 'UInt64', 'Tries of the entry that was tried most; errors of distribution.'),
    column('oldest_s', 'Nullable(Float64)', 'Age of the oldest entry, in seconds; NULL where it is not told.'),
    column('blocked', 'UInt8', '1: sending was stopped.'),
    column('failure', 'String', 'What went wrong last; empty: nothing.'),
  ],
  orderBy: ['kind', 'database', 'table', 'host', 'at'],
  ttlDays: 30,
});
