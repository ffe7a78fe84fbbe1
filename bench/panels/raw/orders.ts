import type { Asked, Question } from './question';
import { changes, dayStart, orders, refunds } from './question';

/** Days of the range as panels of days take it: from the start of its first day. */
const days = ({ fromMs, toMs }: Asked): [number, number] => [dayStart(fromMs), toMs];

/** A number of orders of one currency over the range. */
export const ofOrders =
  (value: string): Question =>
  (asked, final) =>
    `SELECT ${value} FROM ${orders(final, ...days(asked))} AND currency = 'USD'`;

/** A number of orders of one currency per day. */
export const ordersPerDay =
  (value: string): Question =>
  (asked, final) =>
    `SELECT toDate(ordered_at) AS d, ${value} FROM ${orders(final, ...days(asked))} AND currency = 'USD' GROUP BY d ORDER BY d`;

/** What was given back, by the day of giving back. */
export const givenBack: Question = (asked, final) =>
  `SELECT sum(refunded_amount) FROM ${refunds(final, ...days(asked))} AND currency = 'USD'`;

export const bestCustomers: Question = (asked, final) =>
  `SELECT user_id, count(), sum(amount - refunded_amount) AS net FROM ${orders(final, ...days(asked))} AND currency = 'USD'
GROUP BY user_id ORDER BY net DESC LIMIT 20`;

/** Revenue and buyers per month by the month of each customer's first order: the first may be older than the range. */
export const orderCohorts: Question = (
  { toMs },
  final,
) => `SELECT cohort, dateDiff('month', cohort, month) AS later, count() AS buyers, sum(net) AS revenue
FROM (
  SELECT user_id, toStartOfMonth(ordered_at) AS month, min(month) OVER (PARTITION BY user_id) AS cohort, sum(amount - refunded_amount) AS net
  FROM ${orders(final, 0, toMs)} AND currency = 'USD' GROUP BY user_id, month)
GROUP BY cohort, later ORDER BY cohort, later`;

/** Recurring revenue and subscriptions at the end of each day: running sums of what each change adds. */
export const levels: Question = (
  { toMs },
  final,
) => `SELECT d, sum(sum(delta)) OVER (ORDER BY d) AS mrr, sum(sum(opened)) OVER (ORDER BY d) AS subscriptions
FROM (
  SELECT toDate(changed_at) AS d, mrr - lagInFrame(mrr) OVER own AS delta, (mrr > 0) - (lagInFrame(mrr) OVER own > 0) AS opened
  FROM ${changes(final, toMs)} AND currency = 'USD'
  WINDOW own AS (PARTITION BY subscription_id ORDER BY changed_at, change_id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW))
GROUP BY d ORDER BY d`;

/** What moved recurring revenue, per month, by the kinds of docs/metrics.md. */
export const movements: Question = (
  { toMs },
  final,
) => `SELECT toStartOfMonth(changed_at) AS month, sumIf(delta, n = 1) AS new, sumIf(delta, n > 1 AND before > 0 AND delta > 0) AS expansion,
  sumIf(delta, mrr > 0 AND delta < 0) AS contraction, sumIf(delta, mrr = 0) AS churn, sumIf(delta, n > 1 AND before = 0) AS reactivation
FROM (
  SELECT changed_at, mrr, lagInFrame(mrr) OVER own AS before, mrr - before AS delta, row_number() OVER own AS n
  FROM ${changes(final, toMs)} AND currency = 'USD'
  WINDOW own AS (PARTITION BY subscription_id ORDER BY changed_at, change_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))
GROUP BY month ORDER BY month`;
