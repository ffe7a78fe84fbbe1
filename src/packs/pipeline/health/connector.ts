import { at, column, healthTable } from '../../health';

/** Connectors of Kafka Connect. */
export const healthConnector = healthTable({
  name: 'health_connector',
  description:
    'Connectors of Kafka Connect and, where Jolokia is there, the gauges of Debezium: one row per look, also where the connector or the whole worker is missing.',
  columns: [
    at,
    column('pipeline', 'LowCardinality(String)', 'Pipeline that the connector belongs to; empty: none.'),
    column('cluster', 'LowCardinality(String)', 'Kafka Connect cluster, as tidemark.yaml names it.'),
    column('connector', 'LowCardinality(String)', 'Connector.'),
    column(
      'down',
      'UInt8',
      '1: nothing comes through: it does not run, has no task, a task failed, or nobody answers.',
    ),
    column('detail', 'String', 'Why, in a sentence; empty where it runs.'),
    column(
      'state',
      'LowCardinality(String)',
      "Kafka Connect's word: RUNNING, PAUSED, STOPPED, FAILED, UNASSIGNED, RESTARTING; missing: no such connector; unreachable: Kafka Connect does not answer.",
    ),
    column('tasks', 'UInt16', 'Tasks that it has. None at all is a failure, whatever the state says.'),
    column('tasks_running', 'UInt16', 'Tasks that run.'),
    column('tasks_failed', 'UInt16', 'Tasks that failed.'),
    column(
      'trace',
      'String',
      'Last causes in the stack trace of the failed task or connector, 2,000 characters at most.',
    ),
    column('version', 'LowCardinality(String)', 'Version of the connector.'),
    column('lsn', 'Nullable(UInt64)', 'Last LSN of the source whose change Kafka has.'),
    column('source_at', "Nullable(DateTime64(3, 'UTC'))", 'When that change was made, by the clock of the source.'),
    column(
      'source_lag_s',
      'Nullable(Float64)',
      'Seconds since then. With a heartbeat it stays below some beats; without, it grows while the source is idle.',
    ),
    column(
      'connected',
      'Nullable(UInt8)',
      'Jolokia: whether Debezium is connected to the source. NULL: not asked, or no task.',
    ),
    column('behind_ms', 'Nullable(Int64)', 'Jolokia: milliseconds from a change to its event, of the last event.'),
    column('since_event_ms', 'Nullable(Int64)', 'Jolokia: milliseconds since the last event.'),
    column('queue_total', 'Nullable(UInt32)', 'Jolokia: places of the queue between reading and sending.'),
    column('queue_left', 'Nullable(UInt32)', 'Jolokia: places that are free. 0: Kafka does not take what is read.'),
    column('events', 'Nullable(UInt64)', 'Jolokia: changes seen since the task began.'),
    column('erroneous', 'Nullable(UInt64)', 'Jolokia: events that could not be read since the task began.'),
    column('snapshot_running', 'Nullable(UInt8)', 'Jolokia: whether a snapshot is being taken.'),
    column('snapshot_tables_left', 'Nullable(UInt32)', 'Jolokia: tables that it has not finished.'),
    column('snapshot_rows', 'Nullable(UInt64)', 'Jolokia: rows that it has read.'),
  ],
  orderBy: ['cluster', 'connector', 'at'],
  ttlDays: 90,
});
