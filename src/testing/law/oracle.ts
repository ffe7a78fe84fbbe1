import { dayNumber, dayText } from './calendar';
import type { Version } from './history';

/** Rows keyed by their key columns joined with '|', in plain TypeScript: what the rollups have to equal. */
export type Expected = ReadonlyMap<string, readonly number[]>;

function tally(
  rows: readonly Version[],
  key: (row: Version) => string,
  values: (row: Version) => readonly number[],
): Expected {
  const out = new Map<string, number[]>();
  for (const row of rows) {
    const k = key(row);
    const add = values(row);
    const sum = out.get(k);
    out.set(k, sum ? sum.map((v, i) => v + (add[i] ?? 0)) : [...add]);
  }
  return out;
}

const day = (row: Version, zone: string) => dayText(dayNumber(row.timeMs, zone));

/** (day|user) → events. */
export const userDays = (rows: readonly Version[], zone: string): Expected =>
  tally(
    rows,
    (r) => `${day(r, zone)}|${r.user}`,
    () => [1],
  );

/** (day|event) → events. */
export const eventDays = (rows: readonly Version[], zone: string): Expected =>
  tally(
    rows,
    (r) => `${day(r, zone)}|${r.name}`,
    () => [1],
  );

const money = (r: Version) => [1, r.amount, r.refund > 0 ? 1 : 0, r.refund] as const;

/** (day|currency) → orders, gross cents, refunds, refunded cents. */
export const orderDays = (rows: readonly Version[], zone: string): Expected =>
  tally(rows, (r) => `${day(r, zone)}|${r.name}`, money);

/** (day|user|currency) → orders, gross cents, refunds, refunded cents. */
export const customerDays = (rows: readonly Version[], zone: string): Expected =>
  tally(rows, (r) => `${day(r, zone)}|${r.user}|${r.name}`, money);

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
