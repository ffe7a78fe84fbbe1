import type { WeekStart } from '../model';
import { ident, literal } from '../sql/quote';
import { firstDayOf, indexOf, windowSeconds } from './calendar';
import type { RetentionSpec } from './spec';

/** How the cells of a grid are made from the rows of `retentionRows`, kept or counted just now. */
export interface GridInput {
  /** What stands behind FROM: rows (keys…, d, cohort, grp, gap, users). */
  readonly rows: string;
  readonly weekStart: WeekStart;
  readonly timezone: string;
  /** SQL of the instant (DateTime or DateTime64) up to which all rows are there; nothing after it is told. */
  readonly covered: string;
  /** Whether the values of the breakdown are told apart; else `grp` is empty. */
  readonly byGroup: boolean;
  readonly keys?: readonly string[];
  /** Conditions on the rows. */
  readonly where?: readonly string[];
}

/**
 * Statement of the cells (keys…, cohort Date, grp String, k UInt16, size UInt64, users_on Nullable(UInt64), users_after
 * Nullable(UInt64)), k from 0 to `periods` for every cohort that has somebody. Users are NULL while the interval that the cell speaks of
 * is not over for the whole cohort and covered, and 0 only where nobody came. On or after k means within the `periods`.
 */
export function retentionGrid(spec: RetentionSpec, input: GridInput): string {
  const calendar = { interval: spec.interval, weekStart: input.weekStart };
  const keys = (input.keys ?? []).map((k) => `${ident(k)}, `).join('');
  const place = `${keys}tm_c, tm_g`;
  const length = spec.periods + 1;
  // Of each row: how many came on k, and from where to where they count as coming on or after it. Then one sum along k.
  const deltas =
    '[(tm_k, toInt64(users), toInt64(0)), (tm_k + 1 - greatest(toInt32(gap), 1), 0, toInt64(users)), (tm_k + 1, 0, -toInt64(users))]';
  const dense = (value: string) =>
    `arraySlice(groupArrayInsertAt(0, ${length + 1})(${value}, toUInt32(tm_x)), 1, ${length})`;
  return `SELECT ${keys}${firstDayOf('tm_c', calendar)} AS cohort, tm_g AS grp, toUInt16(tm_x) AS k, toUInt64(tm_on[1]) AS size,
  if(${completeSql(spec, input, 'tm_c', 'tm_x')} AS tm_over, toUInt64(tm_ons), NULL) AS users_on, if(tm_over, toUInt64(tm_afters), NULL) AS users_after
FROM (
  SELECT ${place}, ${dense('tm_came')} AS tm_on, arrayCumSum(${dense('tm_delta')}) AS tm_after
  FROM (
    SELECT ${place}, tm_cell.1 AS tm_x, sum(tm_cell.2) AS tm_came, sum(tm_cell.3) AS tm_delta
    FROM (
      SELECT ${keys}${indexOf('cohort', calendar)} AS tm_c, ${input.byGroup ? 'toString(grp)' : "''"} AS tm_g, ${indexOf('d', calendar)} - tm_c AS tm_k, arrayJoin(${deltas}) AS tm_cell
      FROM ${input.rows}
      WHERE ${(input.where ?? []).join(' AND ') || '1'}
    )
    GROUP BY ${place}, tm_x
  )
  GROUP BY ${place}
  HAVING tm_on[1] > 0
)
ARRAY JOIN tm_on AS tm_ons, tm_after AS tm_afters, range(${length}) AS tm_x`;
}

/** Condition (SQL) that interval `k` after cohort number `c` is over for all of the cohort, and covered. */
function completeSql(
  { interval, windows }: RetentionSpec,
  { covered, timezone, weekStart }: Pick<GridInput, 'covered' | 'timezone' | 'weekStart'>,
  c: string,
  k: string,
): string {
  const calendar = { interval, weekStart };
  const zone = literal(timezone);
  if (windows === 'calendar') return `${firstDayOf(`${c} + ${k} + 1`, calendar)} <= toDate(${covered}, ${zone})`;
  // Who started in the last moment of the cohort's interval has the window that ends last.
  const seconds = `toInt64(${k} + 1) * ${windowSeconds[interval === 'week' ? 'week' : 'day']}`;
  return `${firstDayOf(`${c} + 1`, calendar)} <= toDate(subtractSeconds(${covered}, ${seconds}), ${zone})`;
}
