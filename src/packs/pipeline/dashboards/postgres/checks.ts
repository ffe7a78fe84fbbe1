import type { DashboardSql, TablePanel } from '../../../../dashboards/spec';
import { inPipeline, newest, seen } from '../panelSql';

/** Replication that lies: what truth tests say. */
export function checksTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Truth tests',
    about: {
      what: 'What the views under pipelines.<name>.checks say of the copies: placeholders in place of values, columns nobody reads, dead letters. Anything but 0 is wrong.',
      how: 'The newest look of the last day; what is wrong first.',
      from: ['health_check'],
    },
    columns: [
      { name: 'Pipeline', width: 110 },
      { name: 'Test', width: 170 },
      { name: 'Of', width: 150 },
      { name: 'Wrong', metric: 'wrongRows', coloured: 'text', width: 75 },
      { name: 'Which', wrap: true },
      { name: 'Seen', metric: 'seen', coloured: 'text', width: 75 },
    ],
    sql: `
      SELECT
        pipeline ${sql.as('Pipeline')}, name ${sql.as('Test')}, subject ${sql.as('Of')}, bad ${sql.as('Wrong')}, detail ${sql.as('Which')},
        ${seen} ${sql.as('Seen')}
      FROM ${newest(sql, 'health_check', ['pipeline', 'view', 'name', 'subject'], { where: inPipeline })}
      ORDER BY bad > 0 DESC, pipeline, name, subject`,
  };
}
