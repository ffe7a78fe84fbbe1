import type { CohortGrid, DashboardSql, TablePanel } from './spec';

/** Months after the first. */
export const cohortMonths = 12;

/**
 * First months down, later months across, the share of the cohort that was there again in each, from finished numbers per month and
 * cohort. The month that a cell speaks of must be over and covered by the data.
 */
export function cohortPanel(sql: DashboardSql, grid: CohortGrid): TablePanel {
  const months = Array.from({ length: cohortMonths }, (_, at) => at + 1);
  const active = months.map((k) => `sumIf(users, d = addMonths(cohort, ${k})) AS m${k}`);
  const shares = months.map((k) => `if(addMonths(cohort, ${k + 1}) <= edge.1, m${k} / size, NULL) ${sql.as(`M${k}`)}`);
  return {
    kind: 'table',
    title: grid.title,
    about: {
      what: `${grid.what} At least the twelve months before the end of the range are shown; all of it where it is longer.`,
      how: `The first month is that of the first day ever, not of the range. M1 is the calendar month after it. A cell stays empty until its month is over, and where the data end before it: never a zero that only waits. Each of the ${grid.who} counts once per month.`,
      from: [grid.rollup],
    },
    columns: [
      { name: grid.first, width: 130 },
      { name: grid.size, metric: 'cohortSize', width: 90 },
      ...months.map((k) => ({ name: `M${k}`, metric: 'retention', coloured: 'background' }) as const),
    ],
    sql: `
      WITH (
        SELECT (
          least(max(last) + 1, ${sql.today}),
          least(toStartOfMonth(${sql.firstDay}), addMonths(toStartOfMonth(${sql.lastDay}), -${cohortMonths})),
          ${sql.lastDay},
          toStartOfMonth(${sql.today}))
        FROM ${sql.rollup(grid.rollup)}
      ) AS edge
      SELECT
        concat(formatDateTime(cohort, '%Y-%m'), if(cohort = edge.4, ' so far', '')) ${sql.as(grid.first)},
        size ${sql.as(grid.size)},
        ${shares.join(',\n        ')}
      FROM (
        SELECT cohort, sumIf(users, d = cohort) AS size,
          ${active.join(',\n          ')}
        FROM ${sql.rollup(grid.rollup)}
        GROUP BY cohort
      )
      WHERE cohort >= edge.2 AND cohort <= edge.3 AND size > 0
      ORDER BY cohort`,
  };
}
