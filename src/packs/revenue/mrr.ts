import { rareSeconds } from '../periods';
import type { FinishedColumn, FinishedRollup, Metric, PlacesRollup, RollupKey } from '../types';

const currency: RollupKey = { column: 'currency', from: 'currency', type: 'LowCardinality(String)' };

/** The state that each changed subscription had when the day ended: all that is needed of the changes. */
export const subscriptionDay: PlacesRollup = {
  kind: 'places',
  name: 'subscription_day',
  title: 'Changed subscriptions',
  description:
    'One row per day, subscription and currency that changed that day, with what held when the day ended. A subscription that changes its currency ends in the former one by a change to 0 there.',
  role: 'subscriptions',
  tiers: ['day'],
  keys: [{ column: 'subscription', from: 'subscription', type: 'source' }, currency],
  measures: [
    {
      column: 'mrr',
      type: 'Decimal(38, 4)',
      row: '{mrr}',
      class: 'semi-additive',
      description: 'Amount per month after the last change of the day; 0 where it ended.',
    },
    {
      column: 'plan',
      type: 'String',
      row: '{plan}',
      class: 'semi-additive',
      description: 'Name of the plan after the last change of the day.',
    },
  ],
};

const amount = (column: string, description: string): FinishedColumn => ({
  column,
  type: 'Decimal(38, 4)',
  class: 'additive',
  description,
});

const level = (column: string, description: string): FinishedColumn => ({
  ...amount(column, description),
  class: 'semi-additive',
});

/** Level and movements per day, of every day since the currency's first change. */
export const mrrDay: FinishedRollup = {
  kind: 'finished',
  method: 'mrrDays',
  name: 'mrr_day',
  title: 'Monthly recurring revenue, finished',
  description:
    'One row per day and currency since its first subscription, also of days without a change: opening + new + reactivation + expansion − contraction − churn = mrr, exactly. Movements compare what held at the ends of two days: ups and downs inside a day cancel out.',
  from: 'subscription_day',
  keys: [currency],
  everySeconds: 60,
  columns: [
    level('mrr', 'Monthly recurring revenue when the day ended; of today: as it stands.'),
    {
      column: 'subscriptions',
      type: 'UInt64',
      class: 'semi-additive',
      description: 'Subscriptions with an amount above 0 when the day ended.',
    },
    level('opening', 'Monthly recurring revenue when the day before ended.'),
    amount('new_mrr', 'Of subscriptions that paid for the first time ever.'),
    amount('reactivation', 'Of subscriptions that had ended on a former day and pay again.'),
    amount('expansion', 'Gained by subscriptions that pay more than the day before.'),
    amount('contraction', 'Lost by subscriptions that pay less than the day before; a positive number.'),
    amount('churn', 'Lost by subscriptions that ended; a positive number.'),
  ],
};

/** The same per calendar month, between the ends of two months: of these, retention of revenue is told exactly. */
export const mrrMonth: FinishedRollup = {
  kind: 'finished',
  method: 'mrrMonths',
  name: 'mrr_month',
  title: 'Monthly recurring revenue by month, finished',
  description:
    'One row per calendar month and currency since its first subscription: opening + new + reactivation + expansion − contraction − churn = mrr, exactly. Movements compare what held at the ends of two months: ups and downs inside a month cancel out, so who comes and goes within one is neither new nor churn.',
  from: 'subscription_day',
  keys: [currency],
  everySeconds: rareSeconds,
  columns: [
    ...mrrDay.columns.map((c) => ({ ...c, description: c.description.replaceAll('day', 'month') })),
    {
      column: 'opening_subscriptions',
      type: 'UInt64',
      class: 'semi-additive',
      description: 'Subscriptions with an amount above 0 when the month before ended.',
    },
    {
      column: 'churned_subscriptions',
      type: 'UInt64',
      class: 'additive',
      description: 'Of these, subscriptions without one when the month ended; of the running month: as it stands.',
    },
  ],
};

const movement = (name: string, column: string, title: string, description: string): Metric => ({
  name,
  title,
  description,
  unit: 'short',
  class: 'additive',
  rollup: mrrDay.name,
  sql: `sum(${column})`,
  unmixed: 'currency',
  dimensions: ['currency'],
});

export const mrrMetrics: readonly Metric[] = [
  {
    name: 'mrr',
    title: 'Monthly recurring revenue',
    description:
      'What running subscriptions pay per month, in one currency. A state: of a week or month it is that of the last day, never a sum of days.',
    unit: 'short',
    class: 'semi-additive',
    rollup: mrrDay.name,
    sql: 'sum(mrr)',
    unmixed: 'currency',
    dimensions: ['currency'],
  },
  {
    name: 'subscriptions',
    title: 'Subscriptions',
    description:
      'Subscriptions that pay something. A state: of a week or month it is that of the last day, never a sum of days.',
    unit: 'short',
    class: 'semi-additive',
    rollup: mrrDay.name,
    sql: 'sum(subscriptions)',
    dimensions: ['currency'],
  },
  movement(
    'mrr_new',
    'new_mrr',
    'New MRR',
    'Monthly revenue won by subscriptions that paid for the first time ever, in one currency.',
  ),
  movement(
    'mrr_reactivation',
    'reactivation',
    'Reactivated MRR',
    'Monthly revenue won back by subscriptions that had ended on a former day, in one currency.',
  ),
  movement(
    'mrr_expansion',
    'expansion',
    'Expansion MRR',
    'Monthly revenue gained by subscriptions that pay more than on the day before, in one currency.',
  ),
  movement(
    'mrr_contraction',
    'contraction',
    'Contraction MRR',
    'Monthly revenue lost by subscriptions that pay less than on the day before, in one currency; a positive number.',
  ),
  movement(
    'mrr_churn',
    'churn',
    'Churned MRR',
    'Monthly revenue lost by subscriptions that ended, in one currency; a positive number.',
  ),
];
