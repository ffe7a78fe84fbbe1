import type { WeekStart } from '../../core/model';
import type { EventPick } from '../../core/funnel/spec';
import type { RetentionSpec } from '../../core/retention';
import { dayNumber, dayText } from '../law/calendar';
import { firstDay, firstInstant, intervalsBetween, nextFirst } from './calendar';

/** One event of a history. */
export interface RetentionRow {
  readonly user: number | string;
  readonly account: string;
  readonly timeMs: number;
  readonly event: string;
  readonly plan: string;
}

/** Where days and weeks begin, and up to when all rows are there. */
export interface RetentionWorld {
  readonly zone: string;
  readonly weekStart: WeekStart;
  readonly coveredMs: number;
}

export interface RetentionCell {
  /** First day, YYYY-MM-DD. */
  readonly cohort: string;
  readonly grp: string;
  readonly k: number;
  readonly size: number;
  /** null while the interval is not over. */
  readonly on: number | null;
  readonly after: number | null;
}

/** What an entity is in one cohort. */
interface Member {
  readonly cohort: number;
  readonly grp: string;
  /** Moment from which rolling windows count. */
  readonly fromMs: number;
}

const fits = (row: RetentionRow, pick: EventPick | undefined): boolean =>
  pick === undefined ||
  (row.event === pick.event && Object.entries(pick.where ?? {}).every(([, values]) => values.includes(row.plan)));

/** All cells of a retention by looking at every entity, start and return in turn: no SQL, no sets, no sums of rows. */
export function retentionCells(
  rows: readonly RetentionRow[],
  spec: RetentionSpec,
  world: RetentionWorld,
): RetentionCell[] {
  const entities = new Map<string, RetentionRow[]>();
  for (const row of rows) {
    const entity = spec.by === 'user' ? String(row.user) : row.account;
    if (spec.by !== 'user' && entity === '') continue;
    entities.set(entity, [...(entities.get(entity) ?? []), row]);
  }
  const cells = new Map<string, { cohort: number; grp: string; k: number; size: number; on: number; after: number }>();
  for (const own of entities.values()) {
    for (const member of membersOf(own, spec, world)) {
      const came = returnsOf(own, member, spec, world);
      for (let k = 0; k <= spec.periods; k++) {
        const key = `${member.cohort}|${member.grp}|${k}`;
        const cell = cells.get(key) ?? { cohort: member.cohort, grp: member.grp, k, size: 0, on: 0, after: 0 };
        cell.size += 1;
        cell.on += k === 0 || came.has(k) ? 1 : 0;
        cell.after += k === 0 || [...came].some((other) => other >= k) ? 1 : 0;
        cells.set(key, cell);
      }
    }
  }
  return [...cells.values()].map(({ cohort, grp, k, size, on, after }) => {
    const isOver = over(cohort, k, spec, world);
    return { cohort: dayText(cohort), grp, k, size, on: isOver ? on : null, after: isOver ? after : null };
  });
}

function membersOf(rows: readonly RetentionRow[], spec: RetentionSpec, world: RetentionWorld): Member[] {
  const starts = rows
    .filter((row) => fits(row, spec.start))
    .sort((a, b) => a.timeMs - b.timeMs || (a.plan < b.plan ? -1 : a.plan > b.plan ? 1 : 0));
  const members = new Map<number, Member>();
  for (const row of spec.mode === 'first-time' ? starts.slice(0, 1) : starts) {
    const cohort = firstDay(dayNumber(row.timeMs, world.zone), spec.interval, world.weekStart);
    const grp = spec.breakdown === undefined ? '' : row.plan;
    if (!members.has(cohort)) members.set(cohort, { cohort, grp, fromMs: row.timeMs });
  }
  return [...members.values()];
}

/** Numbers of the intervals after the start in which somebody came back, from 1 to `periods`. */
function returnsOf(
  rows: readonly RetentionRow[],
  { cohort, fromMs }: Member,
  spec: RetentionSpec,
  { zone, weekStart }: RetentionWorld,
): ReadonlySet<number> {
  const windowMs = 86_400_000 * (spec.interval === 'week' ? 7 : 1);
  const after = (row: RetentionRow): number =>
    spec.windows === 'rolling'
      ? Math.floor((row.timeMs - fromMs) / windowMs)
      : intervalsBetween(
          cohort,
          firstDay(dayNumber(row.timeMs, zone), spec.interval, weekStart),
          spec.interval,
          weekStart,
        );
  const numbers = rows.filter((row) => fits(row, spec.back)).map(after);
  return new Set(numbers.filter((k) => k >= 1 && k <= spec.periods));
}

function over(
  cohort: number,
  k: number,
  { interval, windows }: RetentionSpec,
  { zone, weekStart, coveredMs }: RetentionWorld,
): boolean {
  if (windows === 'rolling') {
    const windowMs = 86_400_000 * (interval === 'week' ? 7 : 1);
    return firstInstant(nextFirst(cohort, interval, weekStart), zone) + (k + 1) * windowMs <= coveredMs;
  }
  let end = cohort;
  for (let n = 0; n <= k; n++) end = nextFirst(end, interval, weekStart);
  return end <= dayNumber(coveredMs, zone);
}

export interface RetentionMean {
  readonly k: number;
  readonly cohorts: number;
  readonly users: number;
  readonly onWeighted: number;
  readonly onSimple: number;
  readonly afterWeighted: number;
  readonly afterSimple: number;
}

/** Mean curves over the cells that are over: of all users, and of all cohorts alike. */
export function retentionMeans(cells: readonly RetentionCell[]): RetentionMean[] {
  const ks = [...new Set(cells.map((c) => c.k))].sort((a, b) => a - b);
  return ks.flatMap((k) => {
    const own = cells.filter((c) => c.k === k && c.on !== null);
    if (own.length === 0) return [];
    const sum = (of: (c: RetentionCell) => number) => own.reduce((total, c) => total + of(c), 0);
    const users = sum((c) => c.size);
    return [
      {
        k,
        cohorts: own.length,
        users,
        onWeighted: sum((c) => c.on ?? 0) / users,
        onSimple: sum((c) => (c.on ?? 0) / c.size) / own.length,
        afterWeighted: sum((c) => c.after ?? 0) / users,
        afterSimple: sum((c) => (c.after ?? 0) / c.size) / own.length,
      },
    ];
  });
}
