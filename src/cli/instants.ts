import { dayStart, localDay } from '../core/metrics/calendar';
import { fail } from './errors';

const unitMs = { m: 60_000, h: 3_600_000 } as const;

/**
 * `now`, `2026-03-01`, `2026-03-01T12:30` or `2026-03-01 12:30:15` in the zone, the same with Z or an offset, `30d` back from
 * `baseMs`. Milliseconds since 1970; throws usage_bad_time.
 */
export function instantOf(option: string, text: string, zone: string, baseMs: number): number {
  if (text === 'now') return baseMs;
  const back = /^(\d{1,5})([mhdw])$/.exec(text);
  const count = Number(back?.[1]);
  if (back?.[2] === 'm' || back?.[2] === 'h') return baseMs - count * unitMs[back[2]];
  // Whole days back: from the beginning of a day, so that a rollup answers all of it.
  if (back) return dayStart(localDay(baseMs, zone) - count * (back[2] === 'w' ? 7 : 1), zone);
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  const [, date = '', hour = '00', minute = '00', second = '00', offset] = match ?? [];
  const utcMs = Date.parse(`${date}T${hour}:${minute}:${second}${offset ?? 'Z'}`);
  if (!match || Number.isNaN(utcMs)) throw fail('usage_bad_time', { option, given: text });
  if (offset) return utcMs;
  const start = dayStart(Math.floor(utcMs / 86_400_000), zone);
  // Clock time within the day: midnight plus what has passed, corrected by a clock change in between.
  const guess = start + (utcMs % 86_400_000);
  const shown = wallMs(guess, zone);
  return guess + (utcMs - shown);
}

function wallMs(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(
    ms,
  );
  return Date.parse(`${parts.replace(' ', 'T')}Z`) + (ms % 1000);
}
