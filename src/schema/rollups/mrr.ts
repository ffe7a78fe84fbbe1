import { literal } from '../../core/sql/quote';
import type { Installation } from '../installation';
import type { Span } from './context';
import { tableOf } from './context';
import type { Finished } from './installed';
import { healedSince, writtenIn } from './written';

/** Type of every amount. */
const money = 'Decimal(38, 4)';

/** How long a row of the table is, and its place in time as a number: days or months since 1970. */
interface Period {
  /** Number of a Date (SQL). */
  number(day: string): string;
  /** First day of a period's number, as SQL of type Date. */
  first(number: string): string;
  /** Changes as they are, or the last of each period. */
  changes(table: string, where: string): string;
  /** Whether the running period is made anew each time: changes that wait for their day may have had it. */
  readonly anew: boolean;
  /** Further columns of the result. */
  readonly more: string;
}

const periods: Readonly<Record<'mrrDays' | 'mrrMonths', Period>> = {
  mrrDays: {
    number: (day) => `toInt32(${day})`,
    first: (number) => `toDate(${number})`,
    changes: (table, where) =>
      `(SELECT subscription, currency, toInt32(d) AS x, mrr FROM ${table} FINAL WHERE ${where})`,
    anew: false,
    more: '',
  },
  mrrMonths: {
    number: (day) => `toInt32(dateDiff('month', toDate('1970-01-01'), ${day}))`,
    first: (number) => `addMonths(toDate('1970-01-01'), ${number})`,
    changes: (table, where) =>
      `(SELECT subscription, currency, toInt32(dateDiff('month', toDate('1970-01-01'), d)) AS x, argMax(mrr, d) AS mrr FROM ${table} FINAL WHERE ${where} GROUP BY subscription, currency, x)`,
    anew: true,
    more: ',\n  toUInt64(toInt64(paying) - started) AS opening_subscriptions, toUInt64(churned_) AS churned_subscriptions',
  },
};

/**
 * Monthly recurring revenue per period and currency from a rollup of (d, subscription, currency, mrr): rows (d, currency, mrr,
 * subscriptions, opening, new_mrr, reactivation, expansion, contraction, churn, run; of months also opening_subscriptions and
 * churned_subscriptions before run) of every period from the earliest touched one on, up to today's in the rollup's zone; d is
 * the period's first day. In every row opening + new_mrr + reactivation + expansion - contraction - churn = mrr, exactly: the
 * parts are the steps of the level between the ends of two periods, each called by one name.
 *
 * A subscription's level holds until its next change, so a change at day x moves the levels of all periods from x on, and
 * what a later start of the same subscription is called (new or reactivation), but nothing before x. Changes dated after
 * today wait for their day. A currency's periods begin with its first change. Periods that the table has of a currency and
 * the changes no longer tell of (deleted, or moved to a later day) become zero: the table forgets no key.
 */
export function mrrSelect(installation: Installation, rollup: Finished, span: Span, target: string): string {
  const period = periods[rollup.method === 'mrrMonths' ? 'mrrMonths' : 'mrrDays'];
  const changes = tableOf(installation, rollup.from);
  const own = tableOf(installation, target);
  // Scalar subqueries are Nullable and not computed while a view is created: hence ifNull.
  const scalar = (sql: string) => `toInt32(ifNull((${sql}), 0))`;
  const never = 2147480000;
  const earliest = (where: string) =>
    scalar(`SELECT if(count() = 0, ${never}, ${period.number('min(d)')}) FROM ${changes} ${where}`);
  const today = `toDate(now(), ${literal(rollup.timezone)})`;
  // Rows of the table after today are of a clock that was set back since.
  const known = `d <= greatest(${today}, toDate(ifNull((SELECT max(d) FROM ${own}), toDate(0))))`;
  const days = `WITH
  ${scalar(`SELECT ${period.number('max(d)')} FROM ${own}`)} AS last_own,
  greatest(${period.number(today)}, last_own) AS last_day,
  ${earliest(`WHERE ${writtenIn(span, healedSince(installation, rollup.role, span.lo))}`)} AS first_touched,
  if(last_own = 0, ${earliest('FINAL')}, least(first_touched, last_own${period.anew ? '' : ' + 1'})) AS first_day`;
  // Per change x with the levels before (p) and from it on (l): (period, step of the level, what it is called, step of the count).
  // What came before the first period is one opening step on the one before it.
  const steps = `arrayMap((x, l, p, i) -> (
        greatest(x, first_day - 1),
        CAST(l - p AS ${money}),
        multiIf(l > 0 AND p <= 0, if(i = first_paid, 'new', 'reactivation'), l <= 0 AND p > 0, 'churn', l > p, 'expansion', 'contraction'),
        toInt64(l > 0) - toInt64(p > 0)
      ), ds, ls, arrayPushFront(arrayPopBack(ls), toDecimal128(0, 4)), arrayEnumerate(ds))`;
  const perSubscription = `SELECT subscription, currency, arraySort(groupArray((x, mrr))) AS held, held.1 AS ds, held.2 AS ls,
        arrayFirstIndex(l -> l > 0, ls) AS first_paid
      FROM ${period.changes(changes, `${known} AND first_day <= last_day`)}
      GROUP BY subscription, currency`;
  // One row per period and currency, without a step where there is none: from the currency's first change on, and where the table has it.
  const grid = `SELECT currency, arrayJoin(range(greatest(first_day, first_change), last_day + 1)) AS day
      FROM (SELECT currency, min(${period.number('d')}) AS first_change FROM ${changes} FINAL WHERE ${known} AND first_day <= last_day GROUP BY currency)
      UNION ALL
      SELECT currency, ${period.number('d')} AS day FROM ${own} FINAL WHERE d >= ${period.first('least(first_day, last_day)')} AND first_day <= last_day`;
  const of = (name: string, sign = '') => `sumIf(${sign}step, called = '${name}')`;
  return `${days}
SELECT ${period.first('day')} AS d, currency, mrr_ AS mrr, toUInt64(paying) AS subscriptions, CAST(mrr_ - moved AS ${money}) AS opening,
  new_ AS new_mrr, reactivation_ AS reactivation, expansion_ AS expansion, contraction_ AS contraction, churn_ AS churn${period.more}, ${span.hi} AS run
FROM (
  SELECT day, currency, moved, started, churned_, new_, reactivation_, expansion_, contraction_, churn_,
    sum(moved) OVER (PARTITION BY currency ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS mrr_,
    sum(started) OVER (PARTITION BY currency ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS paying
  FROM (
    SELECT day, currency, sum(step) AS moved, sum(count_step) AS started, countIf(called = 'churn') AS churned_,
      ${of('new')} AS new_, ${of('reactivation')} AS reactivation_,
      ${of('expansion')} AS expansion_, ${of('contraction', '-')} AS contraction_, ${of('churn', '-')} AS churn_
    FROM (
      SELECT currency, s.1 AS day, s.2 AS step, s.3 AS called, s.4 AS count_step
      FROM (SELECT currency, arrayJoin(${steps}) AS s FROM (${perSubscription}))
      UNION ALL
      SELECT currency, day, CAST(0 AS ${money}) AS step, '' AS called, toInt64(0) AS count_step FROM (${grid})
    )
    GROUP BY day, currency
  )
)
WHERE day >= first_day AND day <= last_day`;
}
