import { activeUsersStat, activeUsersTrend } from '../packs/product/dashboard';
import { pipelinesPanel, worstLag } from '../packs/pipeline/dashboards/home';
import { currencyVariable } from '../packs/revenue/dashboard';
import { inCurrency } from '../packs/revenue/panelSql';
import { alertCounts, firingList } from './alerts/now';
import { pageMarkdown } from './links';
import type { BuildSettings } from './settings';
import type {
  DashboardKit,
  DashboardSpec,
  DashboardSql,
  StatPanel,
  StatValue,
  TextPanel,
  TimeseriesPanel,
} from './spec';

/** A value of a stat that needs a role: left out of the statement when the role is not mapped. */
interface RoleValue extends StatValue {
  readonly role: 'events' | 'orders';
  readonly of: string;
}

const select = (sql: DashboardSql, values: readonly RoleValue[]) =>
  `\n      SELECT\n        ${values.map(({ of, column }) => `${of} ${sql.as(column)}`).join(',\n        ')}`;

const shown = (values: readonly RoleValue[], { roles }: BuildSettings) =>
  values.filter(({ role }) => roles.includes(role));

function newestDays(sql: DashboardSql, settings: BuildSettings): StatPanel {
  const newest = (rollup: string, where: string) =>
    `(SELECT toString(maxOrNull(d)) FROM ${sql.rollup(rollup)} WHERE ${where})`;
  const all: readonly RoleValue[] = [
    { column: 'Activity', metric: 'day', role: 'events', of: newest('active_day', 'dau > 0') },
    { column: 'Orders', metric: 'day', role: 'orders', of: newest('order_day', 'orders > 0') },
  ];
  const values = shown(all, settings);
  return {
    kind: 'stat',
    title: 'Newest day with data',
    about: {
      what: 'The last day that has any activity, and any order. Behind today: nothing arrives, or the rollups stand still.',
      how: 'Days in the reporting zone, over the whole history, whatever range is chosen.',
      from: values.map(({ role }) => (role === 'events' ? 'active_day' : 'order_day')),
    },
    values,
    sql: select(sql, values),
  };
}

function todaySoFar(sql: DashboardSql, settings: BuildSettings): StatPanel {
  const orders = (of: string, where: string) =>
    `(SELECT ${of} FROM ${sql.rollup('order_day')} WHERE d = ${sql.today}${where})`;
  const all: readonly RoleValue[] = [
    {
      column: 'Active users',
      metric: 'activeUsers',
      role: 'events',
      of: `(SELECT sum(dau) FROM ${sql.rollup('active_day')} WHERE d = ${sql.today})`,
    },
    { column: 'Orders', metric: 'orders', role: 'orders', of: orders('sum(orders)', '') },
    {
      column: 'Gross revenue',
      metric: 'grossRevenue',
      role: 'orders',
      of: orders('toFloat64(sum(gross))', ` AND ${inCurrency}`),
    },
  ];
  const values = shown(all, settings);
  return {
    kind: 'stat',
    title: 'Today so far',
    about: {
      what: 'What the day that is running has brought until now. Not to be compared with whole days.',
      how: 'Today in the reporting zone, whatever range is chosen. Orders in all currencies, revenue in the chosen one.',
      from: [...new Set(values.map(({ role }) => (role === 'events' ? 'active_day' : 'order_day')))],
    },
    weight: 2,
    values,
    sql: select(sql, values),
  };
}

interface OrdersStat {
  readonly title: string;
  readonly column: string;
  readonly metric: 'orders' | 'netRevenue';
  readonly of: (condition: string) => string;
  readonly where: string;
  readonly what: string;
}

/** Orders or revenue of the last whole day; a day without orders is zero. */
function ordersStat(sql: DashboardSql, { title, column, metric, of, where, what }: OrdersStat): StatPanel {
  return {
    kind: 'stat',
    title,
    about: {
      what: `${what} of the last whole day of the range, and the change against the same weekday a week before.`,
      how: 'A day without any order is zero. Refunds count on the day of their order.',
      from: ['order_day'],
    },
    needs: 'orders',
    next: ['finance'],
    values: [
      { column, metric },
      { column: 'vs same weekday', metric: 'change' },
    ],
    sql: `
      WITH ${sql.closedDay} AS last
      SELECT
        ${of('d = last')} ${sql.as(column)},
        if(${of('d = last - 7')} = 0, NULL, ${of('d = last')} / ${of('d = last - 7')} - 1) ${sql.as('vs same weekday')}
      FROM ${sql.rollup('order_day')}
      WHERE (d = last OR d = last - 7)${where}`,
  };
}

function revenueTrend(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Net revenue per day, ${currency}',
    about: {
      what: 'Order amounts of the day less what was given back of them. The paler bar is today so far; no bar, no order.',
      how: 'In the chosen currency only: amounts of different currencies are never added.',
      from: ['order_day'],
    },
    needs: 'orders',
    next: ['finance'],
    draw: 'bars',
    series: [{ column: 'Net revenue', metric: 'netRevenue', open: 'Net revenue, today so far' }],
    sql: `
      SELECT
        t AS time,
        if(d < ${sql.today}, toFloat64(gross - refunded), NULL) ${sql.as('Net revenue')},
        if(d = ${sql.today}, toFloat64(gross - refunded), NULL) ${sql.as('Net revenue, today so far')}
      FROM ${sql.rollup('order_day')}
      WHERE $__dateFilter(d) AND ${inCurrency}
      ORDER BY time`,
  };
}

/** The verdict tile of Home also tells of alerts: one look for both questions. */
function verdict(sql: DashboardSql, settings: BuildSettings, data: StatPanel): StatPanel {
  const { about, values } = data;
  const replicates = settings.sections.includes('postgres');
  const severities = alertCounts(sql, [
    ['critical', 'Critical'],
    ['warning', 'Warnings'],
  ]);
  const indented = (text: string) => text.replaceAll('\n', '\n  ');
  return {
    ...data,
    title: 'Data and alerts',
    about: {
      what: `${about.what} Beside it: how many alerts fire, the critical ones and the warnings${replicates ? ', and how late the latest pipeline from Postgres is' : ''}.`,
      how: `${about.how} Alerts: those that somebody was told of and that have not ended.`,
      from: [...about.from, 'firings', ...(replicates ? ['health_heartbeat'] : [])],
    },
    next: ['alerts', 'rollups'],
    weight: replicates ? 2 : 1.5,
    values: [
      ...values,
      { column: 'Critical', metric: 'criticalAlerts' },
      { column: 'Warnings', metric: 'warningAlerts' },
      ...(replicates ? [{ column: 'Replication lag', metric: 'replicationLag' as const }] : []),
    ],
    sql: `
      SELECT *${replicates ? `, ${worstLag(sql)} ${sql.as('Replication lag')}` : ''}
      FROM (${indented(data.sql)}
      ) AS data
      CROSS JOIN (${indented(severities)}
      ) AS alerts`,
  };
}

function whereNext(settings: BuildSettings): TextPanel {
  const items = [
    ...(settings.roles.includes('events')
      ? [`- ${pageMarkdown('activeUsers')}: who comes, and how often`, `- ${pageMarkdown('retention')}: who comes back`]
      : []),
    ...(settings.roles.includes('requests')
      ? [`- ${pageMarkdown('operations')}: throughput, errors, latency, releases`]
      : []),
    ...(settings.roles.includes('orders')
      ? [`- ${pageMarkdown('finance')}: orders, revenue, refunds, who buys again`]
      : []),
    ...(settings.roles.includes('subscriptions')
      ? [`- ${pageMarkdown('subscriptions')}: MRR, what moved it, what is kept`]
      : []),
    `- ${pageMarkdown('alerts')}: what fires and why, how often, from which numbers on`,
    `- ${pageMarkdown('rollups')}: what keeps the numbers, and whether it does`,
    ...(settings.sections.includes('queries')
      ? [`- ${pageMarkdown('cost')}: what queries cost, whose they are, and the budget`]
      : []),
  ];
  return {
    kind: 'text',
    title: 'Where next',
    about: { what: 'The other dashboards, with this time range.', how: 'Links keep range and variables.', from: [] },
    markdown: `${items.join('\n')}

Days begin at midnight, **${settings.timezone}**. Numbers compare whole days only; a day, week or month that is not over is paler or a lone point. Every panel’s (i) says how it is computed and how fresh it is.`,
  };
}

/** *Home*: can the numbers be trusted, how was the last whole day, where does it go. */
export function homeDashboard({ sql, trust }: DashboardKit, settings: BuildSettings): DashboardSpec {
  const rollups = [
    ...(settings.roles.includes('events') ? ['user_day', 'event_day', 'active_day'] : []),
    ...(settings.roles.includes('orders') ? ['order_day', 'customer_day'] : []),
  ];
  return {
    page: 'home',
    description: 'Can today’s numbers be trusted, how was the last whole day, and where to look next.',
    tags: ['home'],
    variables: [currencyVariable(sql)],
    rows: [
      {
        height: 4,
        panels: [
          verdict(sql, settings, trust(rollups)),
          ...(rollups.length > 0 ? [newestDays(sql, settings), todaySoFar(sql, settings)] : []),
        ],
      },
      {
        height: 4,
        panels: [
          activeUsersStat(sql, 'day'),
          activeUsersStat(sql, 'week'),
          activeUsersStat(sql, 'month'),
          ordersStat(sql, {
            title: 'Orders',
            column: 'Orders',
            metric: 'orders',
            of: (condition) => `sumIf(orders, ${condition})`,
            where: '',
            what: 'Orders, all currencies,',
          }),
          ordersStat(sql, {
            title: 'Net revenue, ${currency}',
            column: 'Net revenue',
            metric: 'netRevenue',
            of: (condition) => `toFloat64(sumIf(gross - refunded, ${condition}))`,
            where: ` AND ${inCurrency}`,
            what: 'Net revenue in the chosen currency',
          }),
        ],
      },
      { height: 9, panels: [activeUsersTrend(sql, true), revenueTrend(sql)] },
      // Twelve panels are read at a glance: where pipelines are watched, their line takes the place of the way on, which the links have too.
      {
        height: 9,
        panels: [firingList(sql), settings.sections.includes('postgres') ? pipelinesPanel(sql) : whereNext(settings)],
      },
    ],
  };
}
