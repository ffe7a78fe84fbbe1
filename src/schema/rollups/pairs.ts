import { qualified } from '../../core/sql/quote';
import { bucketColumn } from './buckets';
import { column, daysBetween } from './columns';
import type { SourceContext, Span } from './context';
import { keysOf, placeOfRow } from './context';
import type { Places } from './installed';
import { counts } from './sourceRows';
import { horizon } from './touched';

/** Whether a rollup is a set of places that only grow: then what arrives is appended, and nothing counted again. */
export const onlyGrows = ({ source }: SourceContext, rollup: Places): boolean =>
  rollup.measures.length === 0 && source.sourceClass === 'append';

/** Rows (bucket, keys…, run, del) of the places of all rows that arrived in the span; a place that is known already comes again. */
export function pairsSelect(context: SourceContext, rollup: Places, span: Span): string {
  const { installation, source } = context;
  const [bucket = '', ...keys] = placeOfRow(context, rollup);
  const stamp = column(source, 'ingestedAt');
  const names = keysOf(context, rollup).map((k, i) => `${keys[i]} AS tm_k${i}`);
  const arrived = [
    `${stamp} > tm_lo`,
    `${stamp} <= tm_hi`,
    daysBetween(source, installation.timezone, horizon(context, 'tm_lo')),
  ];
  return [
    `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi`,
    `SELECT ${[`tm_b AS ${bucketColumn(rollup)}`, ...keysOf(context, rollup).map((k) => `${k.alias} AS ${k.name}`), 'tm_hi AS run', 'toUInt8(0) AS del'].join(', ')}`,
    `FROM (SELECT DISTINCT ${[`${bucket} AS tm_b`, ...names].join(', ')} FROM ${qualified(source.table)} WHERE ${[...arrived, ...counts(context, rollup)].join(' AND ')})`,
  ].join('\n');
}
