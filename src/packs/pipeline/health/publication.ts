import { at, column, healthTable } from '../../health';

/** Publications of the pipelines. */
export const healthPublication = healthTable({
  name: 'health_publication',
  description:
    'Publications that pipelines need, also where one is missing, and which of their tables it does not have.',
  columns: [
    at,
    column('server', 'LowCardinality(String)', 'Name under collect.postgres.'),
    column('database', 'LowCardinality(String)', 'Database.'),
    column('publication', 'String', 'Its name.'),
    column('pipeline', 'LowCardinality(String)', 'Pipeline that needs it.'),
    column('present', 'UInt8', '0: it is not there.'),
    column('all_tables', 'UInt8', '1: FOR ALL TABLES.'),
    column('operations', 'Array(String)', 'Of insert, update, delete, truncate: those that it passes on.'),
    column('tables', 'UInt32', 'Tables that it has.'),
    column('missing', 'Array(String)', 'Tables of the pipeline, its heartbeat included, that it does not have.'),
  ],
  orderBy: ['pipeline', 'publication', 'at'],
  ttlDays: 30,
});
