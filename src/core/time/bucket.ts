import { literal } from '../sql/quote';

/** Units of a bucket, as `$__timeGroup` spells them: `M` is a month, `m` a minute. */
export const bucketUnits = ['ms', 's', 'm', 'h', 'd', 'w', 'M', 'Q', 'y'] as const;
export type BucketUnit = (typeof bucketUnits)[number];

/** A bucket of time: so many of a calendar unit in a zone. */
export interface Bucket {
  /** At least 1. */
  readonly count: number;
  readonly unit: BucketUnit;
}

const sqlUnits: Readonly<Record<BucketUnit, string>> = {
  ms: 'MILLISECOND',
  s: 'SECOND',
  m: 'MINUTE',
  h: 'HOUR',
  d: 'DAY',
  w: 'WEEK',
  M: 'MONTH',
  Q: 'QUARTER',
  y: 'YEAR',
};

const dayMs = 86_400_000;

/**
 * The bucket for an interval in milliseconds: in the largest unit that divides it, at least one second. From a day on it
 * is whole days (a part of a day is cut off), whole weeks where 7 divides them. So a day is the zone's day, also when
 * that has 23 or 25 hours.
 * @example bucketOf(300_000) // { count: 5, unit: 'm' }
 */
export function bucketOf(intervalMs: number): Bucket {
  const seconds = Math.max(1, Math.floor(intervalMs / 1000));
  if (intervalMs >= dayMs) {
    const days = Math.floor(intervalMs / dayMs);
    return days % 7 === 0 ? { count: days / 7, unit: 'w' } : { count: days, unit: 'd' };
  }
  if (seconds % 3600 === 0) return { count: seconds / 3600, unit: 'h' };
  if (seconds % 60 === 0) return { count: seconds / 60, unit: 'm' };
  return { count: seconds, unit: 's' };
}

/**
 * SQL for the first instant of the bucket that `expression` (Date, Date32, DateTime, DateTime64, or seconds since 1970)
 * falls in, in `zone`; a DateTime in that zone. A Date means the zone's midnight. Weeks begin on Monday. Outside 1970 to
 * 2106 ClickHouse's DateTime wraps or saturates: such rows land in a wrong bucket.
 *
 * `toStartOfInterval` answers with a Date for weeks and longer, hence the outer `toDateTime`; and it refuses hours and
 * less of a Date, hence the inner one.
 * @example bucketSql('t', { count: 1, unit: 'd' }, 'UTC') // toStartOfInterval(toDateTime(t, 'UTC'), INTERVAL 1 DAY, 'UTC')
 */
export function bucketSql(expression: string, bucket: Bucket, zone: string): string {
  const name = literal(zone);
  const time = bucket.unit === 'ms' ? `toDateTime64(${expression}, 3, ${name})` : `toDateTime(${expression}, ${name})`;
  const start = `toStartOfInterval(${time}, INTERVAL ${bucket.count} ${sqlUnits[bucket.unit]}, ${name})`;
  return ['w', 'M', 'Q', 'y'].includes(bucket.unit) ? `toDateTime(${start}, ${name})` : start;
}
