import { at, column, healthTable } from '../../health';

/** Detached parts. */
export const healthDetached = healthTable({
  name: 'health_detached',
  description: 'Parts that were set aside, by table and reason. Those with a reason were not set aside by people.',
  columns: [
    at,
    column('host', 'LowCardinality(String)', 'Server.'),
    column('database', 'LowCardinality(String)', 'Database.'),
    column('table', 'String', 'Table.'),
    column(
      'reason',
      'LowCardinality(String)',
      'broken, unexpected, noquorum, covered-by-broken and so on; empty: detached by people.',
    ),
    column('parts', 'UInt32', 'Parts.'),
    column('bytes', 'UInt64', 'Bytes on disk.'),
  ],
  orderBy: ['database', 'table', 'reason', 'host', 'at'],
  ttlDays: 30,
});
