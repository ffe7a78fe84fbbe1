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
  const index = (day: string) => indexOf(day, calendar);
  const place = `${keys}tm_c, tm_g`;
  const cells = `arrayConcat(
      [(tm_k, tm_n, toUInt64(0))],
      arrayMap(x -> (x, toUInt64(0), tm_n), range(toUInt32(tm_k - greatest(tm_gap, 1) + 1), toUInt32(tm_k + 1))),
      if(tm_k = 0, arrayMap(x -> (x, toUInt64(0), toUInt64(0)), range(toUInt32(${spec.periods + 1}))), []))`;
  return `SELECT ${keys}cohort, grp, k, size, if(complete, on_, NULL) AS users_on, if(complete, after_, NULL) AS users_after
FROM (
  SELECT ${keys}${firstDayOf('tm_c', calendar)} AS cohort, tm_g AS grp, toUInt16(tm_cell.1) AS k,
    sum(tm_cell.2) AS on_, sum(tm_cell.3) AS after_, max(sumIf(tm_cell.2, tm_cell.1 = 0)) OVER (PARTITION BY ${place}) AS size,
    ${completeSql(spec, input, 'tm_c', 'tm_cell.1')} AS complete
  FROM (
    SELECT ${place}, arrayJoin(${cells}) AS tm_cell
    FROM (
      SELECT ${keys}${index('cohort')} AS tm_c, ${input.byGroup ? 'toString(grp)' : "''"} AS tm_g, toUInt32(${index('d')} - tm_c) AS tm_k,
        toInt32(gap) AS tm_gap, sum(users) AS tm_n
      FROM ${input.rows}
      WHERE ${(input.where ?? []).join(' AND ') || '1'}
      GROUP BY ${place}, tm_k, tm_gap
      HAVING tm_n > 0
    )
  )
  GROUP BY ${place}, tm_cell.1
)
WHERE size > 0`;
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
