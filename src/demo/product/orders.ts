import { timestamp } from '../rows';
import type { OrderRow } from '../rows';
import { randomOf } from './random';
import { dayMs } from './users';
import type { User } from './users';

/**
 * The order that a purchase made, as it is now: version 1 as placed; about two in a hundred are refunded, in whole or by
 * half, one to ten days later, and are version 3 from then on. (Demos of earlier releases have the refund as version 2,
 * without its moment: seeding again writes the greater version over it.)
 */
export function orderOf(seed: number, user: User, orderId: number, atMs: number, nowMs: number): OrderRow {
  const random = randomOf(seed, 4, orderId);
  const items = 1 + random.weighted([60, 25, 10, 5]);
  const cents = Math.round(100 * items ** 0.8 * Math.exp(3.2 + 0.6 * random.normal()));
  const refundCents = random.chance(0.02) ? (random.chance(0.7) ? cents : Math.round(cents / 2)) : 0;
  const refundAtMs = atMs + Math.round((1 + 9 * random.next()) * dayMs);
  const refunded = refundCents > 0 && refundAtMs <= nowMs;
  return {
    order_id: orderId,
    ordered_at: timestamp(atMs),
    user_id: user.id,
    amount: money(cents),
    currency: user.currency,
    refunded_amount: refunded ? money(refundCents) : '0',
    refunded_at: refunded ? timestamp(refundAtMs) : null,
    items,
    _version: refunded ? 3 : 1,
  };
}

const money = (cents: number): string => (cents / 100).toFixed(2);
