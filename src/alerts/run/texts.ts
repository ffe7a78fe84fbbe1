import { formatValue } from '../numbers';

/** `12:05 on 2 March (Europe/Berlin)`. */
export function moment(ms: number, timezone: string): string {
  return `${clock(ms, timezone)} on ${day(ms, timezone)} (${timezone})`;
}

const clock = (ms: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms);
const day = (ms: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, day: 'numeric', month: 'long' }).format(ms);

/** What is said of a beginning. */
export const sinceText = (startsAtMs: number, timezone: string): string => `Since ${moment(startsAtMs, timezone)}`;

/**
 * What is said of an end.
 * @example overText('api 2.1', { startsAtMs, endedAtMs, unjudged: false }, 'UTC')
 * // 'api 2.1: over after 36 m, from 12:05 to 12:41 on 2 March (UTC).'
 */
export function overText(
  who: string,
  { startsAtMs, endedAtMs, unjudged }: { startsAtMs: number; endedAtMs: number; unjudged: boolean },
  timezone: string,
): string {
  const lasted = formatValue(Math.max(0, Math.round((endedAtMs - startsAtMs) / 1000)), 'seconds');
  const from = day(startsAtMs, timezone) === day(endedAtMs, timezone) ? '' : ` on ${day(startsAtMs, timezone)}`;
  const span = `from ${clock(startsAtMs, timezone)}${from} to ${moment(endedAtMs, timezone)}`;
  return unjudged
    ? `${who}: not judged any more, so the alert ends after ${lasted}, ${span}.`
    : `${who}: over after ${lasted}, ${span}.`;
}
