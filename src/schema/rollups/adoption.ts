import { ident } from '../../core/sql/quote';
import type { Installation } from '../installation';
import type { Span } from './context';
import { tableOf } from './context';
import type { Finished } from './installed';
import { earliestSpan, never, spanSql } from './spans';
import { healedSince, writtenIn } from './written';

/** Days up to which the lag of a first use is told exactly; whole weeks (their first day) beyond. */
export const exactLagDays = 28;

/** What users are told apart by, beside the week of their first use and the event. */
const told: Readonly<Record<string, (week: (day: string) => string) => string>> = {
  cohort: (week) => week('first'),
  lag: () => {
    const days = 'greatest(toInt32(used) - toInt32(first), 0)';
    return `toUInt16(if(${days} <= ${exactLagDays}, ${days}, intDiv(${days}, 7) * 7))`;
  },
};

/**
 * Users by the week of their first use of a feature, from a rollup of first uses (d, user, event) and one of first days: rows
 * (d, keys…, users, run), the keys being `event` and one of `cohort` (week of the user's first day) and `lag` (days between the
 * two). A user is in one row per event.
 *
 * A first use or a first day that moves leaves a row behind that nobody knows any more, but never one of an earlier week than where
 * it is now, or where its place was lost: so all weeks from the earliest of these on are counted anew. What a week lost becomes
 * 0: the table forgets no key.
 */
export function adoptionSelect(installation: Installation, rollup: Finished, span: Span, target: string): string {
  const calendar = spanSql(installation, rollup.span ?? 'week');
  const user = ident(rollup.entity ?? '');
  const uses = tableOf(installation, rollup.from);
  const firsts = tableOf(installation, rollup.firsts ?? '');
  const own = tableOf(installation, target);
  const healed = healedSince(installation, rollup.role, 'tm_lo');
  const lost = `${tableOf(installation, rollup.places)} WHERE ${writtenIn({ lo: 'tm_lo', hi: 'tm_hi' }, healed)} AND del = 1 AND ${rollup.only}`;
  const earliest = [`${uses} WHERE run > tm_lo`, `${firsts} WHERE run > tm_lo`, lost].map((from) =>
    earliestSpan(calendar, from),
  );
  const keys = rollup.keys.map((k) => ident(k.column)).join(', ');
  const values = rollup.keys.map((k) => {
    const value = told[k.column]?.(calendar.of);
    return value === undefined ? ident(k.column) : `${value} AS ${ident(k.column)}`;
  });
  return `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi,
  least(${earliest.join(',\n    ')}) AS tm_from
SELECT d, ${keys}, sum(users_) AS users, tm_hi AS run
FROM (
  SELECT ${calendar.of('used')} AS d, ${values.join(', ')}, toUInt64(count()) AS users_
  FROM (SELECT ${user}, d AS first FROM ${firsts} FINAL WHERE tm_from < ${never}) AS seen
  INNER JOIN (SELECT ${user}, event, d AS used FROM ${uses} FINAL WHERE d >= tm_from AND tm_from < ${never}) AS adopted USING (${user})
  GROUP BY d, ${keys}
  UNION ALL
  SELECT d, ${keys}, toUInt64(0) AS users_ FROM ${own} FINAL WHERE d >= tm_from AND tm_from < ${never}
)
GROUP BY d, ${keys}`;
}
