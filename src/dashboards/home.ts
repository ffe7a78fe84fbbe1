import { activeUsersStat, activeUsersTrend } from '../packs/product/dashboard';
import { currencyVariable } from '../packs/revenue/dashboard';
import { inCurrency } from '../packs/revenue/panelSql';
import { pageMarkdown } from './links';
import { byVerdict } from './rollups/status';
import type { BuildSettings } from './settings';
import type {
  DashboardKit,
  DashboardSpec,
  DashboardSql,
  StatPanel,
  StatValue,
  TablePanel,
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

function rollupTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Rollups',
    about: {
      what: 'Every rollup with its state: what to repair when the verdict above is not *Fresh*.',
      how: 'Lag is the age of the newest row that is proven to be counted. An error is that of the last refresh; old numbers stay until one succeeds.',
      from: ['rollup_status'],
    },
    next: ['rollups'],
    weight: 2,
    columns: [
      { name: 'Rollup', width: 130 },
      { name: 'State', metric: 'state', coloured: 'text', width: 90 },
      { name: 'Lag', metric: 'lag', width: 100 },
      { name: 'Last refresh', metric: 'moment', width: 190 },
      { name: 'Error' },
    ],
    sql: `
      SELECT
        rollup ${sql.as('Rollup')},
        verdict ${sql.as('State')},
        lag_s ${sql.as('Lag')},
        last_success_time ${sql.as('Last refresh')},
        exception ${sql.as('Error')}
      FROM ${sql.table('rollup_status')}
      ORDER BY ${byVerdict}, rollup`,
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
    `- ${pageMarkdown('rollups')}: what keeps the numbers, and whether it does`,
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
        panels: [trust(rollups), ...(rollups.length > 0 ? [newestDays(sql, settings), todaySoFar(sql, settings)] : [])],
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
      { height: 8, panels: [rollupTable(sql), whereNext(settings)] },
    ],
  };
}
