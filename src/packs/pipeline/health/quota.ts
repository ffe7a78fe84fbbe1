import { at, column, healthTable } from '../../health';

/** How much of quotas is used up. */
export const healthQuota = healthTable({
  name: 'health_quota',
  description:
    'Quotas with a limit and what is used of it in the interval that runs; empty where there is none, or where the collector may not see them (SHOW QUOTAS).',
  columns: [
    at,
    column('host', 'LowCardinality(String)', 'Server.'),
    column('quota', 'LowCardinality(String)', 'Name of the quota.'),
    column('key', 'String', 'Whose use it is: user, address or client key, as the quota is keyed.'),
    column('interval_s', 'UInt32', 'Length of the interval, in seconds.'),
    column('ends_at', "Nullable(DateTime64(3, 'UTC'))", 'When the interval ends; NULL: nothing was used yet.'),
    column(
      'what',
      'LowCardinality(String)',
      'What is limited: queries, errors, read_bytes, execution_time (s) and so on.',
    ),
    column('used', 'Float64', 'How much is used.'),
    column('most', 'Float64', 'How much may be used.'),
  ],
  orderBy: ['quota', 'key', 'what', 'host', 'at'],
  ttlDays: 90,
});
