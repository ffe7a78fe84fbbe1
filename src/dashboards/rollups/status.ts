import type { DashboardSql, StatPanel, TablePanel } from '../spec';

/** Worst first. */
export const byVerdict =
  "multiIf(verdict = 'failing', 0, verdict = 'clock back', 1, verdict = 'stale', 2, verdict = 'filling', 3, verdict = 'catching up', 4, 5)";

export function countsStat(sql: DashboardSql): StatPanel {
  const values = [
    { column: 'Fresh', metric: 'freshRollups', of: "countIf(verdict = 'fresh')" },
    { column: 'Behind', metric: 'behindRollups', of: "countIf(verdict NOT IN ('fresh', 'failing'))" },
    { column: 'Failing', metric: 'failingRollups', of: "countIf(verdict = 'failing')" },
  ] as const;
  return {
    kind: 'stat',
    title: 'Tables that are kept',
    about: {
      what: 'How many tables are up to date, how many are behind (first filling, catching up with late days, standing still, clock set back), and how many fail.',
      how: 'Rollups, placements ledgers and queues of late days, at this moment, whatever range is chosen. The table below names them.',
      from: ['rollup_status'],
    },
    weight: 2,
    values,
    sql: `
      SELECT ${values.map(({ column, of }) => `${of} ${sql.as(column)}`).join(', ')}
      FROM ${sql.table('rollup_status')}`,
  };
}

export function workStat(sql: DashboardSql): StatPanel {
  return {
    kind: 'stat',
    title: 'What waits, what was wrong',
    about: {
      what: 'Age of the oldest watermark; days that rows came late for and that wait to be counted again; rows of rollups that the sweep found wrong in the last 24 hours.',
      how: 'At this moment, whatever range is chosen. Drift of 0 is the proof that rollups equal their sources; anything else is mended already and worth a look.',
      from: ['rollup_status', 'catalog_rollups', 'drift'],
    },
    weight: 3,
    values: [
      { column: 'Oldest watermark', metric: 'lag' },
      { column: 'Queued days', metric: 'queuedDays' },
      { column: 'Drift in 24 h', metric: 'wrongRows' },
    ],
    sql: `
      SELECT
        (SELECT max(lag_s) FROM ${sql.table('rollup_status')}) ${sql.as('Oldest watermark')},
        (SELECT sum(days) FROM (
          SELECT catalog.role AS role, max(queued_days) AS days
          FROM ${sql.table('rollup_status')} AS status
          INNER JOIN ${sql.table('catalog_rollups')} AS catalog ON catalog.name = status.rollup
          GROUP BY role
        )) ${sql.as('Queued days')},
        (SELECT sum(rows) FROM ${sql.table('drift')} WHERE at >= now() - INTERVAL 1 DAY) ${sql.as('Drift in 24 h')}`,
  };
}

/** Every table that a refresh keeps, worst first. */
export function statusTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Every table and its refresh',
    about: {
      what: 'What to repair: the worst state first. *failing*: the last refresh ended in the error shown, the old numbers stay. *late*: no progress for three periods and a minute. *catching up*: days that rows came late for are queued. *clock back*: the server’s clock stands behind the rows. *filling*: the first refresh is not over.',
      how: 'Lag is the age of the newest row that is proven to be counted. Times are of the last refresh that succeeded.',
      from: ['rollup_status'],
    },
    columns: [
      { name: 'Table', width: 190 },
      { name: 'Kind', width: 75 },
      { name: 'State', metric: 'state', coloured: 'text', width: 100 },
      { name: 'Lag', metric: 'lag', coloured: 'text', width: 85 },
      { name: 'Last refresh', metric: 'moment', width: 170 },
      { name: 'Took', metric: 'duration', width: 80 },
      { name: 'Every', metric: 'period', width: 75 },
      { name: 'Queued days', metric: 'queuedDays', width: 105 },
      { name: 'Oldest queued', metric: 'day', width: 115 },
      { name: 'Retries', metric: 'rows', width: 75 },
      { name: 'Error' },
    ],
    sql: `
      SELECT
        rollup ${sql.as('Table')},
        kind ${sql.as('Kind')},
        verdict ${sql.as('State')},
        lag_s ${sql.as('Lag')},
        last_success_time ${sql.as('Last refresh')},
        last_success_duration_ms ${sql.as('Took')},
        every_s ${sql.as('Every')},
        queued_days ${sql.as('Queued days')},
        toString(oldest_queued) ${sql.as('Oldest queued')},
        retry ${sql.as('Retries')},
        exception ${sql.as('Error')}
      FROM ${sql.table('rollup_status')}
      ORDER BY ${byVerdict}, lag_s DESC, rollup`,
  };
}
