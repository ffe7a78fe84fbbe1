import { literal } from '../../core/sql/quote';
import type { RoleName } from '../../core/model';
import type { Installation } from '../installation';
import type { Span } from './context';
import { tableOf } from './context';

/** Seconds that a server's clock and the ends of two runs may lie apart. */
const spareSeconds = 120;

/** Moment (SQL) from which on heals are looked at by refreshes up to `lo` that run often. */
export const lookBack = (lo: string): string => `${lo} - toIntervalSecond(${spareSeconds})`;

/** Condition on a table of places: rows that a refresh wrote in the span, or a heal since a moment. */
export const writtenIn = ({ lo, hi }: Span, healed: string): string =>
  `(run > ${lo} AND run <= ${hi} OR swept_at >= ${healed})`;

/**
 * Moment (SQL) after which a heal of a role's tables may have been written without a refresh up to `lo` having seen it. A heal
 * carries the moment at which its batch was chosen and is written when it ends, however long it takes; the batch after it
 * is chosen only then. So all heals before the newest batch that was old at `lo` had ended.
 */
export function healedSince(installation: Installation, role: RoleName, lo: string): string {
  // Rows that no recount wrote carry 1970-01-01.
  return `greatest(toDateTime64('1970-01-02 00:00:00', 3), (SELECT max(at) FROM ${tableOf(installation, 'recounts')} WHERE role = ${literal(role)} AND at <= ${lookBack(lo)}))`;
}
