/** Milliseconds per day. */
export const dayMs = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

function formatFor(zone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(zone)) formats.set(zone, makeFormat(zone));
  return formats.get(zone);
}

function makeFormat(zone: string): Intl.DateTimeFormat | undefined {
  try {
    const part = 'numeric';
    return new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23', era: 'short', year: part, month: part, day: part },
      ...{ hour: part, minute: part, second: part },
    });
  } catch {
    return undefined;
  }
}

/** Offsets already asked for, by zone and quarter of an hour: one question to Intl costs some 5 µs. */
const offsets = new Map<string, Map<number, number>>();
const quarterMs = 900_000;
/** Since 1972 every zone is off by whole quarters of an hour, and changes at them; before, each instant is asked for. */
const regularSinceMs = 63_072_000_000;
const offsetsKept = 20_000;

/**
 * How far the wall clock of `zone` is ahead of UTC at an instant, in ms. 0 for UTC and for zones that the browser does
 * not know (their times then read as UTC). Never throws.
 */
export function offsetMs(zone: string, ms: number): number {
  if (zone === 'UTC' || !Number.isFinite(ms)) return 0;
  const format = formatFor(zone);
  if (!format) return 0;
  if (ms < regularSinceMs) return askOffset(format, ms);
  let known = offsets.get(zone);
  if (!known || known.size > offsetsKept) offsets.set(zone, (known = new Map()));
  const quarter = Math.floor(ms / quarterMs);
  let offset = known.get(quarter);
  if (offset === undefined) known.set(quarter, (offset = askOffset(format, ms)));
  return offset;
}

function askOffset(format: Intl.DateTimeFormat, ms: number): number {
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(ms)) part[type] = value;
  const year = part.era?.startsWith('B') ? 1 - Number(part.year) : Number(part.year);
  const wall = new Date(0);
  wall.setUTCFullYear(year, Number(part.month) - 1, Number(part.day));
  wall.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second));
  return wall.getTime() - Math.floor(ms / 1000) * 1000;
}

/**
 * The instant at which a calendar day begins in `zone`: its midnight, or the first instant of the day where midnight
 * is skipped by a clock change. `dayUtcMs` is the day's midnight in UTC. Unit: ms since 1970-01-01 UTC.
 */
export function dayStartMs(zone: string, dayUtcMs: number): number {
  const guess = dayUtcMs - offsetMs(zone, dayUtcMs);
  const start = dayUtcMs - offsetMs(zone, guess);
  if (start === guess) return start;
  // The offset changes near midnight: of the candidates take the earliest whose wall clock is not before midnight.
  const fits = [Math.min(guess, start), Math.max(guess, start)].filter((t) => t + offsetMs(zone, t) >= dayUtcMs);
  return fits[0] ?? start;
}

/**
 * `YYYY-MM-DD hh:mm:ss` of an instant (ms) on the wall clock of `zone`; the fraction is left out. Years that four
 * digits cannot write read `out of range`: the server has none, damaged bytes may.
 */
export function clockText(zone: string, ms: number): string {
  const second = Math.floor(ms / 1000) * 1000;
  return (
    isoText(inRange(second) ? second + offsetMs(zone, second) : second)
      ?.slice(0, 19)
      .replace('T', ' ') ?? outOfRange
  );
}

/** `YYYY-MM-DD` of a day count since 1970-01-01; `out of range` as in {@link clockText}. */
export function dayText(days: number): string {
  return isoText(days * dayMs)?.slice(0, 10) ?? outOfRange;
}

const outOfRange = 'out of range';
const year10000Ms = 253_402_300_800_000;

const inRange = (ms: number) => Math.abs(ms) < year10000Ms - 10 * dayMs;

function isoText(ms: number): string | undefined {
  const text = inRange(ms) ? new Date(ms).toISOString() : undefined;
  return text?.length === 24 ? text : undefined;
}
