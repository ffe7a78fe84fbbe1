import type { Grain, RoleName, WeekStart } from '../../core/model';
import { dayNumber, dayText } from './calendar';
import type { Finished } from '../../schema/rollups/installed';
import type { Expected } from './expected';
import type { Version } from './history';
import { featureNames, stepNames } from './history';
import { mrrDays, mrrMonths, told } from './mrr';
import { planOf, releaseOf } from './tables';
import { featureNumbers } from '../product/adoption';
import { lifecycle } from '../product/lifecycle';

export type { Expected } from './expected';

/** Rows of each role as they stand in the end. */
export type Truth = Readonly<Partial<Record<RoleName, readonly Version[]>>>;

/** What a table of places of a family holds: its keys after the bucket, and its measures in order, amounts in ten-thousandths. */
interface Family {
  readonly role: RoleName;
  keys(row: Version): readonly (string | number)[];
  values(row: Version): readonly number[];
  /** Rows that count; all where absent. */
  counts?(row: Version): boolean;
  /** The values are those of the place's last row; their sum where absent. */
  readonly last?: boolean;
}

const failed = (r: Version) => r.failed === true || r.refund >= 500;
/** Upper ends of the buckets of durations in µs: 5 ms to 10 s, and all. */
const durationEnds = [
  5_000,
  10_000,
  25_000,
  50_000,
  100_000,
  250_000,
  500_000,
  1_000_000,
  2_500_000,
  5_000_000,
  10_000_000,
  Infinity,
];
const served = (r: Version) => [
  1,
  Number(failed(r)),
  r.amount,
  Number(!failed(r) && r.amount <= 500_000),
  Number(!failed(r) && r.amount > 500_000 && r.amount <= 2_000_000),
  ...durationEnds.map((end, i) => Number(r.amount <= end && r.amount > (durationEnds[i - 1] ?? -1))),
];
const money = (r: Version) => [1, r.amount * 100, r.refund > 0 ? 1 : 0, r.refund * 100];

/** The families of packs/, by name. Text that a place holds (the plan of a subscription) stands among its keys. */
export const families: Readonly<Record<string, Family>> = {
  user_day: { role: 'events', keys: (r) => [r.user], values: () => [] },
  event: { role: 'events', keys: (r) => [r.name, r.detail ?? ''], values: () => [1] },
  step_day: {
    role: 'events',
    keys: (r) => [r.user, r.name, r.timeMs],
    values: () => [],
    counts: (r) => stepNames.some((name) => name === r.name),
  },
  request: { role: 'requests', keys: (r) => [r.name, releaseOf(r), r.user], values: served },
  request_detail: { role: 'requests', keys: (r) => [r.name, releaseOf(r), r.user, r.detail ?? ''], values: served },
  order: { role: 'orders', keys: (r) => [r.name], values: money },
  customer_day: { role: 'orders', keys: (r) => [r.user, r.name], values: money },
  refund_day: {
    role: 'orders',
    keys: (r) => [r.name],
    values: (r) => [1, r.refund * 100],
    counts: (r) => r.refund > 0 && r.refundMs != null,
  },
  subscription_day: {
    role: 'subscriptions',
    keys: (r) => [r.user, r.name],
    values: (r) => [r.amount * 100],
    last: true,
  },
};

/** Where the rows of a family count: a refund at the time when it was given. */
const momentOf = (family: string, r: Version) => (family === 'refund_day' ? (r.refundMs ?? 0) : r.timeMs);

/** Bucket of an instant as text: first second of a finer bucket, else the day in the zone. */
export function bucketText(ms: number, grain: Grain, zone: string): string {
  if (grain === 'day') return dayText(dayNumber(ms, zone));
  const width = grain === 'minute' ? 60_000 : 900_000;
  return String((Math.floor(ms / width) * width) / 1000);
}

/** Rows of a table of places, grouped by place. */
export function placesOf(
  truth: Truth,
  name: string,
  grain: Grain,
  zone: string,
): ReadonlyMap<string, readonly Version[]> {
  const family = families[name];
  if (!family) throw new Error(`The law's oracle knows no family ${name}.`);
  const out = new Map<string, Version[]>();
  for (const row of truth[family.role] ?? []) {
    if (family.counts?.(row) === false) continue;
    const place = [bucketText(momentOf(name, row), grain, zone), ...family.keys(row)].join('|');
    const rows = out.get(place);
    if (rows) rows.push(row);
    else out.set(place, [row]);
  }
  return out;
}

/** What a table of places has to hold. */
export function expectedPlaces(truth: Truth, name: string, grain: Grain, zone: string): Expected {
  const family = families[name];
  const out = new Map<string, readonly number[]>();
  for (const [place, rows] of placesOf(truth, name, grain, zone)) {
    if (family?.last) {
      const [last] = [...rows].sort((a, b) => b.timeMs - a.timeMs || b.id - a.id);
      if (last) out.set(`${place}|${planOf(last)}`, family.values(last));
    } else {
      const values = rows.map((r) => family?.values(r) ?? []);
      out.set(
        place,
        values.reduce((sum, v) => sum.map((n, i) => n + (v[i] ?? 0))),
      );
    }
  }
  return out;
}

/** Finished numbers, without days on which there is nothing: how many of those lie about is not the law's business. */
export function expectedFinished(
  truth: Truth,
  { method, family, role, span = 'week' }: Pick<Finished, 'method' | 'family' | 'role' | 'span'>,
  zone: string,
  weekStart: WeekStart,
  today: number,
): Expected {
  const calendar = { span, weekStart };
  const ofFeatures = featureNumbers(
    { rows: truth.events ?? [], features: featureNames, zone, calendar },
    { method, family },
  );
  if (ofFeatures) return ofFeatures;
  if (method === 'firstDays') {
    return new Map([...firstDays(truth[role] ?? [], zone)].map(([user, d]) => [`${dayText(d)}|${user}`, []]));
  }
  if (method === 'cohortMonths') return cohortMonths(truth[role] ?? [], zone);
  if (method === 'activeSpans') {
    const activity = (truth[role] ?? []).map((r) => ({ user: r.user, day: dayNumber(r.timeMs, zone) }));
    return lifecycle(activity, calendar);
  }
  if (method === 'cohortSums') return cohortSums(truth[role] ?? [], zone);
  if (method === 'activeDays') {
    const rows = truth.events ?? [];
    // Days to come are told only where something is known of them.
    const last = Math.max(today, ...new Set(rows.map((r) => dayNumber(r.timeMs, zone))));
    return new Map([...told(activeDays(rows, zone, 30))].filter(([d]) => d <= dayText(last)));
  }
  const changes = (truth.subscriptions ?? []).map((r) => ({
    id: r.id,
    timeMs: r.timeMs,
    subscription: r.user,
    currency: r.name,
    mrr: r.amount * 100,
  }));
  // Finished numbers follow the level at the end of each day.
  return told((method === 'mrrMonths' ? mrrMonths : mrrDays)(changes, zone, today));
}

/** day → dau, wau, mau, new, returning, resurrected, dormant: by sets, for every day from the first to `tailDays` after the last. */
export function activeDays(rows: readonly Version[], zone: string, tailDays: number): Expected {
  const byDay = new Map<number, Set<string>>();
  const first = new Map<string, number>();
  for (const row of rows) {
    const d = dayNumber(row.timeMs, zone);
    byDay.set(d, (byDay.get(d) ?? new Set()).add(row.user));
    first.set(row.user, Math.min(first.get(row.user) ?? Infinity, d));
  }
  const out = new Map<string, number[]>();
  if (byDay.size === 0) return out;
  const days = [...byDay.keys()];
  const on = (d: number) => byDay.get(d) ?? new Set<string>();
  const within = (d: number, n: number) => new Set(Array.from({ length: n }, (_, i) => [...on(d - i)]).flat()).size;
  for (let d = Math.min(...days); d <= Math.max(...days) + tailDays; d++) {
    const users = [...on(d)];
    const fresh = users.filter((u) => first.get(u) === d).length;
    const returning = users.filter((u) => on(d - 1).has(u)).length;
    const dormant = [...on(d - 1)].filter((u) => !on(d).has(u)).length;
    out.set(dayText(d), [
      users.length,
      within(d, 7),
      within(d, 30),
      fresh,
      returning,
      users.length - fresh - returning,
      dormant,
    ]);
  }
  return out;
}

/** user → number of the first day. */
function firstDays(rows: readonly Version[], zone: string): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const { user, timeMs } of rows) {
    first.set(user, Math.min(first.get(user) ?? Infinity, dayNumber(timeMs, zone)));
  }
  return first;
}

const monthOf = (day: number) => `${dayText(day).slice(0, 7)}-01`;

/** month|month of the first day|currency (first days of months) → orders and amounts as in {@link money}. */
function cohortSums(rows: readonly Version[], zone: string): Expected {
  const first = firstDays(rows, zone);
  const out = new Map<string, readonly number[]>();
  for (const row of rows) {
    const day = dayNumber(row.timeMs, zone);
    const place = `${monthOf(day)}|${monthOf(first.get(row.user) ?? day)}|${row.name}`;
    const before = out.get(place);
    out.set(
      place,
      money(row).map((n, i) => n + (before?.[i] ?? 0)),
    );
  }
  return out;
}

/** month|month of the first day (first days of months) → users, number of the last day. */
function cohortMonths(rows: readonly Version[], zone: string): Expected {
  const first = firstDays(rows, zone);
  const places = new Map<string, { readonly users: Set<string>; last: number }>();
  for (const { user, timeMs } of rows) {
    const day = dayNumber(timeMs, zone);
    const place = `${monthOf(day)}|${monthOf(first.get(user) ?? day)}`;
    const found = places.get(place) ?? { users: new Set<string>(), last: 0 };
    found.users.add(user);
    found.last = Math.max(found.last, day);
    places.set(place, found);
  }
  return new Map([...places].map(([place, { users, last }]) => [place, [users.size, last]]));
}
