import { at, column, healthTable } from '../../health';

/** Errors of each server that rose. */
export const healthError = healthTable({
  name: 'health_error',
  description:
    'Errors of each server that happened since the last look; those that did not have no row. What was there when a server was looked at for the first time has count 0.',
  columns: [
    at,
    column('host', 'LowCardinality(String)', 'Server.'),
    column('name', 'LowCardinality(String)', 'Name of the error.'),
    column('code', 'Int32', 'Its number.'),
    column('count', 'UInt64', 'How often it happened since the last look.'),
    column('total', 'UInt64', 'How often it happened since the server started.'),
    column('last_at', "DateTime64(3, 'UTC')", 'When it happened last.'),
    column('message', 'String', 'What was said then, two hundred characters of it.'),
  ],
  orderBy: ['name', 'host', 'at'],
  ttlDays: 30,
});
