import { at, column, healthTable } from '../../health';

/** Disks of each server. */
export const healthDisk = healthTable({
  name: 'health_disk',
  description: 'Disks of each server. Object storage has no size: it is as full as it is paid for.',
  columns: [
    at,
    column('host', 'LowCardinality(String)', 'Server.'),
    column('disk', 'LowCardinality(String)', 'Name of the disk.'),
    column('kind', 'LowCardinality(String)', 'Local, ObjectStorage and so on.'),
    column('free_bytes', 'Nullable(UInt64)', 'Bytes that are free; NULL of object storage.'),
    column('total_bytes', 'Nullable(UInt64)', 'Bytes that it has; NULL of object storage.'),
    column(
      'unreserved_bytes',
      'Nullable(UInt64)',
      'Bytes that are free and not promised to a merge; NULL of object storage.',
    ),
    column('broken', 'UInt8', '1: it is broken.'),
  ],
  orderBy: ['disk', 'host', 'at'],
  ttlDays: 400,
});
