import type { SubscriptionRow } from '../rows';
import { firstDayFor, productRows } from './generate';
import { cheaper, dearer, mrrUnits } from './plans';
import type { Terms } from './plans';
import { subscriptionOf } from './subscriptions';
import { dayMs, signUpsOf } from './users';

const nowMs = Date.parse('2026-11-21T09:00:00Z');
const firstDayMs = firstDayFor(nowMs);
const seed = 20_260_401;
const users = Array.from({ length: 120 }, (_, day) => signUpsOf(seed, firstDayMs, day)).flat();
const upTo = (ms: number) => users.flatMap((user) => subscriptionOf(seed, user, firstDayMs, ms));
/** Seen from half a year later, so that there are enough of each kind. */
const subscriptions = upTo(nowMs + 180 * dayMs);

/** Ten-thousandths, read from the text. */
const units = (mrr: string) => Number(mrr.replace('.', ''));
const bySubscription = new Map<number, SubscriptionRow[]>();
for (const row of subscriptions)
  bySubscription.set(row.subscription_id, [...(bySubscription.get(row.subscription_id) ?? []), row]);
const histories = [...bySubscription.values()];

test('a later present has all earlier changes unchanged, and more', () => {
  const later = new Map(subscriptions.map((row) => [row.change_id, JSON.stringify(row)]));
  const before = upTo(nowMs);
  expect(before.length).toBeGreaterThan(1000);
  expect(before.filter((row) => later.get(row.change_id) !== JSON.stringify(row))).toEqual([]);
  expect(before).toHaveLength(subscriptions.filter((row) => row.changed_at <= '2026-11-21 09:00:00.000').length);
});

test('the demo has the subscriptions of all its people, and none of another seed', () => {
  const day40Ms = firstDayMs + 40 * dayMs;
  const { subscriptions: inDemo } = productRows({ firstDayMs, nowMs: day40Ms });
  expect(inDemo.length).toBeGreaterThan(50);
  expect(inDemo).toEqual(upTo(day40Ms));
  expect(inDemo).not.toEqual(productRows({ firstDayMs, nowMs: day40Ms, seed: 2 }).subscriptions);
});

test('the changes of a subscription have ids and moments of their own, in order, and one person and currency', () => {
  expect(new Set(subscriptions.map((row) => row.change_id)).size).toBe(subscriptions.length);
  expect(subscriptions.every((row) => Number.isSafeInteger(row.change_id))).toBe(true);
  for (const history of histories) {
    const moments = history.map((row) => row.changed_at);
    expect(moments).toEqual([...new Set(moments)].sort());
    expect(new Set(history.map((row) => `${row.user_id} ${row.currency}`)).size).toBe(1);
  }
});

test('no level is negative, and it is 0 exactly where the subscription was cancelled', () => {
  expect(subscriptions.filter((row) => units(row.mrr) < 0)).toEqual([]);
  expect(subscriptions.filter((row) => (units(row.mrr) === 0) !== (row.change === 'cancel'))).toEqual([]);
});

test('each change is what its level says: the kinds can be told from the levels alone', () => {
  const kindOf = (before: number | undefined, now: number) => {
    if (before === undefined) return 'start';
    if (now === 0) return 'cancel';
    if (before === 0) return 'reactivate';
    return now > before ? 'upgrade' : 'downgrade';
  };
  const wrong = histories.flatMap((history) =>
    history.filter((row, i) => {
      const before = history[i - 1];
      return row.change !== kindOf(before && units(before.mrr), units(row.mrr));
    }),
  );
  expect(wrong).toEqual([]);
  expect([...new Set(subscriptions.map((row) => row.change))].sort()).toEqual([
    'cancel',
    'downgrade',
    'reactivate',
    'start',
    'upgrade',
  ]);
});

test('a subscription begins after the day on which its person signed up, and about one in seven has one', () => {
  const signedUpOn = new Map(users.map(({ id, signedUpOn: day }) => [id, firstDayMs + day * dayMs]));
  const early = histories.filter(
    ([first]) => Date.parse(`${first!.changed_at.replace(' ', 'T')}Z`) < signedUpOn.get(first!.user_id)! + dayMs,
  );
  expect(early).toEqual([]);
  const share = histories.length / users.length;
  expect(share).toBeGreaterThan(0.1);
  expect(share).toBeLessThan(0.2);
});

test('a year counts a twelfth per month, rounded to four places', () => {
  expect(mrrUnits({ plan: 'plus', billing: 'monthly', seats: 1 })).toBe(59_900);
  expect(mrrUnits({ plan: 'plus', billing: 'yearly', seats: 1 })).toBe(49_917);
  expect(mrrUnits({ plan: 'team', billing: 'yearly', seats: 3 })).toBe(299_750);
  const yearly = subscriptions.filter(
    (row) => row.billing === 'yearly' && row.plan === 'pro' && row.change === 'start',
  );
  expect(new Set(yearly.map((row) => row.mrr))).toEqual(new Set(['12.4917']));
});

test('dearer terms cost more and cheaper ones less, down to where there are none', () => {
  let terms: Terms | undefined = { plan: 'plus', billing: 'monthly', seats: 1 };
  for (let i = 0; i < 5; i++) {
    expect(mrrUnits(dearer(terms))).toBeGreaterThan(mrrUnits(terms));
    terms = dearer(terms);
  }
  expect(terms).toEqual({ plan: 'team', billing: 'monthly', seats: 5 });
  const steps: Terms[] = [];
  for (; terms; terms = cheaper(terms)) steps.push(terms);
  expect(steps.map(mrrUnits)).toEqual(steps.map(mrrUnits).sort((a, b) => b - a));
  expect(new Set(steps.map(mrrUnits)).size).toBe(steps.length);
  expect(steps.at(-1)).toEqual({ plan: 'plus', billing: 'yearly', seats: 1 });
});
