import type { DashboardKit, DashboardSpec, DashboardSql } from '../../dashboards/spec';
import type { StatPanel, TimeseriesPanel } from '../../dashboards/spec';
import { activeDaysPanel, dailyPanel, lifecycleGrain, lifecyclePanel, weekdaysPanel } from './activityPanels';
import { eventsPanel, eventsPerMinute } from './eventPanels';

const closedOnly = 'Days that are not over are left out.';

interface ActiveStat {
  readonly title: string;
  readonly column: 'dau' | 'wau' | 'mau';
  readonly metric: 'activeUsers' | 'weeklyUsers' | 'monthlyUsers';
  readonly what: string;
}

const activeStats = {
  day: {
    title: 'Daily active',
    column: 'dau',
    metric: 'activeUsers',
    what: 'Distinct users with at least one event on the last whole day of the range, and the change against the same weekday a week before.',
  },
  week: {
    title: 'Weekly active',
    column: 'wau',
    metric: 'weeklyUsers',
    what: 'Distinct users with at least one event in the 7 days ending with the last whole day of the range, and the change against a week before.',
  },
  month: {
    title: 'Monthly active',
    column: 'mau',
    metric: 'monthlyUsers',
    what: 'Distinct users with at least one event in the 30 days ending with the last whole day of the range, and the change against a week before.',
  },
} as const satisfies Record<string, ActiveStat>;

/** Active users on the last whole day, against a week before. A day without a row is no zero: it shows nothing. */
export function activeUsersStat(sql: DashboardSql, window: keyof typeof activeStats): StatPanel {
  const { title, column, metric, what } = activeStats[window];
  const change = window === 'day' ? 'vs same weekday' : 'vs week before';
  return {
    kind: 'stat',
    title,
    about: {
      what,
      how: 'Exact finished numbers per day: users are counted once however often they come, and never added up over days.',
      from: ['active_day'],
    },
    needs: 'events',
    next: ['activeUsers'],
    values: [
      { column: 'Users', metric },
      { column: change, metric: 'change' },
    ],
    sql: `
      WITH ${sql.closedDay} AS last
      SELECT
        anyIf(${column}, d = last) ${sql.as('Users')},
        if(anyIf(${column}, d = last - 7) = 0, NULL, anyIf(${column}, d = last) / anyIf(${column}, d = last - 7) - 1) ${sql.as(change)}
      FROM ${sql.rollup('active_day')}
      WHERE d = last OR d = last - 7
      HAVING countIf(d = last) > 0`,
  };
}

/** Daily, weekly and monthly active users in one picture, or the rolling two alone. */
export function activeUsersTrend(sql: DashboardSql, withDaily: boolean): TimeseriesPanel {
  const daily = withDaily ? [{ column: 'Daily', metric: 'activeUsers', of: 'dau' } as const] : [];
  const series = [
    ...daily,
    { column: 'Weekly', metric: 'weeklyUsers', of: 'wau' } as const,
    { column: 'Monthly', metric: 'monthlyUsers', of: 'mau' } as const,
  ];
  const columns = series.flatMap(({ column, of }) => [
    `if(d < ${sql.today}, ${of}, NULL) ${sql.as(column)}`,
    `if(d = ${sql.today}, ${of}, NULL) ${sql.as(`${column}, today so far`)}`,
  ]);
  return {
    kind: 'timeseries',
    title: withDaily ? 'Active users: daily, weekly, monthly' : 'Active users: weekly and monthly, rolling',
    about: {
      what: 'Distinct users active on the day, and in the 7 and 30 days ending with and including the day. Lone points are today so far.',
      how: 'Exact, by the edges of each user’s active spans; days before the range are read where a window needs them, so a number does not change with the range.',
      from: ['active_day'],
    },
    needs: 'events',
    ...(withDaily && { next: ['activeUsers'] as const }),
    draw: 'line',
    series: series.map(({ column, metric }) => ({ column, metric, open: `${column}, today so far` })),
    sql: `
      SELECT
        t AS time,
        ${columns.join(',\n        ')}
      FROM ${sql.rollup('active_day')}
      WHERE $__dateFilter(d)
      ORDER BY time`,
  };
}

function stickinessPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Stickiness (daily / monthly active users)',
    about: {
      what: 'Share of the monthly active users who came on the day: 20 % means that they come on six days of thirty.',
      how: `Daily active users divided by rolling 30-day active users, from the day on that has thirty days of history behind it. ${closedOnly}`,
      from: ['active_day'],
    },
    draw: 'line',
    series: [{ column: 'Stickiness', metric: 'stickiness' }],
    sql: `
      SELECT t AS time, if(mau = 0, NULL, dau / mau) ${sql.as('Stickiness')}
      FROM ${sql.rollup('active_day')}
      WHERE $__dateFilter(d) AND d < ${sql.today} AND d >= (SELECT min(d) + 29 FROM ${sql.rollup('active_day')})
      ORDER BY time`,
  };
}

/** *Active users*: how many, how often, who comes back. */
export function activeUsersDashboard({ sql, trust }: DashboardKit): DashboardSpec {
  return {
    page: 'activeUsers',
    description:
      'Who uses the product, how often, and who comes back. Every number is a count of distinct users, exact.',
    tags: ['product'],
    needs: 'events',
    variables: [
      lifecycleGrain,
      {
        kind: 'query',
        name: 'event',
        label: 'Event',
        description:
          'Names shown in the panel of events, most frequent of the range first. The other panels count users of any event.',
        all: true,
        sql: `
          SELECT event FROM ${sql.rollup('event_day')}
          WHERE $__dateFilter(d) GROUP BY event ORDER BY sum(n) DESC, event LIMIT 1000`,
      },
    ],
    rows: [
      {
        height: 4,
        panels: [
          trust(['user_day', 'active_day', 'active_week', 'active_month', 'event_day', 'event_minute']),
          activeUsersStat(sql, 'day'),
          activeUsersStat(sql, 'week'),
          activeUsersStat(sql, 'month'),
        ],
      },
      { height: 9, panels: [dailyPanel(sql), activeUsersTrend(sql, false)] },
      { height: 11, panels: [lifecyclePanel(sql), activeDaysPanel(sql)] },
      { height: 8, panels: [stickinessPanel(sql), eventsPanel(sql)] },
      {
        height: 11,
        panels: [weekdaysPanel(sql)],
      },
      { height: 8, panels: [eventsPerMinute(sql)] },
    ],
  };
}
