import type { DashboardSql, StateTimelinePanel, TimeseriesPanel } from '../../dashboards/spec';
import { goodRun, runsOnce } from './sql';

/** Begin of the bucket of a run's end; rarer than points on a wide screen. */
const bucket = 'toStartOfInterval(ended_at, toIntervalSecond(greatest(300, $__interval_s)))';

const runs = (sql: DashboardSql) =>
  runsOnce(
    { table: (name) => sql.table(name), now: 'now64(3)' },
    "counts = 1 AND job != '' AND $__timeFilter(ended_at)",
  );

/** How each job stood, over time. */
export function statesPanel(sql: DashboardSql): StateTimelinePanel {
  const pieces = { table: (name: string) => sql.table(name), now: 'now64(3)' };
  const never = "toDateTime64(0, 3, 'UTC')";
  return {
    kind: 'statetimeline',
    title: 'Jobs over time',
    about: {
      what: 'How the last run of each job ended, until the next one. *overdue*: its last success was older than its schedule allows, and no run had ended since then.',
      how: 'From the end of each run that makes something; where a bucket has several, the worst until the last of them. Overdue by the limits of rule dbt_sla_missed as they are now; a job without a schedule never is.',
      from: ['health_dbt_run', 'thresholds'],
    },
    metric: 'jobState',
    sql: `
      SELECT tupleElement(point, 1) AS time, job, tupleElement(point, 2) ${sql.as('State')}
      FROM (
        SELECT job, arrayJoin(if(count() = 1, [(max(changed), max(state))], [(min(changed), max(state)), (max(changed), argMax(state, changed))])) AS point
        FROM (
          SELECT ended_at AS changed, concat(project, ' ', job) AS job, multiIf(status = 'failed', 2, status = 'warned', 1, 0) AS state
          FROM ${runs(sql)}
          UNION ALL
          SELECT success + toIntervalSecond(late) AS changed, subject AS job, 3 AS state
          FROM (
            SELECT concat(project, ' ', job) AS subject, ended_at AS success, leadInFrame(ended_at) OVER (PARTITION BY project, job ORDER BY ended_at ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next
            FROM ${runsOnce(pieces, `counts = 1 AND job != '' AND ${goodRun}`)}
          ) AS successes
          INNER JOIN (
            SELECT subject, toUInt32(value) AS late FROM ${sql.table('thresholds')} WHERE rule = 'dbt_sla_missed' AND name = 'late' AND subject != ''
          ) AS limits ON limits.subject = successes.subject
          WHERE changed < if(next = ${never}, now64(3), next) AND $__timeFilter(changed)
        )
        GROUP BY job, toStartOfInterval(changed, toIntervalSecond(greatest(60, $__interval_s)))
      )
      ORDER BY time, job`,
  };
}

/** How runs ended, over time. */
export function endingsPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Runs by how they ended',
    about: {
      what: 'Runs of jobs: without a failure, with warnings alone, with failures. A gap is a scheduler that did not run.',
      how: 'Runs that make something, by the time at which they ended; somebody’s own runs are left out.',
      from: ['health_dbt_run'],
    },
    draw: 'bars',
    stacked: true,
    series: [
      { column: 'Succeeded', metric: 'goodRuns' },
      { column: 'Warned', metric: 'warnedRuns' },
      { column: 'Failed', metric: 'failedRuns' },
    ],
    sql: `
      SELECT ${bucket} AS time, countIf(status = 'success') ${sql.as('Succeeded')}, countIf(status = 'warned') ${sql.as('Warned')}, countIf(status = 'failed') ${sql.as('Failed')}
      FROM ${runs(sql)}
      GROUP BY time
      ORDER BY time`,
  };
}

/** How long the runs of each job take. */
export function lengthPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'How long runs take',
    about: {
      what: 'The longest run of each job that succeeded. Rule dbt_slow watches for twice what is usual.',
      how: 'By the time at which it ended, the longest of each bucket; without full refreshes, which take longer, and without failures, which end early.',
      from: ['health_dbt_run'],
    },
    draw: 'line',
    series: [],
    byLabel: { label: 'job', metric: 'lags' },
    sql: `
      SELECT ${bucket} AS time, concat(project, ' ', job) AS job, max(elapsed_s) ${sql.as('Took')}
      FROM ${runs(sql)}
      WHERE full_refresh = 0 AND ${goodRun}
      GROUP BY time, job
      ORDER BY time, job`,
  };
}

/** The same against the time there is. */
export function periodPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Runs: share of their period',
    about: {
      what: 'How much of the time between two runs a run takes. Above the dashed line the next one is due before it ends.',
      how: 'The longest run of each bucket divided by what rule dbt_slow has as `longest` for the job, which is its `every` in tidemark.yaml; jobs without a schedule are left out.',
      from: ['health_dbt_run', 'thresholds'],
    },
    draw: 'line',
    limit: 1,
    series: [],
    byLabel: { label: 'job', metric: 'periodShare' },
    sql: `
      SELECT ${bucket} AS time, concat(project, ' ', job) AS job, max(elapsed_s / period) ${sql.as('Share')}
      FROM ${runs(sql)} AS runs
      INNER JOIN (
        SELECT subject, value AS period FROM ${sql.table('thresholds')} WHERE rule = 'dbt_slow' AND name = 'longest' AND subject != '' AND value > 0
      ) AS limits ON limits.subject = concat(runs.project, ' ', runs.job)
      WHERE ${goodRun}
      GROUP BY time, job
      ORDER BY time, job`,
  };
}
