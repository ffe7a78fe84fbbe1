import { literal, qualified } from '../../core/sql/quote';
import type { Source } from '../installation';
import { bucketOfMinute, bucketOfRow } from '../rollups/buckets';
import { column, isDate, present } from '../rollups/columns';
import type { SourceContext, Span } from '../rollups/context';
import { ledgerTable } from '../rollups/ledger';
import { horizon } from '../rollups/touched';
import { proven } from './progress';

/** Name of the step that queues a role's late days. */
export const lateName = ({ role }: Pick<Source, 'role'>): string => `late_${role}`;

/** Columns that {@link lateSelect} returns. */
export const lateColumns = ['role', 'd', 'hi', 'at', 'rows', 'sealed'] as const;

/**
 * The queue of late days: rows (role, d, hi, at, rows, sealed), one per day of the reporting zone that rows stamped in the
 * span belong to (class *moving*: now or ever before) and that the fresh lane does not look at any more. `rows` counts
 * those that were not read before; `sealed` marks days that the source does not have whole any more: they stay as they are.
 */
export function lateSelect(context: SourceContext, span: Span): string {
  const { installation, source } = context;
  const zone = literal(installation.timezone);
  const stamp = column(source, 'ingestedAt');
  const reporting = { grain: 'day', timezone: installation.timezone } as const;
  const moving = source.sourceClass === 'moving';
  const day = moving ? bucketOfMinute(source, 'm', reporting) : bucketOfRow(source, reporting);
  const first = horizon(context, 'tm_hi');
  const before = isDate(source) && !moving ? first : `toDateTime64(${first}, 0, ${isDate(source) ? "'UTC'" : zone})`;
  const sealed =
    source.keepsDays === null ? '0' : `tm_d < subtractDays(toDate32(tm_hi, ${zone}), ${source.keepsDays - 1})`;
  const arrived = `${stamp} > tm_lo AND ${stamp} <= tm_hi`;
  const idsStamped = (when: string) => `SELECT ${column(source, 'id')} FROM ${qualified(source.table)} WHERE ${when}`;
  const rows = moving
    ? `SELECT ${day} AS tm_d, uniqExactIf(id, id IN (${idsStamped(`${stamp} > tm_known AND ${stamp} <= tm_hi`)})) AS tm_rows FROM ${ledgerTable(context)} WHERE m < ${before} AND id IN (${idsStamped(arrived)})`
    : `SELECT ${day} AS tm_d, countIf(${stamp} > tm_known) AS tm_rows FROM ${qualified(source.table)} WHERE ${arrived} AND ${timeColumn(source)} < ${before} AND ${present(source, ['time'])}`;
  return [
    `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi, ${proven(installation, lateName(source))} AS tm_known`,
    `SELECT ${literal(source.role)} AS role, tm_d AS d, tm_hi AS hi, now64(3) AS at, tm_rows AS rows, toUInt8(${sealed}) AS sealed`,
    `FROM (${rows} GROUP BY tm_d)`,
  ].join('\n');
}

const timeColumn = (source: Source): string => column({ ...source, nullable: [] }, 'time');
