import type { DashboardSql, TablePanel, TimeseriesPanel } from '../../../../dashboards/spec';
import { bucket, newest, seen } from '../panelSql';
import { rate, rates } from './rates';

export function insertsPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Rows inserted',
    about: {
      what: 'Rows inserted per second, those of refreshable views and Kafka tables too.',
      how: 'Rise of the servers’ counters in each bucket, all servers together.',
      from: ['health_server_metric'],
    },
    draw: 'line',
    series: [{ column: 'Rows', metric: 'insertedRate' }],
    sql: rates(sql, [{ column: 'Rows', of: rate('InsertedRows') }], ['InsertedRows']),
  };
}

export function rowsPerInsertPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Rows per insert',
    about: {
      what: 'How large inserts are. Thousands of rows are well; inserts of a few rows each make parts faster than merges remove them.',
      how: 'Rows inserted divided by inserts of each bucket; those of refreshable views and Kafka tables count too.',
      from: ['health_server_metric'],
    },
    draw: 'line',
    series: [{ column: 'Rows per insert', metric: 'rowsPerInsert' }],
    sql: rates(
      sql,
      [{ column: 'Rows per insert', of: `${rate('InsertedRows')} / nullIf(${rate('InsertQuery')}, 0)` }],
      ['InsertedRows', 'InsertQuery'],
    ),
  };
}

export function mergesPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Merges and mutations',
    about: {
      what: 'Merges that run, and parts that are being mutated. A mutation that stays for hours blocks ALTER and holds disk.',
      how: 'The greatest number of each bucket, of the server that had most.',
      from: ['health_merges'],
    },
    draw: 'line',
    series: [
      { column: 'Merges', metric: 'merges' },
      { column: 'Parts mutated', metric: 'mutations' },
    ],
    sql: `
      SELECT ${bucket()} AS time, max(merges) ${sql.as('Merges')}, max(mutations) ${sql.as('Parts mutated')}
      FROM ${sql.table('health_merges')}
      WHERE $__timeFilter(at)
      GROUP BY time
      ORDER BY time`,
  };
}

export function partsTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Tables by parts',
    about: {
      what: 'Tables with the most active parts in one partition: that number decides whether inserts are slowed or refused.',
      how: 'The newest look of the last hour, the fifty worst.',
      from: ['health_parts'],
    },
    weight: 3,
    columns: [
      { name: 'Table', width: 215 },
      { name: 'Host', width: 75 },
      { name: 'Most parts', metric: 'mostParts', coloured: 'text', width: 90 },
      { name: 'In partition', width: 95 },
      { name: 'Parts', metric: 'rows', width: 60 },
      { name: 'Rows', metric: 'rows', width: 95 },
      { name: 'On disk', metric: 'storage', width: 85 },
      { name: 'Seen', metric: 'seen', coloured: 'text', width: 60 },
    ],
    sql: `
      SELECT
        concat(database, '.', table) ${sql.as('Table')},
        host ${sql.as('Host')},
        max_parts ${sql.as('Most parts')},
        partition ${sql.as('In partition')},
        parts ${sql.as('Parts')},
        rows ${sql.as('Rows')},
        bytes ${sql.as('On disk')},
        ${seen} ${sql.as('Seen')}
      FROM ${newest(sql, 'health_parts', ['host', 'database', 'table'], { hours: 1 })}
      ORDER BY max_parts DESC, bytes DESC
      LIMIT 50`,
  };
}
