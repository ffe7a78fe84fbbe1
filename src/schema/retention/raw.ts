import type { RetentionRelation } from '../../core/retention';
import { ident, literal } from '../../core/sql/quote';
import type { Installation } from '../installation';
import { sourceContexts } from '../refresh/steps';
import { column, daysBetween, isDate, present } from '../rollups/columns';
import { versions } from '../rollups/sourceRows';

/** Days (SQL of type Date) whose rows are wanted; open below without `from`. */
export interface RawDays {
  readonly from?: string;
  readonly to: string;
}

/**
 * The events themselves, one version per id and without deleted ones, by the rules of the refreshes: what is asked of events or
 * dimensions that the step rows do not have. Reads the source.
 */
export function rawRelation(
  installation: Installation,
  timezone: string,
  by: string,
  days: RawDays,
): RetentionRelation | undefined {
  const context = sourceContexts(installation).find((c) => c.source.role === 'events');
  if (!context) return undefined;
  const { source } = context;
  const from = days.from ?? 'toDate(0)';
  const time = daysBetween(source, timezone, from, days.to);
  // Where a row's time may change, another version of an id may lie anywhere.
  const scope = source.sourceClass === 'append' || source.sourceClass === 'fixed' ? time : '1';
  const zone = isDate(source) ? "'UTC'" : literal(timezone);
  const columns = [
    `${column(source, 'user')} AS tm_user`,
    `toString(${column(source, 'event')}) AS tm_event`,
    `toDateTime64(${column(source, 'time')}, 3, 'UTC') AS tm_moment`,
    ...source.dimensions.map((d, i) => `toString(${column(source, d)}) AS tm_dimension${i}`),
  ];
  const where = [time, `NOT ${column(source, 'deleted')}`, present(source, ['time', 'event', 'user'])];
  const dimensions = Object.fromEntries(source.dimensions.map((d, i) => [d, ident(`tm_dimension${i}`)]));
  return {
    from: `(SELECT ${columns.join(', ')} FROM ${versions(context, scope)} WHERE ${where.join(' AND ')})`,
    entity: by === 'user' ? 'tm_user' : (dimensions[by] ?? 'tm_user'),
    day: `toDate(tm_moment, ${zone})`,
    at: 'tm_moment',
    event: 'tm_event',
    dimensions,
  };
}
