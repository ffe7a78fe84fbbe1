import { retentionCurve } from '../../core/retention';
import type { BarChartPanel, DashboardKit, DashboardSpec, DashboardSql } from '../../dashboards/spec';
import type { StatPanel, TablePanel, VariableSpec } from '../../dashboards/spec';

/** Intervals after the first that tables have a column for; curves have all. */
const shown = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 21, 30] as const;

const blank =
  'A cell stays empty until its interval is over for all of the cohort and the rollup has counted it: never a zero that only waits.';
const cohortsOfRange = 'Cohorts that begin within the range.';

/** Cells of the chosen retention whose cohort begins in the range; `users`: on, or on or after, as chosen. */
const cells = (sql: DashboardSql): string => `
        SELECT retention, interval, cohort, grp, k, size, users_on, users_after,
          if(\${show:sqlstring} = 'after', users_after, users_on) AS users
        FROM ${sql.table('retentions')}
        WHERE retention = \${retention:sqlstring} AND cohort >= ${sql.firstDay} AND cohort <= ${sql.lastDay}`;

const cohortName = `concat(if(any(interval) = 'month', formatDateTime(cohort, '%Y-%m'), toString(cohort)), if(isNull(sumIf(users_on, k = 0)), ' so far', ''))`;

function variables(sql: DashboardSql): readonly VariableSpec[] {
  return [
    {
      kind: 'query',
      name: 'retention',
      label: 'Retention',
      description: 'A retention that tidemark.yaml saves: docs/retention.md.',
      sql: `SELECT substring(name, 11) FROM ${sql.table('catalog_rollups')} WHERE startsWith(name, 'retention_') AND name = family ORDER BY name`,
      needs: 'events',
    },
    {
      kind: 'choice',
      name: 'show',
      label: 'Came back',
      description: 'In the interval itself, or in it or any later one of those that are kept.',
      choices: { on: 'in the interval', after: 'in it or later' },
    },
  ];
}

function gridPanel(sql: DashboardSql): TablePanel {
  const shares = shown.map((k) => `u${k} / size ${sql.as(String(k))}`);
  return {
    kind: 'table',
    title: 'Cohorts: ${retention}',
    about: {
      what: `Of each cohort, the share that came back so many days, weeks or months later. ${cohortsOfRange}`,
      how: `Each user counts once per cohort and interval. Interval 0 is the start itself and makes the size. ${blank} *Or later* means up to the last interval that is kept.`,
      from: ['retentions'],
    },
    columns: [
      { name: 'Cohort', width: 130 },
      { name: 'Size', metric: 'cohortSize', width: 90 },
      ...shown.map((k) => ({ name: String(k), metric: 'retention', coloured: 'background' }) as const),
    ],
    sql: `
      SELECT name ${sql.as('Cohort')}, size ${sql.as('Size')},
        ${shares.join(', ')}
      FROM (
        SELECT cohort, ${cohortName} AS name, sumIf(size, k = 0) AS size,
          ${shown.map((k) => `sumIf(users, k = ${k}) AS u${k}`).join(', ')}
        FROM (${cells(sql)}
        )
        GROUP BY cohort
      )
      ORDER BY cohort`,
  };
}

function curvePanel(sql: DashboardSql): BarChartPanel {
  const whole = `SELECT '' AS grp, k, sum(size) AS size, sum(users_on) AS users_on, sum(users_after) AS users_after
FROM (${cells(sql)}
)
GROUP BY cohort, k`;
  return {
    kind: 'barchart',
    title: 'Mean of all cohorts: ${retention}',
    about: {
      what: 'The share that came back 1, 2, 3, … intervals later: of all users (weighted), of all cohorts alike (simple), and who came then or later (weighted).',
      how: `Only cells whose interval is over, each mean over the cohorts that have it. ${cohortsOfRange} The weighted mean is the one to quote; where the simple one differs, small cohorts behave unlike large ones.`,
      from: ['retentions'],
    },
    x: 'Later',
    series: [
      { column: 'Weighted mean', metric: 'retentionWeighted' },
      { column: 'Simple mean', metric: 'retentionSimple' },
      { column: 'Then or later', metric: 'retentionAfter' },
    ],
    beside: true,
    sql: `
      SELECT toString(k) ${sql.as('Later')}, on_weighted ${sql.as('Weighted mean')}, on_simple ${sql.as('Simple mean')}, after_weighted ${sql.as('Then or later')}
      FROM (
${retentionCurve(whole).replace(/^/gm, '        ')}
      )
      WHERE k > 0
      ORDER BY k`,
  };
}

function breakdownPanel(sql: DashboardSql): TablePanel {
  const mean = (k: number) =>
    `sumIf(users, k = ${k}) / sumIf(size, k = ${k} AND isNotNull(users)) ${sql.as(String(k))}`;
  return {
    kind: 'table',
    title: 'By value at the start: ${retention}',
    about: {
      what: 'The weighted mean of the cohorts for each value of the breakdown that tidemark.yaml names for this retention, the largest first; one row where it names none.',
      how: `The value is that of the first start in the cohort’s interval; what it is on returning does not matter. ${cohortsOfRange} Only cells whose interval is over.`,
      from: ['retentions'],
    },
    columns: [
      { name: 'Value', width: 130 },
      { name: 'Size', metric: 'cohortSize', width: 90 },
      ...shown.map((k) => ({ name: String(k), metric: 'retention', coloured: 'background' }) as const),
    ],
    sql: `
      SELECT if(grp = '', '(none)', grp) ${sql.as('Value')}, sumIf(size, k = 0) ${sql.as('Size')},
        ${shown.map(mean).join(', ')}
      FROM (${cells(sql)}
      )
      GROUP BY grp
      ORDER BY sumIf(size, k = 0) DESC, grp
      LIMIT 20`,
  };
}

function sizePanel(sql: DashboardSql): BarChartPanel {
  return {
    kind: 'barchart',
    title: 'Size of the cohorts: ${retention}',
    about: {
      what: `How many users make each cohort. ${cohortsOfRange} The paler bar is the interval that still runs.`,
      how: 'First-time: users whose first start ever lies in the interval. Recurring: all users with a start in it, so that one user is in many cohorts.',
      from: ['retentions'],
    },
    x: 'Cohort',
    series: [{ column: 'Users', metric: 'cohortMembers', open: 'Users, so far' }],
    sql: `
      SELECT name ${sql.as('Cohort')}, if(isNull(over), NULL, size) ${sql.as('Users')}, if(isNull(over), size, NULL) ${sql.as('Users, so far')}
      FROM (
        SELECT cohort, ${cohortName} AS name, sumIf(size, k = 0) AS size, sumIf(users_on, k = 0) AS over
        FROM (${cells(sql)}
        )
        GROUP BY cohort
      )
      ORDER BY cohort`,
  };
}

function meansStat(sql: DashboardSql): StatPanel {
  const mean = (k: number) =>
    `sumIf(users, k = ${k}) / sumIf(size, k = ${k} AND isNotNull(users)) ${sql.as(`After ${k}`)}`;
  return {
    kind: 'stat',
    title: 'Came back after 1, 4 and 8 days, weeks or months',
    about: {
      what: `The weighted mean of the cohorts, 1, 4 and 8 intervals later. ${cohortsOfRange}`,
      how: `Of all users of the cohorts whose interval is over. ${blank}`,
      from: ['retentions'],
    },
    weight: 3,
    values: [1, 4, 8].map((k) => ({ column: `After ${k}`, metric: 'retentionWeighted' }) as const),
    sql: `
      SELECT ${[1, 4, 8].map(mean).join(', ')}
      FROM (${cells(sql)}
      )
      HAVING count() > 0`,
  };
}

/** *Retention & cohorts*: who comes back, how that changes from cohort to cohort, and for whom. */
export function retentionDashboard({ sql, trust, cohorts }: DashboardKit): DashboardSpec {
  return {
    page: 'retention',
    description: 'Who comes back: cohort by cohort, on average, and by what they were at the start.',
    tags: ['product'],
    needs: 'events',
    variables: variables(sql),
    rows: [
      {
        height: 4,
        panels: [
          trust(
            ['user_day', 'user_first', 'step_day'],
            "startsWith(rollup, 'retention_') OR startsWith(rollup, 'starts_')",
          ),
          meansStat(sql),
        ],
      },
      { height: 12, panels: [gridPanel(sql)] },
      { height: 9, panels: [curvePanel(sql), sizePanel(sql)] },
      { height: 8, panels: [breakdownPanel(sql)] },
      {
        height: 11,
        panels: [
          cohorts({
            title: 'Retention by month of first activity',
            rollup: 'user_cohort_month',
            who: 'users',
            first: 'First active',
            size: 'Users',
            what: 'Of the users who were first active in a month, the share active again 1, 2, … 12 months later.',
          }),
        ],
      },
    ],
  };
}
