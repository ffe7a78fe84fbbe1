import type {
  DashboardKit,
  DashboardSpec,
  DashboardSql,
  StatPanel,
  TablePanel,
  TimeseriesPanel,
} from '../../dashboards/spec';
import { amount, inCurrency, oneCurrency, soFar, wholeAndOpen } from './panelSql';

const monthEnds =
  'Movements compare what each subscription paid at the ends of two months: who comes and goes within one is neither new nor churn.';
const wholeMonths =
  'A month that the range only touches is told whole. The paler bar and the lone point are the month that is not over.';

const divided = (part: string, whole: string) => `if(${whole} = 0, NULL, ${part} / ${whole})`;

/** Of what was paid when the month began, the share that is paid when it ends: with what was added to it, and without. */
const netRetention = divided(amount('opening + expansion - contraction - churn'), amount('opening'));
const grossRetention = divided(amount('opening - contraction - churn'), amount('opening'));
const churnRate = divided('churned_subscriptions', 'opening_subscriptions');

/** The month (its first day) that is over and whose end lies in the range. */
const closedMonth = (sql: DashboardSql) => `toStartOfMonth(least(${sql.lastDay} + 1, ${sql.today})) - INTERVAL 1 MONTH`;

function levelStat(sql: DashboardSql): StatPanel {
  return {
    kind: 'stat',
    title: 'MRR, ${currency}',
    about: {
      what: 'What running subscriptions pay per month, on the last day of the range, and the change against 30 days before.',
      how: `A state, never a sum of days. ${oneCurrency}`,
      from: ['mrr_day'],
    },
    weight: 1.6,
    values: [
      { column: 'MRR', metric: 'mrr' },
      { column: 'vs 30 days before', metric: 'change' },
    ],
    sql: `
      WITH least(${sql.lastDay}, ${sql.today}) AS last
      SELECT
        anyIf(${amount('mrr')}, d = last) ${sql.as('MRR')},
        if(anyIf(mrr, d = last - 30) = 0, NULL, anyIf(${amount('mrr')}, d = last) / anyIf(${amount('mrr')}, d = last - 30) - 1) ${sql.as('vs 30 days before')}
      FROM ${sql.rollup('mrr_day')}
      WHERE (d = last OR d = last - 30) AND ${inCurrency}
      HAVING countIf(d = last) > 0`,
  };
}

function countStat(sql: DashboardSql): StatPanel {
  return {
    kind: 'stat',
    title: 'Subscriptions',
    about: {
      what: 'Subscriptions that pay something, on the last day of the range.',
      how: `A state, never a sum of days. ${oneCurrency}`,
      from: ['mrr_day'],
    },
    values: [{ column: 'Subscriptions', metric: 'subscriptions' }],
    sql: `
      SELECT subscriptions ${sql.as('Subscriptions')}
      FROM ${sql.rollup('mrr_day')}
      WHERE d = least(${sql.lastDay}, ${sql.today}) AND ${inCurrency}`,
  };
}

const retentions = [
  {
    title: 'Net retention',
    of: netRetention,
    metric: 'netRetention',
    what: 'Of the monthly revenue with which the last whole month began, the share that the same subscriptions paid when it ended, upgrades included.',
    how: '(Opening + expansion − contraction − churn) ÷ opening. New and reactivated subscriptions do not count.',
  },
  {
    title: 'Gross retention',
    of: grossRetention,
    metric: 'grossRetention',
    what: 'The same without upgrades: what of the revenue was kept, never more than all.',
    how: '(Opening − contraction − churn) ÷ opening.',
  },
  {
    title: 'Churned subscriptions',
    of: churnRate,
    metric: 'churnRate',
    what: 'Of the subscriptions with which the last whole month began, the share that had ended when it was over.',
    how: 'Churned subscriptions ÷ opening subscriptions.',
  },
] as const;

function retentionStats(sql: DashboardSql): StatPanel[] {
  return retentions.map(({ title, of, metric, what, how }) => ({
    kind: 'stat',
    title,
    about: { what, how: `${how} ${monthEnds} ${oneCurrency}`, from: ['mrr_month'] },
    values: [{ column: title, metric }],
    sql: `
      SELECT ${of} ${sql.as(title)}
      FROM ${sql.rollup('mrr_month')}
      WHERE d = ${closedMonth(sql)} AND ${inCurrency}`,
  }));
}

const movements = [
  { column: 'New', metric: 'newMrr', of: 'new_mrr' },
  { column: 'Expansion', metric: 'expansionMrr', of: 'expansion' },
  { column: 'Reactivation', metric: 'reactivatedMrr', of: 'reactivation' },
  { column: 'Contraction', metric: 'contractionMrr', of: '-contraction' },
  { column: 'Churn', metric: 'churnedMrr', of: '-churn' },
] as const;

/** Rows of the months that the range touches, with `time` and `open`. */
const months = (sql: DashboardSql, columns: readonly string[]) => `(
        SELECT ${sql.instant('d')} AS time, d >= toStartOfMonth(${sql.today}) AS open, ${columns.join(', ')}
        FROM ${sql.rollup('mrr_month')}
        WHERE d >= toStartOfMonth(${sql.firstDay}) AND d <= ${sql.lastDay} AND ${inCurrency}
      )`;

function movementsPanel(sql: DashboardSql): TimeseriesPanel {
  const columns = movements.flatMap(({ column }, i) => wholeAndOpen(sql, column, `v${i}`));
  return {
    kind: 'timeseries',
    title: 'What moved MRR, per month, ${currency}',
    about: {
      what: 'Won above zero: *new* subscriptions, *expansion* of running ones, *reactivation* of ended ones. Lost below: *contraction* and *churn*.',
      how: `Opening + new + expansion + reactivation − contraction − churn = closing, exactly. ${monthEnds} ${wholeMonths} ${oneCurrency}`,
      from: ['mrr_month'],
    },
    weight: 1.2,
    draw: 'bars',
    stacked: true,
    belowZero: true,
    series: movements.map(({ column, metric }) => ({ column, metric, open: soFar(column) })),
    sql: `
      SELECT time, ${columns.join(',\n        ')}
      FROM ${months(
        sql,
        movements.map(({ of }, i) => `${amount(of)} AS v${i}`),
      )}
      ORDER BY time`,
  };
}

function levelPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'MRR, ${currency}',
    about: {
      what: 'What running subscriptions paid per month, at the end of each day; of today as it stands.',
      how: `The level of the last change before the end of the day. ${oneCurrency}`,
      from: ['mrr_day'],
    },
    draw: 'line',
    series: [{ column: 'MRR', metric: 'mrr', open: 'MRR, today so far' }],
    sql: `
      SELECT
        t AS time,
        if(d < ${sql.today}, ${amount('mrr')}, NULL) ${sql.as('MRR')},
        if(d = ${sql.today}, ${amount('mrr')}, NULL) ${sql.as('MRR, today so far')}
      FROM ${sql.rollup('mrr_day')}
      WHERE $__dateFilter(d) AND ${inCurrency}
      ORDER BY time`,
  };
}

function retentionPanel(sql: DashboardSql): TimeseriesPanel {
  const series = [
    { column: 'Net revenue retention', metric: 'netRetention', of: netRetention },
    { column: 'Gross revenue retention', metric: 'grossRetention', of: grossRetention },
  ] as const;
  return {
    kind: 'timeseries',
    title: 'Retention of revenue per month',
    about: {
      what: 'Of the revenue with which a month began, the share that the same subscriptions paid when it ended: net with upgrades, gross without. Above 100 % upgrades outweigh what is lost.',
      how: `${monthEnds} The lone point is the month that is not over, as it stands. ${oneCurrency}`,
      from: ['mrr_month'],
    },
    draw: 'line',
    series: series.map(({ column, metric }) => ({ column, metric, open: soFar(column) })),
    sql: `
      SELECT time, ${series.flatMap(({ column }, i) => wholeAndOpen(sql, column, `v${i}`)).join(', ')}
      FROM ${months(
        sql,
        series.map(({ of }, i) => `${of} AS v${i}`),
      )}
      ORDER BY time`,
  };
}

function subscriptionsPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Subscriptions',
    about: {
      what: 'Subscriptions that pay something at the end of each day.',
      how: `A state, never a sum of days. ${oneCurrency}`,
      from: ['mrr_day'],
    },
    draw: 'line',
    series: [{ column: 'Subscriptions', metric: 'subscriptions' }],
    sql: `
      SELECT t AS time, subscriptions ${sql.as('Subscriptions')}
      FROM ${sql.rollup('mrr_day')}
      WHERE $__dateFilter(d) AND ${inCurrency}
      ORDER BY time`,
  };
}

function monthsTable(sql: DashboardSql): TablePanel {
  const amounts = [
    { name: 'Opening', metric: 'mrr', of: 'opening' },
    { name: 'New', metric: 'newMrr', of: 'new_mrr' },
    { name: 'Expansion', metric: 'expansionMrr', of: 'expansion' },
    { name: 'Reactivation', metric: 'reactivatedMrr', of: 'reactivation' },
    { name: 'Contraction', metric: 'contractionMrr', of: '-contraction' },
    { name: 'Churn', metric: 'churnedMrr', of: '-churn' },
    { name: 'Closing', metric: 'mrr', of: 'mrr' },
  ] as const;
  const shares = [
    { name: 'Net', metric: 'netRetention', of: netRetention },
    { name: 'Gross', metric: 'grossRetention', of: grossRetention },
    { name: 'Churned', metric: 'churnRate', of: churnRate },
  ] as const;
  return {
    kind: 'table',
    title: 'Month by month, ${currency}',
    about: {
      what: 'The months of the range, newest first. Each row adds up: opening, what was won, what was lost, closing.',
      how: `${monthEnds} A month that the range only touches is told whole; the running one as it stands. ${oneCurrency}`,
      from: ['mrr_month'],
    },
    columns: [
      { name: 'Month', width: 140 },
      ...amounts.map(({ name, metric }) => ({ name, metric })),
      { name: 'Subscriptions', metric: 'subscriptions' },
      ...shares.map(({ name, metric }) => ({ name, metric })),
    ],
    sql: `
      SELECT
        concat(formatDateTime(d, '%Y-%m'), if(d >= toStartOfMonth(${sql.today}), ' so far', '')) ${sql.as('Month')},
        ${amounts.map(({ name, of }) => `${amount(of)} ${sql.as(name)}`).join(', ')},
        subscriptions ${sql.as('Subscriptions')},
        ${shares.map(({ name, of }) => `${of} ${sql.as(name)}`).join(',\n        ')}
      FROM ${sql.rollup('mrr_month')}
      WHERE d >= toStartOfMonth(${sql.firstDay}) AND d <= ${sql.lastDay} AND ${inCurrency}
      ORDER BY d DESC`,
  };
}

/** *Subscriptions*: what they pay, what moved it, what is kept. */
export function subscriptionsDashboard({ sql, trust }: DashboardKit): DashboardSpec {
  return {
    page: 'subscriptions',
    description: 'What subscriptions pay per month, what moved it, how much of it is kept. One currency at a time.',
    tags: ['revenue'],
    needs: 'subscriptions',
    from: 'now-1y',
    variables: [
      {
        kind: 'query',
        name: 'currency',
        label: 'Currency',
        description: 'Amounts are shown in one currency at a time; the one with the most subscriptions comes first.',
        sql: `
          SELECT currency FROM ${sql.rollup('mrr_day')}
          GROUP BY currency ORDER BY argMax(subscriptions, d) DESC, currency`,
      },
    ],
    rows: [
      {
        height: 4,
        panels: [
          trust(['subscription_day', 'mrr_day', 'mrr_month']),
          levelStat(sql),
          countStat(sql),
          ...retentionStats(sql),
        ],
      },
      { height: 10, panels: [movementsPanel(sql), levelPanel(sql)] },
      { height: 8, panels: [retentionPanel(sql), subscriptionsPanel(sql)] },
      { height: 10, panels: [monthsTable(sql)] },
    ],
  };
}
