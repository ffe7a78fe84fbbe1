import type { EventPick, FunnelSpec } from '../../core/funnel/spec';
import { dayNumber } from '../law/calendar';

/** A row of one entity. */
export interface FunnelRow {
  readonly atMs: number;
  readonly event: string;
  readonly dims: Readonly<Record<string, string>>;
}

/** What the best way of an entity's day came to. */
export interface FunnelEntry {
  /** Day number since 1970 in the zone. */
  readonly day: number;
  readonly atMs: number;
  /** The deepest step reached, from 1. */
  readonly reached: number;
  /** Steps that were reached, ascending, with the ms from the entry to each. */
  readonly steps: readonly number[];
  readonly tookMs: readonly number[];
  readonly group: string;
  readonly open: boolean;
}

export interface OracleRange {
  readonly timezone: string;
  /** Day numbers, both included. */
  readonly firstDay: number;
  readonly lastDay: number;
  readonly nowMs: number;
}

/** A way from one moment on: the time of each step by its number. */
type Way = ReadonlyMap<number, number>;

/**
 * The entries of one entity by trying every way through the funnel, from the definition in docs/funnels.md: slow, without SQL.
 * Ascending by day.
 */
export function oracleEntries(funnel: FunnelSpec, given: readonly FunnelRow[], range: OracleRange): FunnelEntry[] {
  const rows = distinctRows(funnel, given);
  const best = new Map<number, FunnelEntry>();
  for (const atMs of [...new Set(rows.map((r) => r.atMs))].sort((a, b) => a - b)) {
    const day = dayNumber(atMs, range.timezone);
    if (day < range.firstDay || day > range.lastDay) continue;
    const way = bestWay(funnel, rows, atMs);
    if (!way || isVoid(funnel, rows, way, atMs)) continue;
    const entry = entryOf(funnel, rows, way, { atMs, day, nowMs: range.nowMs });
    const held = best.get(day);
    if (!held || entry.reached > held.reached) best.set(day, entry);
  }
  return [...best.values()].sort((a, b) => a.day - b.day);
}

/** An entity's best entry of all days: deepest, then earliest. */
export function bestEntry(entries: readonly FunnelEntry[]): FunnelEntry | undefined {
  return entries.reduce<FunnelEntry | undefined>(
    (held, e) => (!held || e.reached > held.reached ? e : held),
    undefined,
  );
}

/** Rows that agree in all that the funnel looks at are one. */
function distinctRows(funnel: FunnelSpec, rows: readonly FunnelRow[]): FunnelRow[] {
  const looked = new Set([...funnel.steps, ...funnel.exclusions].flatMap((p) => Object.keys(p.where ?? {})));
  if (funnel.breakdown !== undefined) looked.add(funnel.breakdown);
  const seen = new Map<string, FunnelRow>();
  for (const row of rows) {
    seen.set(JSON.stringify([row.atMs, row.event, [...looked].sort().map((d) => row.dims[d])]), row);
  }
  return [...seen.values()].sort((a, b) => a.atMs - b.atMs);
}

function picks({ event, where = {} }: EventPick, row: FunnelRow): boolean {
  return row.event === event && Object.entries(where).every(([d, values]) => values.includes(row.dims[d] ?? ''));
}

function bestWay(funnel: FunnelSpec, rows: readonly FunnelRow[], atMs: number): Way | undefined {
  const inWindow = rows.filter((r) => r.atMs >= atMs && r.atMs <= atMs + funnel.windowMs);
  if (funnel.order === 'unordered') return unorderedWay(funnel, inWindow, atMs);
  const needed = funnel.steps.flatMap((step, i) => (step.optional ? [] : [i + 1]));
  let best: number[] = [];
  const better = (times: readonly number[]) => {
    if (times.length !== best.length) return times.length > best.length;
    const differs = times.findIndex((t, i) => t !== best[i]);
    return differs >= 0 && times[differs]! < best[differs]!;
  };
  const used: FunnelRow[] = [];
  const tryStep = (i: number) => {
    const times = used.map((r) => r.atMs);
    if (better(times) && (funnel.order !== 'strict' || nothingBetween(inWindow, used))) best = times;
    const step = funnel.steps[(needed[i] ?? 0) - 1];
    if (!step) return;
    const earliest = used.at(-1)?.atMs ?? atMs;
    for (const row of inWindow) {
      if (i === 0 ? row.atMs !== atMs : row.atMs < earliest) continue;
      if (used.includes(row) || !picks(step, row)) continue;
      used.push(row);
      tryStep(i + 1);
      used.pop();
    }
  };
  tryStep(0);
  if (best.length === 0) return undefined;
  return withOptional(funnel, inWindow, new Map(best.map((t, i) => [needed[i]!, t])));
}

/** Whether rows of one moment can be put so that none comes between two steps. */
function nothingBetween(rows: readonly FunnelRow[], used: readonly FunnelRow[]): boolean {
  const [first, last] = [used[0]?.atMs ?? 0, used.at(-1)?.atMs ?? 0];
  return rows.every((r) => r.atMs <= first || r.atMs >= last || used.includes(r));
}

/** Each optional step is the earliest row after the step before it that was reached, and not after the next one that must be. */
function withOptional(funnel: FunnelSpec, inWindow: readonly FunnelRow[], way: Way): Way {
  const out = new Map(way);
  let cursor = way.get(1) ?? 0;
  funnel.steps.forEach((step, i) => {
    const reached = way.get(i + 1);
    if (!step.optional) {
      cursor = reached ?? Infinity;
      return;
    }
    const next = funnel.steps.findIndex((s, j) => j > i && !s.optional);
    const limit = way.get(next + 1) ?? Infinity;
    const row = inWindow.find((r) => r.atMs >= cursor && r.atMs <= limit && picks(step, r));
    if (!row) return;
    out.set(i + 1, row.atMs);
    cursor = row.atMs;
  });
  return new Map([...out].sort(([a], [b]) => a - b));
}

function unorderedWay(funnel: FunnelSpec, inWindow: readonly FunnelRow[], atMs: number): Way | undefined {
  const times = funnel.steps.flatMap((step) => inWindow.find((r) => picks(step, r))?.atMs ?? []).sort((a, b) => a - b);
  return times[0] === atMs ? new Map(times.map((t, i) => [i + 1, t])) : undefined;
}

function isVoid({ exclusions, windowMs }: FunnelSpec, rows: readonly FunnelRow[], way: Way, atMs: number): boolean {
  return exclusions.some((exclusion) => {
    const from = way.get(exclusion.after);
    if (from === undefined) return false;
    const to = way.get(exclusion.before) ?? atMs + windowMs + 1;
    return rows.some((r) => r.atMs > from && r.atMs < to && picks(exclusion, r));
  });
}

interface Entered {
  readonly atMs: number;
  readonly day: number;
  readonly nowMs: number;
}

function entryOf(funnel: FunnelSpec, rows: readonly FunnelRow[], way: Way, { atMs, day, nowMs }: Entered): FunnelEntry {
  const steps = [...way.keys()];
  const reached = Math.max(...steps);
  const { attribution } = funnel;
  const told = attribution === 'first' ? 1 : attribution === 'last' ? reached : attribution;
  return {
    day,
    atMs,
    reached,
    steps,
    tookMs: [...way.values()].map((t) => t - atMs),
    group: valueAt(funnel, rows, way, told),
    open: atMs + funnel.windowMs >= nowMs,
  };
}

/** The least value among the rows of the step's moment that could be it: `''` where the step was not reached. */
function valueAt(funnel: FunnelSpec, rows: readonly FunnelRow[], way: Way, step: number): string {
  const { breakdown, order, steps } = funnel;
  const atMs = way.get(step);
  if (breakdown === undefined || atMs === undefined) return '';
  if (order === 'unordered') return unorderedValue(funnel, rows, breakdown, way, step);
  const pick = steps[step - 1];
  const values = rows.filter((r) => r.atMs === atMs && pick && picks(pick, r)).map((r) => r.dims[breakdown] ?? '');
  return values.sort()[0] ?? '';
}

/** Steps met in one moment follow each other by their values. */
function unorderedValue(
  funnel: FunnelSpec,
  rows: readonly FunnelRow[],
  breakdown: string,
  way: Way,
  nth: number,
): string {
  const from = way.get(1) ?? 0;
  const met = funnel.steps.flatMap((step) => {
    const own = rows.filter((r) => r.atMs >= from && r.atMs <= from + funnel.windowMs && picks(step, r));
    const first = own[0]?.atMs;
    if (first === undefined) return [];
    const value =
      own
        .filter((r) => r.atMs === first)
        .map((r) => r.dims[breakdown] ?? '')
        .sort()[0] ?? '';
    return [[first, value] as const];
  });
  met.sort(([a, v], [b, w]) => a - b || (v < w ? -1 : v > w ? 1 : 0));
  return met[nth - 1]?.[1] ?? '';
}
