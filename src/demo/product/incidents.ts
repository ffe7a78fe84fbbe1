import { randomOf } from './random';
import { releaseAt } from './releases';
import { dayMs } from './users';
import type { User } from './users';

const hourMs = 3_600_000;

/**
 * The tracking bug: after an update of the tracking library nothing arrives that the apps send, for three days. What browsers
 * send and what the shop's servers record themselves (purchases) is all there, and so are its requests.
 */
export const trackingBug = {
  platforms: ['ios', 'android'],
  /** Milliseconds since midnight UTC of the demo's first day. */
  fromMs: 103 * dayMs + 9 * hourMs,
  toMs: 106 * dayMs + 16 * hourMs,
} as const;

/** Whether the event never reaches the table. */
export function isLost(user: Pick<User, 'platform'>, name: string, sinceFirstDayMs: number): boolean {
  const { platforms, fromMs, toMs } = trackingBug;
  if (sinceFirstDayMs < fromMs || sinceFirstDayMs >= toMs) return false;
  return platforms.some((platform) => platform === user.platform) && name !== 'purchase';
}

/** Share of the payments that a bad release of checkout does not bring to an end. */
const failedPayments = 0.65;

/** Whether a purchase comes to nothing because it meets a bad release: it was asked for (requests), but there is no order. */
export function isFailed(seed: number, user: User, name: string, sinceFirstDayMs: number): boolean {
  if (name !== 'purchase') return false;
  const random = randomOf(seed, 10, user.id, Math.floor(sinceFirstDayMs / 1000));
  return releaseAt('checkout', sinceFirstDayMs, random.next()).bad && random.chance(failedPayments);
}
