import { literal } from '../../core/sql/quote';
import { bucketColumn, bucketOfMinute } from './buckets';
import type { SourceContext, Span } from './context';
import { keysOf, tableOf } from './context';
import type { Places } from './installed';
import { measureSql } from './measures';
import { united } from './recompute';
import { placesOfRows } from './touched';
import { lookBack } from './written';

/** Bucket (SQL) in which an instant (SQL of DateTime64) lies. */
const bucketOfInstant = (instant: string, { grain, timezone }: Places): string =>
  grain === 'day'
    ? `toDate(${instant}, ${literal(timezone)})`
    : `toStartOfFifteenMinutes(toDateTime(toTimeZone(${instant}, 'UTC'), 'UTC'))`;

/**
 * The recompute statement of an upper tier: places whose rows in the tier below were written in the span, summed up from
 * that tier. Only buckets that the tier below has whole, with a day to spare; older ones are counted from the source by
 * the late lane and the sweep.
 */
export function tierSelect(context: SourceContext, rollup: Places, below: Places, span: Span): string {
  const { installation, source } = context;
  const keys = keysOf(context, rollup);
  const measures = measureSql(source, rollup.measures);
  const from = tableOf(installation, below.name);
  const bucket = bucketOfMinute(source, 'm', rollup);
  const ownKeys = keys.map((k) => `${k.name} AS ${k.alias}`);
  // A day of another zone than the reporting one begins up to a day earlier.
  const spare = rollup.timezone === installation.timezone || rollup.grain !== 'day' ? 1 : 2;
  const since =
    below.lifeDays === null
      ? undefined
      : `toDateTime64(subtractDays(toDate32(tm_hi, ${literal(installation.timezone)}), ${below.lifeDays - 1 - spare}), 0, ${literal(installation.timezone)})`;
  const whole = since === undefined ? '' : ` AND m >= ${since}`;
  // A heal of the tier below comes with one of this table, unless a refresh that had not seen the former wrote after it. Only
  // buckets that the tier below has are looked up: a filling heals the whole history, which no set of keys could hold.
  const own = bucketColumn(rollup);
  const healedSince = since === undefined ? '' : ` AND ${own} >= ${bucketOfInstant(since, rollup)}`;
  const healedHere = `SELECT ${[own, ...keys.map((k) => k.name)].join(', ')} FROM ${tableOf(installation, rollup.name)} FINAL WHERE swept_at > ${lookBack('tm_lo')}${healedSince}`;
  const written = `(run > tm_lo AND run <= tm_hi OR swept_at > ${lookBack('tm_lo')} AND (${[bucket, ...keys.map((k) => k.name)].join(', ')}) NOT IN (${healedHere}))`;
  return united({
    rollup,
    keys,
    measures: measures.map((m) => ({ name: m.name, value: m.valueFromBelow })),
    touched: { places: placesOfRows(bucket, ownKeys, `FROM ${from} WHERE ${written}${whole}`) },
    span,
    now: [
      `SELECT ${[`${bucket} AS tm_b`, ...ownKeys, ...measures.map((m) => m.ofBelow), '1 AS tm_c'].join(', ')}`,
      `FROM ${from} FINAL`,
      `WHERE (${[bucket, ...keys.map((k) => k.name)].join(', ')}) IN (SELECT * FROM tm_touched)`,
    ].join('\n'),
    nothing: measures.map((m) => m.nothingBelow),
  });
}
