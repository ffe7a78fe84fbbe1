import type { Interval, Question } from '../../core/metrics';
import type { Random } from '../law/random';
import { firstInstant } from './oracle';

/** What random questions are drawn from. */
export interface QuestionSpace {
  readonly metrics: readonly {
    readonly name: string;
    readonly dimensions: readonly string[];
    readonly class: string;
    readonly unmixed?: string;
    readonly windows?: Readonly<Record<string, number>>;
  }[];
  /** Values and patterns to filter a dimension by. */
  values(dimension: string): readonly string[];
  readonly zone: string;
  readonly otherZones: readonly string[];
  /** Days (numbers since 1970) around which ranges lie. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** Most of the questions in minutes, and a third of the others, lie in the days from here on. */
  readonly recentDay: number;
}

const intervals: readonly Interval[] = [
  'all',
  { count: 1, unit: 'day' },
  { count: 1, unit: 'day' },
  { count: 1, unit: 'day' },
  { count: 3, unit: 'day' },
  { count: 1, unit: 'week' },
  { count: 1, unit: 'month' },
  { count: 1, unit: 'quarter' },
  { count: 1, unit: 'hour' },
  { count: 1, unit: 'hour' },
  { count: 6, unit: 'hour' },
  { count: 15, unit: 'minute' },
  { count: 1, unit: 'minute' },
  { count: 5, unit: 'minute' },
  { count: 30, unit: 'minute' },
];
/** Ranges of questions in minutes are at most so long: nobody looks at more of them. */
const minutesMs = 3 * 86_400_000;

/** A random question: ranges on and off the edges of days, in the rollups' zone and in others. */
export function randomQuestion(random: Random, space: QuestionSpace): Question {
  const metric = random.pick(space.metrics);
  const timezone = random.chance(0.6) ? space.zone : random.pick(space.otherZones);
  const edge = (day: number) => {
    if (random.chance(0.5)) return firstInstant(day, timezone);
    if (random.chance(0.3)) return firstInstant(day, space.zone);
    return firstInstant(day, timezone) + random.below(86_400_000);
  };
  const perDay = metric.windows !== undefined && random.chance(0.9);
  const interval = perDay ? ({ count: 1, unit: 'day' } as const) : random.pick(intervals);
  const isShort = interval !== 'all' && interval.unit === 'minute';
  const first = random.chance(isShort ? 0.8 : 0.33) ? space.recentDay : space.firstDay;
  const day = () => first + random.below(space.lastDay - first);
  const [a, b] = [edge(day()), edge(day())];
  const fromMs = Math.min(a, b);
  const toMs = Math.max(a, b) + (a === b ? 3_600_000 : 0);
  const grouped = random.chance(perDay ? 0.2 : 0.4) ? metric.dimensions.filter(() => random.chance(0.6)) : [];
  // Amounts are asked for by currency, mostly: else they are refused.
  const { unmixed } = metric;
  const by =
    unmixed !== undefined && !grouped.includes(unmixed) && random.chance(0.8) ? [...grouped, unmixed] : grouped;
  const some = (dimension: string) => [
    ...new Set(Array.from({ length: 1 + random.below(3) }, () => random.pick(space.values(dimension)))),
  ];
  const where = metric.dimensions
    .filter(() => random.chance(perDay ? 0.1 : 0.25))
    .map((dimension) => ({
      dimension,
      operator: random.pick(['=', '!=', 'matches', 'not matches'] as const),
      values: some(dimension),
    }));
  return {
    metric: metric.name,
    fromMs,
    toMs: isShort ? Math.min(toMs, fromMs + minutesMs) : toMs,
    interval,
    by,
    where,
    timezone,
    // Which of two sketches is the greater may differ from which of two quantiles is.
    ...(by.length > 0 &&
      metric.class !== 'state-additive' &&
      random.chance(unmixed === undefined ? 0.4 : 0.1) && { topN: 1 + random.below(3) }),
  };
}
