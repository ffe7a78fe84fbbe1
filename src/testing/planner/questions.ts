import type { Interval, Question } from '../../core/metrics';
import type { Random } from '../law/random';
import { firstInstant } from './oracle';

/** What random questions are drawn from. */
export interface QuestionSpace {
  readonly metrics: readonly {
    readonly name: string;
    readonly dimensions: readonly string[];
    readonly windows?: Readonly<Record<string, number>>;
  }[];
  readonly values: readonly string[];
  readonly zone: string;
  readonly otherZones: readonly string[];
  /** Days (numbers since 1970) around which ranges lie. */
  readonly firstDay: number;
  readonly lastDay: number;
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
  { count: 6, unit: 'hour' },
  { count: 15, unit: 'minute' },
];

/** A random question: ranges on and off the edges of days, in the rollups' zone and in others. */
export function randomQuestion(random: Random, space: QuestionSpace): Question {
  const metric = random.pick(space.metrics);
  const timezone = random.chance(0.6) ? space.zone : random.pick(space.otherZones);
  const edge = (day: number) => {
    if (random.chance(0.5)) return firstInstant(day, timezone);
    if (random.chance(0.3)) return firstInstant(day, space.zone);
    return firstInstant(day, timezone) + random.below(86_400_000);
  };
  const day = () => space.firstDay + random.below(space.lastDay - space.firstDay);
  const [a, b] = [edge(day()), edge(day())];
  const perDay = metric.windows !== undefined && random.chance(0.9);
  const by = random.chance(perDay ? 0.2 : 0.4) ? [...metric.dimensions] : [];
  const some = () => [...new Set(Array.from({ length: 1 + random.below(3) }, () => random.pick(space.values)))];
  const where = metric.dimensions
    .filter(() => random.chance(perDay ? 0.1 : 0.25))
    .map((dimension) => ({
      dimension,
      operator: random.pick(['=', '!=', 'matches', 'not matches'] as const),
      values: some(),
    }));
  return {
    metric: metric.name,
    fromMs: Math.min(a, b),
    toMs: Math.max(a, b) + (a === b ? 3_600_000 : 0),
    interval: perDay ? { count: 1, unit: 'day' } : random.pick(intervals),
    by,
    where,
    timezone,
    ...(by.length > 0 && random.chance(0.4) && { topN: 1 + random.below(3) }),
  };
}
