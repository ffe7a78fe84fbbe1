import { ident } from '../../core/sql/quote';
import type { Installation } from '../installation';
import type { Span } from './context';
import { tableOf } from './context';
import type { Finished } from './installed';
import { healedSince, writtenIn } from './written';

/** What both statements over cohorts share: which months are made anew, and the cohort of each user. */
interface Cohorts {
  readonly key: string;
  /** Head of the statement, up to its SELECT. */
  readonly named: string;
  /** Condition on rows of the places, and on rows of the table itself, whose months are made anew. */
  readonly placesCounted: string;
  readonly ownCounted: string;
  /** Sub-query of (user, cohort). */
  readonly seen: string;
}

const never = "toDate('2149-06-01')";
const month = (day: string) => `toStartOfMonth(${day})`;

function cohortsOf(installation: Installation, rollup: Finished, span: Span): Cohorts {
  const key = ident(rollup.entity ?? '');
  const places = tableOf(installation, rollup.from);
  const first = tableOf(installation, rollup.firsts ?? '');
  const healed = healedSince(installation, rollup.role, 'tm_lo');
  const written = `${places} WHERE ${writtenIn({ lo: 'tm_lo', hi: 'tm_hi' }, healed)}`;
  // Scalar subqueries are Nullable and not computed while a view is created: hence ifNull.
  const earliest = (from: string) =>
    `ifNull((SELECT if(count() = 0, ${never}, ${month('min(d)')}) FROM ${from}), ${never})`;
  const counted = (m: string) => `d >= tm_from AND (${m} >= tm_moved OR ${m} IN (SELECT m FROM tm_months))`;
  return {
    key,
    named: `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi,
  ${earliest(`${first} WHERE run > tm_lo`)} AS tm_moved,
  least(tm_moved, ${earliest(written)}) AS tm_from,
  tm_months AS (SELECT DISTINCT ${month('d')} AS m FROM ${written})`,
    placesCounted: counted(month('d')),
    ownCounted: counted('d'),
    seen: `(SELECT ${key}, ${month('d')} AS cohort FROM ${first} FINAL WHERE tm_from < ${never})`,
  };
}

/**
 * Users per calendar month and month of their first day, from a rollup of (d, user) places and one of first days: rows
 * (d, cohort, users, last, run), `d` and `cohort` being first days of months and `last` the last day of the month on which one of
 * them was there. Summed over the cohorts, they are the distinct users of the month.
 *
 * Counted anew are the months that a place was written in, and all months from the earliest first day on that was written: who
 * gets another first month, has it in all months. What a month lost becomes 0: the table forgets no key.
 */
export function cohortMonthsSelect(installation: Installation, rollup: Finished, span: Span, target: string): string {
  const { key, named, placesCounted, ownCounted, seen } = cohortsOf(installation, rollup, span);
  return `${named}
SELECT month AS d, cohort, sum(users_) AS users, max(last_) AS last, tm_hi AS run
FROM (
  SELECT month, cohort, toUInt64(count()) AS users_, max(last_day) AS last_
  FROM (
    SELECT ${month('d')} AS month, ${key}, max(d) AS last_day
    FROM ${tableOf(installation, rollup.from)} FINAL WHERE ${placesCounted} GROUP BY month, ${key}
  ) AS active
  INNER JOIN ${seen} AS seen USING (${key})
  GROUP BY month, cohort
  UNION ALL
  SELECT d AS month, cohort, toUInt64(0) AS users_, toDate(0) AS last_ FROM ${tableOf(installation, target)} FINAL WHERE ${ownCounted}
)
GROUP BY month, cohort`;
}

/**
 * What the users of a cohort brought per calendar month: rows (d, cohort, further keys…, sums…, run) of the measures of the same
 * names of a rollup of (d, user, …) places; made anew as {@link cohortMonthsSelect} says.
 */
export function cohortSumsSelect(installation: Installation, rollup: Finished, span: Span, target: string): string {
  const { key, named, placesCounted, ownCounted, seen } = cohortsOf(installation, rollup, span);
  const keys = rollup.keys.slice(1).map((k) => ident(k.column));
  const sums = rollup.columns.map((c) => ({ name: ident(c.column), type: c.type ?? 'UInt64' }));
  const zeros = sums.map(({ name, type }) => `CAST(0 AS ${type}) AS ${name}`);
  const columns = [...keys, ...sums.map((s) => s.name)].join(', ');
  return `${named}
SELECT month AS d, cohort, ${keys.map((k) => `tm_rows.${k} AS ${k}`).join(', ')}, ${sums.map(({ name, type }) => `CAST(sum(tm_rows.${name}) AS ${type}) AS ${name}`).join(', ')}, tm_hi AS run
FROM (
  SELECT month, cohort, ${columns}
  FROM (
    SELECT ${month('d')} AS month, ${key}, ${columns} FROM ${tableOf(installation, rollup.from)} FINAL WHERE ${placesCounted}
  ) AS brought
  INNER JOIN ${seen} AS seen USING (${key})
  UNION ALL
  SELECT d AS month, cohort, ${[...keys, ...zeros].join(', ')} FROM ${tableOf(installation, target)} FINAL WHERE ${ownCounted}
) AS tm_rows
GROUP BY month, cohort, ${keys.map((k) => `tm_rows.${k}`).join(', ')}`;
}
