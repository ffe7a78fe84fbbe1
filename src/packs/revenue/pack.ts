import { cohortRollups } from '../cohorts';
import { rareSeconds } from '../periods';
import type { FinishedRollup, Pack, RollupMeasure } from '../types';
import { mrrDay, mrrMetrics, mrrMonth, subscriptionDay } from './mrr';

const money: readonly RollupMeasure[] = [
  { column: 'orders', type: 'UInt64', row: '1', class: 'additive', description: 'Orders placed on the day.' },
  {
    column: 'gross',
    type: 'Decimal(38, 4)',
    row: 'toDecimal64({amount}, 4)',
    class: 'additive',
    description: 'Order amounts before refunds.',
  },
  {
    column: 'refunds',
    type: 'UInt64',
    row: 'toUInt64({refundAmount} > 0)',
    class: 'additive',
    description: 'Orders placed on the day that were refunded, wholly or in part, whenever the refund came.',
  },
  {
    column: 'refunded',
    type: 'Decimal(38, 4)',
    row: 'toDecimal64({refundAmount}, 4)',
    class: 'additive',
    description: 'Amounts refunded for orders placed on the day, whenever the refund came.',
  },
];

/** What the buyers of each first month brought, per month: revenue by cohort. */
const cohortRevenue: FinishedRollup = {
  kind: 'finished',
  method: 'cohortSums',
  name: 'customer_cohort_revenue',
  title: 'Revenue by cohort and month',
  description:
    'One row per calendar month, month of the buyers’ first order and currency: what they ordered in the month, and what was refunded of it. The first order is the first ever, in any currency.',
  from: 'customer_day',
  firsts: 'customer_first',
  entity: 'user',
  keys: [
    { column: 'cohort', from: 'cohort', type: 'Date' },
    { column: 'currency', from: 'currency', type: 'LowCardinality(String)' },
  ],
  everySeconds: rareSeconds,
  columns: money.map(({ column, type, description }) => ({
    column,
    type,
    class: 'additive',
    description: description.replace('day', 'month'),
  })),
};

/**
 * What the customers paid: from one row per order, per refund and per change of a subscription. Amounts of different
 * currencies are never added.
 */
export const revenuePack: Pack = {
  name: 'revenue',
  title: 'Orders and revenue',
  roles: ['orders', 'refunds', 'subscriptions'],
  rollups: [
    {
      kind: 'places',
      name: 'order',
      title: 'Orders',
      description: 'Orders, gross amount and what was refunded of them, by the time of the order and currency.',
      role: 'orders',
      tiers: ['quarter', 'day'],
      keys: [{ column: 'currency', from: 'currency', type: 'LowCardinality(String)' }],
      measures: money,
    },
    {
      kind: 'places',
      name: 'customer_day',
      title: 'Buyers per day',
      description: 'One row per day, buyer and currency: the truth for distinct buyers, first orders and cohorts.',
      role: 'orders',
      tiers: ['day'],
      keys: [
        { column: 'user', from: 'user', type: 'source' },
        { column: 'currency', from: 'currency', type: 'LowCardinality(String)' },
      ],
      measures: money,
    },
    ...cohortRollups({ from: 'customer_day', prefix: 'customer', who: 'buyers', did: 'ordered' }),
    cohortRevenue,
    {
      kind: 'places',
      name: 'refund_day',
      title: 'Refunds',
      description: 'Refunds by the day on which they were given and currency, whenever the order was.',
      role: 'refunds',
      tiers: ['day'],
      keys: [{ column: 'currency', from: 'currency', type: 'LowCardinality(String)' }],
      measures: [
        { column: 'refunds', type: 'UInt64', row: '1', class: 'additive', description: 'Refunds given on the day.' },
        {
          column: 'refunded',
          type: 'Decimal(38, 4)',
          row: 'toDecimal64({amount}, 4)',
          class: 'additive',
          description: 'Amounts given back on the day.',
        },
      ],
    },
    subscriptionDay,
    mrrDay,
    mrrMonth,
  ],
  metrics: [
    {
      name: 'orders',
      title: 'Orders',
      description: 'Orders placed, by order day.',
      unit: 'short',
      class: 'additive',
      rollup: 'order',
      sql: 'sum(orders)',
      dimensions: ['currency'],
    },
    {
      name: 'gross_revenue',
      title: 'Gross revenue',
      description: 'Order amounts before refunds, by order day, in one currency.',
      unit: 'short',
      class: 'additive',
      rollup: 'order',
      sql: 'sum(gross)',
      unmixed: 'currency',
      dimensions: ['currency'],
    },
    {
      name: 'net_revenue',
      title: 'Net revenue',
      description: 'Order amounts less what was refunded of the same orders, by order day, in one currency.',
      unit: 'short',
      class: 'additive',
      rollup: 'order',
      sql: 'sum(gross) - sum(refunded)',
      unmixed: 'currency',
      dimensions: ['currency'],
    },
    {
      name: 'refund_rate',
      title: 'Refund rate',
      description: 'Share of orders of the day that were refunded, wholly or in part.',
      unit: 'percentunit',
      class: 'ratio',
      rollup: 'order',
      sql: 'if(sum(orders) = 0, NULL, sum(refunds) / sum(orders))',
      weight: 'sum(orders)',
      dimensions: ['currency'],
    },
    {
      name: 'average_order',
      title: 'Average order value',
      description: 'Gross revenue divided by orders, in one currency.',
      unit: 'short',
      class: 'ratio',
      rollup: 'order',
      sql: 'if(sum(orders) = 0, NULL, sum(gross) / sum(orders))',
      weight: 'sum(orders)',
      unmixed: 'currency',
      dimensions: ['currency'],
    },
    {
      name: 'buyers',
      title: 'Buyers',
      description: 'Distinct customers with at least one order.',
      unit: 'short',
      class: 'entity-set',
      rollup: 'customer_day',
      sql: 'uniqExact(user)',
      dimensions: ['currency'],
    },
    {
      name: 'refunds_by_day',
      title: 'Refunds, by refund day',
      description: 'Refunds given, by the day on which they were given, whenever the order was.',
      unit: 'short',
      class: 'additive',
      rollup: 'refund_day',
      sql: 'sum(refunds)',
      dimensions: ['currency'],
    },
    {
      name: 'refunded_by_day',
      title: 'Refunded, by refund day',
      description: 'Amounts given back, by the day on which they were given, whenever the order was, in one currency.',
      unit: 'short',
      class: 'additive',
      rollup: 'refund_day',
      sql: 'sum(refunded)',
      unmixed: 'currency',
      dimensions: ['currency'],
    },
    ...mrrMetrics,
  ],
};
