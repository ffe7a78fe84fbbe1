import { at, column, healthTable } from '../../health';

/** Gauges and counters of each ClickHouse server. */
export const healthServerMetric = healthTable({
  name: 'health_server_metric',
  description: 'Gauges and counters of each ClickHouse server: load, memory, inserts, refusals, Kafka, Keeper.',
  columns: [
    at,
    column('host', 'LowCardinality(String)', 'Server.'),
    column('kind', 'LowCardinality(String)', 'Where it is from: metric, event or asynchronous.'),
    column('name', 'LowCardinality(String)', 'Name in system.metrics, system.events or system.asynchronous_metrics.'),
    column('value', 'Float64', 'What it is now; of a counter, since the server started.'),
    column(
      'change',
      'Nullable(Float64)',
      'Of a counter: by how much it rose since the last look. NULL of a gauge, and in the first look.',
    ),
  ],
  orderBy: ['name', 'kind', 'host', 'at'],
  ttlDays: 90,
});
