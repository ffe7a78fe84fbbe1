import type { CalendarSpan } from '../../packs/types';
import type { Installation } from '../installation';

/** Calendar weeks or months as SQL over expressions of type Date. */
export interface SpanSql {
  /** First day of the span that holds a day. */
  of(day: string): string;
  /** First day of the span after the one that begins on a day. */
  after(first: string): string;
}

/** The weeks of the configuration's week start, or calendar months. */
export function spanSql({ weekStart }: Pick<Installation, 'weekStart'>, span: CalendarSpan): SpanSql {
  if (span === 'month') return { of: (day) => `toStartOfMonth(${day})`, after: (first) => `addMonths(${first}, 1)` };
  return {
    of: (day) => (weekStart === 'monday' ? `toMonday(${day})` : `toStartOfWeek(${day}, 0)`),
    after: (first) => `(${first} + 7)`,
  };
}

/** A Date (SQL) after all others: stands for *never* where the earliest of some days is asked for. */
export const never = "toDate('2149-06-01')";

/** Scalar (SQL, Date): begin of the earliest span that rows of `from` (a table with its conditions) lie in; {@link never} without any. */
export const earliestSpan = ({ of }: SpanSql, from: string): string =>
  // Scalar subqueries are Nullable and not computed while a view is created: hence ifNull.
  `ifNull((SELECT if(count() = 0, ${never}, ${of('min(d)')}) FROM ${from}), ${never})`;
