import type { DashboardSql, StatPanel, TablePanel } from '../../dashboards/spec';
import { atOnce, failedNodes, goodRun, now, runsOnce } from './sql';

const never = "toDateTime64(0, 3, 'UTC')";

/** Sub-query: `subject` of every job that is expected, or that was seen in the last 30 days. */
const jobs = (sql: DashboardSql): string => `(
          SELECT subject FROM ${sql.table('expected_subjects')} WHERE rule = 'dbt_sla_missed'
          UNION DISTINCT
          SELECT concat(project, ' ', job) AS subject FROM ${sql.table('health_dbt_run')} WHERE at > now() - INTERVAL 30 DAY AND job != ''
        )`;

/** Sub-query: a row for each job: its limit (`late`, NULL where it has no schedule) and what is known of its runs. */
function jobRows(sql: DashboardSql): string {
  const runs = runsOnce(atOnce(sql), "job != '' AND (counts = 1 OR command = 'test')");
  const rate = (days: number) =>
    `countIf(${goodRun} AND counts = 1 AND ended_at > now() - INTERVAL ${days} DAY) / nullIf(countIf(counts = 1 AND ended_at > now() - INTERVAL ${days} DAY), 0)`;
  return `(
        SELECT
          jobs.subject AS subject, if(limits.subject = '', NULL, limits.value) AS late, last_at, last_status, last_command, took, success_at, week, month,
          multiIf(last_at = ${never}, 'never', late IS NOT NULL AND dateDiff('second', success_at, ${now}) > late, 'overdue', last_status) AS state
        FROM ${jobs(sql)} AS jobs
        LEFT JOIN (
          SELECT
            concat(project, ' ', job) AS subject, max(ended_at) AS last_at, argMax(status, ended_at) AS last_status, argMax(command, ended_at) AS last_command,
            argMaxIf(elapsed_s, ended_at, counts = 1) AS took, maxIf(least(ended_at, at), ${goodRun} AND counts = 1) AS success_at, ${rate(7)} AS week, ${rate(30)} AS month
          FROM ${runs}
          GROUP BY subject
        ) AS runs ON runs.subject = jobs.subject
        LEFT JOIN (
          SELECT subject, value FROM ${sql.table('thresholds')} WHERE rule = 'dbt_sla_missed' AND name = 'late' AND subject != ''
        ) AS limits ON limits.subject = jobs.subject
      )`;
}

const jobTables = ['expected_subjects', 'health_dbt_run', 'thresholds'] as const;

export function verdictStat(sql: DashboardSql): StatPanel {
  return {
    kind: 'stat',
    title: 'Data',
    about: {
      what: 'Whether what dbt makes can be trusted just now. *Failing*: a model or test of a job fails. *Late*: a job has not succeeded for longer than its schedule allows. *Filling*: no run has been seen yet.',
      how: 'The worst of these, at this moment, whatever range is chosen. The tables below name the jobs and the nodes.',
      from: [...jobTables, 'health_dbt_node'],
    },
    next: ['alerts'],
    filled: true,
    values: [{ column: 'Verdict', metric: 'verdict' }],
    sql: `
      SELECT multiIf(
          (SELECT countIf(times > 0) FROM ${failedNodes(atOnce(sql))}) > 0, 3,
          countIf(state = 'overdue') > 0, 2,
          countIf(state != 'never') = 0, 1,
          0) ${sql.as('Verdict')}
      FROM ${jobRows(sql)}`,
  };
}

export function nowStat(sql: DashboardSql): StatPanel {
  return {
    kind: 'stat',
    title: 'What is wrong now',
    about: {
      what: 'Models and tests that fail, jobs that are overdue, sources that dbt found stale at its last check.',
      how: 'At this moment, whatever range is chosen. Rules dbt_failed, dbt_sla_missed and source_stale tell of them.',
      from: [...jobTables, 'health_dbt_node', 'health_dbt_source'],
    },
    weight: 2,
    values: [
      { column: 'Failing', metric: 'failingNodes' },
      { column: 'Overdue jobs', metric: 'overdueJobs' },
      { column: 'Stale sources', metric: 'staleSources' },
    ],
    sql: `
      SELECT
        (SELECT countIf(times > 0) FROM ${failedNodes(atOnce(sql))}) ${sql.as('Failing')},
        (SELECT countIf(state = 'overdue') FROM ${jobRows(sql)}) ${sql.as('Overdue jobs')},
        (SELECT countIf(status NOT IN ('pass', 'missing')) FROM (
          SELECT argMax(status, checked_at) AS status FROM ${sql.table('health_dbt_source')} WHERE at > now() - INTERVAL 30 DAY GROUP BY project, unique_id
        )) ${sql.as('Stale sources')}`,
  };
}

export function rateStat(sql: DashboardSql): StatPanel {
  const rate = (days: number) =>
    `countIf(${goodRun} AND ended_at > now() - INTERVAL ${days} DAY) / nullIf(countIf(ended_at > now() - INTERVAL ${days} DAY), 0)`;
  return {
    kind: 'stat',
    title: 'Runs that succeeded',
    about: {
      what: 'Share of the runs of jobs that ended without a failure; a warning is none.',
      how: 'Of the last 7 and 30 days, whatever range is chosen. Without what only looks or tests (compile, docs, test beside a build) and without people’s own runs.',
      from: ['health_dbt_run'],
    },
    weight: 1.5,
    values: [
      { column: '7 days', metric: 'successRate' },
      { column: '30 days', metric: 'successRate' },
    ],
    sql: `
      SELECT ${rate(7)} ${sql.as('7 days')}, ${rate(30)} ${sql.as('30 days')}
      FROM ${runsOnce(atOnce(sql), "counts = 1 AND job != '' AND at > now() - INTERVAL 31 DAY")}`,
  };
}

export function jobsTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Jobs',
    about: {
      what: 'Every job, the worst first. *overdue*: its last success is older than *Late after*: either its runs fail, or nothing runs. *never ran*: it is expected, and no run has been seen.',
      how: 'At this moment, whatever range is chosen. *Last run* may be one of tests, *Took* and *Last success* are of what makes something (build, run, …); compile, docs and the like are left out. *Late after* is the limit in force of rule dbt_sla_missed, empty for a job without a schedule. Shares are of runs that make something.',
      from: jobTables,
    },
    columns: [
      { name: 'Job', width: 200 },
      { name: 'State', metric: 'dbtState', coloured: 'text', width: 110 },
      { name: 'Last run', metric: 'moment', width: 170 },
      { name: 'Command', width: 100 },
      { name: 'Ended', metric: 'dbtState', coloured: 'text', width: 100 },
      { name: 'Took', metric: 'runLength', width: 90 },
      { name: 'Last success', metric: 'moment', width: 170 },
      { name: 'Age of it', metric: 'age', width: 100 },
      { name: 'Late after', metric: 'age', width: 100 },
      { name: '7 days', metric: 'successRate', coloured: 'text', width: 90 },
      { name: '30 days', metric: 'successRate', coloured: 'text', width: 90 },
    ],
    sql: `
      SELECT
        subject ${sql.as('Job')}, state ${sql.as('State')}, nullIf(last_at, ${never}) ${sql.as('Last run')}, last_command ${sql.as('Command')}, last_status ${sql.as('Ended')},
        if(last_at = ${never}, NULL, took) ${sql.as('Took')}, nullIf(success_at, ${never}) ${sql.as('Last success')},
        if(success_at = ${never}, NULL, dateDiff('second', success_at, ${now})) ${sql.as('Age of it')}, late ${sql.as('Late after')}, week ${sql.as('7 days')}, month ${sql.as('30 days')}
      FROM ${jobRows(sql)}
      ORDER BY indexOf(['overdue', 'failed', 'never', 'warned'], state) = 0, indexOf(['overdue', 'failed', 'never', 'warned'], state), subject
      LIMIT 200`,
  };
}
