import { literal, qualified } from '../sql/quote';
import { localDay } from './calendar';
import type { LateSpec, LiveRollup, LiveSource } from './catalogue';
import { daySql, instantSql } from './conditions';
import type { Stretch } from './cover';

/**
 * Buckets of a rollup on late days that wait to be recounted, as statements of the one column b; none where the source has
 * no queue. Late days are days of the reporting zone.
 */
export function lateDays(rollup: LiveRollup, source: LiveSource, zone: string, range: Stretch): readonly string[] {
  if (!source.late) return [];
  const firstMs = Math.max(range.fromMs, rollup.fromMs, source.wholeFromMs);
  // A day more on both sides: the rollup's days may be those of another zone.
  const [first, last] = [localDay(firstMs, source.zone) - 1, localDay(range.toMs, source.zone) + 1];
  const days = `SELECT d FROM (${pending(source.role, source.late, rollup)}) WHERE d >= ${daySql(Math.max(0, first))} AND d <= ${daySql(last)}`;
  return [`SELECT DISTINCT ${bucketsOfDay('d', rollup, source, zone)} AS b FROM (${days})`];
}

/** SQL of a rollup's buckets that hold any instant of a day of the reporting zone. */
function bucketsOfDay(day: string, { grain }: LiveRollup, source: LiveSource, zone: string): string {
  if (grain === 'day' && (source.daysOnly || zone === source.zone)) return day;
  const start = (d: string) => `toDateTime(${d}, ${literal(source.zone)})`;
  const next = start(`addDays(${day}, 1)`);
  if (grain === 'day')
    return `arrayJoin([toDate(${start(day)}, ${literal(zone)}), toDate(${next} - 1, ${literal(zone)})])`;
  const bounds = `intDiv(toUnixTimestamp(${start(day)}), ${grain}), intDiv(toUnixTimestamp(${next}) + ${grain - 1}, ${grain})`;
  return `arrayJoin(arrayMap(tm_i -> toDateTime(tm_i * ${grain}, 'UTC'), range(${bounds})))`;
}

/**
 * Days that were queued and are not proven to be recounted. A batch is written down before its tables are recounted, and the
 * next one only after: so the newest batch proves nothing. Finished numbers have seen a batch where their last run began
 * after the one that followed it.
 */
function pending(role: string, { queue, recounts, done }: LateSpec, rollup: LiveRollup): string {
  const own = `role = ${literal(role)}`;
  const seen = rollup.kind === 'finished' ? ` AND at <= (${lastBegan(done, rollup)})` : '';
  // What was recounted by hand is written down when it is done.
  const finished = rollup.kind === 'finished';
  const newest = `(SELECT max(at) FROM ${qualified(recounts)} WHERE ${own}${finished ? seen : " AND why != 'asked'"})`;
  const counted = `(at < ${newest}${finished ? '' : " OR why = 'asked'"})`;
  return [
    `SELECT d FROM (SELECT d, at AS tm_queued, toDateTime64(0, 3) AS tm_counted FROM ${qualified(queue)} WHERE ${own} AND sealed = 0`,
    `UNION ALL SELECT d, toDateTime64(0, 3), at FROM ${qualified(recounts)} WHERE ${own} AND ${counted})`,
    'GROUP BY d HAVING max(tm_queued) > toDateTime64(0, 3) AND max(tm_queued) >= max(tm_counted)',
  ].join(' ');
}

/** A moment before which the last proven run of a finished rollup did not begin: when the mark was written that it has as its own. */
function lastBegan(done: string, { name, from = '', watermarkMs }: LiveRollup): string {
  const hi = `hi >= ${instantSql(watermarkMs ?? 0)}`;
  return `SELECT min(at) FROM ${qualified(done)} WHERE view IN (${literal(from)}, ${literal(name)}) AND ${hi}`;
}
