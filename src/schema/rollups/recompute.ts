import { bucketColumn, bucketOfRow, minutesBetween, prunedBucket, rowsBetween } from './buckets';
import type { SourceContext, Span } from './context';
import { keysOf } from './context';
import type { Places } from './installed';
import { countable, ledgerTable } from './ledger';
import type { MeasureSql } from './measures';
import { measureSql, needsOrder, rowOrder } from './measures';
import { counts, everIn, idsOf, versions } from './sourceRows';
import type { Touched } from './touched';
import { touchedPlaces } from './touched';

/** Columns of a table of places, in the order in which the statements return them. */
export const placesColumns = (rollup: Places): readonly string[] => [
  bucketColumn(rollup),
  ...rollup.keys.map((k) => k.column),
  ...rollup.measures.map((m) => m.column),
  'run',
  'del',
];

/**
 * The recompute statement of a table kept from the source: rows (bucket, keys…, measures…, run, del) of every place touched
 * in the span, from deduplicated source rows, and `del = 1` for places that lost all their rows (none do in class *append*:
 * the row that touched a place lies in it). Idempotent.
 * @param target table that holds the rollup (class *window* asks it which places it has).
 */
export function recomputeSelect(context: SourceContext, rollup: Places, span: Span, target: string): string {
  const { source } = context;
  // Named once each: the analysis of a statement that finds nothing to do is most of what an idle view costs.
  const named: Span = { lo: 'tm_lo', hi: 'tm_hi' };
  const keys = keysOf(context, rollup);
  const grows = source.sourceClass === 'append';
  const measures = measureSql(source, rollup.measures);
  const order = needsOrder(rollup.measures) ? [rowOrder(source)] : [];
  const bucket = bucketOfRow(source, rollup);
  const pruned = prunedBucket(source, rollup);
  const touched = `SELECT ${[`${pruned.ofBucket('tm_b')} AS tm_n`, ...keys.map((k) => k.alias)].join(', ')} FROM tm_touched`;
  const minutes = minutesBetween(source, rollup, 'tm_edge.1', 'tm_edge.2');
  const ids = idsOf(context, 'id', `FROM ${ledgerTable(context)} WHERE ${minutes}`);
  const places = touchedPlaces(context, rollup, named, target);
  const between = places.edge && rowsBetween(source, rollup, 'tm_edge.1', 'tm_edge.2');
  const inBuckets = `${pruned.ofRow} IN (SELECT ${pruned.ofBucket('tm_b')} FROM tm_touched)`;
  const scope =
    source.sourceClass === 'moving' ? everIn(context, rollup, 'SELECT tm_b FROM tm_touched') : (between ?? inBuckets);
  return united({
    rollup,
    keys,
    measures: measures.map((m) => ({ name: m.name, value: grows ? m.valueAlone : m.value })),
    touched: places,
    span,
    named: ids.named,
    now: [
      `SELECT ${[`${bucket} AS tm_b`, ...keys.map((k) => `${k.sql} AS ${k.alias}`), ...measures.map((m) => m.ofRow), ...order.map((o) => o.ofRow), ...(grows ? [] : ['1 AS tm_c'])].join(', ')}`,
      `FROM ${versions(context, scope)}`,
      `WHERE ${[...(between ? [between] : []), ...ids.where, ...countable(context, named.hi), `(${[pruned.ofRow, ...keys.map((k) => k.sql)].join(', ')}) IN (${touched})`, ...counts(context, rollup)].join('\n  AND ')}`,
    ].join('\n'),
    ...(!grows && {
      nothing: [...measures.map((m) => m.nothing), ...order.map((o) => o.nothing)],
    }),
  });
}

interface United {
  readonly rollup: Places;
  readonly keys: readonly { readonly alias: string; readonly name: string }[];
  readonly measures: readonly Pick<MeasureSql, 'name' | 'value'>[];
  readonly touched: Touched;
  readonly span: Span;
  /** More for the WITH clause, which may name tm_lo, tm_hi, tm_touched and, where there is one, tm_edge. */
  readonly named?: readonly string[];
  /** Rows (tm_b, tm_k0…, measures…, and tm_c = 1 where {@link nothing} is given) that touched places have now; may name the same. */
  readonly now: string;
  /** `SQL AS alias` of what a touched place without rows brings along; absent where there is no such place. */
  readonly nothing?: readonly string[];
}

/** Aggregates what touched places have now, with `del = 1` where that is nothing. */
export function united({ rollup, keys, measures, touched, span, named = [], now, nothing }: United): string {
  const edge = touched.edge === undefined ? [] : [`(${touched.edge}) AS tm_edge`];
  return [
    `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi,`,
    `  ${[`tm_touched AS (${touched.places})`, ...edge, ...named].join(',\n  ')}`,
    `SELECT ${[
      `tm_b AS ${bucketColumn(rollup)}`,
      ...keys.map((k) => `${k.alias} AS ${k.name}`),
      ...measures.map((m) => `${m.value} AS ${m.name}`),
      'tm_hi AS run',
      `${nothing ? 'toUInt8(max(tm_c) = 0)' : 'toUInt8(0)'} AS del`,
    ].join(', ')}`,
    'FROM (',
    now,
    ...(nothing
      ? [
          'UNION ALL',
          `SELECT ${['tm_b', ...keys.map((k) => k.alias), ...nothing, '0 AS tm_c'].join(', ')} FROM tm_touched`,
        ]
      : []),
    ')',
    `GROUP BY ${['tm_b', ...keys.map((k) => k.alias)].join(', ')}`,
  ].join('\n');
}
