import { literal, qualified } from '../sql/quote';
import type { RollupSpec, SourceSpec } from './catalogue';
import { instantSql } from './conditions';

/**
 * Buckets of a rollup that rows beyond its watermark belong to, now or (class *moving*) ever before: all others are
 * equal to the raw rows, whatever arrived since. The rows of these buckets are read raw. Undefined where the source has
 * no arrival stamp: then nobody can know.
 */
export function touchedBuckets(rollup: RollupSpec, source: SourceSpec, zone: string): string | undefined {
  const { stamp, id, ledger } = source;
  if (stamp === undefined || rollup.watermarkMs === null) return undefined;
  const arrived = `${stamp} > ${instantSql(rollup.watermarkMs)}`;
  const present = source.notNull['time'];
  const whole = present ? ` AND ${present}` : '';
  const table = qualified(source.table);
  if (source.sourceClass !== 'moving' || id === undefined || ledger === undefined) {
    // A tombstone of class fixed carries the place that it empties, so deleted rows count here.
    return `SELECT DISTINCT ${bucketOf(source.time, rollup, source, zone)} AS b FROM ${table} WHERE ${arrived}${whole}`;
  }
  const here = bucketOf(source.time, rollup, source, zone);
  const before = bucketOf('m', rollup, source, source.daysOnly ? 'UTC' : zone);
  return [
    `SELECT DISTINCT ${here} AS b FROM ${table} WHERE ${arrived} AND NOT ${source.deleted}${whole}`,
    `UNION DISTINCT SELECT DISTINCT ${before} AS b FROM ${qualified(ledger)} WHERE id IN (SELECT ${id} FROM ${table} WHERE ${arrived})`,
  ].join(' ');
}

/** The bucket of the rollup that an instant (or day) falls in, as the rollup's own bucket column holds it. */
export function bucketOf(time: string, { grain }: RollupSpec, source: SourceSpec, zone: string): string {
  if (grain === 'day') return source.daysOnly && time !== 'm' ? `toDate(${time})` : `toDate(${time}, ${literal(zone)})`;
  return `toDateTime(intDiv(toUnixTimestamp(${time}), ${grain}) * ${grain}, 'UTC')`;
}

/** Condition that keeps the source's rows in the buckets of the array `touched`, with bounds by which the key prunes. */
export function inTouched(touched: string, rollup: RollupSpec, source: SourceSpec, zone: string): readonly string[] {
  const column = source.timeColumn;
  const bounds =
    rollup.grain !== 'day'
      ? `${column} >= toDateTime64(arrayMin(${touched}), 0, 'UTC') AND ${column} < toDateTime64(arrayMax(${touched}) + ${rollup.grain}, 0, 'UTC')`
      : source.daysOnly
        ? `${column} >= arrayMin(${touched}) AND ${column} <= arrayMax(${touched})`
        : `${column} >= toDateTime64(arrayMin(${touched}), 0, ${literal(zone)}) AND ${column} < toDateTime64(addDays(arrayMax(${touched}), 1), 0, ${literal(zone)})`;
  return [bounds, `${bucketOf(source.time, rollup, source, zone)} IN (SELECT arrayJoin(${touched}))`];
}
