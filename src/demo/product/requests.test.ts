import { callsOf } from './calls';
import { endpoints } from './endpoints';
import { firstDayFor, productDays, productRows } from './generate';
import { requestsOf } from './requests';
import { dayMs } from './users';
import type { User } from './users';

const nowMs = Date.parse('2026-11-21T09:00:00Z');
const firstDayMs = firstDayFor(nowMs);
const { events, requests } = productRows({ firstDayMs, nowMs });

const momentMs = (at: string) => Date.parse(`${at.replace(' ', 'T')}Z`);
const dayOf = (at: string) => Math.floor((momentMs(at) - firstDayMs) / dayMs);
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const errorShare = (of: typeof requests) => of.filter(({ status }) => status >= 500).length / of.length;
const perDay = (rows: readonly string[]) => {
  const days = new Array<number>(productDays).fill(0);
  for (const at of rows) days[dayOf(at)]! += 1;
  return days;
};
/** What the bad release asked by itself, and what people asked for. */
const polls = requests.filter(({ request_id: id }) => id.includes('-poll-'));
const asked = requests.filter(({ request_id: id }) => !id.includes('-poll-'));
const daily = perDay(asked.map(({ requested_at: at }) => at));

test('a later present has all earlier requests unchanged, and more', () => {
  const cutMs = firstDayMs + 45.6 * dayMs;
  const cut = new Date(cutMs).toISOString().replace('T', ' ').slice(0, 23);
  const before = productRows({ firstDayMs, nowMs: cutMs }).requests;
  expect(before.length).toBeGreaterThan(10_000);
  expect(before).toEqual(requests.filter(({ requested_at: at }) => at <= cut));
});

test('ids are unique, and nothing lies after the present', () => {
  expect(new Set(requests.map(({ request_id: id }) => id)).size).toBe(requests.length);
  expect(
    requests.reduce((last, { requested_at: at }) => (at > last ? at : last), '') <= '2026-11-21 09:00:00.000',
  ).toBe(true);
});

test('there are at most 400,000 in 120 days, some thousand a day at the end', () => {
  expect(requests.length).toBeGreaterThan(250_000);
  expect(requests.length).toBeLessThan(400_000);
  expect(Math.min(...daily.slice(-15, -1))).toBeGreaterThan(3_000);
  expect(Math.max(...daily)).toBeLessThan(10_000);
});

test('they follow the events: each whole day has about as many per event as all days', () => {
  const eventsDaily = perDay(events.map(({ occurred_at: at }) => at));
  const ratio = asked.length / events.length;
  // Not those on which what the apps sent was lost.
  const bug = [103, 104, 105, 106];
  const days = daily.map((_, day) => day).slice(20, -1);
  const whole = days.filter((day) => !bug.includes(day)).map((day) => daily[day]! / eventsDaily[day]! / ratio);
  expect(Math.min(...whole)).toBeGreaterThan(0.85);
  expect(Math.max(...whole)).toBeLessThan(1.15);
});

test('each endpoint is called, by an action that there is, and answers around its own median', () => {
  const actions = new Set(events.map(({ event_name: name }) => name));
  expect([...callsOf.keys()].filter((name) => !actions.has(name))).toEqual([]);
  const called = new Set([...callsOf.values()].flatMap((calls) => calls.map(({ endpoint }) => endpoint)));
  expect(endpoints.filter((endpoint) => !called.has(endpoint))).toEqual([]);
  for (const { service, method, path, medianMs, status } of endpoints) {
    const served = requests.filter((r) => r.service === service && r.method === method && r.endpoint === path);
    const durations = served.filter((r) => r.status === status && r.version !== '3.3.0').map((r) => r.duration_ms);
    expect(median(durations) / medianMs).toBeGreaterThan(0.92);
    expect(median(durations) / medianMs).toBeLessThan(1.08);
  }
});

test('durations are whole microseconds and positive', () => {
  const wrong = requests.filter(({ duration_ms: ms }) => ms <= 0 || Math.round(ms * 1000) / 1000 !== ms);
  expect(wrong).toEqual([]);
});

test('each service runs two or more releases, one at a time but for a roll-out', () => {
  const releases = new Map<string, Set<string>>();
  for (const { service, version } of requests) releases.set(service, (releases.get(service) ?? new Set()).add(version));
  expect(Object.fromEntries([...releases].sort().map(([service, of]) => [service, [...of].sort()]))).toEqual({
    accounts: ['1.0.0', '1.1.0'],
    api: ['5.0.0', '5.1.0', '5.2.0'],
    checkout: ['3.0.0', '3.1.0', '3.2.0', '3.3.0', '3.3.1'],
    search: ['2.0.0', '2.1.0'],
    web: ['7.0.0', '7.1.0', '7.2.0'],
  });
});

test('the bad release of checkout fails and drags for an afternoon, then it is rolled back', () => {
  const checkout = requests.filter(({ service }) => service === 'checkout');
  const bad = checkout.filter(({ version }) => version === '3.3.0');
  expect(bad.map(({ requested_at: at }) => at).sort()[0]! >= '2026-11-19 14:00').toBe(true);
  expect(bad.every(({ requested_at: at }) => at < '2026-11-19 19:30')).toBe(true);
  expect(bad.length).toBeGreaterThan(100);
  expect(errorShare(bad)).toBeGreaterThan(0.1);
  expect(errorShare(checkout.filter(({ version }) => version !== '3.3.0'))).toBeLessThan(0.008);
  const night = checkout.filter(({ requested_at: at }) => at >= '2026-11-19 19:30' && at < '2026-11-20 10:00');
  expect(new Set(night.map(({ version }) => version))).toEqual(new Set(['3.2.0']));
});

test('the bad release asks for the cart by itself, some hundred times in five minutes, and no other does', () => {
  expect(new Set(polls.map((r) => `${r.service} ${r.version} ${r.method} ${r.endpoint}`))).toEqual(
    new Set(['checkout 3.3.0 GET /cart']),
  );
  const per = (fromMs: number) =>
    polls.filter((r) => momentMs(r.requested_at) >= fromMs && momentMs(r.requested_at) < fromMs + 300_000).length;
  const begins = momentMs('2026-11-19 16:00:00');
  const counts = Array.from({ length: 36 }, (_, i) => per(begins + i * 300_000));
  expect(median(counts)).toBeGreaterThan(110);
  expect(polls.length).toBeLessThan(15_000);
});

test('a person without actions asks nothing', () => {
  const user: User = {
    id: 1,
    signedUpOn: 0,
    country: 'DE',
    currency: 'EUR',
    utcOffsetHours: 1,
    platform: 'web',
    affinity: 1,
  };
  expect(requestsOf(1, { user, day: 0, actions: [] }, firstDayMs, nowMs)).toEqual([]);
});
