import type {
  BarChartPanel,
  BarGaugePanel,
  DashboardKit,
  DashboardSpec,
  DashboardSql,
  StatPanel,
  TablePanel,
} from '../../dashboards/spec';
import { eventsPerMinute } from './eventPanels';

/** Weeks after the first that the grid and the curve show. */
const laterWeeks = 12;

const ofFeature = 'event = ${feature:sqlstring}';

/** First day of the last calendar week that is over and lies before the end of the range. Needs `t` in scope. */
const lastWeek = (sql: DashboardSql) => `${sql.weekOf(`(${sql.closedDay} + 1)`)} - 7`;

function usersStat(sql: DashboardSql): StatPanel {
  const week = lastWeek(sql);
  return {
    kind: 'stat',
    title: 'Users of any feature',
    about: {
      what: 'Users who used at least one feature in the last whole week of the range, and their share of all active users of the week.',
      how: 'Each user counts once, however many features and uses.',
      from: ['breadth_week', 'active_week'],
    },
    values: [
      { column: 'Users', metric: 'featureUsers' },
      { column: 'of active users', metric: 'adoptedShare' },
    ],
    sql: `
      SELECT used ${sql.as('Users')}, if(active = 0, NULL, used / active) ${sql.as('of active users')}
      FROM (
        SELECT
          (SELECT sum(users) FROM ${sql.rollup('breadth_week')} WHERE d = ${week}) AS used,
          (SELECT sum(users) FROM ${sql.rollup('active_week')} WHERE d = ${week}) AS active
      )`,
  };
}

function adoptersStat(sql: DashboardSql): StatPanel {
  const week = lastWeek(sql);
  return {
    kind: 'stat',
    title: 'First uses',
    about: {
      what: 'First uses of a feature in the last whole week of the range, and the change against the week before. A user who begins with two features makes two.',
      how: 'First in the whole history, not in the range.',
      from: ['adoption_week'],
    },
    values: [
      { column: 'First uses', metric: 'adopters' },
      { column: 'vs week before', metric: 'change' },
    ],
    sql: `
      SELECT
        sumIf(users, is_last) ${sql.as('First uses')},
        if(sumIf(users, NOT is_last) = 0, NULL, sumIf(users, is_last) / sumIf(users, NOT is_last) - 1) ${sql.as('vs week before')}
      FROM (
        SELECT users, d = ${week} AS is_last FROM ${sql.rollup('adoption_week')} WHERE d >= ${week} - 7 AND d <= ${week}
      )`,
  };
}

function featuresPanel(sql: DashboardSql): BarGaugePanel {
  return {
    kind: 'bargauge',
    title: 'Features by users',
    about: {
      what: 'Users of each feature in the last whole week of the range, the most used first.',
      how: 'Distinct users of the week; who uses two features is in both bars, so the bars do not add up.',
      from: ['feature_week'],
    },
    value: { column: 'Users', metric: 'featureUsers' },
    sql: `
      SELECT toString(event) ${sql.as('Feature')}, sum(users) ${sql.as('Users')}
      FROM ${sql.rollup('feature_week')}
      WHERE d = ${lastWeek(sql)}
      GROUP BY event
      HAVING sum(users) > 0
      ORDER BY sum(users) DESC, event`,
  };
}

function usesPanel(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'How often features are used',
    about: {
      what: 'Uses of each feature in the last whole week of the range, and how many there were per user who used it: mean, median and 90th percentile.',
      how: 'The mean is exact. Median and percentile are the value at their rank: exact up to 20, above it the least of its class (tens up to 100, hundreds up to 1,000).',
      from: ['feature_week'],
    },
    columns: [
      { name: 'Feature', width: 150 },
      { name: 'Users', metric: 'featureUsers', width: 75 },
      { name: 'Uses', metric: 'uses', width: 75 },
      { name: 'Mean', metric: 'usesPerUser', width: 65 },
      { name: 'Median', metric: 'usesOfUser', width: 70 },
      { name: 'p90', metric: 'usesOfUser' },
    ],
    sql: `
      SELECT
        toString(event) ${sql.as('Feature')},
        sum(f.users) ${sql.as('Users')},
        sum(f.uses) ${sql.as('Uses')},
        sum(f.uses) / sum(f.users) ${sql.as('Mean')},
        quantileExactWeighted(0.5)(per_user, f.users) ${sql.as('Median')},
        quantileExactWeighted(0.9)(per_user, f.users) ${sql.as('p90')}
      FROM (SELECT event, per_user, users, uses FROM ${sql.rollup('feature_week')} WHERE d = ${lastWeek(sql)} AND users > 0) AS f
      GROUP BY event
      ORDER BY sum(f.users) DESC, event`,
  };
}

function breadthPanel(sql: DashboardSql): BarChartPanel {
  const week = lastWeek(sql);
  return {
    kind: 'barchart',
    title: 'Breadth: features per user',
    about: {
      what: 'Active users of the last whole week of the range by how many different features they used in it; 0 are those who were there and used none.',
      how: 'Counted user by user: all bars together are the active users of the week.',
      from: ['breadth_week', 'active_week'],
    },
    x: 'Features',
    series: [{ column: 'Users', metric: 'featureUsers' }],
    sql: `
      SELECT toString(features) ${sql.as('Features')}, n ${sql.as('Users')}
      FROM (
        SELECT features, sum(signed) AS n
        FROM (
          SELECT toInt64(features) AS features, toInt64(users) AS signed FROM ${sql.rollup('breadth_week')} WHERE d = ${week}
          UNION ALL
          SELECT 0 AS features, -toInt64(users) AS signed FROM ${sql.rollup('breadth_week')} WHERE d = ${week}
          UNION ALL
          SELECT 0 AS features, toInt64(users) AS signed FROM ${sql.rollup('active_week')} WHERE d = ${week} AND days > 0
        )
        GROUP BY features
        ORDER BY features WITH FILL
      )`,
  };
}

/**
 * Cohorts of the range (at least the twelve weeks before its end) as rows: `cohort`, `size`, `adopted` (users who had used the
 * feature by the end of week 0, 1, …, 12 after the first), `edge`: weeks that begin before it are over and have data.
 */
function cohortRows(sql: DashboardSql): string {
  const adopted = Array.from({ length: laterWeeks + 1 }, (_, k) => `sumIf(users, d <= cohort + ${7 * k})`);
  const first = `least(${sql.weekOf(sql.firstDay)}, ${sql.weekOf(sql.lastDay)} - ${7 * laterWeeks})`;
  return `(
        SELECT cohort, size, adopted, least(edge_, newest + 7) AS edge, this
        FROM (
          SELECT d AS cohort, sum(new_users) AS size, max(${sql.weekOf(sql.today)}) AS edge_, max(max(d)) OVER () AS newest,
            max(${sql.weekOf(sql.today)}) AS this
          FROM ${sql.rollup('active_week')}
          WHERE d >= ${first} AND d <= ${sql.lastDay} AND days > 0
          GROUP BY d
        ) AS c
        LEFT JOIN (
          SELECT cohort, [${adopted.join(', ')}] AS adopted
          FROM ${sql.rollup('adoption_week')} WHERE ${ofFeature}
          GROUP BY cohort
        ) AS a USING (cohort)
        WHERE size > 0
      )`;
}

const cohortHow =
  'A user belongs to the week of the first day ever, and has adopted the feature from the first use on. The share only grows from week to week. Weeks that are not over, or lie beyond the data, are left out.';

function gridPanel(sql: DashboardSql): TablePanel {
  const weeks = Array.from({ length: laterWeeks + 1 }, (_, k) => k);
  const cell = (k: number) => `if(cohort + ${7 * (k + 1)} <= edge, adopted[${k + 1}] / size, NULL) ${sql.as(`W${k}`)}`;
  return {
    kind: 'table',
    title: 'Adoption by cohort week: ${feature}',
    about: {
      what: 'Of the users who were first active in a week, the share that had used the feature by the end of that week (W0), and of the 1st, 2nd, … 12th week after it. At least the twelve weeks before the end of the range are shown.',
      how: cohortHow,
      from: ['active_week', 'adoption_week'],
    },
    columns: [
      { name: 'First week', width: 130 },
      { name: 'Users', metric: 'cohortSize', width: 80 },
      ...weeks.map((k) => ({ name: `W${k}`, metric: 'adoption', coloured: 'background' }) as const),
    ],
    sql: `
      SELECT
        concat(toString(cohort), if(cohort = this, ' so far', '')) ${sql.as('First week')},
        size ${sql.as('Users')},
        ${weeks.map(cell).join(',\n        ')}
      FROM ${cohortRows(sql)}
      ORDER BY cohort`,
  };
}

function curvePanel(sql: DashboardSql): BarChartPanel {
  return {
    kind: 'barchart',
    title: 'Adoption curve: ${feature}',
    about: {
      what: 'Share of users who had used the feature by the end of their first week (0), and of the 1st, 2nd, … 12th week after it, over all cohorts of the grid that are old enough.',
      how: `${cohortHow} Cohorts count by their users; the last bars stand on the older cohorts alone, so a bar may be lower than the one before.`,
      from: ['active_week', 'adoption_week'],
    },
    x: 'Weeks after the first',
    series: [{ column: 'Adopted', metric: 'adoptedShare' }],
    sql: `
      SELECT toString(k) ${sql.as('Weeks after the first')}, sum(by_then) / sum(size) ${sql.as('Adopted')}
      FROM (
        SELECT k, size, adopted[k + 1] AS by_then
        FROM ${cohortRows(sql)}
        ARRAY JOIN range(${laterWeeks + 1}) AS k
        WHERE cohort + 7 * (k + 1) <= edge
      )
      GROUP BY k
      ORDER BY k`,
  };
}

function lagPanel(sql: DashboardSql): BarChartPanel {
  return {
    kind: 'barchart',
    title: 'First use after the first day: ${feature}',
    about: {
      what: 'Users whose first use of the feature lies in the weeks of the range, by the days between their first day ever and that use. From 28 days on each bar is a week, told by its first day.',
      how: 'Each user is in one bar. Weeks that the range only touches are counted whole. Who has not used the feature is in none.',
      from: ['adoption_lag_week'],
    },
    x: 'Days',
    series: [{ column: 'Users', metric: 'adopters' }],
    sql: `
      SELECT toString(lag) ${sql.as('Days')}, n ${sql.as('Users')}
      FROM (
        SELECT lag, sum(users) AS n
        FROM ${sql.rollup('adoption_lag_week')}
        WHERE ${ofFeature} AND d >= ${sql.weekOf(sql.firstDay)} AND d <= ${sql.lastDay}
        GROUP BY lag
        HAVING n > 0
        ORDER BY lag
        LIMIT 60
      )
      ORDER BY lag`,
  };
}

/** *Feature adoption*: who takes up the features named in tidemark.yaml, how soon, how many and how often. */
export function adoptionDashboard({ sql, trust }: DashboardKit): DashboardSpec {
  return {
    page: 'adoption',
    description:
      'Who takes up which feature, how soon, how many of them and how often: for the events under roles.events.features. Weeks are calendar weeks.',
    tags: ['product'],
    needs: 'features',
    variables: [
      {
        kind: 'query',
        name: 'feature',
        label: 'Feature',
        description: 'The feature of the grid, the curve and the lags; the one with most users in the range first.',
        sql: `
          SELECT event FROM ${sql.rollup('feature_week')}
          WHERE d >= ${sql.weekOf(sql.firstDay)} AND d <= ${sql.lastDay} GROUP BY event ORDER BY sum(users) DESC, event`,
      },
    ],
    rows: [
      {
        height: 4,
        panels: [
          trust(['active_week', 'adoption_week', 'adoption_lag_week', 'feature_week', 'breadth_week']),
          usersStat(sql),
          adoptersStat(sql),
        ],
      },
      { height: 9, panels: [featuresPanel(sql), { ...usesPanel(sql), weight: 1.5 }, breadthPanel(sql)] },
      { height: 13, panels: [gridPanel(sql)] },
      { height: 9, panels: [curvePanel(sql), lagPanel(sql)] },
      { height: 8, panels: [eventsPerMinute(sql)] },
    ],
  };
}
