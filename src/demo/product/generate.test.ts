import { createHash } from 'node:crypto';

import { firstDayFor, productDays, productRows } from './generate';
import { dayMs } from './users';

const nowMs = Date.parse('2026-11-21T09:00:00Z');
const firstDayMs = firstDayFor(nowMs);
const { events, orders } = productRows({ firstDayMs, nowMs });

const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');
const dayOf = (at: string) => Math.floor((Date.parse(`${at.replace(' ', 'T')}Z`) - firstDayMs) / dayMs);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const activeDays = new Map<number, Set<number>>();
const activeUsers = Array.from({ length: productDays }, () => new Set<number>());
for (const { user_id: user, occurred_at: at } of events) {
  activeUsers[dayOf(at)]?.add(user);
  activeDays.set(user, (activeDays.get(user) ?? new Set()).add(dayOf(at)));
}
const signedUp = new Map(
  events.filter((e) => e.event_name === 'sign_up').map((e) => [e.user_id, dayOf(e.occurred_at)]),
);
const whole = activeUsers.slice(0, -1).map((users) => users.size);

test('the same options make the same rows of all tables, another seed makes others', () => {
  const short = { firstDayMs, nowMs: firstDayMs + 20 * dayMs };
  expect(digest(productRows(short))).toBe(digest(productRows(short)));
  expect(digest(productRows({ ...short, seed: 2 }))).not.toBe(digest(productRows(short)));
});

test('a later present has all earlier events unchanged, and orders differ only by refunds since', () => {
  const before = productRows({ firstDayMs, nowMs: nowMs - 2.5 * dayMs });
  const later = new Map(events.map((event) => [event.event_id, event]));
  expect(before.events.length).toBeGreaterThan(250_000);
  expect(before.events.every((event) => JSON.stringify(later.get(event.event_id)) === JSON.stringify(event))).toBe(
    true,
  );
  const laterOrders = new Map(orders.map((order) => [order.order_id, order]));
  const changed = before.orders.filter((order) => laterOrders.get(order.order_id)?._version !== order._version);
  expect(changed.length).toBeGreaterThan(0);
  for (const order of changed) {
    const { refunded_amount: refunded, refunded_at: at, _version, ...rest } = laterOrders.get(order.order_id)!;
    expect({ ...rest, refunded_amount: '0', refunded_at: null, _version: 1 }).toEqual(order);
    expect([_version, Number(refunded) > 0, at! > '2026-11-18 21:00:00.000']).toEqual([3, true, true]);
  }
});

test('it spans 120 days up to the present minute and nothing lies after it', () => {
  const times = events.map((event) => event.occurred_at).sort();
  expect(times[0]!.slice(0, 10)).toBe('2026-07-25');
  expect(times.at(-1)! <= '2026-11-21 09:00:00.000').toBe(true);
  expect(times.at(-1)! > '2026-11-21 08:50:00.000').toBe(true);
  expect(events.length).toBeGreaterThan(250_000);
  expect(events.length).toBeLessThan(350_000);
});

test('ids are unique, and each order has its purchase', () => {
  expect(new Set(events.map((event) => event.event_id)).size).toBe(events.length);
  expect(new Set(orders.map((order) => order.order_id)).size).toBe(orders.length);
  const purchases = events
    .filter((event) => event.event_name === 'purchase')
    .map((e) => `${e.user_id} ${e.occurred_at}`);
  expect(orders.map((order) => `${order.user_id} ${order.ordered_at}`).sort()).toEqual(purchases.sort());
});

test('weekends are quieter than the working days around them', () => {
  const weekly = Array.from({ length: 16 }, (_, week) => whole.slice(2 + 7 * week, 9 + 7 * week));
  const ratios = weekly.map((days) => mean(days.slice(5)) / mean(days.slice(0, 5)));
  expect(new Date(firstDayMs + 2 * dayMs).getUTCDay()).toBe(1);
  expect(mean(ratios)).toBeGreaterThan(0.5);
  expect(mean(ratios)).toBeLessThan(0.75);
});

test('nights are quieter than evenings on the clock of the user', () => {
  const hours = new Array<number>(24).fill(0);
  for (const event of events.filter((e) => e.country === 'DE')) {
    const local = (Number(event.occurred_at.slice(11, 13)) + 1) % 24;
    hours[local]! += 1;
  }
  expect(hours[3]! * 8).toBeLessThan(hours[20]!);
});

test('the product grows: four weeks at the end have more than three times the users of four weeks early on', () => {
  expect(mean(whole.slice(-28))).toBeGreaterThan(3 * mean(whole.slice(14, 42)));
});

test('retention decays and levels off above zero', () => {
  const retained = (age: number) => {
    const cohort = [...signedUp].filter(([, day]) => day + 30 < productDays - 1);
    return cohort.filter(([user, day]) => activeDays.get(user)?.has(day + age)).length / cohort.length;
  };
  const [first, seventh, thirtieth] = [retained(1), retained(7), retained(30)];
  expect(retained(0)).toBe(1);
  expect(first).toBeGreaterThan(seventh);
  expect(seventh).toBeGreaterThan(thirtieth);
  expect(first).toBeLessThan(0.4);
  expect(thirtieth).toBeGreaterThan(0.04);
});

test('about two orders in a hundred are refunded, never by more than their amount, in three currencies', () => {
  const refunded = orders.filter((order) => Number(order.refunded_amount) > 0);
  expect(refunded.length / orders.length).toBeGreaterThan(0.012);
  expect(refunded.length / orders.length).toBeLessThan(0.028);
  expect(refunded.every((order) => Number(order.refunded_amount) <= Number(order.amount))).toBe(true);
  expect([...new Set(orders.map((order) => order.currency))].sort()).toEqual(['EUR', 'GBP', 'USD']);
});

test('exactly the refunded orders have a moment of refund: after the order, within ten days, not after the present', () => {
  expect(orders.filter((o) => (o.refunded_at !== null) !== Number(o.refunded_amount) > 0)).toEqual([]);
  for (const { ordered_at: ordered, refunded_at: refunded } of orders) {
    if (refunded === null) continue;
    expect(refunded > ordered).toBe(true);
    expect(dayOf(refunded) - dayOf(ordered)).toBeLessThanOrEqual(10);
    expect(refunded <= '2026-11-21 09:00:00.000').toBe(true);
  }
});

test('the funnel narrows from view to purchase, and a feature appears on its launch day', () => {
  const users = (name: string) => new Set(events.filter((e) => e.event_name === name).map((e) => e.user_id)).size;
  const steps = ['view', 'add_to_cart', 'checkout', 'purchase'].map(users);
  expect(steps).toEqual([...steps].sort((a, b) => b - a));
  const launch = Math.min(...events.filter((e) => e.event_name === 'use_assistant').map((e) => dayOf(e.occurred_at)));
  expect(launch).toBe(60);
});
