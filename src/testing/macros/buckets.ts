/** A clock on the wall, read from Intl alone. */
interface Clock {
  readonly day: string;
  readonly weekday: string;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function clock(seconds: number, zone: string): Clock {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'full', timeStyle: 'medium' });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(seconds * 1000).map(({ type, value }) => [type, value]));
  return {
    day: `${parts['year']} ${parts['month']} ${parts['day']}`,
    weekday: parts['weekday'] ?? '',
    hour: Number(parts['hour']),
    minute: Number(parts['minute']),
    second: Number(parts['second']),
  };
}

const starts = new Map<string, number>();

/** The first second of the day in `zone`, found by stepping back minute by minute from the moment. */
function startOfDay(seconds: number, zone: string): number {
  const { day, hour, minute, second } = clock(seconds, zone);
  const known = starts.get(`${zone} ${day}`);
  if (known !== undefined) return known;
  // Half an hour past where a day without a shift begins; shifts are of an hour at most.
  let start = seconds - second - (hour * 60 + minute) * 60 + 5400;
  while (clock(start - 60, zone).day === day) start -= 60;
  while (clock(start, zone).day !== day) start += 60;
  starts.set(`${zone} ${day}`, start);
  return start;
}

/** The lengths of bucket that {@link bucketStart} knows. */
export const bucketLengths = ['1m', '15m', '1h', '1d', '1w'] as const;
export type BucketLength = (typeof bucketLengths)[number];

/** In milliseconds, as Grafana gives an interval. */
export const lengthMs: Readonly<Record<BucketLength, number>> = {
  '1m': 60_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '1d': 86_400_000,
  '1w': 604_800_000,
};

/**
 * The first second of the bucket that a moment falls in, by the calendar of `zone`: what the macros have to yield,
 * worked out in another way. Hours and minutes are counted from midnight, as they pass.
 */
export function bucketStart(seconds: number, length: BucketLength, zone: string): number {
  const midnight = startOfDay(seconds, zone);
  if (length === '1d') return midnight;
  if (length !== '1w') return seconds - ((seconds - midnight) % (lengthMs[length] / 1000));
  let start = midnight;
  while (clock(start, zone).weekday !== 'Monday') start = startOfDay(start - 1, zone);
  return start;
}
