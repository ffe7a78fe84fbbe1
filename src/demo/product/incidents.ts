import { randomOf } from './random';
import { releaseAt } from './releases';
import { dayMs } from './users';
import type { User } from './users';

const hourMs = 3_600_000;

/**
 * The tracking bug: after a change of the consent banner most events that a browser or an app sends from one country are
 * lost, for three days. What the shop's servers record themselves (sign-ups, purchases) and its requests are all there.
 */
export const trackingBug = {
  country: 'FR',
  /** Milliseconds since midnight UTC of the demo's first day. */
  fromMs: 103 * dayMs + 9 * hourMs,
  toMs: 106 * dayMs + 16 * hourMs,
  lost: 0.75,
} as const;

const serverSide = ['sign_up', 'purchase'];

/** Whether the event never reaches the table. `number` is the event's own within the person's day. */
export function isLost(seed: number, user: User, name: string, sinceFirstDayMs: number, number: number): boolean {
  const { country, fromMs, toMs, lost } = trackingBug;
  if (user.country !== country || sinceFirstDayMs < fromMs || sinceFirstDayMs >= toMs) return false;
  if (serverSide.includes(name)) return false;
  return randomOf(seed, 9, user.id, Math.floor(sinceFirstDayMs / dayMs), number).chance(lost);
}

/** Share of the payments that a bad release of checkout does not bring to an end. */
const failedPayments = 0.65;

/** Whether a purchase comes to nothing because it meets a bad release: it was asked for (requests), but there is no order. */
export function isFailed(seed: number, user: User, name: string, sinceFirstDayMs: number): boolean {
  if (name !== 'purchase') return false;
  const random = randomOf(seed, 10, user.id, Math.floor(sinceFirstDayMs / 1000));
  return releaseAt('checkout', sinceFirstDayMs, random.next()).bad && random.chance(failedPayments);
}
