import { at, column, healthTable } from '../../health';

/** Refreshable views. */
export const healthView = healthTable({
  name: 'health_view',
  description:
    'Refreshable views of all databases. Whether one fails is not in its status: a view that always fails stays Scheduled.',
  columns: [
    at,
    column('host', 'LowCardinality(String)', 'Server.'),
    column('database', 'LowCardinality(String)', 'Database.'),
    column('view', 'String', 'View.'),
    column(
      'status',
      'LowCardinality(String)',
      'As ClickHouse says: Scheduled, Running, WaitingForDependencies, Disabled and so on.',
    ),
    column(
      'failing',
      'UInt8',
      '1: it has an exception, tries again, is disabled, or its last success is more than two periods and a minute old.',
    ),
    column('why', 'LowCardinality(String)', 'exception, retry, late, disabled; empty: it does not fail.'),
    column('exception', 'String', 'What its last run ended in.'),
    column('retry', 'UInt64', 'Tries again that were made.'),
    column('every_s', 'Nullable(Float64)', 'Its period in seconds; NULL where it has none that is known.'),
    column('success_s', 'Nullable(Float64)', 'Seconds since its last success; NULL: none yet.'),
    column('took_ms', 'Nullable(UInt64)', 'How long its last success took, in milliseconds.'),
    column('written_rows', 'Nullable(UInt64)', 'Rows that its last run wrote.'),
    column('next_at', "Nullable(DateTime64(3, 'UTC'))", 'When it runs next.'),
  ],
  orderBy: ['database', 'view', 'host', 'at'],
  ttlDays: 90,
});
