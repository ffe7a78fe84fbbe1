import type { MetricName } from '../palette';
import type { DashboardSql, TimeseriesPanel } from '../spec';

/** Begin of the bucket, in seconds at least, since refreshes are rarer than points on a wide screen. */
const bucket = (column: string, leastSeconds: number) =>
  `toStartOfInterval(${column}, toIntervalSecond(greatest(${leastSeconds}, $__interval_s)))`;

const nine = 'The nine with the greatest numbers of the range by name, the others as one.';

interface ByName {
  readonly label: string;
  readonly metric: MetricName;
  readonly column: string;
  /** Rows (time, name, value). */
  readonly rows: string;
  readonly of: 'max' | 'sum';
}

/** Greatest nine names by name, the others as one. */
function greatestNine(sql: DashboardSql, { label, column, rows, of }: ByName): string {
  return `
      SELECT time, if(rank <= 9 AND total > 0, name, 'all others') AS ${label}, ${of}(value) ${sql.as(column)}
      FROM (
        SELECT time, name, value, total, dense_rank() OVER (ORDER BY total DESC, name) AS rank
        FROM (
          SELECT time, name, value, ${of}(value) OVER (PARTITION BY name) AS total
          FROM (${rows})
        )
      )
      GROUP BY time, ${label}
      ORDER BY time, ${label}`;
}

function byName(sql: DashboardSql, spec: ByName): Pick<TimeseriesPanel, 'kind' | 'series' | 'byLabel' | 'sql'> {
  return {
    kind: 'timeseries',
    series: [],
    byLabel: { label: spec.label, metric: spec.metric },
    sql: greatestNine(sql, spec),
  };
}

/** How old the numbers were at worst. */
export function freshnessPanel(sql: DashboardSql): TimeseriesPanel {
  const done = sql.table('done');
  return {
    title: 'Age of the numbers, at worst',
    about: {
      what: 'How old the newest row that a table was proven to count became, before the next refresh counted newer ones. A saw that grows is a refresh that stands still.',
      how: `At each proof, its time less the watermark before; and now less the last one. The greatest of each bucket. ${nine} Proofs are kept one by one for 24 hours only.`,
      from: ['done'],
    },
    draw: 'line',
    ...byName(sql, {
      label: 'rollup',
      metric: 'lags',
      column: 'Age',
      of: 'max',
      rows: `
            SELECT ${bucket('at', 60)} AS time, toString(view) AS name, max(dateDiff('millisecond', before, at) / 1000) AS value
            FROM (
              SELECT view, at, lagInFrame(hi) OVER (PARTITION BY view ORDER BY at) AS before
              FROM (
                SELECT view, hi, at FROM ${done} WHERE at >= $__fromTime - INTERVAL 1 HOUR
                UNION ALL
                SELECT view, max(hi), now64(3) FROM ${done} GROUP BY view
              )
            )
            WHERE $__timeFilter(at) AND before > toDateTime64(0, 3)
            GROUP BY time, name`,
    }),
  };
}

export function durationPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    title: 'Refreshes: time they took',
    about: {
      what: 'How long the refreshes ran, the longest of each bucket. Names end in `_v`, those that recount old days in `_sweep_v`.',
      how: `Refreshes that succeeded, as ClickHouse tells it; one look a minute, so of frequent ones a sample. ${nine}`,
      from: ['refresh_log'],
    },
    draw: 'line',
    ...byName(sql, {
      label: 'refresh',
      metric: 'duration',
      column: 'Took',
      of: 'max',
      rows: `
            SELECT ${bucket('started', 120)} AS time, toString(view) AS name, max(duration_ms) AS value
            FROM ${sql.table('refresh_log')} WHERE $__timeFilter(started) AND ok = 1 GROUP BY time, name`,
    }),
  };
}

/** The same against the time there is. */
export function periodPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    title: 'Refreshes: share of their period',
    about: {
      what: 'How much of its period a refresh takes. Above the dashed line at 80 % the next one is soon late: give it more time (refresh.everySeconds) or fewer days.',
      how: `Longest duration of the bucket divided by the period as it is configured now; without those that recount old days. ${nine}`,
      from: ['refresh_log', 'rollup_status'],
    },
    draw: 'line',
    limit: 0.8,
    ...byName(sql, {
      label: 'refresh',
      metric: 'periodShare',
      column: 'Share',
      of: 'max',
      rows: `
            SELECT ${bucket('started', 120)} AS time, toString(view) AS name, max(duration_ms / 1000 / every_s) AS value
            FROM ${sql.table('refresh_log')}
            INNER JOIN (SELECT concat(rollup, '_v') AS view, every_s FROM ${sql.table('rollup_status')}) AS periods USING (view)
            WHERE $__timeFilter(started) AND ok = 1 GROUP BY time, name`,
    }),
  };
}

export function driftPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    title: 'Drift: rows that a sweep found wrong',
    about: {
      what: 'The sweep counts one old day after another anew from the source and compares. Nothing but zeros is the proof that rollups equal their sources.',
      how: `Rows of the rollup that differed and were mended, per hour or longer. Days counted again because rows came late do not belong to it. ${nine}`,
      from: ['drift'],
    },
    draw: 'bars',
    stacked: true,
    ...byName(sql, {
      label: 'rollup',
      metric: 'rows',
      column: 'Wrong rows',
      of: 'sum',
      rows: `
            SELECT ${bucket('at', 3600)} AS time, toString(rollup) AS name, sum(rows) AS value
            FROM ${sql.table('drift')} WHERE $__timeFilter(at) GROUP BY time, name`,
    }),
  };
}

/** Why days are counted again, each with the SQL of their number. */
const recounted = [
  { column: 'For late rows', metric: 'lateDays', of: 'late' },
  { column: 'To fill tables', metric: 'filledDays', of: 'filled' },
  { column: 'By the sweep', metric: 'sweptDays', of: 'swept' },
] as const;

export function recountsPanel(sql: DashboardSql): TimeseriesPanel {
  const columns = recounted.flatMap(({ column, of }) => [
    `if(time + seconds <= now(), ${of}, NULL) ${sql.as(column)}`,
    `if(time + seconds <= now(), NULL, ${of}) ${sql.as(`${column}, so far`)}`,
  ]);
  // What migrate and the CLI queue has no rows.
  const cameLate = `SELECT role, d FROM ${sql.table('late')} GROUP BY role, d HAVING sum(rows) > 0`;
  return {
    kind: 'timeseries',
    title: 'Days counted again',
    about: {
      what: 'Days that were counted whole from the source: because rows came late for them, because a new table was filled, or because it was their turn in the sweep.',
      how: 'A day counts once per role and recount, per hour or longer. The paler bar is not over.',
      from: ['recounts', 'late'],
    },
    draw: 'bars',
    stacked: true,
    series: recounted.map(({ column, metric }) => ({ column, metric, open: `${column}, so far` })),
    sql: `
      WITH greatest(3600, $__interval_s) AS seconds
      SELECT
        time,
        ${columns.join(',\n        ')}
      FROM (
        SELECT ${bucket('at', 3600)} AS time, countIf(why = 'late' AND came) AS late, countIf(why != 'sweep') - late AS filled, countIf(why = 'sweep') AS swept
        FROM (SELECT at, why, (role, d) IN (${cameLate}) AS came FROM ${sql.table('recounts')} WHERE $__timeFilter(at))
        GROUP BY time
      )
      ORDER BY time`,
  };
}
