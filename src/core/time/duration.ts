import { bucketUnits } from './bucket';
import type { Bucket, BucketUnit } from './bucket';

/**
 * Reads a fixed duration such as `5m`, `500ms`, `1d`, `2w`, `1M` (month), `1Q`, `1y`; `undefined` for anything else,
 * for 0 and for more than nine digits.
 * @example parseDuration('15m') // { count: 15, unit: 'm' }
 */
export function parseDuration(text: string): Bucket | undefined {
  const match = /^(\d{1,9})\s*([A-Za-z]{1,2})$/.exec(text.trim());
  const unit = match?.[2];
  const count = Number(match?.[1]);
  return count > 0 && unit !== undefined && isUnit(unit) ? { count, unit } : undefined;
}

const fixedUnitMs: Partial<Record<BucketUnit, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Milliseconds of a duration in a unit that is always as long (days are 24 hours); `undefined` for months, quarters, years
 * and for what is no duration.
 * @example durationMs('14d') // 1209600000
 */
export function durationMs(text: string): number | undefined {
  const duration = parseDuration(text);
  const unitMs = duration && fixedUnitMs[duration.unit];
  return unitMs === undefined ? undefined : duration!.count * unitMs;
}

function isUnit(text: string): text is BucketUnit {
  return (bucketUnits as readonly string[]).includes(text);
}

const steps: readonly (readonly [unit: string, ms: number])[] = [
  ['y', 31_536_000_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/**
 * An interval as Grafana writes it in `$__interval`: in the largest unit that divides it, so nothing is lost.
 * @example formatInterval(300_000) // 5m
 */
export function formatInterval(ms: number): string {
  const step = steps.find(([, size]) => ms >= size && ms % size === 0);
  return step ? `${ms / step[1]}${step[0]}` : `${ms}ms`;
}
