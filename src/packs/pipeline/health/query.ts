import { at, column, healthTable } from '../../health';

/** What queries cost. */
export const healthQuery = healthTable({
  name: 'health_query',
  description:
    'Queries of each minute that is over, added up by who asked: user, application, dashboard, panel, dbt model. From system.query_log; empty where a server keeps none.',
  columns: [
    at,
    column('m', "DateTime('UTC')", 'The minute in which they ended.'),
    column('host', 'LowCardinality(String)', 'Server.'),
    column('user', 'LowCardinality(String)', 'User of ClickHouse.'),
    column('app', 'LowCardinality(String)', 'tidemark (the plugin), dbt, or what the client calls itself.'),
    column('dashboard', 'LowCardinality(String)', 'Dashboard, as the comment of the statement says.'),
    column('panel', 'LowCardinality(String)', 'Panel.'),
    column('asker', 'LowCardinality(String)', 'Who looked at it: user of Grafana.'),
    column('model', 'LowCardinality(String)', 'dbt model.'),
    column('kind', 'LowCardinality(String)', 'Select, Insert, Create and so on.'),
    column('queries', 'UInt64', 'Queries.'),
    column('failed', 'UInt64', 'Of these, those that failed.'),
    column('seconds', 'Float64', 'How long they took in all, in seconds.'),
    column('cpu_s', 'Float64', 'CPU time, in seconds.'),
    column('slowest_ms', 'UInt64', 'The one that took longest, in milliseconds.'),
    column('read_rows', 'UInt64', 'Rows read.'),
    column('read_bytes', 'UInt64', 'Bytes read.'),
    column('result_rows', 'UInt64', 'Rows of the answers.'),
    column('written_rows', 'UInt64', 'Rows written.'),
    column(
      'full_scans',
      'UInt64',
      'Queries that read more than 800,000 rows and left out no granule of their tables: no key and no index helped.',
    ),
    column('stars', 'UInt64', 'Queries whose answer is all columns of a table: SELECT * FROM it.'),
    column('memory_bytes', 'UInt64', 'The most memory that one of them held.'),
    column('memory_byte_s', 'Float64', 'Memory times seconds, added up: what they kept from others.'),
  ],
  orderBy: ['m', 'user', 'app', 'dashboard', 'panel', 'at'],
  ttlDays: 400,
});
