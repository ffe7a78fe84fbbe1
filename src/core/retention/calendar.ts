import type { WeekStart } from '../model';
import type { RetentionInterval } from './spec';

/** In which calendar days make intervals. */
export interface RetentionCalendar {
  readonly interval: RetentionInterval;
  readonly weekStart: WeekStart;
}

/** 1970-01-01 was a Thursday: days from the first day of its week to it. */
const intoWeek: Readonly<Record<WeekStart, number>> = { monday: 3, sunday: 4 };

/**
 * SQL of the number of the interval that a day (Date) lies in, an Int32 counted from the interval of 1970-01-01 on. All distances
 * between intervals are differences of these numbers: whole days divided by 7, never `dateDiff('week')`, which knows only
 * Mondays, and never hours, of which a day may have 23 or 25.
 * @example indexOf('d', { interval: 'week', weekStart: 'monday' }) // toInt32(intDiv(toInt32(d) + 3, 7))
 */
export function indexOf(day: string, { interval, weekStart }: RetentionCalendar): string {
  switch (interval) {
    case 'day':
      return `toInt32(${day})`;
    case 'week':
      return `toInt32(intDiv(toInt32(${day}) + ${intoWeek[weekStart]}, 7))`;
    case 'month':
      return `toInt32((toYear(${day}) - 1970) * 12 + toMonth(${day}) - 1)`;
  }
}

/**
 * SQL of the first day (Date) of an interval by its number; the reverse of {@link indexOf}. What would lie outside 1970 to 2149
 * becomes the first or the last day that a Date can hold.
 */
export function firstDayOf(index: string, { interval, weekStart }: RetentionCalendar): string {
  switch (interval) {
    case 'day':
      return `toDate(${within(index)})`;
    case 'week':
      return `toDate(${within(`(${index}) * 7 - ${intoWeek[weekStart]}`)})`;
    case 'month':
      return `addMonths(toDate(0), least(greatest(${index}, 0), 2153))`;
  }
}

// toDate takes a greater number for seconds.
const within = (day: string) => `toInt32(least(greatest(${day}, 0), 65535))`;

/** Seconds of a rolling window: 24 hours, or 7 times 24. Months have no such length. */
export const windowSeconds = { day: 86_400, week: 604_800 } as const;
