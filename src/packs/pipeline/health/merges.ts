import { at, column, healthTable } from '../../health';

/** Merges that run. */
export const healthMerges = healthTable({
  name: 'health_merges',
  description: 'Merges and mutations that run on each server just now.',
  columns: [
    at,
    column('host', 'LowCardinality(String)', 'Server.'),
    column('merges', 'UInt32', 'Merges that run.'),
    column('mutations', 'UInt32', 'Parts that are being mutated.'),
    column('longest_s', 'Float64', 'How long the oldest of them runs, in seconds.'),
    column('longest_table', 'String', 'Its table, as database.table.'),
    column('bytes', 'UInt64', 'Compressed bytes that they read in all.'),
    column('memory_bytes', 'UInt64', 'Memory that they hold.'),
  ],
  orderBy: ['host', 'at'],
  ttlDays: 30,
});
