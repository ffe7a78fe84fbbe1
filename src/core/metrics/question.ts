import { checkZone } from '../time/zone';
import type { MetricSpec } from './catalogue';
import { fail } from './errors';
import type { Interval } from './interval';
import { bucketEnd, bucketStart, checkInterval, minutesOf } from './interval';
import { dayStart, localDay } from './calendar';
import type { WeekStart } from '../model';

/** How a filter compares; values are strings, `matches` takes RE2 patterns of which one has to match. */
export const filterOperators = ['=', '!=', 'matches', 'not matches'] as const;
export type FilterOperator = (typeof filterOperators)[number];

/** A condition on a dimension. Several values: any of them (`=`, `matches`), none of them (`!=`, `not matches`). */
export interface Filter {
  readonly dimension: string;
  readonly operator: FilterOperator;
  readonly values: readonly string[];
}

/** What somebody asks. */
export interface Question {
  readonly metric: string;
  /** Range, ms since 1970 UTC: from inclusive, to exclusive. Buckets that it cuts count only what lies inside. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly interval: Interval;
  /** Dimensions to group by. */
  readonly by?: readonly string[];
  readonly where?: readonly Filter[];
  /** IANA zone in which days, weeks and months are counted. */
  readonly timezone: string;
  /** With `by`: the N greatest groups of the whole range stay, all others become one group `(other)`. */
  readonly topN?: number;
  /**
   * `exact` (default): rows that a rollup has not counted yet are read raw. `rollup`: the rollup alone answers, with a
   * notice that names its watermark; cheaper by what the open day costs.
   */
  readonly freshness?: 'exact' | 'rollup';
}

/** A question whose names, range and interval were checked. */
export interface Asked extends Required<Omit<Question, 'metric' | 'topN'>> {
  readonly metric: MetricSpec;
  readonly topN: number | undefined;
  readonly weekStart: WeekStart;
  /** First instants (ms) of the buckets that begin inside the range; none for interval `all`. */
  readonly edges: readonly number[];
}

const latestMs = Date.UTC(2105, 0, 1);
const mostBuckets = 50_000;
const mostGroups = 1000;

/**
 * Checks everything about a question that does not depend on the rollups. Throws unknown_metric, unknown_dimension,
 * bad_range, bad_zone, bad_interval, bad_filter, bad_top, mixed_values, too_many_buckets.
 */
export function checkQuestion(question: Question, metrics: readonly MetricSpec[], weekStart: WeekStart): Asked {
  const metric = metrics.find((m) => m.name === question.metric);
  if (!metric) throw fail('unknown_metric', { metric: question.metric, accepted: metrics.map((m) => m.name).sort() });
  const timezone = checkZone(question.timezone);
  const interval = checkInterval(question.interval);
  const { fromMs, toMs, by = [], where = [], topN, freshness = 'exact' } = question;
  if (!Number.isSafeInteger(fromMs) || !Number.isSafeInteger(toMs) || fromMs >= toMs || fromMs < 0 || toMs > latestMs) {
    throw fail('bad_range', { fromMs, toMs });
  }
  for (const dimension of [...by, ...where.map((f) => f.dimension)]) {
    if (!metric.dimensions.includes(dimension)) {
      throw fail('unknown_dimension', { metric: metric.name, dimension, accepted: metric.dimensions });
    }
  }
  if (new Set(by).size < by.length) throw fail('dimension_twice', { by });
  for (const { dimension, operator, values } of where) {
    if (!filterOperators.includes(operator))
      throw fail('bad_filter', { dimension, operator, accepted: filterOperators });
    if (values.length === 0) throw fail('empty_filter', { dimension });
  }
  if (topN !== undefined && (!Number.isInteger(topN) || topN < 1 || topN > mostGroups || by.length === 0)) {
    throw fail('bad_top', { topN, most: mostGroups, dimensions: metric.dimensions });
  }
  checkUnmixed(metric, by, where, topN);
  const asked = { metric, fromMs, toMs, interval, by, where, timezone, topN, freshness, weekStart };
  return { ...asked, edges: edgesOf(asked) };
}

function checkUnmixed(
  { name, unmixed }: MetricSpec,
  by: readonly string[],
  where: readonly Filter[],
  topN: number | undefined,
): void {
  if (unmixed === undefined) return;
  const isOne = where.some((f) => f.dimension === unmixed && f.operator === '=' && f.values.length === 1);
  if (isOne || (by.includes(unmixed) && topN === undefined)) return;
  throw fail('mixed_values', { metric: name, dimension: unmixed, top: by.includes(unmixed) });
}

/**
 * The range widened to whole days (weeks, months of a metric that is told by those), and cut after today's: later ones have no
 * number yet. Throws too_many_buckets.
 */
export function wholeDays(asked: Asked, nowMs: number): Asked {
  const zone = asked.timezone;
  const first = localDay(asked.fromMs, zone);
  const last = Math.max(first, Math.min(localDay(asked.toMs - 1, zone), localDay(nowMs, zone)));
  const unit = { count: 1, unit: asked.metric.per ?? 'day' } as const;
  const calendar = { zone, weekStart: asked.weekStart };
  return overRange(
    asked,
    bucketStart(dayStart(first, zone), unit, calendar),
    bucketEnd(dayStart(last, zone), unit, calendar),
  );
}

/** The same question over another range. Throws too_many_buckets. */
export function overRange(asked: Asked, fromMs: number, toMs: number): Asked {
  const moved = { ...asked, fromMs, toMs };
  return { ...moved, edges: edgesOf(moved) };
}

/** First instants (ms) of the buckets that begin inside the range; none for interval `all`. Throws too_many_buckets. */
function edgesOf({ interval, fromMs, toMs, timezone: zone, weekStart }: Omit<Asked, 'edges'>): readonly number[] {
  if (interval === 'all') return [];
  const edges: number[] = [];
  const add = (edge: number) => {
    if (edges.length > mostBuckets) throw fail('too_many_buckets', { most: mostBuckets });
    if (edge >= fromMs && edge < toMs) edges.push(edge);
  };
  const stepMs = (minutesOf(interval) ?? 0) * 60_000;
  if (stepMs === 0) {
    const calendar = { zone, weekStart };
    for (let t = bucketStart(fromMs, interval, calendar); t < toMs; t = bucketEnd(t, interval, calendar)) add(t);
    return edges;
  }
  // By days, because only a day's two ends have to be asked of the zone.
  for (let day = localDay(fromMs, zone), start = dayStart(day, zone); start < toMs; day++) {
    const end = dayStart(day + 1, zone);
    for (let t = start; t < end; t += stepMs) add(t);
    start = end;
  }
  return edges;
}
