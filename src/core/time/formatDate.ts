import { pad, wallClock } from './zone';
import type { WallClock } from './zone';

const months = 'January February March April May June July August September October November December'.split(' ');
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

const hour12 = ({ hour }: WallClock) => hour % 12 || 12;
const noon = ({ hour }: WallClock) => (hour < 12 ? 'am' : 'pm');

// Longest first where one begins another: the pattern below is built in this order.
const tokens: Readonly<Record<string, (clock: WallClock, ms: number) => string>> = {
  YYYY: (c) => pad(c.year, 4),
  YY: (c) => pad(c.year % 100),
  MMMM: (c) => months[c.month - 1] ?? '',
  MMM: (c) => (months[c.month - 1] ?? '').slice(0, 3),
  MM: (c) => pad(c.month),
  M: (c) => String(c.month),
  Q: (c) => String(Math.ceil(c.month / 3)),
  DDDD: (c) => pad(dayOfYear(c), 3),
  DDD: (c) => String(dayOfYear(c)),
  Do: (c) => ordinal(c.day),
  DD: (c) => pad(c.day),
  D: (c) => String(c.day),
  dddd: (c) => days[c.weekday] ?? '',
  ddd: (c) => (days[c.weekday] ?? '').slice(0, 3),
  dd: (c) => (days[c.weekday] ?? '').slice(0, 2),
  d: (c) => String(c.weekday),
  E: (c) => String(c.weekday || 7),
  GGGG: (c) => pad(isoWeek(c).year, 4),
  WW: (c) => pad(isoWeek(c).week),
  W: (c) => String(isoWeek(c).week),
  HH: (c) => pad(c.hour),
  H: (c) => String(c.hour),
  hh: (c) => pad(hour12(c)),
  h: (c) => String(hour12(c)),
  mm: (c) => pad(c.minute),
  m: (c) => String(c.minute),
  ss: (c) => pad(c.second),
  s: (c) => String(c.second),
  SSS: (c) => pad(c.millisecond, 3),
  SS: (c) => pad(Math.floor(c.millisecond / 10)),
  S: (c) => String(Math.floor(c.millisecond / 100)),
  A: (c) => noon(c).toUpperCase(),
  a: noon,
  ZZ: (c) => offset(c, ''),
  Z: (c) => offset(c, ':'),
  X: (_, ms) => String(Math.floor(ms / 1000)),
  x: (_, ms) => String(ms),
};

const pattern = new RegExp(`\\[([^\\]]*)\\]|${Object.keys(tokens).join('|')}`, 'g');

/**
 * Writes an instant (milliseconds since 1970, as number or text) as Grafana's `:date` does: `iso`, `seconds`, `ms`, or
 * a pattern such as `YYYY-MM-DD HH:mm` in `timezone`; text in square brackets stays. What is no number gives `NaN`.
 * Names of months and days are English. Throws `bad_zone`.
 * @example formatDate(0, 'YYYY-MM-DD', 'UTC') // 1970-01-01
 */
export function formatDate(value: unknown, format: string, timezone: string): string {
  const ms = typeof value === 'number' ? value : typeof value === 'string' ? parseInt(value, 10) : NaN;
  if (!(Math.abs(ms) <= 8.64e15)) return 'NaN';
  if (format === 'iso') return new Date(ms).toISOString();
  if (format === 'ms') return String(value);
  if (format === 'seconds') return String(Math.round(ms / 1000));
  const clock = wallClock(ms, timezone);
  return format.replace(
    pattern,
    (found, literal: string | undefined) => literal ?? tokens[found]?.(clock, ms) ?? found,
  );
}

function dayOfYear({ year, month, day }: WallClock): number {
  return Math.round((utc(year, month, day) - utc(year, 1, 1)) / 86_400_000) + 1;
}

/** ISO 8601: weeks begin on Monday, the first one holds the year's first Thursday. */
function isoWeek({ year, month, day, weekday }: WallClock): { year: number; week: number } {
  const thursday = new Date(utc(year, month, day) + (4 - (weekday || 7)) * 86_400_000);
  const weekYear = thursday.getUTCFullYear();
  return { year: weekYear, week: Math.floor((thursday.getTime() - utc(weekYear, 1, 1)) / 604_800_000) + 1 };
}

function utc(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

function ordinal(n: number): string {
  const suffix = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}

function offset({ offsetMinutes }: WallClock, separator: string): string {
  const size = Math.abs(offsetMinutes);
  return `${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${separator}${pad(size % 60)}`;
}
