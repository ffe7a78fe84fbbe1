import type { DashboardKit, DashboardSpec, DashboardSql } from '../../dashboards/spec';
import type { StatPanel, StatValue, TablePanel, TimeseriesPanel } from '../../dashboards/spec';
import { amount, inCurrency, oneCurrency, soFar, wholeAndOpen } from './panelSql';

const ofOrderDay = 'Refunds count on the day of the order that they give back, whenever they came.';
const topCustomers = 20;

const net = 'sum(gross) - sum(refunded)';
const averageOrder = `if(sum(orders) = 0, NULL, ${amount('sum(gross)')} / sum(orders))`;

/** One number over the whole range. */
function total(
  sql: DashboardSql,
  title: string,
  rollup: string,
  columns: readonly (StatValue & { readonly of: string })[],
  what: string,
): StatPanel {
  return {
    kind: 'stat',
    title,
    about: { what, how: `Over all days of the range. ${oneCurrency}`, from: [rollup] },
    // In 24ths of the row, beside the verdict: money is written out to the cent.
    weight: { Sold: 6, Refunds: 5 }[title] ?? 4,
    values: columns.map(({ column, metric }) => ({ column, metric })),
    sql: `
      SELECT ${columns.map(({ of, column }) => `${of} ${sql.as(column)}`).join(', ')}
      FROM ${sql.rollup(rollup)}
      WHERE $__dateFilter(d) AND ${inCurrency}`,
  };
}

/** Refunds by the day on which they were given: what left the account in the range. */
function refundsGiven(sql: DashboardSql): StatPanel {
  return {
    ...total(
      sql,
      'Given back',
      'refund_day',
      [{ column: 'Given back', metric: 'refunds', of: amount('sum(refunded)') }],
      'What was given back on the days of the range, whenever the orders were: what left the account.',
    ),
    needs: 'refunds',
  };
}

function totals(sql: DashboardSql): StatPanel[] {
  return [
    total(
      sql,
      'Sold',
      'customer_day',
      [
        { column: 'Orders', metric: 'orders', of: 'sum(orders)' },
        { column: 'Buyers', metric: 'buyers', of: 'uniqExact(user)' },
        { column: 'Average order', metric: 'averageOrder', of: averageOrder },
      ],
      'Orders placed; distinct customers with at least one (exact, counted over the whole range and not added up over days); gross revenue divided by orders, a ratio of sums.',
    ),
    total(
      sql,
      'Gross revenue, ${currency}',
      'order_day',
      [{ column: 'Gross revenue', metric: 'grossRevenue', of: amount('sum(gross)') }],
      'Order amounts before refunds.',
    ),
    total(
      sql,
      'Refunds',
      'order_day',
      [
        { column: 'Refunds', metric: 'refunds', of: amount('sum(refunded)') },
        { column: 'of orders', metric: 'refundRate', of: 'if(sum(orders) = 0, NULL, sum(refunds) / sum(orders))' },
      ],
      `What was given back, and the share of orders refunded wholly or in part. ${ofOrderDay}`,
    ),
    refundsGiven(sql),
    total(
      sql,
      'Net revenue, ${currency}',
      'order_day',
      [{ column: 'Net revenue', metric: 'netRevenue', of: amount(net) }],
      `Gross revenue less refunds. ${ofOrderDay}`,
    ),
  ];
}

interface GrainColumn {
  readonly column: string;
  readonly of: string;
}

/** Columns per bucket of `$grain`, each twice: whole buckets, and the one that is still running. Buckets are read whole. */
function byGrain(sql: DashboardSql, rollup: string, columns: readonly GrainColumn[]): string {
  const inner = columns.map(({ of }, at) => `${of} AS v${at}`);
  const outer = columns.flatMap(({ column }, at) => wholeAndOpen(sql, column, `v${at}`));
  return `
      SELECT
        time,
        ${outer.join(',\n        ')}
      FROM (
        SELECT
          ${sql.grainOf('d')} AS bucket,
          ${sql.instant('bucket')} AS time,
          bucket >= ${sql.grainOf(sql.today)} AS open,
          ${inner.join(',\n          ')}
        FROM ${sql.rollup(rollup)}
        WHERE d >= ${sql.grainOf(sql.firstDay)} AND bucket <= ${sql.lastDay} AND ${inCurrency}
        GROUP BY bucket, time, open
      )
      ORDER BY time`;
}

const wholeBuckets =
  'A week or month that the range only touches is counted whole. The paler bar is not over yet; no bar, no order.';

function revenuePanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Revenue per ${grain:text}, ${currency}',
    about: {
      what: 'Gross revenue, of which net revenue in front of it; below zero what was given back.',
      how: `${ofOrderDay} ${wholeBuckets} ${oneCurrency}`,
      from: ['order_day'],
    },
    weight: 2,
    draw: 'bars',
    belowZero: true,
    series: [
      { column: 'Gross', metric: 'grossRevenue', open: soFar('Gross') },
      { column: 'Net', metric: 'netRevenue', open: soFar('Net') },
      { column: 'Refunds', metric: 'refunds', open: soFar('Refunds') },
    ],
    sql: byGrain(sql, 'order_day', [
      { column: 'Gross', of: amount('sum(gross)') },
      { column: 'Net', of: amount(net) },
      { column: 'Refunds', of: amount('-sum(refunded)') },
    ]),
  };
}

function ordersPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Orders and buyers per ${grain:text}',
    about: {
      what: 'Orders, and in front of them the distinct customers who placed them: the step between the two is repeat buying within the bucket.',
      how: `Buyers are counted per bucket and never added up. ${wholeBuckets} ${oneCurrency}`,
      from: ['customer_day'],
    },
    weight: 2,
    draw: 'bars',
    series: [
      { column: 'Orders', metric: 'orders', open: soFar('Orders') },
      { column: 'Buyers', metric: 'buyers', open: soFar('Buyers') },
    ],
    sql: byGrain(sql, 'customer_day', [
      { column: 'Orders', of: 'sum(orders)' },
      { column: 'Buyers', of: 'uniqExact(user)' },
    ]),
  };
}

function averageOrderPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Average order per ${grain:text}, ${currency}',
    about: {
      what: 'Gross revenue divided by orders.',
      how: `A ratio of sums. ${wholeBuckets} ${oneCurrency}`,
      from: ['order_day'],
    },
    draw: 'bars',
    series: [{ column: 'Average order', metric: 'averageOrder', open: soFar('Average order') }],
    sql: byGrain(sql, 'order_day', [{ column: 'Average order', of: averageOrder }]),
  };
}

function customersPanel(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Customers with the highest net revenue, ${currency}',
    about: {
      what: `The ${topCustomers} customers with the highest net revenue in the range.`,
      how: `Ids are shown hashed, as nobody who may look at revenue has to know who bought: \`lower(hex(sipHash64(toString(user))))\` finds the customer again in your own tables. ${ofOrderDay} ${oneCurrency}`,
      from: ['customer_day'],
    },
    weight: 1.4,
    columns: [
      { name: 'Customer (hashed)', width: 160 },
      { name: 'Orders', metric: 'orders' },
      { name: 'Gross', metric: 'grossRevenue' },
      { name: 'Refunds', metric: 'refunds' },
      { name: 'Net', metric: 'netRevenue' },
      { name: 'Average', metric: 'averageOrder' },
      { name: 'Last order' },
    ],
    sql: `
      SELECT
        lower(hex(sipHash64(toString(user)))) ${sql.as('Customer (hashed)')},
        sum(orders) ${sql.as('Orders')},
        ${amount('sum(gross)')} ${sql.as('Gross')},
        ${amount('sum(refunded)')} ${sql.as('Refunds')},
        ${amount(net)} ${sql.as('Net')},
        ${averageOrder} ${sql.as('Average')},
        toString(max(d)) ${sql.as('Last order')}
      FROM ${sql.rollup('customer_day')}
      WHERE $__dateFilter(d) AND ${inCurrency}
      GROUP BY user
      ORDER BY ${net} DESC, user
      LIMIT ${topCustomers}`,
  };
}

/** Months after the first in the grid of revenue. */
const cohortMonths = 12;

function cohortRevenuePanel(sql: DashboardSql): TablePanel {
  const months = Array.from({ length: cohortMonths + 1 }, (_, at) => at);
  const inMonth = (k: number) => amount(`sumIf(gross - refunded, d = addMonths(cohort, ${k}))`);
  const cells = months.map((k) => `if(addMonths(cohort, ${k}) <= edge.3, ${inMonth(k)}, NULL) ${sql.as(`M${k}`)}`);
  return {
    kind: 'table',
    title: 'Revenue by month of first order, ${currency}',
    about: {
      what: 'What the customers whose first order came in a month brought, net of refunds, in that month (M0) and in each of the twelve after it. At least the twelve months before the end of the range are shown; all of it where it is longer.',
      how: `The first order is the first ever, in any currency. A cell stays empty until its month begins, and after the last month that has an order; the running month is told as it stands. ${ofOrderDay} ${oneCurrency}`,
      from: ['customer_cohort_revenue'],
    },
    columns: [
      { name: 'First order', width: 130 },
      ...months.map((k) => ({ name: `M${k}`, metric: 'cohortRevenue' }) as const),
    ],
    sql: `
      WITH (
        SELECT (
          least(toStartOfMonth(${sql.firstDay}), addMonths(toStartOfMonth(${sql.lastDay}), -${cohortMonths})),
          ${sql.lastDay},
          least(maxIf(d, orders > 0), toStartOfMonth(${sql.today})),
          toStartOfMonth(${sql.today}))
        FROM ${sql.rollup('customer_cohort_revenue')}
      ) AS edge
      SELECT
        concat(formatDateTime(cohort, '%Y-%m'), if(cohort = edge.4, ' so far', '')) ${sql.as('First order')},
        ${cells.join(',\n        ')}
      FROM ${sql.rollup('customer_cohort_revenue')}
      WHERE cohort >= edge.1 AND cohort <= edge.2 AND ${inCurrency}
      GROUP BY cohort
      ORDER BY cohort`,
  };
}

/** *Finance*: what was sold, to how many, what came back, who buys again. */
export function financeDashboard({ sql, trust, cohorts }: DashboardKit): DashboardSpec {
  return {
    page: 'finance',
    description: 'Orders, revenue, refunds and buyers, and who buys again. One currency at a time.',
    tags: ['revenue'],
    needs: 'orders',
    variables: [
      currencyVariable(sql),
      {
        kind: 'choice',
        name: 'grain',
        label: 'Per',
        description: 'Length of a bar. Weeks begin as configured, days in the reporting zone.',
        choices: { day: 'day', week: 'week', month: 'month' },
      },
    ],
    rows: [
      { height: 4, panels: [{ ...trust(['order_day', 'customer_day']), weight: 3 }, ...totals(sql)] },
      { height: 9, panels: [revenuePanel(sql), ordersPanel(sql)] },
      { height: 9, panels: [averageOrderPanel(sql), customersPanel(sql)] },
      { height: 11, panels: [cohortRevenuePanel(sql)] },
      {
        height: 11,
        panels: [
          cohorts({
            title: 'Buying again, by month of first order',
            rollup: 'customer_cohort_month',
            who: 'buyers',
            first: 'First order',
            size: 'Buyers',
            what: 'Of the customers whose first order came in a month, the share who ordered again 1, 2, … 12 months later. All currencies.',
          }),
        ],
      },
    ],
  };
}

/** One currency at a time; the one with the most orders is the default. */
export function currencyVariable(sql: DashboardSql): DashboardSpec['variables'][number] {
  return {
    kind: 'query',
    name: 'currency',
    label: 'Currency',
    description: 'Revenue is shown in one currency at a time; the one with the most orders comes first.',
    needs: 'orders',
    sql: `
      SELECT currency FROM ${sql.rollup('order_day')}
      GROUP BY currency ORDER BY sum(orders) DESC, currency`,
  };
}
