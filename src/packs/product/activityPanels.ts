import type { BarChartPanel, ChoiceVariable, DashboardSql, TablePanel, TimeseriesPanel } from '../../dashboards/spec';

/** Width of the buckets in which the lifecycle is told. */
export const lifecycleGrain: ChoiceVariable = {
  kind: 'choice',
  name: 'grain',
  label: 'Lifecycle per',
  description: 'Whether who came and who stayed away is told per day, calendar week or calendar month.',
  choices: { day: 'day', week: 'week', month: 'month' },
};

const parts = [
  { column: 'Returning', metric: 'returningUsers', of: 'returning_users' },
  { column: 'Resurrected', metric: 'resurrectedUsers', of: 'resurrected_users' },
  { column: 'New', metric: 'newUsers', of: 'new_users' },
  { column: 'Dormant', metric: 'dormantUsers', of: 'dormant_users' },
] as const;

/** New, returning, resurrected and dormant users per `$grain`. Of the tables of the other grains nothing is read. */
export function lifecyclePanel(sql: DashboardSql): TimeseriesPanel {
  const sums = parts.map(({ of }) => `sum(${of}) AS ${of}`).join(', ');
  const branch = (grain: string, first: string, after: string) =>
    `SELECT t AS time, ${sums} FROM ${sql.rollup(`active_${grain}`)}
        WHERE \${grain:sqlstring} = '${grain}' AND d >= ${first} AND d <= ${sql.lastDay} AND ${after} <= ${sql.today} GROUP BY time`;
  return {
    kind: 'timeseries',
    title: 'Who came, who stayed away, per ${grain:text}',
    about: {
      what: 'Active users of each day, calendar week or month by their past: *new* (first day ever in it), *returning* (also there in the one before), *resurrected* (there earlier, but not in the one before). Below zero, *dormant*: there in the one before and not in this one.',
      how: 'New + returning + resurrected = active users; first days are looked for in the whole history, not in the range. Weeks and months that the range only touches are told whole; those that are not over are left out, for who has not come yet is not dormant.',
      from: ['active_day', 'active_week', 'active_month'],
    },
    draw: 'bars',
    stacked: true,
    belowZero: true,
    series: parts.map(({ column, metric }) => ({ column, metric })),
    sql: `
      SELECT
        time,
        ${parts.map(({ column, of }) => `${column === 'Dormant' ? `-toInt64(${of})` : of} ${sql.as(column)}`).join(',\n        ')}
      FROM (
        ${branch('day', sql.firstDay, 'd + 1')}
        UNION ALL
        ${branch('week', sql.weekOf(sql.firstDay), 'd + 7')}
        UNION ALL
        ${branch('month', `toStartOfMonth(${sql.firstDay})`, 'addMonths(d, 1)')}
      )
      ORDER BY time`,
  };
}

/** Users of the last whole month (week, where `$grain` is that) by the number of days on which they came. */
export function activeDaysPanel(sql: DashboardSql): BarChartPanel {
  const closed = `(${sql.closedDay} + 1)`;
  return {
    kind: 'barchart',
    title: 'Active days per user',
    about: {
      what: 'Users of the last whole calendar month before the end of the range, by the exact number of days on which they were active in it. Of the last whole week where the lifecycle is told per week.',
      how: 'Counted user by user; all bars together are the active users of the month. A month that is not over is left out: its users may still come.',
      from: ['active_week', 'active_month'],
    },
    x: 'Active days',
    series: [{ column: 'Users', metric: 'activeUsers' }],
    sql: `
      SELECT toString(days) ${sql.as('Active days')}, users_ ${sql.as('Users')}
      FROM (
        SELECT days, sum(users) AS users_
        FROM (
          SELECT days, users FROM ${sql.rollup('active_week')}
          WHERE \${grain:sqlstring} = 'week' AND d = ${sql.weekOf(closed)} - 7
          UNION ALL
          SELECT days, users FROM ${sql.rollup('active_month')}
          WHERE \${grain:sqlstring} != 'week' AND d = addMonths(toStartOfMonth${closed}, -1)
        )
        WHERE days > 0
        GROUP BY days
        ORDER BY days WITH FILL FROM 1
      )`,
  };
}

/** Days of the median that a day is held against, and the fall below it from which on one looks where no alert says otherwise. */
const weeks = 4;
const watchedDrop = 0.2;

/** Daily active users beside what the same weekday usually has. */
export function dailyPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Active users per day',
    about: {
      what: `Distinct users with at least one event on the day, the median of the same weekday in the ${weeks} weeks before, and the least of that at which the alert *Daily active users drop* still keeps quiet (${100 * (1 - watchedDrop)} % where it is not installed): a whole day below it is worth a look. The lone point is today so far.`,
      how: `Exact; a day begins at midnight of the reporting zone. The median begins where ${weeks} such weekdays lie before; these are read beyond the range, so that it does not change with it. The alert also asks that a fall is more than chance does.`,
      from: ['active_day', 'thresholds'],
    },
    draw: 'line',
    series: [
      { column: 'Active users', metric: 'activeUsers', open: 'Active users, today so far' },
      { column: 'Same weekday, median', metric: 'usualUsers' },
      { column: 'Watch below', metric: 'watchedUsers' },
    ],
    sql: `
      SELECT
        t AS time,
        if(d < ${sql.today}, dau, NULL) ${sql.as('Active users')},
        if(d = ${sql.today}, dau, NULL) ${sql.as('Active users, today so far')},
        usual ${sql.as('Same weekday, median')},
        (1 - ifNull(${sql.limit('dau_drop', 'drop')}, ${watchedDrop})) * usual ${sql.as('Watch below')}
      FROM (
        SELECT t, d, dau, if(count() OVER w = ${weeks}, quantileExactInclusive(0.5)(dau) OVER w, NULL) AS usual
        FROM ${sql.rollup('active_day')}
        WHERE d >= ${sql.firstDay} - ${7 * weeks} AND d <= ${sql.lastDay}
        WINDOW w AS (PARTITION BY toDayOfWeek(d) ORDER BY d ROWS BETWEEN ${weeks} PRECEDING AND 1 PRECEDING)
      )
      WHERE d >= ${sql.firstDay}
      ORDER BY time`,
  };
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** Weeks down, weekdays across: when people come. */
export function weekdaysPanel(sql: DashboardSql): TablePanel {
  const cells = weekdays.map((name, i) => `maxOrNullIf(dau / busiest, toDayOfWeek(d) = ${i + 1}) ${sql.as(name)}`);
  return {
    kind: 'table',
    title: 'When people come: weekdays, week by week',
    about: {
      what: 'Active users of each day as a share of the busiest day shown: columns are weekdays, rows are weeks by their first day, the newest first.',
      how: 'A day without any user is 0, one that is not over or lies before the data is blank. Weeks that the range only touches are shown whole.',
      from: ['active_day'],
    },
    columns: [
      { name: 'Week of', width: 110 },
      ...weekdays.map((name) => ({ name, metric: 'activity', coloured: 'background' }) as const),
    ],
    sql: `
      SELECT toString(week) ${sql.as('Week of')},
        ${cells.join(',\n        ')}
      FROM (
        SELECT d, dau, ${sql.weekOf('d')} AS week, max(dau) OVER () AS busiest
        FROM ${sql.rollup('active_day')}
        WHERE d >= ${sql.weekOf(sql.firstDay)} AND d <= ${sql.lastDay} AND d < ${sql.today}
      )
      WHERE busiest > 0
      GROUP BY week
      ORDER BY week DESC`,
  };
}
