import { dayIn } from '../time/zone';
import { literal } from '../sql/quote';
import { operand } from '../sql/operand';
import type { MacroContext } from './macro';

/** `toDateTime(…)` of an instant in milliseconds, cut to its second. */
export function second(ms: number): string {
  return `toDateTime(${Math.floor(ms / 1000)})`;
}

/** `fromUnixTimestamp64Milli(…)` of an instant in milliseconds. */
export function millisecond(ms: number): string {
  return `fromUnixTimestamp64Milli(${Math.trunc(ms)})`;
}

/** `expression` between two ends, both included, in brackets so that it may stand after NOT. */
export function between(expression: string, from: string, to: string): string {
  const key = operand(expression);
  return `(${key} >= ${from} AND ${key} <= ${to})`;
}

/** The days of the range in the dashboard's zone. */
export function daysBetween(expression: string, { fromMs, toMs, timezone }: MacroContext): string {
  return between(expression, day(dayIn(fromMs, timezone)), day(dayIn(toMs, timezone)));
}

const hourMs = 3_600_000;

/**
 * The days that the range touches in *any* zone (they reach from UTC−12 to UTC+14): for a day column that only
 * narrows what is read, whatever zone its days were cut in, beside an exact time filter.
 */
export function daysAround(expression: string, { fromMs, toMs }: MacroContext): string {
  return between(expression, day(dayIn(fromMs - 12 * hourMs, 'UTC')), day(dayIn(toMs + 14 * hourMs, 'UTC')));
}

function day(text: string): string {
  return `toDate(${literal(text)})`;
}
