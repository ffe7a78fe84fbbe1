import type { DashboardSql, TablePanel } from '../../dashboards/spec';
import { atOnce, failedNodes } from './sql';

/** What fails, and why. */
export function failingTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Failing now',
    about: {
      what: 'Models, tests, seeds and snapshots that failed in a run of a job and have not succeeded since, the oldest first. What is only skipped stands below.',
      how: 'At this moment, whatever range is chosen; the last 30 days are looked at. A success of any run ends it, `dbt compile` does not. Messages of the database come without the values and statements that it quotes. *Query* finds the statement in `system.query_log`.',
      from: ['health_dbt_node'],
    },
    columns: [
      { name: 'Project', width: 100 },
      { name: 'Node', width: 260, wrap: true },
      { name: 'Kind', width: 85 },
      { name: 'Status', metric: 'dbtState', coloured: 'text', width: 95 },
      { name: 'Job', width: 90 },
      { name: 'Since', metric: 'moment', width: 165 },
      { name: 'Times', metric: 'rows', width: 70 },
      { name: 'Skipped behind it', metric: 'rows', width: 130 },
      { name: 'Message', wrap: true },
      { name: 'Commit', width: 95 },
      { name: 'Query', width: 130 },
    ],
    sql: `
      SELECT
        project ${sql.as('Project')}, unique_id ${sql.as('Node')}, last.8 ${sql.as('Kind')}, last.1 ${sql.as('Status')}, last.3 ${sql.as('Job')}, since ${sql.as('Since')}, times ${sql.as('Times')},
        skipped ${sql.as('Skipped behind it')}, last.2 ${sql.as('Message')}, substring(last.4, 1, 10) ${sql.as('Commit')}, last.6 ${sql.as('Query')}
      FROM ${failedNodes(atOnce(sql))}
      WHERE times > 0
      ORDER BY since, unique_id
      LIMIT 200`,
  };
}

/** What each model takes and costs. */
export function costTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Slowest and costliest models',
    about: {
      what: 'Time that models, tests, seeds and snapshots took in the range, the most first, beside what their statements cost ClickHouse: CPU time, bytes read, memory.',
      how: 'Time as dbt measured it, of all runs that were seen, people’s own too. Cost is added up from `system.query_log` by the comment that dbt puts before each statement, so it counts all statements of a model, not its main one alone; empty where the server keeps no query log or `collect.clickhouse.queries` is off. *Peak memory* is of its largest statement.',
      from: ['health_dbt_node', 'health_query'],
    },
    columns: [
      { name: 'Node', width: 330, wrap: true },
      { name: 'Kind', width: 85 },
      { name: 'Runs', metric: 'rows', width: 75 },
      { name: 'Time in all', metric: 'runLength', width: 105 },
      { name: 'Median', metric: 'runLength', width: 90 },
      { name: 'Longest', metric: 'runLength', width: 90 },
      { name: 'CPU', metric: 'cpuTime', width: 90 },
      { name: 'Statements', metric: 'rows', width: 100 },
      { name: 'Read', metric: 'storage', width: 95 },
      { name: 'Rows written', metric: 'rows', width: 110 },
      { name: 'Peak memory', metric: 'storage', width: 110 },
    ],
    sql: `
      SELECT
        unique_id ${sql.as('Node')}, kind ${sql.as('Kind')}, runs ${sql.as('Runs')}, total ${sql.as('Time in all')}, median ${sql.as('Median')}, longest ${sql.as('Longest')},
        if(statements = 0, NULL, cpu) ${sql.as('CPU')}, nullIf(statements, 0) ${sql.as('Statements')}, if(statements = 0, NULL, bytes) ${sql.as('Read')},
        if(statements = 0, NULL, written) ${sql.as('Rows written')}, if(statements = 0, NULL, memory) ${sql.as('Peak memory')}
      FROM (
        SELECT unique_id, any(resource_type) AS kind, count() AS runs, sum(execution_s) AS total, quantileExact(0.5)(execution_s) AS median, max(execution_s) AS longest
        FROM (
          SELECT * FROM ${sql.table('health_dbt_node')} WHERE $__timeFilter(ended_at) AND status NOT IN ('skipped', 'no-op', 'removed') LIMIT 1 BY project, invocation_id, unique_id
        )
        GROUP BY unique_id
      ) AS nodes
      LEFT JOIN (
        SELECT model, sum(cpu_s) AS cpu, sum(queries) AS statements, sum(read_bytes) AS bytes, sum(written_rows) AS written, max(memory_bytes) AS memory
        FROM ${sql.table('health_query')} WHERE $__timeFilter(m) AND model != '' GROUP BY model
      ) AS cost ON cost.model = nodes.unique_id
      ORDER BY total DESC, unique_id
      LIMIT 100`,
  };
}

/** What there is to read. */
export function freshnessTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Freshness of sources',
    about: {
      what: 'How old the newest row of each source was when `dbt source freshness` last looked, the worst first. *missing*: it has limits, and the last check says nothing of it: it could not be asked, or was not selected.',
      how: 'The newest check of each source, at this moment, whatever range is chosen; limits as they stand in the dbt project.',
      from: ['health_dbt_source'],
    },
    weight: 1.2,
    columns: [
      { name: 'Source', width: 190 },
      { name: 'Status', metric: 'dbtState', coloured: 'text', width: 100 },
      { name: 'Checked', metric: 'moment', width: 165 },
      { name: 'Newest row', metric: 'moment', width: 165 },
      { name: 'Age', metric: 'age', width: 85 },
      { name: 'Warns after', metric: 'age', width: 100 },
      { name: 'Error after', metric: 'age', width: 100 },
    ],
    sql: `
      SELECT
        concat(project, ' ', source_table) ${sql.as('Source')}, argMax(status, (checked_at, at)) ${sql.as('Status')}, max(checked_at) ${sql.as('Checked')},
        argMaxIf(max_loaded_at, (checked_at, at), status != 'missing') ${sql.as('Newest row')}, argMaxIf(age_s, (checked_at, at), status != 'missing') ${sql.as('Age')},
        argMax(warn_after_s, (checked_at, at)) ${sql.as('Warns after')}, argMax(error_after_s, (checked_at, at)) ${sql.as('Error after')}
      FROM ${sql.table('health_dbt_source')}
      WHERE at > now() - INTERVAL 30 DAY
      GROUP BY project, source_table
      ORDER BY indexOf(['pass', 'missing'], argMax(status, (checked_at, at))), argMaxIf(age_s, (checked_at, at), status != 'missing') DESC, source_table
      LIMIT 200`,
  };
}

/** What waits behind failures. */
export function skippedTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Skipped, and because of what',
    about: {
      what: 'Models and tests that the newest run left out because a node before them failed: they keep their old rows.',
      how: 'Of the newest run of each job, at this moment, whatever range is chosen. *Because of* is the nearest failed node before it, by the manifest of the run.',
      from: ['health_dbt_run', 'health_dbt_node'],
    },
    columns: [
      { name: 'Node', width: 230, wrap: true },
      { name: 'Because of', wrap: true },
      { name: 'Job', width: 110 },
      { name: 'Run', metric: 'moment', width: 165 },
    ],
    sql: `
      SELECT DISTINCT nodes.unique_id ${sql.as('Node')}, nodes.because ${sql.as('Because of')}, concat(nodes.project, ' ', nodes.job) ${sql.as('Job')}, nodes.ended_at ${sql.as('Run')}
      FROM ${sql.table('health_dbt_node')} AS nodes
      INNER JOIN (
        SELECT project, argMax(invocation_id, ended_at) AS invocation_id
        FROM ${sql.table('health_dbt_run')} WHERE at > now() - INTERVAL 30 DAY AND counts = 1 AND job != '' GROUP BY project, job
      ) AS newest ON newest.project = nodes.project AND newest.invocation_id = nodes.invocation_id
      WHERE nodes.at > now() - INTERVAL 30 DAY AND nodes.status = 'skipped'
      ORDER BY nodes.because, nodes.unique_id
      LIMIT 200`,
  };
}
