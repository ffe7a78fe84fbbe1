import { timestamp } from '../rows';
import type { DemoRows, EventRow, OrderRow } from '../rows';
import { randomOf } from './random';
import { actionsOf } from './session';
import { dayMs, returnChance, signUpsOf, weekdayOf, weekdayRhythm } from './users';
import type { User } from './users';

/** What the product demo is generated from. */
export interface ProductOptions {
  /** Midnight UTC of the demo's first day, milliseconds since 1970. */
  readonly firstDayMs: number;
  /** The present: nothing happens after it. Milliseconds since 1970. */
  readonly nowMs: number;
  /** Another seed makes other people. */
  readonly seed?: number;
}

/** Length of the demo's past when it is first seeded. */
export const productDays = 120;

/** Midnight UTC of the first day of a demo that is seeded now. */
export const firstDayFor = (nowMs: number): number => Math.floor(nowMs / dayMs) * dayMs - (productDays - 1) * dayMs;

/**
 * Generates everything that happened in a made-up young shop up to now: the same rows for the same options, and with a
 * later `nowMs` the same rows and more (an order may have been refunded since: then its `_version` is 2).
 */
export function productRows({ firstDayMs, nowMs, seed = 20_260_401 }: ProductOptions): DemoRows {
  const users: User[] = [];
  const events: EventRow[] = [];
  const orders: OrderRow[] = [];
  for (let day = 0; firstDayMs + day * dayMs <= nowMs; day++) {
    users.push(...signUpsOf(seed, firstDayMs, day));
    const rhythm = weekdayRhythm[weekdayOf(firstDayMs, day)] ?? 1;
    const dayStartMs = firstDayMs + day * dayMs;
    let orderNumber = 0;
    for (const user of users) {
      const age = day - user.signedUpOn;
      const here = age === 0 || randomOf(seed, 3, user.id, day).chance(returnChance(user.affinity, age) * rhythm);
      if (!here) continue;
      actionsOf(seed, user, day, dayStartMs).forEach(({ name, atMs }, i) => {
        const orderId = name === 'purchase' ? day * 100_000 + ++orderNumber : 0;
        if (atMs > nowMs) return;
        events.push(eventOf(user, name, atMs, `${user.id}-${day}-${i}`));
        if (orderId > 0) orders.push(orderOf(seed, user, orderId, atMs, nowMs));
      });
    }
  }
  return { events, orders };
}

function eventOf({ id, country, platform }: User, name: string, atMs: number, eventId: string): EventRow {
  return {
    event_id: eventId,
    occurred_at: timestamp(atMs),
    event_name: name,
    user_id: id,
    country,
    platform,
    _version: 1,
  };
}

function orderOf(seed: number, user: User, orderId: number, atMs: number, nowMs: number): OrderRow {
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
    items,
    _version: refunded ? 2 : 1,
  };
}

const money = (cents: number): string => (cents / 100).toFixed(2);
