import { qualified } from '../../core/sql/quote';
import { bucketColumn } from './buckets';
import { column, daysBetween } from './columns';
import type { SourceContext, Span } from './context';
import { keysOf, placeOfRow, tableOf } from './context';
import type { Places } from './installed';
import { counts } from './sourceRows';
import { horizon } from './touched';

/** Whether a rollup is a set of places that only grow: then what arrives is appended, and nothing counted again. */
export const onlyGrows = ({ source }: SourceContext, rollup: Places): boolean =>
  rollup.measures.length === 0 && source.sourceClass === 'append';

/** Rows written in a span up to which they are looked at: after a filling all of a table lies in it. More are written again instead. */
const mostKnown = 1_000_000;

/**
 * Rows (bucket, keys…, run, del) of the places of all rows that arrived in the span. A place that is known already comes again, but
 * not what the runs before wrote in the same span: it overlaps theirs, and writing each place three times is most of what
 * this table's merges have to do.
 * @param target table that holds the rollup
 */
export function pairsSelect(context: SourceContext, rollup: Places, span: Span, target: string): string {
  const { installation, source } = context;
  const [bucket = '', ...keys] = placeOfRow(context, rollup);
  const stamp = column(source, 'ingestedAt');
  const names = keysOf(context, rollup).map((k, i) => `${keys[i]} AS tm_k${i}`);
  const arrived = [
    `${stamp} > tm_lo`,
    `${stamp} <= tm_hi`,
    daysBetween(source, installation.timezone, horizon(context, 'tm_lo')),
  ];
  const place = [bucketColumn(rollup), ...keysOf(context, rollup).map((k) => k.name)].join(', ');
  const within = `FROM ${tableOf(installation, target)} WHERE run > tm_lo AND run <= tm_hi`;
  // What a heal took out in between is written again.
  const written = `SELECT ${place} ${within} AND tm_few GROUP BY ${place} HAVING max(del) = 0`;
  return [
    `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi, (SELECT count() <= ${mostKnown} ${within}) AS tm_few`,
    `SELECT ${[`tm_b AS ${bucketColumn(rollup)}`, ...keysOf(context, rollup).map((k) => `${k.alias} AS ${k.name}`), 'tm_hi AS run', 'toUInt8(0) AS del'].join(', ')}`,
    `FROM (SELECT DISTINCT ${[`${bucket} AS tm_b`, ...names].join(', ')} FROM ${qualified(source.table)} WHERE ${[...arrived, ...counts(context, rollup)].join(' AND ')})`,
    `WHERE (${['tm_b', ...keysOf(context, rollup).map((k) => k.alias)].join(', ')}) NOT IN (${written})`,
  ].join('\n');
}
