import { literal } from '../../core/sql/quote';
import type { Installation, Source } from '../installation';
import { column, daysBetween, instantSql, isDate, isDateTime64 } from './columns';
import type { Places } from './installed';

type Grained = Pick<Places, 'grain' | 'timezone'>;

/** Name of the bucket column: `d` of days, `m` of UTC minutes and quarter hours. */
export const bucketColumn = ({ grain }: Pick<Places, 'grain'>): 'd' | 'm' => (grain === 'day' ? 'd' : 'm');

const starts = { minute: 'toStartOfMinute', quarter: 'toStartOfFifteenMinutes' } as const;
const widths = { minute: 60, quarter: 900 } as const;

/** Bucket of a source's row. */
export function bucketOfRow(source: Source, { grain, timezone }: Grained): string {
  const time = instantSql(source);
  if (grain === 'day') return isDate(source) ? `toDate(${time})` : `toDate(${time}, ${literal(timezone)})`;
  return `${starts[grain]}(toTimeZone(${time}, 'UTC'))`;
}

/**
 * A row's minute or quarter hour as a number that the key of time prunes by, and the same of a bucket. {@link bucketOfRow} would shut
 * out rows: the engine takes a DateTime made of a DateTime64 for monotonic, although it wraps round before 1970 and in 2106 (tried: one
 * such row in a part hides the others). Days are what they are.
 */
export function prunedBucket(
  source: Source,
  rollup: Grained,
): { readonly ofRow: string; ofBucket(bucket: string): string } {
  const { grain } = rollup;
  if (grain === 'day') return { ofRow: bucketOfRow(source, rollup), ofBucket: (bucket) => bucket };
  const time = column({ ...source, nullable: [] }, 'time');
  const second = isDateTime64(source)
    ? { of: `toUnixTimestamp64Milli(${time})`, parts: 1000 }
    : { of: `toUnixTimestamp(${time})`, parts: 1 };
  return {
    ofRow: `intDiv(${second.of}, ${widths[grain] * second.parts})`,
    ofBucket: (bucket) => `intDiv(toUnixTimestamp(${bucket}), ${widths[grain]})`,
  };
}

/** Bucket of a UTC minute (of the ledger, or of a finer tier). */
export function bucketOfMinute(source: Source, minute: string, { grain, timezone }: Grained): string {
  if (grain === 'day') return `toDate(${minute}, ${literal(isDate(source) ? 'UTC' : timezone)})`;
  return grain === 'minute' ? minute : `${starts[grain]}(${minute})`;
}

/**
 * Condition that keeps the source's rows of the buckets [from, to] (SQL of the bucket's type). The time column stands
 * bare, so that the key prunes.
 */
export function rowsBetween(source: Source, { grain, timezone }: Grained, from: string, to: string): string {
  if (grain === 'day') return daysBetween(source, timezone, from, to);
  const time = column({ ...source, nullable: [] }, 'time');
  const instant = (bucket: string) => `toDateTime64(${bucket}, 0, 'UTC')`;
  return `${time} >= ${instant(from)} AND ${time} < ${instant(to)} + ${widths[grain]}`;
}

/** Condition on UTC minutes (`m` of the ledger, or of a finer tier) that keeps those of the buckets [from, to]. */
export function minutesBetween(source: Source, { grain, timezone }: Grained, from: string, to: string): string {
  if (grain !== 'day') return `m >= ${from} AND m < ${to} + ${widths[grain]}`;
  const instant = (day: string) => `toDateTime64(${day}, 0, ${literal(isDate(source) ? 'UTC' : timezone)})`;
  return `m >= ${instant(from)} AND m < ${instant(`addDays(${to}, 1)`)}`;
}

/** First and last bucket (SQL) that hold any instant of the reporting zone's days [from, to] (SQL of type Date). */
export function bucketsOfDays(
  installation: Installation,
  source: Source,
  { grain, timezone }: Grained,
  from: string,
  to: string,
): readonly [string, string] {
  const zone = installation.timezone;
  if (grain === 'day' && (timezone === zone || isDate(source))) return [from, to];
  const start = `toDateTime64(${from}, 0, ${literal(zone)})`;
  const end = `toDateTime64(addDays(${to}, 1), 0, ${literal(zone)}) - 1`;
  if (grain === 'day') return [`toDate(${start}, ${literal(timezone)})`, `toDate(${end}, ${literal(timezone)})`];
  // Days begin on quarter hours of UTC in every zone.
  const bucket = (instant: string) => `${starts[grain]}(toDateTime(toTimeZone(${instant}, 'UTC'), 'UTC'))`;
  return [bucket(start), bucket(end)];
}
