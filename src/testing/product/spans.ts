import type { WeekStart } from '../../core/model';
import { dayText } from '../law/calendar';

/** Days, calendar weeks or months over day numbers since 1970-01-01, by nothing but the runtime's calendar. */
export interface Calendar {
  readonly span: 'day' | 'week' | 'month';
  readonly weekStart: WeekStart;
}

/** First day of the span that holds a day. */
export function firstOf(day: number, { span, weekStart }: Calendar): number {
  if (span === 'day') return day;
  if (span === 'month') return day - Number(dayText(day).slice(8)) + 1;
  const weekday = new Date(day * 86_400_000).getUTCDay();
  return day - (weekStart === 'monday' ? (weekday + 6) % 7 : weekday);
}

/** First day of the span after the one that begins on a day. */
export const nextOf = (first: number, calendar: Calendar): number =>
  firstOf(first + { day: 1, week: 7, month: 31 }[calendar.span], calendar);
