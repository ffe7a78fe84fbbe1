import { bucketColumn, bucketOfRow, bucketsOfDays, rowsBetween } from './buckets';
import { isDate } from './columns';
import type { SourceContext } from './context';
import { keysOf, tableOf } from './context';
import type { Places } from './installed';
import { countable } from './ledger';
import { measureSql, needsOrder, rowOrder } from './measures';
import { onlyGrows } from './pairs';
import type { IdRange } from './sourceRows';
import { counts, idsOf, versions } from './sourceRows';
import { lifeStart } from './touched';
import { literal, qualified } from '../../core/sql/quote';

/** Days of the reporting zone to recount. */
export interface Days {
  /** First and last day, SQL of type Date. */
  readonly from: string;
  readonly to: string;
  /** Condition on a day of the reporting zone (SQL of type Date), where not all days between are meant. */
  only?(day: string): string;
  /** Bounds of the ids of all rows of these days, where they are known; else the statement finds them out. */
  readonly ids?: IdRange;
}

/**
 * Recounts some days of a table of places whole from the source, trusting neither stamps nor the tier below, and returns
 * only the rows that differ from what the table holds: what came late, and what no watermark can see (mutations, dropped
 * partitions, a wrongly declared class). Rows (bucket, keys…, measures…, run, del).
 * @param hi watermark of the rows; up to it the ledger knows every place.
 * @param all returns every row instead, for a table that is filled anew.
 */
export function recountSelect(
  context: SourceContext,
  rollup: Places,
  days: Days,
  hi: string,
  all: boolean = false,
): string {
  const { installation, source } = context;
  const keys = keysOf(context, rollup);
  const measures = measureSql(source, rollup.measures);
  const order = needsOrder(rollup.measures) ? [rowOrder(source)] : [];
  const life = lifeStart(context, rollup, 'tm_hi');
  const first = life ? `greatest(toDate32(tm_from), ${life})` : 'tm_from';
  const [from, to] = bucketsOfDays(installation, source, rollup, first, 'tm_to');
  const scope = rowsBetween(source, rollup, 'tm_first', 'tm_last');
  const id = source.columns['id'];
  const anyVersion = id && `${id} IN (SELECT ${id} FROM ${qualified(source.table)} WHERE ${scope})`;
  const ids = days.ids ?? idsOf(context, id ?? '', `FROM ${qualified(source.table)} WHERE ${scope}`);
  const bucket = bucketOfRow(source, rollup);
  const own = bucketColumn(rollup);
  // Whole days of the table's own zone, although `only` speaks of reporting days: more is recounted than asked for, never less.
  const chosen = (b: string) => (days.only ? [`(${daysOf(context, rollup, b).map(days.only).join(' OR ')})`] : []);
  const sides = [
    `SELECT ${[`${bucket} AS tm_b`, ...keys.map((k) => `${k.sql} AS ${k.alias}`), ...measures.map((m) => m.ofRow), ...order.map((o) => o.ofRow), '1 AS tm_c'].join(', ')}`,
    `FROM ${all && onlyGrows(context, rollup) ? qualified(source.table) : versions(context, anyVersion ?? scope)}`,
    `WHERE ${[scope, ...ids.where, ...chosen(bucket), ...countable(context, 'tm_hi'), ...counts(context, rollup)].join('\n  AND ')}`,
    ...(all
      ? []
      : [
          'UNION ALL',
          `SELECT ${[`${own} AS tm_b`, ...keys.map((k) => `${k.name} AS ${k.alias}`), ...measures.map((m) => m.held), ...order.map((o) => o.nothing), '0 AS tm_c'].join(', ')}`,
          `FROM ${tableOf(installation, rollup.name)} FINAL`,
          `WHERE ${[`${own} >= tm_first AND ${own} <= tm_last`, ...chosen(own)].join(' AND ')}`,
        ]),
  ];
  const differs = ['max(tm_c = 1) != max(tm_c = 0)', ...measures.map((m) => m.differs)].join(' OR ');
  return [
    `WITH ${[`${days.from} AS tm_from, ${days.to} AS tm_to, ${hi} AS tm_hi, ${from} AS tm_first, ${to} AS tm_last`, ...ids.named].join(', ')}`,
    `SELECT ${[
      `tm_b AS ${own}`,
      ...keys.map((k) => `${k.alias} AS ${k.name}`),
      ...measures.map((m) => `${m.value} AS ${m.name}`),
      'tm_hi AS run',
      'toUInt8(max(tm_c) = 0) AS del',
    ].join(', ')}`,
    'FROM (',
    ...sides,
    ')',
    `GROUP BY ${['tm_b', ...keys.map((k) => k.alias)].join(', ')}`,
    ...(all ? [] : [`HAVING ${differs}`]),
  ].join('\n');
}

/** Days of the reporting zone in which a bucket lies: a day of another zone begins in one and ends in the next. */
function daysOf(
  { installation, source }: SourceContext,
  { grain, timezone }: Places,
  bucket: string,
): readonly string[] {
  const zone = literal(installation.timezone);
  if (grain !== 'day') return [`toDate(${bucket}, ${zone})`];
  if (timezone === installation.timezone || isDate(source)) return [bucket];
  const instant = (day: string) => `toDateTime(${day}, ${literal(timezone)})`;
  return [`toDate(${instant(bucket)}, ${zone})`, `toDate(${instant(`addDays(${bucket}, 1)`)} - 1, ${zone})`];
}

/** Day of the reporting zone of a source's row, for finding out which days there are. */
export function reportingDay({ installation, source }: SourceContext): string {
  return bucketOfRow(source, { grain: 'day', timezone: installation.timezone });
}
