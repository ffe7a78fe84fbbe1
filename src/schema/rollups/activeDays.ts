import { literal } from '../../core/sql/quote';
import type { Installation } from '../installation';
import type { Span } from './context';
import { tableOf } from './context';
import type { Finished } from './installed';
import { healedSince, writtenIn } from './written';

/** Days of the two rolling windows, ending with and including the day. */
export const rollingDays = { week: 7, month: 30 } as const;

/**
 * Finished active-user numbers from a rollup of (d, user) pairs and one of first days: rows (d, dau, wau, mau, lifecycle parts…, run) of every
 * day from the earliest touched pair on. Rolling users by interval edges: each active day covers the N days from it on; an
 * edge +1 where a user's coverage begins, -1 where it ends, summed up over the days: one pass, exact, no distinct count.
 *
 * A pair at day x changes rolling numbers of x … x+29, the lifecycle of x and x+1, and what the user's next active day is
 * called (new or resurrected), however far away that lies: so all days from the earliest touched on are made anew, up to
 * today, or to thirty days after the last pair where nothing comes any more.
 */
export function activeDaysSelect(installation: Installation, rollup: Finished, span: Span, target: string): string {
  const pairs = tableOf(installation, rollup.from);
  const own = tableOf(installation, target);
  const { week, month } = rollingDays;
  const today = `toInt32(toDate(now(), ${literal(rollup.timezone)}))`;
  const touched = `SELECT count() AS k, min(toInt32(d)) AS least FROM ${pairs} WHERE ${writtenIn(span, healedSince(installation, rollup.role, span.lo))}`;
  // Scalar subqueries are Nullable and not computed while a view is created: hence ifNull.
  const scalar = (sql: string) => `toInt32(ifNull((${sql}), 0))`;
  // Of all pairs, deleted ones too: told by the parts themselves, without reading them.
  const lastPair = scalar(`SELECT toInt32(max(d)) FROM ${pairs}`);
  const days = `WITH
  ${scalar(`SELECT max(toInt32(d)) FROM ${own}`)} AS last_own,
  greatest(least(${today}, ${lastPair} + ${month}), last_own, ${lastPair}) AS last_day,
  ${scalar(`SELECT if(k = 0, 2147480000, least) FROM (${touched})`)} AS first_touched,
  if(last_own = 0, ${scalar(`SELECT if(count() = 0, 2147480000, toInt32(min(d))) FROM ${pairs}`)}, least(first_touched, last_own + 1)) AS first_day`;
  // Per active day x with the active days before (p) and after (n) it, 0 where there is none:
  // (day, dau, new, returning, resurrected, dormant, week edge, month edge)
  const edges = `arrayFlatten(arrayMap((x, p, n) -> [
      (x, 1, x = first, p = x - 1, p != x - 1 AND x != first, 0, p = 0 OR x - p >= ${week}, p = 0 OR x - p >= ${month}),
      (x + 1, 0, 0, 0, 0, n != x + 1, 0, 0),
      (x + ${week}, 0, 0, 0, 0, 0, -toInt32(n = 0 OR n - x >= ${week}), 0),
      (x + ${month}, 0, 0, 0, 0, 0, 0, -toInt32(n = 0 OR n - x >= ${month}))
    ]::Array(Tuple(Int32, Int32, Int32, Int32, Int32, Int32, Int32, Int32)), ds, arrayPushFront(arrayPopBack(ds), 0), arrayPushBack(arrayPopFront(ds), 0)))`;
  const perUser = `SELECT user, arraySort(groupArray(toInt32(d))) AS ds FROM ${pairs} FINAL
      WHERE d >= toDate(greatest(first_day - ${month}, 0)) AND d <= toDate(last_day) AND first_day <= last_day GROUP BY user`;
  // Who is not there was first active before the window, or is not written down yet: then this is done again, for the pair is
  // younger than what is proven of the first days.
  const firsts = `SELECT user, toInt32(d) AS first FROM ${tableOf(installation, rollup.firsts ?? '')} FINAL
      WHERE d >= toDate(greatest(first_day - ${month}, 0)) AND first_day <= last_day`;
  return `${days}
SELECT toDate(day) AS d, toUInt64(dau_) AS dau, toUInt64(wau_) AS wau, toUInt64(mau_) AS mau,
  toUInt64(new_) AS new_users, toUInt64(returning_) AS returning_users, toUInt64(resurrected_) AS resurrected_users,
  toUInt64(dormant_) AS dormant_users, ${span.hi} AS run
FROM (
  SELECT day, dau_, new_, returning_, resurrected_, dormant_,
    sum(week_edge) OVER (ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS wau_,
    sum(month_edge) OVER (ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS mau_
  FROM (
    SELECT e.1 AS day, sum(e.2) AS dau_, sum(e.3) AS new_, sum(e.4) AS returning_, sum(e.5) AS resurrected_,
      sum(e.6) AS dormant_, sum(e.7) AS week_edge, sum(e.8) AS month_edge
    FROM (
      SELECT arrayJoin(${edges}) AS e
      FROM (${perUser}) AS active ANY LEFT JOIN (${firsts}) AS seen USING (user)
      UNION ALL
      SELECT arrayJoin(arrayMap(x -> (x, 0, 0, 0, 0, 0, 0, 0)::Tuple(Int32, Int32, Int32, Int32, Int32, Int32, Int32, Int32),
        range(first_day, if(first_day <= last_day, last_day + 1, first_day)))) AS e
    )
    GROUP BY day
  )
)
WHERE day >= first_day AND day <= last_day`;
}
