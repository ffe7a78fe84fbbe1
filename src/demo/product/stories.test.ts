import { createHash } from 'node:crypto';

import { features } from './features';
import { firstDayFor, productRows } from './generate';
import { trackingBug } from './incidents';
import { dayMs } from './users';

const nowMs = Date.parse('2026-11-21T09:00:00Z');
const firstDayMs = firstDayFor(nowMs);
const { events, orders, requests, subscriptions } = productRows({ firstDayMs, nowMs });

const momentMs = (at: string) => Date.parse(`${at.replace(' ', 'T')}Z`) - firstDayMs;
const signedUpOn = (user: number) => Math.floor((user - 1_000_000) / 1000);
const rows = events.map((e) => ({
  ...e,
  ms: momentMs(e.occurred_at),
  day: Math.floor(momentMs(e.occurred_at) / dayMs),
}));

test('everyone who seeds gets these very rows', () => {
  const digest = (of: readonly object[]) => createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 16);
  const sum = (of: readonly string[]) => of.reduce((all, amount) => all + Math.round(Number(amount) * 10_000), 0);
  expect({
    rows: [events, orders, requests, subscriptions].map((of) => of.length),
    first: [events, orders, requests, subscriptions].map((of) => digest(of.slice(0, 1000))),
    amounts: [
      sum(orders.map((o) => o.amount)),
      sum(orders.map((o) => o.refunded_amount)),
      sum(subscriptions.map((s) => s.mrr)),
    ],

    users: new Set(events.map((e) => e.user_id)).size,
  }).toMatchInlineSnapshot(`
   {
     "amounts": [
       1910051300,
       29159300,
       142050505,
     ],
     "first": [
       "025b221189c7bb4c",
       "af94b0c3d7b9e69f",
       "3967dc30644f78c1",
       "4937ad49f31f2cae",
     ],
     "rows": [
       288379,
       4606,
       324619,
       1288,
     ],
     "users": 7026,
   }
  `);
});

test.each(features)('$event is used by nobody before day $day, and by some on it or soon after', ({ event, day }) => {
  const used = rows.filter((e) => e.event_name === event);
  const first = Math.min(...used.map((e) => e.day));
  expect(first).toBeGreaterThanOrEqual(day);
  expect(first).toBeLessThan(day + 4);
});

test.each(features.filter(({ event }) => event !== 'use_export'))(
  'of the people who signed up after $event came out more take it up than of those from long before',
  ({ event, day, late }) => {
    const adopters = new Set(rows.filter((e) => e.event_name === event).map((e) => e.user_id));
    const share = (from: number, to: number) => {
      // Seen while the feature was there: others could not take it up.
      const cohort = new Set(
        rows
          .filter((e) => e.day >= day && signedUpOn(e.user_id) >= from && signedUpOn(e.user_id) < to)
          .map((e) => e.user_id),
      );
      return [...cohort].filter((user) => adopters.has(user)).length / cohort.size;
    };
    const [before, after] = [share(0, day - 20), share(day + 5, 112)];
    expect(after).toBeGreaterThan(1.4 * before);
    expect(after).toBeLessThan(late * 1.4);
  },
);

test('the bad release of checkout costs orders: of those who reach checkout half as many buy', () => {
  const window = [momentMs('2026-11-19 15:30:00'), momentMs('2026-11-19 19:30:00')] as const;
  const share = (inside: boolean) => {
    const meant = rows.filter((e) => e.day > 60 && (e.ms >= window[0] && e.ms < window[1]) === inside);
    const n = (name: string) => meant.filter((e) => e.event_name === name).length;
    return [n('checkout'), n('purchase') / n('checkout')] as const;
  };
  const [checkouts, bad] = share(true);
  const [, good] = share(false);
  expect(checkouts).toBeGreaterThan(15);
  expect(good).toBeGreaterThan(0.64);
  expect(bad).toBeLessThan(0.6 * good);
  // The payments were asked for all the same.
  const payments = requests.filter(
    (r) => r.endpoint === '/payments' && momentMs(r.requested_at) >= window[0] && momentMs(r.requested_at) < window[1],
  );
  expect(payments.length).toBeGreaterThan(1.5 * bad * checkouts);
});

test('the tracking bug loses all that the apps send for three days, but no purchase or request', () => {
  const { platforms, fromMs, toMs } = trackingBug;
  const lengthMs = 7 * dayMs;
  const within = (ms: number, shiftMs: number) => ms >= fromMs - shiftMs && ms < toMs - shiftMs;
  const ofApps = (platform: string) => platforms.some((p) => p === platform);
  const client = (apps: boolean, shiftMs: number) =>
    rows.filter((e) => ofApps(e.platform) === apps && within(e.ms, shiftMs) && e.event_name !== 'purchase').length;
  expect(client(true, lengthMs)).toBeGreaterThan(5000);
  expect(client(true, 0)).toBe(0);
  expect(client(false, 0) / client(false, lengthMs)).toBeGreaterThan(0.85);
  const onApps = new Set(rows.filter((e) => ofApps(e.platform)).map((e) => e.user_id));
  const bought = orders.filter((o) => onApps.has(o.user_id) && within(momentMs(o.ordered_at), 0));
  const purchases = rows.filter((e) => ofApps(e.platform) && e.event_name === 'purchase' && within(e.ms, 0));
  expect(purchases).toHaveLength(bought.length);
  const asked = (shiftMs: number) =>
    requests.filter((r) => onApps.has(r.user_id) && within(momentMs(r.requested_at), shiftMs)).length;
  expect(asked(0) / asked(lengthMs)).toBeGreaterThan(0.8);
});

test('the tracking bug takes so many of a day’s users that an alert on daily active users fires', () => {
  const users = (day: number) => new Set(rows.filter((e) => e.day === day).map((e) => e.user_id)).size;
  for (const day of [104, 105]) {
    const before = [7, 14, 21, 28].map((back) => users(day - back)).sort((a, b) => a - b);
    const usual = (before[1]! + before[2]!) / 2;
    expect(users(day) / usual).toBeLessThan(0.7);
  }
});

test('subscriptions: opening level and all movements make the closing level, in each currency', () => {
  for (const currency of ['EUR', 'GBP', 'USD']) {
    const own = subscriptions.filter((s) => s.currency === currency);
    const level = new Map<number, number>();
    let moved = 0;
    for (const { subscription_id: id, mrr } of [...own].sort((a, b) => (a.changed_at < b.changed_at ? -1 : 1))) {
      const now = Math.round(Number(mrr) * 10_000);
      moved += now - (level.get(id) ?? 0);
      level.set(id, now);
    }
    expect(moved).toBe([...level.values()].reduce((sum, of) => sum + of, 0));
    expect(moved).toBeGreaterThan(0);
  }
});
