import type { Db } from '../../core/db';
import type { Random } from '../law/random';
import { dayText, median, wallOf } from './clock';

/** A day of one currency in `order_day` and `refund_day`; undefined where the table has no row. */
interface MoneyDay {
  readonly day: number;
  readonly orders: number | undefined;
  readonly refunds: number | undefined;
}

/** A row of `mrr_day`, in hundredths of the currency. */
export interface MrrRow {
  readonly day: number;
  readonly mrr: number;
  readonly opening: number;
  readonly moved: readonly [fresh: number, reactivation: number, expansion: number, contraction: number, churn: number];
}

/** Orders, refunds and recurring revenue at one moment, each currency a case of its own. */
export interface MoneyWorld {
  readonly zone: string;
  readonly nowMs: number;
  /** Up to where the rollups are complete. */
  readonly untilMs: number;
  readonly holidays: readonly number[];
  readonly trade: Readonly<Record<string, readonly MoneyDay[]>>;
  readonly mrr: Readonly<Record<string, readonly MrrRow[]>>;
  readonly limits: {
    readonly times: number;
    readonly orders: number;
    readonly refunds: number;
    readonly difference: number;
  };
}

const hourMs = 3_600_000;
const graceHours = 2;

/** The last day that is over, for two hours already. */
const closedDay = (ms: number, zone: string): number => wallOf(ms - graceHours * hourMs, zone).day - 1;

function tradeOf(random: Random, today: number): MoneyDay[] {
  const perDay = random.pick([3, 25, 60, 400]);
  const rate = random.pick([0, 0.01, 0.05, 0.2, 1.3]);
  const spike = random.pick([1, 1.5, 2.5, 4]);
  const weekend = random.pick([1, 0.4, 0]);
  const young = random.chance(0.1) ? 6 : 40;
  return Array.from({ length: 43 }, (_, i) => {
    const day = today - 41 + i;
    const factor = [3, 2].includes((((day + 1) % 7) + 7) % 7) ? weekend : 1;
    const orders = Math.round(perDay * factor * (0.7 + 0.6 * random.next()));
    const high = i > 38 ? spike : random.chance(0.05) ? 5 : 1;
    const refunds = Math.round(perDay * rate * high * (0.5 + random.next()));
    const has = i > 41 - young && !random.chance(0.05);
    return { day, orders: has && orders > 0 ? orders : undefined, refunds: has && refunds > 0 ? refunds : undefined };
  });
}

function mrrOf(random: Random, today: number): MrrRow[] {
  const rows: MrrRow[] = [];
  let level = random.below(1_000_000);
  const broken = random.chance(0.4) ? today - 38 + random.below(40) : undefined;
  for (let day = today - 45 + random.below(12); day <= today; day++) {
    const some = () => (random.chance(0.5) ? 0 : random.below(10_000));
    const moved = [some(), some(), some(), some(), some()] as const;
    const opening = level;
    level += moved[0] + moved[1] + moved[2] - moved[3] - moved[4];
    const wrong = day === broken ? random.pick([-1, 1, 250, -90_000]) : 0;
    // Wrong inside the day, or between two days.
    if (random.chance(0.5)) rows.push({ day, mrr: level + wrong, opening, moved });
    else rows.push({ day, mrr: (level += wrong), opening: opening + wrong, moved });
  }
  return rows;
}

/** A random world at a moment. */
export function moneyWorld(random: Random, zone: string, nowMs: number, currencies: number): MoneyWorld {
  const today = wallOf(nowMs, zone).day;
  const names = Array.from({ length: currencies }, (_, i) => `C${i}`);
  const each = <T>(make: () => T) => Object.fromEntries(names.map((name) => [name, make()] as const));
  return {
    zone,
    nowMs,
    untilMs: nowMs - (random.chance(0.7) ? random.below(60_000) : random.below(60 * hourMs)),
    holidays: random.chance(0.3) ? [today - 1 - random.below(3)] : [],
    trade: each(() => tradeOf(random, today)),
    mrr: each(() => mrrOf(random, today)),
    limits: {
      times: random.pick([1.5, 2]),
      orders: random.pick([10, 20]),
      refunds: random.pick([3, 5]),
      difference: random.pick([0, 0, 1]),
    },
  };
}

const money = (cents: number): string => (cents / 100).toFixed(2);

/** Writes a world's rows over those of the one before, with older versions of some. `database` holds a stage. */
export async function fillMoney(db: Db, database: string, world: MoneyWorld): Promise<void> {
  for (const table of ['order_day', 'refund_day', 'mrr_day', 'thresholds', 'holidays'])
    await db.command(`TRUNCATE TABLE ${database}.${table}`);
  const run = (n: number) => `1970-01-01 00:00:0${n}`;
  const trade = Object.entries(world.trade).flatMap(([currency, days]) => days.map((day) => ({ currency, ...day })));
  const orders = trade.flatMap(({ currency, day, orders }) =>
    orders === undefined ? [] : [{ d: dayText(day), currency, orders, run: run(2), del: 0 }],
  );
  const refunds = trade.flatMap(({ currency, day, refunds }) =>
    refunds === undefined ? [] : [{ d: dayText(day), currency, refunds, run: run(2), del: 0 }],
  );
  // A row that was there and is not any more, and one that said more than the newest does.
  const gone = trade.filter((t) => t.refunds === undefined).map((t) => ({ d: dayText(t.day), currency: t.currency }));
  await db.insert(`${database}.order_day`, [
    ...orders.map((o) => ({ ...o, orders: o.orders * 3, run: run(1) })),
    ...orders,
  ]);
  await db.insert(`${database}.refund_day`, [
    ...gone.map((row) => ({ ...row, refunds: 900, run: run(1), del: 0 })),
    ...gone.map((row) => ({ ...row, refunds: 0, run: run(2), del: 1 })),
    ...refunds,
  ]);
  const mrr = Object.entries(world.mrr).flatMap(([currency, rows]) =>
    rows.map(({ day, mrr, opening, moved: [fresh, reactivation, expansion, contraction, churn] }) => ({
      d: dayText(day),
      currency,
      mrr: money(mrr),
      opening: money(opening),
      new_mrr: money(fresh),
      reactivation: money(reactivation),
      expansion: money(expansion),
      contraction: money(contraction),
      churn: money(churn),
      run: run(2),
    })),
  );
  await db.insert(`${database}.mrr_day`, [...mrr.map((row) => ({ ...row, mrr: '1.00', run: run(1) })), ...mrr]);
  const { difference, ...limits } = world.limits;
  await db.insert(`${database}.thresholds`, [
    ...Object.entries(limits).map(([name, value]) => ({ rule: 'refund_spike', subject: '', name, value })),
    { rule: 'mrr_mismatch', subject: '', name: 'difference', value: difference },
  ]);
  await db.insert(
    `${database}.holidays`,
    world.holidays.map((day) => ({ day: dayText(day), name: 'a day off' })),
  );
}

const judgedDay = ({ nowMs, untilMs, zone }: MoneyWorld) => closedDay(Math.min(nowMs, untilMs), zone);
const isLate = (world: MoneyWorld) => judgedDay(world) < closedDay(world.nowMs, world.zone);

/** What rule *refund_spike* is to say. */
export function expectedRefunds(world: MoneyWorld) {
  const judged = judgedDay(world);
  const z = 1.96;
  return Object.entries(world.trade).flatMap(([subject, days]) => {
    const inside = days.filter((d) => d.day >= judged - 28 && d.day <= judged && (d.orders ?? d.refunds) !== undefined);
    if (inside.length === 0) return [];
    const now = inside.find((d) => d.day === judged);
    const open = inside
      .filter((d) => d.day < judged)
      .flatMap((d) => (d.orders ? [{ ...d, rate: (d.refunds ?? 0) / d.orders }] : []));
    const all = (of: (d: MoneyDay) => number | undefined) => open.reduce((sum, d) => sum + (of(d) ?? 0), 0);
    const usual28 = median(open.map((d) => d.rate));
    const pooled = open.length === 0 ? 0 : all((d) => d.refunds) / all((d) => d.orders);
    const sameDay = median(open.filter((d) => (judged - d.day) % 7 === 0).map((d) => d.rate));
    const threshold = world.limits.times * Math.max(usual28 > 0 ? usual28 : pooled, sameDay);
    const orders = now?.orders ?? 0;
    const refunds = now?.refunds ?? 0;
    const proven = refunds + z ** 2 / 2 - z * Math.sqrt(refunds + z ** 2 / 4);
    const isEnough = orders >= world.limits.orders && refunds >= world.limits.refunds && open.length >= 7;
    const firing = isEnough && proven / orders > threshold;
    return [
      {
        subject,
        value: orders === 0 ? 0 : refunds / orders,
        threshold,
        firing,
        held: isLate(world) || (firing && world.holidays.includes(judged)),
      },
    ];
  });
}

/** What rule *mrr_mismatch* is to say. */
export function expectedMismatch(world: MoneyWorld) {
  const judged = judgedDay(world);
  return Object.entries(world.mrr).map(([subject, rows]) => {
    const inside = rows.filter((r) => r.day > judged - 35 && r.day <= judged);
    const wrong = inside.map(({ mrr, opening, moved: [fresh, reactivation, expansion, contraction, churn] }, i) => {
      const before = inside[i - 1];
      const within = Math.abs(opening + fresh + reactivation + expansion - contraction - churn - mrr);
      return Math.max(within, before ? Math.abs(opening - before.mrr) : 0);
    });
    const value = Math.max(0, ...wrong) / 100;
    return {
      subject,
      value,
      threshold: world.limits.difference,
      firing: value > world.limits.difference,
      held: isLate(world),
    };
  });
}
