import { at, column, healthTable } from '../../health';

/** Replicated tables on each server. */
export const healthReplica = healthTable({
  name: 'health_replica',
  description: 'Replicated tables on each server: read-only, late, with how much in the queue.',
  columns: [
    at,
    column('host', 'LowCardinality(String)', 'Server.'),
    column('database', 'LowCardinality(String)', 'Database.'),
    column('table', 'String', 'Table.'),
    column('readonly', 'UInt8', '1: it takes no inserts.'),
    column('expired', 'UInt8', '1: its session with Keeper is gone.'),
    column('delay_s', 'Float64', 'How far it is behind, in seconds.'),
    column('queue', 'UInt32', 'Entries of its queue.'),
    column('queue_oldest_s', 'Float64', 'Age of the oldest entry, in seconds.'),
    column('log_behind', 'UInt64', 'Entries of the log that it has not taken into its queue.'),
    column('active_replicas', 'UInt32', 'Replicas that are there.'),
    column('total_replicas', 'UInt32', 'Replicas that should be there.'),
    column('lost_parts', 'UInt64', 'Parts that were lost for good.'),
    column('failure', 'String', 'What went wrong last with Keeper or the queue; empty: nothing.'),
  ],
  orderBy: ['database', 'table', 'host', 'at'],
  ttlDays: 90,
});
