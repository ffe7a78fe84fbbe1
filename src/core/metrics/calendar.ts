import { wallClock } from '../time/zone';

/** Milliseconds of a day of 24 hours. */
export const dayMs = 86_400_000;

/** Day number by the zone's clock. */
function clockDay(ms: number, zone: string): number {
  const { year, month, day } = wallClock(ms, zone);
  return Math.floor(new Date(0).setUTCFullYear(year, month - 1, day) / dayMs);
}

/**
 * Day number since 1970-01-01 of an instant (ms) in a zone. Throws `bad_zone`.
 * @example localDay(0, 'America/New_York') // -1
 */
export function localDay(ms: number, zone: string): number {
  const utcDay = Math.floor(ms / dayMs);
  if (zone === 'UTC') return utcDay;
  // The greatest day that has begun: zones are less than a day off, but two days can begin at once where one is left out.
  for (let day = utcDay + 2; day > utcDay - 2; day--) if (dayStart(day, zone) <= ms) return day;
  return utcDay - 2;
}

// The clock of a zone takes some microseconds, and a plan asks for the same days again and again.
const starts = new Map<string, Map<number, number>>();
const mostKept = 20_000;

/**
 * First instant (ms) of a day in a zone: midnight, or the first instant after it where a clock change leaves midnight
 * out. Throws `bad_zone`.
 * @example dayStart(20542, 'Europe/Berlin') // 2026-03-29: 23:00 UTC of the day before
 */
export function dayStart(day: number, zone: string): number {
  if (zone === 'UTC') return day * dayMs;
  let known = starts.get(zone);
  if (!known || known.size > mostKept) starts.set(zone, (known = new Map<number, number>()));
  const found = known.get(day);
  if (found !== undefined) return found;
  const start = findStart(day, zone);
  known.set(day, start);
  return start;
}

function findStart(day: number, zone: string): number {
  const offsetMs = (ms: number) => wallClock(ms, zone).offsetMinutes * 60_000;
  const guess = day * dayMs - offsetMs(day * dayMs);
  const better = day * dayMs - offsetMs(guess);
  if (clockDay(better, zone) >= day && clockDay(better - 1, zone) < day) return better;
  // Midnight is left out or comes twice: the day's number never falls, so its first instant can be halved out.
  let before = day * dayMs - 2 * dayMs;
  let after = day * dayMs + 2 * dayMs;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (clockDay(middle, zone) >= day) after = middle;
    else before = middle;
  }
  return after;
}

/** Day number → `YYYY-MM-DD`. */
export const dayText = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);
