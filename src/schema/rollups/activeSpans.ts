import { ident } from '../../core/sql/quote';
import type { Installation } from '../installation';
import type { Span } from './context';
import { tableOf } from './context';
import type { Finished } from './installed';
import { earliestSpan, never, spanSql } from './spans';
import { healedSince, writtenIn } from './written';

/**
 * Users per calendar week or month by the number of days in it on which they were active, told apart by their past: rows
 * (d, days, users, new_users, returning_users, resurrected_users, dormant_users, run), `d` being the span's first day. Summed over
 * `days`, users = new + returning + resurrected; `days` = 0 has those who were active in the span before and not in this one.
 *
 * No clock is asked: the span after the last active one has its row too, with all who have not come *yet*. Readers leave
 * out the dormant of a span that is not over.
 *
 * A pair changes its own span, what its user is called in the next one, and where it moves a first day, the span of the former first
 * day, which nobody knows any more: so all spans from the earliest moved first day on are counted anew. What a span lost becomes
 * 0: the table forgets no key.
 */
export function activeSpansSelect(installation: Installation, rollup: Finished, span: Span, target: string): string {
  const { of, after } = spanSql(installation, rollup.span ?? 'week');
  const key = ident(rollup.entity ?? '');
  const pairs = tableOf(installation, rollup.from);
  const firsts = tableOf(installation, rollup.firsts ?? '');
  const own = tableOf(installation, target);
  const healed = healedSince(installation, rollup.role, 'tm_lo');
  const written = `${pairs} WHERE ${writtenIn({ lo: 'tm_lo', hi: 'tm_hi' }, healed)}`;
  const counted = (first: string) => `(${first} >= tm_moved OR ${first} IN (SELECT s FROM tm_touched))`;
  // Per span (b) with its days (n), the span before (p) in which the user was active:
  // (span, days, users, new, returning, resurrected, dormant). No span begins on the day that stands for none.
  const active = `arrayMap((b, n, p) -> (b, n, 1, b = first, b != first AND ${after('p')} = b, b != first AND ${after('p')} != b, 0), bs, ns, arrayPushFront(arrayPopBack(bs), toDate(65535)))`;
  const dormant = `arrayMap((b, f) -> (${after('b')}, toUInt16(0), 0, 0, 0, 0, f != ${after('b')}), bs, arrayPushBack(arrayPopFront(bs), toDate(65535)))`;
  const spans = 'Array(Tuple(Date, UInt16, UInt8, UInt8, UInt8, UInt8, UInt8))';
  return `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi,
  ${earliestSpan({ of, after }, `${firsts} WHERE run > tm_lo`)} AS tm_moved,
  least(tm_moved, ${earliestSpan({ of, after }, written)}) AS tm_from,
  tm_touched AS (SELECT DISTINCT arrayJoin([s_, ${after('s_')}]) AS s FROM (SELECT DISTINCT ${of('d')} AS s_ FROM ${written}))
SELECT e.1 AS d, e.2 AS days, sum(e.3) AS users, sum(e.4) AS new_users, sum(e.5) AS returning_users, sum(e.6) AS resurrected_users,
  sum(e.7) AS dormant_users, tm_hi AS run
FROM (
  SELECT arrayJoin(arrayFilter(x -> x.3 + x.7 > 0, arrayConcat(${active}, ${dormant})::${spans})) AS e
  FROM (
    SELECT ${key}, arraySort(groupArray((s_, n_))) AS held, held.1 AS bs, held.2 AS ns
    FROM (
      SELECT ${key}, ${of('d')} AS s_, toUInt16(count()) AS n_
      FROM ${pairs} FINAL
      WHERE d >= toDate(greatest(toInt32(tm_from) - 31, 0)) AND tm_from < ${never} AND (${counted(of('d'))} OR ${counted(after(of('d')))})
      GROUP BY ${key}, s_
    )
    GROUP BY ${key}
  ) AS active
  ANY LEFT JOIN (SELECT ${key}, ${of('d')} AS first FROM ${firsts} FINAL WHERE d >= tm_from AND tm_from < ${never}) AS seen USING (${key})
  UNION ALL
  SELECT (d, days, 0, 0, 0, 0, 0)::Tuple(Date, UInt16, UInt8, UInt8, UInt8, UInt8, UInt8) AS e
  FROM ${own} FINAL WHERE d >= tm_from AND ${counted('d')}
)
WHERE ${counted('e.1')}
GROUP BY d, days`;
}
