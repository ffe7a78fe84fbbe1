import { literal, qualified } from '../sql/quote';
import { dayMs } from './calendar';
import type { LiveRollup, LiveSource, RollupSpec, SourceSpec } from './catalogue';
import { inStretches, instantSql } from './conditions';
import { lateDays } from './lateDays';
import type { Asked } from './question';

/**
 * Buckets of a rollup that may differ from the raw rows: those that rows beyond its watermark belong to, now or (class
 * *moving*) ever before, and those of late days that wait to be recounted; all others are equal, whatever arrived since.
 * Days that the source has not whole any more are none: there the rollup knows more than the raw rows. A statement of the
 * one column b; undefined where the source has no arrival stamp: then nobody can know.
 * @param asked only buckets whole inside its range are told for certain.
 */
export function touchedBuckets(
  rollup: LiveRollup,
  source: LiveSource,
  zone: string,
  asked: Pick<Asked, 'fromMs' | 'toMs' | 'timezone'>,
): string | undefined {
  const { stamp, id, ledger } = source;
  if (stamp === undefined || rollup.watermarkMs === null) return undefined;
  const range = { fromMs: Math.max(asked.fromMs, source.wholeFromMs), toMs: asked.toMs };
  const arrived = `${stamp} > ${instantSql(rollup.watermarkMs)}`;
  const rows = [
    ...(source.notNull['time'] ? [source.notNull['time']] : []),
    ...(source.only ? [`(${source.only})`] : []),
    inStretches(source, [range], asked.timezone),
  ];
  const table = qualified(source.table);
  const here = bucketOf(source.time, rollup, source, zone);
  const select = (bucket: string, from: string, where: readonly string[]) =>
    `SELECT DISTINCT ${bucket} AS b FROM ${from} WHERE ${where.join(' AND ')}`;
  const late = lateDays(rollup, source, zone, range);
  if (source.sourceClass !== 'moving' || id === undefined || ledger === undefined) {
    // A tombstone of class fixed carries the place that it empties, so deleted rows count here.
    return [select(here, table, [arrived, ...rows]), ...late].join(' UNION DISTINCT ');
  }
  const before = bucketOf('m', rollup, source, source.daysOnly ? 'UTC' : zone);
  const ids = `id IN (SELECT ${id} FROM ${table} WHERE ${arrived})`;
  // A source that knows only days has them in UTC there, not in the zone asked.
  const spareMs = source.daysOnly ? dayMs : 0;
  const minutes = { fromMs: Math.max(0, range.fromMs - spareMs), toMs: range.toMs + spareMs };
  return [
    select(here, table, [arrived, `NOT ${source.deleted}`, ...rows]),
    select(before, qualified(ledger), [ids, `m >= ${instantSql(minutes.fromMs)} AND m < ${instantSql(minutes.toMs)}`]),
    ...late,
  ].join(' UNION DISTINCT ');
}

/** The bucket of the rollup that an instant (or day) falls in, as the rollup's own bucket column holds it. */
export function bucketOf(time: string, { grain }: RollupSpec, source: SourceSpec, zone: string): string {
  if (grain === 'day') return source.daysOnly && time !== 'm' ? `toDate(${time})` : `toDate(${time}, ${literal(zone)})`;
  return `toDateTime(intDiv(toUnixTimestamp(${time}), ${grain}) * ${grain}, 'UTC')`;
}

/** A column of instants: its value, never NULL, and bare, as the key prunes by it. */
export interface TimeColumn {
  readonly value: string;
  readonly bare: string;
}

/** Condition that keeps the rows in the buckets of the array `touched`. */
export function inTouched(
  touched: string,
  { value }: TimeColumn,
  rollup: RollupSpec,
  source: SourceSpec,
  zone: string,
): string {
  return `${bucketOf(value, rollup, source, zone)} IN (SELECT arrayJoin(${touched}))`;
}

/** Bounds of the buckets of the array `touched`, by which the key prunes; nothing lies between them where it is empty. */
export function touchedBounds(
  touched: string,
  { bare }: TimeColumn,
  rollup: RollupSpec,
  source: SourceSpec,
  zone: string,
): string {
  const [first, last] = [`arrayMin(${touched})`, `arrayMax(${touched})`];
  if (rollup.grain !== 'day') {
    return `${bare} >= toDateTime64(${first}, 0, 'UTC') AND ${bare} < toDateTime64(${last} + ${rollup.grain}, 0, 'UTC')`;
  }
  if (source.daysOnly) return `${bare} >= ${first} AND ${bare} <= ${last}`;
  // The day after the last one that a Date can hold is 1970-01-01 again.
  const next = `addDays(least(${last}, toDate('2149-01-01')), 1)`;
  return `${bare} >= toDateTime64(${first}, 0, ${literal(zone)}) AND ${bare} < toDateTime64(${next}, 0, ${literal(zone)})`;
}
