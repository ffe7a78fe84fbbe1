import { at, column, healthTable } from '../../health';

/** Truth tests of a pipeline. */
export const healthCheck = healthTable({
  name: 'health_check',
  description:
    'Truth tests that the views named in pipelines.<name>.checks answered: dead letters, columns that are not read, values that are placeholders.',
  columns: [
    at,
    column('pipeline', 'LowCardinality(String)', 'Pipeline.'),
    column('view', 'LowCardinality(String)', 'View that was asked, as database.view.'),
    column('name', 'LowCardinality(String)', 'What is tested.'),
    column('subject', 'LowCardinality(String)', 'Of what: a table as a rule.'),
    column('bad', 'UInt64', 'How many are wrong; 0: all is well.'),
    column('detail', 'String', 'Which, in words.'),
  ],
  orderBy: ['pipeline', 'view', 'name', 'subject', 'at'],
  ttlDays: 90,
});
