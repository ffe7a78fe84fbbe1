import { dateTimeFormat, getTimeZoneInfo } from '@grafana/data';
import type { TimeZone } from '@grafana/data';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Distances between two marks of a time axis, and how a mark is written. */
const steps: readonly (readonly [ms: number, format: string])[] = [
  [minuteMs, 'HH:mm'],
  [5 * minuteMs, 'HH:mm'],
  [15 * minuteMs, 'HH:mm'],
  [hourMs, 'HH:mm'],
  [3 * hourMs, 'HH:mm'],
  [6 * hourMs, 'HH:mm'],
  [12 * hourMs, 'MM/DD HH:mm'],
  [dayMs, 'MM/DD'],
  [2 * dayMs, 'MM/DD'],
  [7 * dayMs, 'MM/DD'],
  [30 * dayMs, 'YYYY-MM-DD'],
  [90 * dayMs, 'YYYY-MM-DD'],
  [365 * dayMs, 'YYYY-MM-DD'],
];

export interface TimeTick {
  readonly ms: number;
  readonly text: string;
}

/** At most about `count` marks between two instants (ms), at round times of the zone. */
export function timeTicks(fromMs: number, toMs: number, count: number, timeZone: TimeZone): readonly TimeTick[] {
  const least = (toMs - fromMs) / Math.max(1, count);
  const [step, format] = steps.find(([ms]) => ms >= least) ?? steps.at(-1)!;
  // Minutes that the zone is behind UTC, as Date tells it.
  const offsetMs = -(getTimeZoneInfo(timeZone, fromMs)?.offsetInMins ?? 0) * minuteMs;
  const first = Math.ceil((fromMs + offsetMs) / step) * step - offsetMs;
  const marks = Math.max(0, Math.floor((toMs - first) / step) + 1);
  return Array.from({ length: marks }, (_, i) => {
    const ms = first + i * step;
    return { ms, text: dateTimeFormat(ms, { timeZone, format }) };
  });
}
