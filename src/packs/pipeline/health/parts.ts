import { at, column, healthTable } from '../../health';

/** Active parts of each table. */
export const healthParts = healthTable({
  name: 'health_parts',
  description: 'Active parts, rows and bytes of each table, the hundred with the most parts and the hundred largest.',
  columns: [
    at,
    column('host', 'LowCardinality(String)', 'Server.'),
    column('database', 'LowCardinality(String)', 'Database.'),
    column('table', 'String', 'Table.'),
    column('parts', 'UInt32', 'Active parts.'),
    column(
      'max_parts',
      'UInt32',
      'Active parts of the partition that has the most: inserts are delayed and refused by this.',
    ),
    column('partition', 'String', 'That partition.'),
    column('partitions', 'UInt32', 'Partitions.'),
    column('rows', 'UInt64', 'Rows on disk, older versions included.'),
    column('bytes', 'UInt64', 'Bytes on disk.'),
    column('raw_bytes', 'UInt64', 'Bytes before compression.'),
    column('ttl_due_bytes', 'UInt64', 'Bytes of parts whose rows are all past their TTL: the next merge lets them go.'),
    column('newest_at', "DateTime64(3, 'UTC')", 'When the newest part was written, by an insert or a merge.'),
  ],
  orderBy: ['database', 'table', 'host', 'at'],
  ttlDays: 400,
});
