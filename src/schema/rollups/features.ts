import { ident } from '../../core/sql/quote';
import type { Installation } from '../installation';
import type { Span } from './context';
import { tableOf } from './context';
import type { Finished } from './installed';
import { earliestSpan, never, spanSql } from './spans';
import { healedSince, writtenIn } from './written';

/**
 * Class of a count per user as SQL: the count itself up to 20, then the least count of the tens up to 100 (21, 31, …, 91), of the
 * hundreds up to 1,000 (101, 201, …, 901), and 1001 for all beyond.
 */
const classOf = (n: string): string =>
  `toUInt16(multiIf(${n} <= 20, ${n}, ${n} <= 100, intDiv(${n} - 1, 10) * 10 + 1, ${n} <= 1000, intDiv(${n} - 1, 100) * 100 + 1, 1001))`;

/** Per span, user and event (`tm_s`, user, event): uses, which are distinct moments, whatever dimensions the step rows carry. */
interface Uses {
  readonly head: string;
  readonly uses: string;
  readonly former: string;
}

function usesOf(installation: Installation, rollup: Finished, span: Span, target: string): Uses {
  const calendar = spanSql(installation, rollup.span ?? 'week');
  const user = ident(rollup.entity ?? '');
  const steps = tableOf(installation, rollup.from);
  const healed = healedSince(installation, rollup.role, 'tm_lo');
  const written = `${steps} WHERE ${writtenIn({ lo: 'tm_lo', hi: 'tm_hi' }, healed)} AND ${rollup.only}`;
  const counted = (first: string) => `d >= tm_from AND tm_from < ${never} AND ${first} IN (SELECT s FROM tm_touched)`;
  return {
    head: `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi,
  ${earliestSpan(calendar, written)} AS tm_from,
  tm_touched AS (SELECT DISTINCT ${calendar.of('d')} AS s FROM ${written})`,
    uses: `SELECT tm_s, ${user}, event, count() AS n
      FROM (SELECT DISTINCT ${calendar.of('d')} AS tm_s, ${user}, event, at FROM ${steps} FINAL WHERE ${counted(calendar.of('d'))} AND ${rollup.only})
      GROUP BY tm_s, ${user}, event`,
    former: `${tableOf(installation, target)} FINAL WHERE ${counted('d')}`,
  };
}

/**
 * Users of each feature by how often they used it in a calendar week, from step rows (d, user, event, at, …): rows (d, event,
 * per_user, users, uses, run), `per_user` being the class of the uses per user ({@link classOf}). Summed over the classes: the
 * feature's users and uses. The weeks that a step row was written in are counted anew; what they lost becomes 0.
 */
export function featureUsesSelect(installation: Installation, rollup: Finished, span: Span, target: string): string {
  const { head, uses, former } = usesOf(installation, rollup, span, target);
  return `${head}
SELECT d, event, per_user, sum(users_) AS users, sum(uses_) AS uses, tm_hi AS run
FROM (
  SELECT tm_s AS d, event, ${classOf('n')} AS per_user, toUInt64(count()) AS users_, toUInt64(sum(n)) AS uses_
  FROM (
    ${uses}
  )
  GROUP BY d, event, per_user
  UNION ALL
  SELECT d, event, per_user, toUInt64(0) AS users_, toUInt64(0) AS uses_ FROM ${former}
)
GROUP BY d, event, per_user`;
}

/**
 * Users by how many different features they used in a calendar week: rows (d, features, users, run), `features` from 1 on. Kept as
 * {@link featureUsesSelect}.
 */
export function featureBreadthSelect(installation: Installation, rollup: Finished, span: Span, target: string): string {
  const { head, uses, former } = usesOf(installation, rollup, span, target);
  return `${head}
SELECT d, features, sum(users_) AS users, tm_hi AS run
FROM (
  SELECT tm_s AS d, features, toUInt64(count()) AS users_
  FROM (
    SELECT tm_s, toUInt16(count()) AS features
    FROM (
      ${uses}
    )
    GROUP BY tm_s, ${ident(rollup.entity ?? '')}
  )
  GROUP BY d, features
  UNION ALL
  SELECT d, features, toUInt64(0) AS users_ FROM ${former}
)
GROUP BY d, features`;
}
