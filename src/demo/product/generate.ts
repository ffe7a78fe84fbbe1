import { timestamp } from '../rows';
import type { DemoRows, EventRow, OrderRow, RequestRow } from '../rows';
import { isFailed, isLost } from './incidents';
import { orderOf } from './orders';
import { randomOf } from './random';
import { requestsOf } from './requests';
import { actionsOf } from './session';
import { subscriptionOf } from './subscriptions';
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
  /** Only what happened on this day of the demo, counted from 0, and later; without subscriptions. The same rows as in all of it. */
  readonly fromDay?: number;
}

/** The seed of the demo that everybody has. */
export const productSeed = 20_260_401;

/** Length of the demo's past when it is first seeded. */
export const productDays = 120;

/** Midnight UTC of the first day of a demo that is seeded now. */
export const firstDayFor = (nowMs: number): number => Math.floor(nowMs / dayMs) * dayMs - (productDays - 1) * dayMs;

/**
 * Generates everything that happened in a made-up young shop up to now: the same rows for the same options, and with a
 * later `nowMs` the same rows and more (an order may have been refunded since: then its `_version` has grown).
 */
export function productRows({
  firstDayMs,
  nowMs,
  seed = productSeed,
  fromDay = 0,
}: ProductOptions): Required<DemoRows> {
  const users: User[] = [];
  const events: EventRow[] = [];
  const orders: OrderRow[] = [];
  const requests: RequestRow[] = [];
  for (let day = 0; firstDayMs + day * dayMs <= nowMs; day++) {
    users.push(...signUpsOf(seed, firstDayMs, day));
    if (day < fromDay) continue;
    const rhythm = weekdayRhythm[weekdayOf(firstDayMs, day)] ?? 1;
    const dayStartMs = firstDayMs + day * dayMs;
    let orderNumber = 0;
    for (const user of users) {
      const age = day - user.signedUpOn;
      const here = age === 0 || randomOf(seed, 3, user.id, day).chance(returnChance(user.affinity, age) * rhythm);
      if (!here) continue;
      const actions = actionsOf(seed, user, day, dayStartMs);
      requests.push(...requestsOf(seed, { user, day, actions }, firstDayMs, nowMs));
      actions.forEach(({ name, atMs }, i) => {
        const orderId = name === 'purchase' ? day * 100_000 + ++orderNumber : 0;
        if (atMs > nowMs || isFailed(seed, user, name, atMs - firstDayMs)) return;
        if (!isLost(user, name, atMs - firstDayMs)) events.push(eventOf(user, name, atMs, `${user.id}-${day}-${i}`));
        if (orderId > 0) orders.push(orderOf(seed, user, orderId, atMs, nowMs));
      });
    }
  }
  const subscriptions = fromDay > 0 ? [] : users.flatMap((user) => subscriptionOf(seed, user, firstDayMs, nowMs));
  return { events, orders, requests, subscriptions };
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
