import type { DashboardSql, TablePanel, TimeseriesPanel } from '../../../../dashboards/spec';
import { bucket, inPipeline, newest, seen } from '../panelSql';
import { copyVerdict, isWell } from './verdicts';

/** What no lag shows: one table that stands still, or differs. */
export function tablesTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Tables and their copies',
    about: {
      what: 'Each replicated table beside its copy, what is wrong first. *stands still*: it changed more than 15 minutes ago and the copy has not moved since. *columns differ*: a published column is not in the copy. *rows differ*: more than 100 rows and 0.1 % apart, both counted, while changes wait.',
      how: 'The newest look of the last day; *Seen* is its age, *Changed* how long ago the collector last saw rows move. Rows of large tables are estimates (≈): the key and the time of the last change tell more. *Keys behind*: greatest key of the table less that of the copy.',
      from: ['health_table'],
    },
    columns: [
      { name: 'Pipeline', width: 90 },
      { name: 'Table', width: 150 },
      { name: 'Copy', width: 150 },
      { name: 'State', metric: 'copyState', coloured: 'background', width: 105 },
      { name: 'Rows', width: 95 },
      { name: 'Rows of the copy', width: 130 },
      { name: 'Keys behind', metric: 'rows', width: 95 },
      { name: 'Changed', metric: 'ago', width: 80 },
      { name: 'Copy changed', metric: 'ago', width: 110 },
      { name: 'Waits for', metric: 'period', width: 80 },
      { name: 'Columns missing', width: 150 },
      { name: 'Seen', metric: 'seen', coloured: 'text', width: 75 },
    ],
    sql: `
      SELECT
        pipeline ${sql.as('Pipeline')},
        table ${sql.as('Table')},
        target ${sql.as('Copy')},
        ${copyVerdict} ${sql.as('State')},
        concat(if(rows_exact = 1, '', '≈ '), toString(rows)) ${sql.as('Rows')},
        concat(if(target_rows_exact = 1, '', '≈ '), toString(target_rows)) ${sql.as('Rows of the copy')},
        key_gap ${sql.as('Keys behind')},
        dateDiff('second', changed_at, now64(3)) ${sql.as('Changed')},
        dateDiff('second', target_changed_at, now64(3)) ${sql.as('Copy changed')},
        dateDiff('second', waits_since, now64(3)) ${sql.as('Waits for')},
        arrayStringConcat(missing_columns, ', ') ${sql.as('Columns missing')},
        ${seen} ${sql.as('Seen')}
      FROM ${newest(sql, 'health_table', ['pipeline', 'table'], { where: inPipeline })}
      ORDER BY ${isWell('State')}, pipeline, table`,
  };
}

/** How much there is to replicate. */
export function changesPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Rows changed in Postgres',
    about: {
      what: 'Rows inserted, updated and deleted per second, by table: the work that replication has.',
      how: 'Rise of Postgres’s own counters within each bucket, rolled back changes included; a counter that began anew counts from zero. The ten busiest tables of the range, the others as one.',
      from: ['health_table'],
    },
    draw: 'line',
    series: [],
    byLabel: { label: 'name', metric: 'rowRate' },
    sql: `
      SELECT time, if(rank <= 10, name, 'all others') AS name, sum(rate) ${sql.as('Rows')}
      FROM (
        SELECT time, name, rate, dense_rank() OVER (ORDER BY total DESC, name) AS rank
        FROM (
          SELECT time, name, rate, sum(rate) OVER (PARTITION BY name) AS total
          FROM (
            SELECT ${bucket(120)} AS time, name,
              sum(rise) / greatest(120, $__interval_s) AS rate
            FROM (
              SELECT at, table AS name,
                toFloat64(multiIf(before IS NULL, 0, changes >= before, toInt64(changes) - toInt64(before), toInt64(changes))) AS rise
              FROM (
                SELECT at, table, changes,
                  lagInFrame(toNullable(changes), 1, NULL) OVER (PARTITION BY pipeline, table ORDER BY at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before
                FROM ${sql.table('health_table')}
                WHERE $__timeFilter(at) AND changes IS NOT NULL AND ${inPipeline}
              )
            )
            GROUP BY time, name
          )
        )
      )
      GROUP BY time, name
      ORDER BY time, name`,
  };
}
