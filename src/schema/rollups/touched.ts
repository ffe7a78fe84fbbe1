import { literal, qualified } from '../../core/sql/quote';
import { bucketColumn, bucketOfMinute, bucketOfRow } from './buckets';
import { column, daysBetween, isDate, present } from './columns';
import type { SourceContext, Span } from './context';
import { keysOf, tableOf } from './context';
import type { Places } from './installed';
import { ledgerColumn, ledgerTable } from './ledger';

/**
 * First day (SQL of type Date) that the fresh lane looks at: `freshDays` before the day of the span's lower bound. The late lane
 * queues all before `freshDays` before its upper bound; every stamp of a span lies between the two, so each row is some
 * lane's work whatever either lane's watermark is. Date32, for a first run begins in 1970.
 */
export function horizon(context: SourceContext, bound: string): string {
  const { timezone, freshDays } = context.installation;
  return `subtractDays(toDate32(${bound}, ${literal(timezone)}), ${freshDays})`;
}

/** First day (SQL) that a tier keeps at the watermark; absent where it keeps all. */
export function lifeStart({ installation }: SourceContext, rollup: Places, hi: string): string | undefined {
  if (rollup.lifeDays === null) return undefined;
  return `subtractDays(toDate32(${hi}, ${literal(installation.timezone)}), ${rollup.lifeDays - 1})`;
}

/** The places that a refresh has to recompute. */
export interface Touched {
  /** Subquery of rows (tm_b, tm_k0…). */
  readonly places: string;
  /**
   * Subquery of one row: the first and the last of their buckets, as a tuple. May name tm_touched, which is {@link places}. Absent
   * where an id stays in its bucket for ever: then the touched buckets are all that matters, and prune the key of time themselves.
   */
  readonly edge?: string;
}

/** {@link Touched.places} of rows of a table: bucket and keys as columns of a SELECT, and the rest of it. */
export const placesOfRows = (bucket: string, keys: readonly string[], rest: string): string =>
  `SELECT DISTINCT ${[`${bucket} AS tm_b`, ...keys].join(', ')} ${rest}`;

/** Places that the rows stamped in the span belong to, now or (class *moving*) ever before. */
export function touchedPlaces(context: SourceContext, rollup: Places, span: Span, target: string): Touched {
  const { installation, source } = context;
  const zone = installation.timezone;
  const table = qualified(source.table);
  const keys = keysOf(context, rollup);
  const here = keys.map((k) => `${k.sql} AS ${k.alias}`);
  const bucketHere = bucketOfRow(source, rollup);
  const whole = present(source, ['time', ...rollup.keys.map((k) => k.from)]);
  const stamp = source.columns['ingestedAt'];
  const arrived = `${stamp} > ${span.lo} AND ${stamp} <= ${span.hi}`;
  const life = lifeStart(context, rollup, span.hi);
  const first = [horizon(context, span.lo), ...(life ? [life] : [])];
  switch (source.sourceClass) {
    case 'append':
    case 'fixed':
      return {
        places: placesOfRows(
          bucketHere,
          here,
          `FROM ${table} WHERE ${[arrived, whole, ...first.map((d) => daysBetween(source, zone, d))].join(' AND ')}`,
        ),
      };
    case 'moving': {
      const kept = keys.map((k) => `${k.ofLedger(ledgerColumn(k.logical))} AS ${k.alias}`);
      const ids = `SELECT ${column(source, 'id')} FROM ${table} WHERE ${arrived}`;
      const since = first.map((d) => minuteSince(context, d));
      const bucket = bucketOfMinute(source, 'm', rollup);
      const rows = `FROM ${ledgerTable(context)} WHERE ${[`id IN (${ids})`, ...since].join(' AND ')}`;
      return { places: placesOfRows(bucket, kept, rows), edge: `SELECT (min(${bucket}), max(${bucket})) ${rows}` };
    }
    case 'window': {
      const from = `subtractDays(toDate(now(), ${literal(zone)}), ${source.windowDays - 1})`;
      const own = keys.map((k) => `${k.name} AS ${k.alias}`);
      const bucket = bucketColumn(rollup);
      const since =
        bucket === 'd'
          ? `d >= toDate(toDateTime(${from}, ${literal(zone)}), ${literal(isDate(source) ? zone : rollup.timezone)})`
          : `m >= toDateTime(${from}, ${literal(zone)})`;
      const before = `SELECT ${[`${bucket} AS tm_b`, ...own].join(', ')} FROM ${tableOf(installation, target)} FINAL WHERE ${since}`;
      const rows = [daysBetween(source, zone, from), whole, ...(life ? [daysBetween(source, zone, life)] : [])];
      const now = placesOfRows(bucketHere, here, `FROM ${table} WHERE ${rows.join(' AND ')}`);
      return {
        places: `${now} UNION DISTINCT ${before}`,
        edge: 'SELECT (min(tm_b), max(tm_b)) FROM tm_touched',
      };
    }
  }
}

/** Condition on the ledger's minutes: those of the reporting zone's days from `day` on. */
export function minuteSince({ installation, source }: SourceContext, day: string): string {
  return `m >= toDateTime64(${day}, 0, ${literal(isDate(source) ? 'UTC' : installation.timezone)})`;
}
