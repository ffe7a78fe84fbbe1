import type { DashboardSql, TablePanel, TimeseriesPanel } from '../spec';
import type { MetricName } from '../palette';
import { costRows, spendOf, who, whoNamed } from './rows';

interface Over {
  readonly title: string;
  readonly what: string;
  readonly how: string;
  readonly column: string;
  readonly of: string;
  readonly metric: MetricName;
}

/** One number over time, by what the variable names: the eight greatest of the range, the others as one. */
function overTime(sql: DashboardSql, { title, what, how, column, of, metric }: Over): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title,
    about: {
      what,
      how: `${how} By what *By* names: the eight greatest of the range, the others as one. *(none)*: the statement’s comment does not say.`,
      from: ['health_query'],
    },
    draw: 'bars',
    stacked: true,
    series: [],
    byLabel: { label: 'who', metric },
    sql: `
      SELECT time, if(rank <= 8, name, 'all others') AS who, sum(value) ${sql.as(column)}
      FROM (
        SELECT time, name, value, dense_rank() OVER (ORDER BY total DESC, name) AS rank
        FROM (
          SELECT time, ${whoNamed} AS name, ${of} AS value, sum(value) OVER (PARTITION BY name) AS total
          FROM (
            SELECT toStartOfInterval(m, toIntervalSecond(greatest(60, $__interval_s))) AS time, *, ${who} AS who
            FROM (${costRows(sql)}
            )
          )
          GROUP BY time, name
        )
      )
      GROUP BY time, who
      ORDER BY time, who`,
  };
}

export const readPanel = (sql: DashboardSql): TimeseriesPanel =>
  overTime(sql, {
    title: 'Bytes read, by ${by:text}',
    what: 'How much queries read, from disk or cache, before they throw away what is not asked for.',
    how: 'Sum of the bucket; of a cluster, what each server read.',
    column: 'Read',
    of: 'sum(read_bytes)',
    metric: 'readBytes',
  });

export const cpuPanel = (sql: DashboardSql): TimeseriesPanel =>
  overTime(sql, {
    title: 'CPU time, by ${by:text}',
    what: 'How long processors worked for queries.',
    how: 'Sum of the bucket over all threads: an hour of the bucket has as many hours of CPU time as there are cores.',
    column: 'CPU time',
    of: 'sum(cpu_s)',
    metric: 'cpuSeconds',
  });

export const memoryPanel = (sql: DashboardSql): TimeseriesPanel =>
  overTime(sql, {
    title: 'Memory held, by ${by:text}',
    what: 'GiB-hours of memory that queries held: what they kept from others.',
    how: 'The most that a query held times how long it took, added up: at most so much.',
    column: 'GiB-hours',
    of: 'sum(memory_byte_s) / pow(2, 30) / 3600',
    metric: 'gibHours',
  });

/** Who costs what. */
export function whoTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'What it costs, by ${by:text}',
    about: {
      what: 'The hundred that cost most in the range. *By* chooses what is added up: users, applications, dashboards, panels, people, dbt models, kinds of queries.',
      how: 'The plugin and dbt write who asks into the comment of each statement; others are *(none)*. Cost by the prices of rule `cost_budget`.',
      from: ['health_query', 'thresholds'],
    },
    columns: [
      { name: 'Who' },
      { name: 'Cost', metric: 'spends', width: 90 },
      { name: 'Share', metric: 'spendShare', width: 75 },
      { name: 'Read', metric: 'readBytes', width: 95 },
      { name: 'CPU time', metric: 'cpuSeconds', width: 95 },
      { name: 'GiB-hours', metric: 'gibHours', width: 90 },
      { name: 'Queries', metric: 'queries', width: 85 },
      { name: 'Failed', metric: 'queries', width: 75 },
      { name: 'Mean', metric: 'duration', width: 85 },
      { name: 'Slowest', metric: 'duration', width: 85 },
    ],
    sql: `
      SELECT
        ${whoNamed} ${sql.as('Who')}, cost ${sql.as('Cost')}, if(sum(cost) OVER () = 0, NULL, cost / sum(cost) OVER ()) ${sql.as('Share')},
        bytes ${sql.as('Read')}, cpu ${sql.as('CPU time')}, held / pow(2, 30) / 3600 ${sql.as('GiB-hours')},
        asked ${sql.as('Queries')}, broken ${sql.as('Failed')}, took ${sql.as('Mean')}, slowest ${sql.as('Slowest')}
      FROM (
        SELECT who, ${spendOf(sql)} AS cost, sum(read_bytes) AS bytes, sum(cpu_s) AS cpu, sum(memory_byte_s) AS held,
          sum(queries) AS asked, sum(failed) AS broken, if(asked = 0, NULL, 1000 * sum(seconds) / asked) AS took, max(slowest_ms) AS slowest
        FROM (
          SELECT *, ${who} AS who
          FROM (${costRows(sql)}
          )
        )
        GROUP BY who
      )
      ORDER BY cost DESC, cpu DESC, who
      LIMIT 100`,
  };
}

/** Whose queries read far more than they need. */
export function offendersTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Full scans and SELECT *',
    about: {
      what: 'Who reads whole tables, or asks for all columns of one. *Full scans*: queries that read more than 800,000 rows and left out no granule of their tables by key or index. *SELECT \\**: queries whose answer is SELECT * FROM a table; in a sub-query it costs nothing. *Rows read per row*: of the answer.',
      how: 'By user, application, dashboard, panel and dbt model, the fifty that read most among those with any. Panels: ask rollups, and the range by the column of the sorting key. `system.query_log` has the statements.',
      from: ['health_query'],
    },
    weight: 3,
    columns: [
      { name: 'User', width: 85 },
      { name: 'Application', width: 95 },
      { name: 'Asked by', wrap: true },
      { name: 'Full scans', metric: 'scans', coloured: 'text', width: 85 },
      { name: 'SELECT *', metric: 'scans', coloured: 'text', width: 80 },
      { name: 'Queries', metric: 'queries', width: 75 },
      { name: 'Read', metric: 'readBytes', width: 85 },
      { name: 'Rows read per row', metric: 'queries', width: 140 },
    ],
    sql: `
      SELECT
        user ${sql.as('User')}, app ${sql.as('Application')}, multiIf(model != '', model, panel != '', concat(dashboard, ' › ', panel), dashboard) ${sql.as('Asked by')},
        sum(full_scans) ${sql.as('Full scans')}, sum(stars) ${sql.as('SELECT *')}, sum(queries) ${sql.as('Queries')}, sum(read_bytes) ${sql.as('Read')},
        if(sum(result_rows) = 0, NULL, sum(read_rows) / sum(result_rows)) ${sql.as('Rows read per row')}
      FROM (${costRows(sql)}
      )
      GROUP BY user, app, dashboard, panel, model
      HAVING sum(full_scans) + sum(stars) > 0
      ORDER BY sum(read_bytes) DESC, user, app, dashboard, panel, model
      LIMIT 50`,
  };
}
