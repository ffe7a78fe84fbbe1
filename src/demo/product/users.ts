import { randomOf } from './random';
import type { Random } from './random';

/** Milliseconds of a UTC day. */
export const dayMs = 86_400_000;

/** A made-up person. */
export interface User {
  readonly id: number;
  /** Day of signing up, counted from the first day of the demo. */
  readonly signedUpOn: number;
  readonly country: string;
  readonly currency: string;
  /** Hours between the country's clock and UTC. */
  readonly utcOffsetHours: number;
  readonly platform: string;
  /** How fond of the product, 0.1 to 1: decides how often they come back. */
  readonly affinity: number;
}

const countries = [
  { country: 'US', currency: 'USD', utcOffsetHours: -6, weight: 38 },
  { country: 'GB', currency: 'GBP', utcOffsetHours: 0, weight: 16 },
  { country: 'DE', currency: 'EUR', utcOffsetHours: 1, weight: 15 },
  { country: 'FR', currency: 'EUR', utcOffsetHours: 1, weight: 11 },
  { country: 'ES', currency: 'EUR', utcOffsetHours: 1, weight: 6 },
  { country: 'BR', currency: 'USD', utcOffsetHours: -3, weight: 8 },
  { country: 'IN', currency: 'USD', utcOffsetHours: 5, weight: 6 },
] as const;
const platforms = [
  { platform: 'web', weight: 46 },
  { platform: 'ios', weight: 31 },
  { platform: 'android', weight: 23 },
] as const;

/** Share of an ordinary working day's activity, Monday first. */
export const weekdayRhythm = [1, 1.02, 1.04, 1.01, 0.93, 0.62, 0.58] as const;

/** Weekday of a day number, 0 = Monday. `firstDayMs` is midnight UTC of day 0. */
export const weekdayOf = (firstDayMs: number, day: number): number => (Math.floor(firstDayMs / dayMs) + day + 3) % 7;

/** The people who sign up on one day: a slow start, a steep middle, then saturation at about 130 a working day. */
export function signUpsOf(seed: number, firstDayMs: number, day: number): User[] {
  const random = randomOf(seed, 1, day);
  const expected = 20 + 110 / (1 + Math.exp(-(day - 70) / 22));
  const rhythm = weekdayRhythm[weekdayOf(firstDayMs, day)] ?? 1;
  const count = Math.round(expected * rhythm * (0.9 + 0.2 * random.next()));
  return Array.from({ length: count }, (_, i) => personOf(random, 1_000_000 + day * 1000 + i, day));
}

function personOf(random: Random, id: number, day: number): User {
  const { country, currency, utcOffsetHours } =
    countries[random.weighted(countries.map((c) => c.weight))] ?? countries[0];
  const { platform } = platforms[random.weighted(platforms.map((p) => p.weight))] ?? platforms[0];
  const affinity = 0.1 + 0.9 * random.next() ** 1.2;
  return { id, signedUpOn: day, country, currency, utcOffsetHours, platform, affinity };
}

/**
 * Chance that a person uses the product `age` days after signing up (1 on the day itself): falls steeply in the first
 * week and then levels off at what their affinity carries.
 */
export function returnChance(affinity: number, age: number): number {
  return age === 0 ? 1 : Math.min(0.95, affinity * (0.12 + 0.5 / (1 + age) ** 0.6));
}
