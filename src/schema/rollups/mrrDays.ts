import { literal } from '../../core/sql/quote';
import type { Installation } from '../installation';
import type { Span } from './context';
import { tableOf } from './context';
import type { Finished } from './installed';
import { healedSince, writtenIn } from './written';

/** Type of every amount. */
const money = 'Decimal(38, 4)';

/**
 * Monthly recurring revenue per day and currency from a rollup of (d, subscription, currency, mrr): rows (d, currency, mrr,
 * subscriptions, opening, new_mrr, reactivation, expansion, contraction, churn, run) of every day from the earliest touched
 * one on, up to today in the rollup's zone. In every row opening + new_mrr + reactivation + expansion - contraction - churn
 * = mrr, exactly: the parts are the day's steps of the level, each called by one name.
 *
 * A subscription's level holds until its next change, so a change at day x moves the levels of all days from x on, and what
 * a later start of the same subscription is called (new or reactivation), but nothing before x. Changes dated after today
 * wait for their day. A currency's days begin with its first change. Days that the table has of a currency and the changes
 * no longer tell of (deleted, or moved to a later day) become zero: the table forgets no key.
 */
export function mrrDaysSelect(installation: Installation, rollup: Finished, span: Span, target: string): string {
  const changes = tableOf(installation, rollup.from);
  const own = tableOf(installation, target);
  // Scalar subqueries are Nullable and not computed while a view is created: hence ifNull.
  const scalar = (sql: string) => `toInt32(ifNull((${sql}), 0))`;
  const never = 2147480000;
  const earliest = (where: string) =>
    scalar(`SELECT if(count() = 0, ${never}, min(toInt32(d))) FROM ${changes} ${where}`);
  const days = `WITH
  ${scalar(`SELECT max(toInt32(d)) FROM ${own}`)} AS last_own,
  greatest(toInt32(toDate(now(), ${literal(rollup.timezone)})), last_own) AS last_day,
  ${earliest(`WHERE ${writtenIn(span, healedSince(installation, rollup.role, span.lo))}`)} AS first_touched,
  if(last_own = 0, ${earliest('FINAL')}, least(first_touched, last_own + 1)) AS first_day`;
  // Per change x with the levels before (p) and from it on (l): (day, step of the level, what it is called, step of the count).
  // What came before the first day is one opening step on the day before it.
  const steps = `arrayMap((x, l, p, i) -> (
        greatest(x, first_day - 1),
        CAST(l - p AS ${money}),
        multiIf(l > 0 AND p <= 0, if(i = first_paid, 'new', 'reactivation'), l <= 0 AND p > 0, 'churn', l > p, 'expansion', 'contraction'),
        toInt64(l > 0) - toInt64(p > 0)
      ), ds, ls, arrayPushFront(arrayPopBack(ls), toDecimal128(0, 4)), arrayEnumerate(ds))`;
  const perSubscription = `SELECT subscription, currency, arraySort(groupArray((toInt32(d), mrr))) AS held, held.1 AS ds, held.2 AS ls,
        arrayFirstIndex(l -> l > 0, ls) AS first_paid
      FROM ${changes} FINAL
      WHERE d <= toDate(last_day) AND first_day <= last_day
      GROUP BY subscription, currency`;
  // One row per day and currency, without a step where there is none: from the currency's first change on, and where the table has it.
  const grid = `SELECT currency, arrayJoin(range(greatest(first_day, first_change), last_day + 1)) AS day
      FROM (SELECT currency, min(toInt32(d)) AS first_change FROM ${changes} FINAL WHERE d <= toDate(last_day) AND first_day <= last_day GROUP BY currency)
      UNION ALL
      SELECT currency, toInt32(d) AS day FROM ${own} FINAL WHERE d >= toDate(least(first_day, last_day)) AND first_day <= last_day`;
  const of = (name: string, sign = '') => `sumIf(${sign}step, called = '${name}')`;
  return `${days}
SELECT toDate(day) AS d, currency, mrr_ AS mrr, toUInt64(paying) AS subscriptions, CAST(mrr_ - moved AS ${money}) AS opening,
  new_ AS new_mrr, reactivation_ AS reactivation, expansion_ AS expansion, contraction_ AS contraction, churn_ AS churn, ${span.hi} AS run
FROM (
  SELECT day, currency, moved, new_, reactivation_, expansion_, contraction_, churn_,
    sum(moved) OVER (PARTITION BY currency ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS mrr_,
    sum(started) OVER (PARTITION BY currency ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS paying
  FROM (
    SELECT day, currency, sum(step) AS moved, sum(count_step) AS started, ${of('new')} AS new_, ${of('reactivation')} AS reactivation_,
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
