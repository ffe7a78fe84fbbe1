import type { DashboardSql, TimeseriesPanel } from '../../../dashboards/spec';
import { bucket } from './panelSql';

/** What ClickHouse could not apply. */
export function errorsPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Errors of ClickHouse, by name',
    about: {
      what: 'How often ClickHouse failed at something. Changes that it cannot apply show here first: CANNOT_PARSE…, CANNOT_INSERT_NULL…, TYPE_MISMATCH, POSTGRESQL_REPLICATION_INTERNAL_ERROR.',
      how: 'Rise of system.errors in each bucket, all servers together; the ten names that happened most. Errors of people’s own queries count too.',
      from: ['health_error'],
    },
    draw: 'bars',
    stacked: true,
    series: [],
    byLabel: { label: 'name', metric: 'errorCount' },
    sql: `
      SELECT ${bucket()} AS time, toString(name) AS name, sum(count) ${sql.as('Errors')}
      FROM ${sql.table('health_error')}
      WHERE $__timeFilter(at) AND count > 0 AND name IN (
        SELECT name FROM ${sql.table('health_error')} WHERE $__timeFilter(at) GROUP BY name ORDER BY sum(count) DESC LIMIT 10
      )
      GROUP BY time, name
      ORDER BY time, name`,
  };
}
