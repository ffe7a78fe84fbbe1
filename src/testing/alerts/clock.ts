/** Clocks of time zones by the runtime's own data: independent of the engine. All instants are milliseconds since 1970. */

const minuteMs = 60_000;
export const quarterMs = 15 * minuteMs;
const dayMs = 86_400_000;

/** What the clock on the wall shows: a day number since 1970 and the minute of the day. */
export interface Wall {
  readonly day: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
    formats.set(zone, found);
  }
  return found;
}

export function wallOf(ms: number, zone: string): Wall {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = formatOf(zone).format(ms).split(/\D+/).map(Number);
  return { day: Date.UTC(year, month - 1, day) / dayMs, minute: hour * 60 + minute };
}

/** The first quarter hour so many weeks before at which the clock showed the same; undefined where it never did. */
export function sameClockBefore(quarter: number, zone: string, weeks: number): number | undefined {
  const { day, minute } = wallOf(quarter, zone);
  const about = quarter - weeks * 7 * dayMs;
  for (let at = about - 4 * 3_600_000; at <= about + 4 * 3_600_000; at += quarterMs) {
    const wall = wallOf(at, zone);
    if (wall.day === day - 7 * weeks && wall.minute === minute) return at;
  }
  return undefined;
}

/** Day as ClickHouse writes it. */
export const dayText = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** Instant as ClickHouse writes a DateTime in UTC. */
export const timeText = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** The median: of an even count the mean of the two in the middle; 0 of none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length / 2;
  if (sorted.length === 0) return 0;
  const at = (i: number) => sorted[i] ?? 0;
  return sorted.length % 2 === 1 ? at(Math.floor(half)) : (at(half - 1) + at(half)) / 2;
}
