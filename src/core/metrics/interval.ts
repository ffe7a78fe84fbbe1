import type { WeekStart } from '../model';
import { literal } from '../sql/quote';
import { dayMs, dayStart, localDay } from './calendar';
import { fail } from './errors';

export const intervalUnits = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
export type IntervalUnit = (typeof intervalUnits)[number];

/** So many calendar units in the zone of the question; minutes and hours count from the zone's midnight. */
export interface CalendarInterval {
  readonly count: number;
  readonly unit: IntervalUnit;
}

/** Width of the answer's buckets; `all`: the whole range is one. */
export type Interval = CalendarInterval | 'all';

/** In which calendar instants fall into buckets. */
export interface Calendar {
  readonly zone: string;
  readonly weekStart: WeekStart;
}

const dayMinutes = 24 * 60;
/** What {@link parseInterval} takes, for messages and help. */
export const intervalForms = [
  'all',
  'N minute or N hour that divide a day (15 minute, 6 hour)',
  'N day',
  'week',
  'month',
  'quarter',
  'year',
] as const;

const spellings: Readonly<Record<string, IntervalUnit>> = {
  m: 'minute',
  min: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  M: 'month',
  Q: 'quarter',
  y: 'year',
};

/**
 * Reads `day`, `15 minutes`, `1h`, `6 hours`, `M` (month), `all` … Throws bad_interval.
 * @example parseInterval('15m') // { count: 15, unit: 'minute' }
 */
export function parseInterval(text: string): Interval {
  if (text === 'all') return 'all';
  const match = /^(\d{0,4})\s*([A-Za-z]+)$/.exec(text.trim());
  const word = match?.[2] ?? '';
  const unit = spellings[word] ?? intervalUnits.find((u) => u === word.toLowerCase().replace(/s$/, ''));
  if (!unit) throw fail('bad_interval', { given: text, accepted: intervalForms });
  return checkInterval({ count: match?.[1] ? Number(match[1]) : 1, unit });
}

/** Minutes of an interval below a day, undefined for the others. */
export function minutesOf({ count, unit }: CalendarInterval): number | undefined {
  return unit === 'minute' ? count : unit === 'hour' ? count * 60 : undefined;
}

/** The interval itself where it can be answered. Throws bad_interval. */
export function checkInterval(interval: Interval): Interval {
  if (interval === 'all') return interval;
  const { count, unit } = interval;
  const minutes = minutesOf(interval);
  const fits = minutes !== undefined ? dayMinutes % minutes === 0 : unit === 'day' ? count <= 366 : count === 1;
  if (!Number.isInteger(count) || count < 1 || !fits) {
    throw fail('bad_interval', { given: intervalText(interval), accepted: intervalForms });
  }
  return minutes === dayMinutes ? { count: 1, unit: 'day' } : interval;
}

/** `day`, `15 minutes`, `all`. */
export function intervalText(interval: Interval): string {
  if (interval === 'all') return 'all';
  return interval.count === 1 ? interval.unit : `${interval.count} ${interval.unit}s`;
}

/** First day (number since 1970) of the bucket of whole days that `day` falls in. */
function firstDay(day: number, { count, unit }: CalendarInterval, weekStart: WeekStart): number {
  const date = new Date(day * dayMs);
  const first = (month: number) => Date.UTC(date.getUTCFullYear(), month, 1) / dayMs;
  switch (unit) {
    case 'week':
      return day - ((date.getUTCDay() + (weekStart === 'monday' ? 6 : 0)) % 7);
    case 'month':
      return first(date.getUTCMonth());
    case 'quarter':
      return first(Math.floor(date.getUTCMonth() / 3) * 3);
    case 'year':
      return first(0);
    default:
      return Math.floor(day / count) * count;
  }
}

/** First instant (ms) of the bucket that an instant falls in. */
export function bucketStart(ms: number, interval: CalendarInterval, { zone, weekStart }: Calendar): number {
  const day = localDay(ms, zone);
  const minutes = minutesOf(interval);
  if (minutes === undefined) return dayStart(firstDay(day, interval, weekStart), zone);
  const start = dayStart(day, zone);
  return start + Math.floor((ms - start) / (minutes * 60_000)) * minutes * 60_000;
}

/** First instant (ms) after the bucket that an instant falls in. */
export function bucketEnd(ms: number, interval: CalendarInterval, { zone, weekStart }: Calendar): number {
  const day = localDay(ms, zone);
  const minutes = minutesOf(interval);
  if (minutes === undefined) {
    const days = { minute: 0, hour: 0, day: interval.count, week: 7, month: 31, quarter: 92, year: 366 };
    const first = firstDay(day, interval, weekStart);
    const next = firstDay(first + days[interval.unit], interval, weekStart);
    return dayStart(next === first ? first + days[interval.unit] + 1 : next, zone);
  }
  // A day that a clock change cuts short or makes longer ends its last bucket.
  const start = bucketStart(ms, interval, { zone, weekStart });
  return Math.min(start + minutes * 60_000, dayStart(day + 1, zone));
}

/** An expression as a bucket takes it: an instant (DateTime, DateTime64), or a day (Date) of the question's own zone. */
export type TimeSql = { readonly instant: string } | { readonly day: string };

/** SQL of a bucket's first instant: DateTime in the zone. Equal to {@link bucketStart} for 1970 to 2105. */
export function bucketSql(time: TimeSql, interval: CalendarInterval, { zone, weekStart }: Calendar): string {
  const name = literal(zone);
  const day = 'day' in time ? time.day : `toDate(${time.instant}, ${name})`;
  const at = (date: string) => `toDateTime(${date}, ${name})`;
  const minutes = minutesOf(interval);
  if (minutes !== undefined && 'instant' in time) {
    const start = `toUnixTimestamp(${at(day)})`;
    const seconds = `(toUnixTimestamp(${time.instant}) - ${start})`;
    return at(`${start} + intDiv(${seconds}, ${minutes * 60}) * ${minutes * 60}`);
  }
  switch (interval.unit) {
    case 'week':
      return at(weekStart === 'monday' ? `toMonday(${day})` : `toStartOfWeek(${day}, 0)`);
    case 'month':
      return at(`toStartOfMonth(${day})`);
    case 'quarter':
      return at(`toStartOfQuarter(${day})`);
    case 'year':
      return at(`toStartOfYear(${day})`);
    default:
      return interval.count === 1
        ? at(day)
        : at(`toDate(intDiv(toUInt16(${day}), ${interval.count}) * ${interval.count})`);
  }
}
