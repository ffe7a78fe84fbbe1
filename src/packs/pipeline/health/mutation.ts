import { at, column, healthTable } from '../../health';

/** Mutations that are not done. */
export const healthMutation = healthTable({
  name: 'health_mutation',
  description: 'Mutations that are not done, a hundred at most. What they change stays out: it may hold personal data.',
  columns: [
    at,
    column('host', 'LowCardinality(String)', 'Server.'),
    column('database', 'LowCardinality(String)', 'Database.'),
    column('table', 'String', 'Table.'),
    column('mutation', 'String', 'Its id.'),
    column(
      'kind',
      'LowCardinality(String)',
      'First words of the command: DELETE, UPDATE, MATERIALIZE COLUMN and so on.',
    ),
    column('created_at', "DateTime64(3, 'UTC')", 'When it was ordered.'),
    column('age_s', 'Float64', 'Seconds since then.'),
    column('parts_to_do', 'UInt64', 'Parts that are left.'),
    column('failure', 'String', 'Why it failed last; empty: it did not.'),
    column('failed_at', "Nullable(DateTime64(3, 'UTC'))", 'When it failed last.'),
  ],
  orderBy: ['database', 'table', 'mutation', 'host', 'at'],
  ttlDays: 30,
});
