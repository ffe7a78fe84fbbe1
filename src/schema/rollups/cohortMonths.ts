import { ident } from '../../core/sql/quote';
import type { Installation } from '../installation';
import type { Span } from './context';
import { tableOf } from './context';
import type { Finished } from './installed';
import { healedSince, writtenIn } from './written';

/**
 * Users per calendar month and month of their first day, from a rollup of (d, user) places and one of first days: rows
 * (d, cohort, users, last, run), `d` and `cohort` being first days of months and `last` the last day of the month on which one of
 * them was there. Summed over the cohorts, they are the distinct users of the month.
 *
 * Counted anew are the months that a place was written in, and all months from the earliest first day on that was written: who
 * gets another first month, has it in all months. What a month lost becomes 0: the table forgets no key.
 */
export function cohortMonthsSelect(installation: Installation, rollup: Finished, span: Span, target: string): string {
  const { firsts = '' } = rollup;
  const key = ident(rollup.entity ?? '');
  const places = tableOf(installation, rollup.from);
  const own = tableOf(installation, target);
  const first = tableOf(installation, firsts);
  const month = (day: string) => `toStartOfMonth(${day})`;
  const healed = healedSince(installation, rollup.role, 'tm_lo');
  const never = "toDate('2149-06-01')";
  const written = `${places} WHERE ${writtenIn({ lo: 'tm_lo', hi: 'tm_hi' }, healed)}`;
  // Scalar subqueries are Nullable and not computed while a view is created: hence ifNull.
  const earliest = (from: string) =>
    `ifNull((SELECT if(count() = 0, ${never}, ${month('min(d)')}) FROM ${from}), ${never})`;
  const counted = (m: string) => `(${m} >= tm_moved OR ${m} IN (SELECT m FROM tm_months))`;
  return `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi,
  ${earliest(`${first} WHERE run > tm_lo`)} AS tm_moved,
  least(tm_moved, ${earliest(written)}) AS tm_from,
  tm_months AS (SELECT DISTINCT ${month('d')} AS m FROM ${written})
SELECT month AS d, cohort, sum(users_) AS users, max(last_) AS last, tm_hi AS run
FROM (
  SELECT month, cohort, toUInt64(count()) AS users_, max(last_day) AS last_
  FROM (
    SELECT ${month('d')} AS month, ${key}, max(d) AS last_day
    FROM ${places} FINAL WHERE d >= tm_from AND ${counted(month('d'))} GROUP BY month, ${key}
  ) AS active
  INNER JOIN (SELECT ${key}, ${month('d')} AS cohort FROM ${first} FINAL WHERE tm_from < ${never}) AS seen USING (${key})
  GROUP BY month, cohort
  UNION ALL
  SELECT d AS month, cohort, toUInt64(0) AS users_, toDate(0) AS last_ FROM ${own} FINAL WHERE d >= tm_from AND ${counted('d')}
)
GROUP BY month, cohort`;
}
