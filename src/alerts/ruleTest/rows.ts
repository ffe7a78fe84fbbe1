import { clickhouseTime } from '../stateRows';
import { offsetMs } from './offset';

/** Calendar day of an instant in a zone, ISO. */
export function dayOf(ms: number, timezone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(new Date(ms));
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

const dayMs = 86_400_000;

/** A day some days after another. */
const shifted = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);

const bare = (type: string): string => {
  const inner = /^(?:Nullable|LowCardinality)\((.*)\)$/.exec(type)?.[1];
  return inner === undefined ? type : bare(inner);
};

/** What a cell's text is counted from. */
export interface CellClock {
  readonly startMs: number;
  readonly timezone: string;
}

/**
 * A cell as ClickHouse reads it: in a date or time column a text such as `-3m` or `-2d` is an offset from the start (whole days count
 * calendar days in a Date column), and an ISO instant with its zone is that instant. Everything else stays as it is.
 */
export function cellOf(value: unknown, type: string, { startMs, timezone }: CellClock): unknown {
  if (typeof value !== 'string') return value;
  const kind = bare(type);
  const isDay = /^Date(32)?$/.test(kind);
  if (!isDay && !/^DateTime(64)?(\(|$)/.test(kind)) return value;
  const offset = offsetMs(value);
  const instant = offset === undefined ? instantOf(value) : startMs + offset;
  if (instant === undefined) return value;
  if (!isDay) return unixText(instant, kind.startsWith('DateTime64'));
  if (offset !== undefined && offset % dayMs === 0) return shifted(dayOf(startMs, timezone), offset / dayMs);
  return dayOf(instant, timezone);
}

const instantOf = (text: string): number | undefined =>
  /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : undefined;

/** Seconds since 1970, which mean the same in a column of any zone. */
const unixText = (ms: number, fine: boolean): string => (fine ? (ms / 1000).toFixed(3) : String(Math.floor(ms / 1000)));

/** SQL of the start of a case. */
export const startSql = (startMs: number): string => `toDateTime64('${clickhouseTime(startMs)}', 3, 'UTC')`;
