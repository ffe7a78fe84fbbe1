import type { WeekStart } from '../../core/model';
import type { RetentionInterval } from '../../core/retention';
import { dayNumber } from '../law/calendar';

const dayMs = 86_400_000;

/** The same, looked up when it is asked for again. */
function remembered<Args extends readonly unknown[]>(work: (...args: Args) => number): (...args: Args) => number {
  const known = new Map<string, number>();
  return (...args) => {
    const key = args.join(' ');
    const found = known.get(key) ?? work(...args);
    known.set(key, found);
    return found;
  };
}

/** Number of the first day of the interval that a day lies in, told by the runtime's own calendar. */
export const firstDay = remembered((day: number, interval: RetentionInterval, weekStart: WeekStart): number => {
  const weekday = weekStart === 'monday' ? 1 : 0;
  let first = day;
  const date = () => new Date(first * dayMs);
  if (interval === 'week') while (date().getUTCDay() !== weekday) first -= 1;
  if (interval === 'month') while (date().getUTCDate() !== 1) first -= 1;
  return first;
});

/** The first day of the next interval. */
export const nextFirst = remembered((first: number, interval: RetentionInterval, weekStart: WeekStart): number => {
  let day = first + 1;
  while (firstDay(day, interval, weekStart) !== day) day += 1;
  return day;
});

/** How many intervals `later` lies after `first`, both first days; -1 where it lies before. */
export function intervalsBetween(
  first: number,
  later: number,
  interval: RetentionInterval,
  weekStart: WeekStart,
): number {
  if (later < first) return -1;
  let count = 0;
  for (let day = first; day < later; day = nextFirst(day, interval, weekStart)) count += 1;
  return count;
}

/** First instant (ms) of a day in a zone: days begin on quarter hours. */
export const firstInstant = remembered((day: number, zone: string): number => {
  let ms = (day - 2) * dayMs;
  while (dayNumber(ms, zone) < day) ms += 900_000;
  return ms;
});
