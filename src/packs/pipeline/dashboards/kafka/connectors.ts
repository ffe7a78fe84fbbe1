import type { DashboardSql, TablePanel, TimeseriesPanel } from '../../../../dashboards/spec';
import { byLabel, inPipeline, newest, seen } from '../panelSql';

export function connectorsTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Connectors',
    about: {
      what: 'Connectors of Kafka Connect, those through which nothing comes first. The state of a connector stays RUNNING while its only task has failed: both are shown.',
      how: 'The newest look of the last day. *Behind*: age of the last change of the source that Kafka has; with a heartbeat it stays small.',
      from: ['health_connector'],
    },
    weight: 3,
    columns: [
      { name: 'Connector', width: 140 },
      { name: 'Pipeline', width: 100 },
      { name: 'State', metric: 'connectorState', coloured: 'background', width: 110 },
      { name: 'Tasks', width: 80 },
      { name: 'Behind', metric: 'period', width: 80 },
      { name: 'Snapshot', metric: 'yesNo', width: 85 },
      { name: 'Why', wrap: true },
      { name: 'Seen', metric: 'seen', coloured: 'text', width: 75 },
    ],
    sql: `
      SELECT
        connector ${sql.as('Connector')},
        pipeline ${sql.as('Pipeline')},
        if(down = 1 AND state = 'RUNNING', 'FAILED', state) ${sql.as('State')},
        concat(toString(tasks_running), ' of ', toString(tasks)) ${sql.as('Tasks')},
        source_lag_s ${sql.as('Behind')},
        snapshot_running ${sql.as('Snapshot')},
        detail ${sql.as('Why')},
        ${seen} ${sql.as('Seen')}
      FROM ${newest(sql, 'health_connector', ['cluster', 'connector'], { where: inPipeline })}
      ORDER BY down DESC, connector`,
  };
}

export function queuePanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Debezium’s queue',
    about: {
      what: 'How full the queue between reading from Postgres and writing to Kafka is. Full: Kafka does not take what is read.',
      how: 'The greatest of each bucket. Only where Jolokia answers (collect.connect.<name>.jolokia); otherwise empty.',
      from: ['health_connector'],
    },
    weight: 2,
    draw: 'line',
    series: [],
    max: 1,
    byLabel: { label: 'name', metric: 'periodShare' },
    sql: byLabel(sql, {
      table: 'health_connector',
      label: 'toString(connector) AS name',
      value: `max(1 - queue_left / queue_total) ${sql.as('Full')}`,
      where: `queue_total > 0 AND ${inPipeline}`,
    }),
  };
}
