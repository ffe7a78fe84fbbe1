import type { Db } from '../../core/db';
import type { Random } from '../law/random';
import { dayText, median, timeText, wallOf } from './clock';

/** What one user's queries of a minute were. */
interface CostRow {
  readonly ms: number;
  readonly user: string;
  readonly panel: string;
  readonly cpuSeconds: number;
  readonly readBytes: number;
  readonly memoryByteSeconds: number;
  /** How often the collector wrote it. */
  readonly times: number;
}

/** What queries cost, up to one moment. */
export interface CostWorld {
  readonly zone: string;
  readonly nowMs: number;
  readonly rows: readonly CostRow[];
  readonly holidays: readonly number[];
  readonly limits: Readonly<Record<'budget' | 'times' | 'share' | 'floor' | 'cpu_hour' | 'tib' | 'gib_hour', number>>;
  /** Users with a share of their own. */
  readonly shares: Readonly<Record<string, number>>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const users = ['anna', 'bob', 'dbt', 'grafana'] as const;

/** A random world at a moment: some users, a rhythm of the week, days that are unknown in part, a day that may be dear. */
export function costWorld(random: Random, zone: string, nowMs: number): CostWorld {
  const today = wallOf(nowMs, zone).day;
  const most = random.pick([0.02, 1, 4]);
  const usual = users.map((user) => ({ user, cost: most * random.next() * random.pick([0.1, 1]) }));
  const mondays = random.pick([1, 1, 4]);
  const dear = random.chance(0.4) ? [...users] : [random.pick([...users])];
  const factor = random.pick([1, 4, 20, 60]);
  const young = random.chance(0.15) ? random.below(10) : 40;
  const quiet = random.chance(0.15) ? (5 + random.below(60)) * minuteMs : 0;
  const gaps = new Set(Array.from({ length: random.below(6) }, () => today - 1 - random.below(28)));
  const rows: CostRow[] = [];
  // Two hours beyond the clock: what a moment later will be there.
  for (let ms = nowMs - 29 * 24 * hourMs; ms < nowMs + 2 * hourMs; ms += hourMs) {
    const minute = Math.floor((ms + random.below(hourMs)) / minuteMs) * minuteMs;
    const { day, minute: clock } = wallOf(minute, zone);
    const week = (((day + 4) % 7) + 7) % 7 === 1 ? mondays : 1;
    if (day <= today - young || (gaps.has(day) && clock > 600)) continue;
    if (minute >= nowMs - quiet && minute < nowMs) continue;
    for (const { user, cost } of usual) {
      const here = cost * week * (0.5 + random.next()) * (day === today && dear.includes(user) ? factor : 1);
      rows.push({
        ms: minute,
        user,
        panel: `p${random.below(3)}`,
        cpuSeconds: here * 3600 * random.next(),
        readBytes: Math.round(here * 2 ** 37 * random.next()),
        memoryByteSeconds: here * 2 ** 41 * random.next(),
        times: random.chance(0.1) ? 2 : 1,
      });
    }
  }
  // The collector's own looks, so that the newest minutes are there.
  for (let ms = nowMs - hourMs - (nowMs % minuteMs); ms < nowMs - quiet; ms += 3 * minuteMs)
    rows.push({ ms, user: 'collector', panel: '', cpuSeconds: 0, readBytes: 0, memoryByteSeconds: 0, times: 1 });
  return {
    zone,
    nowMs,
    rows,
    holidays: Array.from({ length: random.below(4) }, () => today - random.below(29)),
    limits: {
      budget: random.pick([0, 3, 30, 300]),
      times: random.pick([1.5, 2]),
      share: random.pick([0.4, 0.5]),
      floor: random.pick([0, 1, 5]),
      cpu_hour: random.pick([0.05, 1]),
      tib: random.pick([0, 5]),
      gib_hour: random.pick([0, 0.02]),
    },
    shares: random.chance(0.3) ? { dbt: 0.9 } : {},
  };
}

/** Writes a world's rows over those of the one before. `database` holds a stage. */
export async function fillCost(db: Db, database: string, world: CostWorld): Promise<void> {
  for (const table of ['health_query', 'thresholds', 'holidays'])
    await db.command(`TRUNCATE TABLE ${database}.${table}`);
  const written = world.rows.flatMap((row) =>
    Array.from({ length: row.times }, (_, i) => ({
      // All in one partition; the rule goes by the minutes.
      at: timeText(world.nowMs + i * minuteMs),
      m: timeText(row.ms),
      host: 'h',
      user: row.user,
      panel: row.panel,
      queries: 1,
      cpu_s: row.cpuSeconds,
      read_bytes: row.readBytes,
      memory_byte_s: row.memoryByteSeconds,
    })),
  );
  await db.insert(`${database}.health_query`, written);
  await db.insert(`${database}.thresholds`, [
    ...Object.entries(world.limits).map(([name, value]) => ({ rule: 'cost_budget', subject: '', name, value })),
    ...Object.entries(world.shares).map(([user, value]) => ({
      rule: 'cost_budget',
      subject: `user ${user}`,
      name: 'share',
      value,
    })),
  ]);
  await db.insert(
    `${database}.holidays`,
    world.holidays.map((day) => ({ day: dayText(day), name: 'a day off' })),
  );
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, n) => all + n, 0);

/** What rule *cost_budget* is to say. */
export function expectedCost({ zone, nowMs, rows, holidays, limits, shares }: CostWorld) {
  const today = wallOf(nowMs, zone).day;
  const seen = rows
    .filter(({ ms }) => ms < nowMs)
    .map((row) => {
      const { cpuSeconds, readBytes, memoryByteSeconds } = row;
      const priced =
        (cpuSeconds / 3600) * limits.cpu_hour +
        (readBytes / 2 ** 40) * limits.tib +
        (memoryByteSeconds / 2 ** 30 / 3600) * limits.gib_hour;
      return { ...row, ...wallOf(row.ms, zone), priced };
    });
  const newest = Math.max(...seen.map(({ ms }) => ms).filter((ms) => ms > nowMs - 48 * hourMs), -Infinity);
  const held = newest < nowMs - 15 * minuteMs;
  const mark = wallOf(newest + minuteMs, zone);
  const clock = mark.day < today ? 0 : mark.minute;
  const of = (day: number) => seen.filter((row) => row.day === day);
  const isKnown = (day: number) =>
    !holidays.includes(day) && new Set(of(day).map(({ minute }) => Math.floor(minute / 60))).size >= 20;
  const daysBack = (back: readonly number[]) => back.map((n) => today - n).filter(isKnown);
  const weekdays = daysBack([7, 14, 21, 28]);
  const latest = daysBack([1, 2, 3, 4, 5, 6, 7]);
  const cost = (some: readonly { readonly priced: number }[]) => sum(some.map(({ priced }) => priced));
  const after = (day: number) => cost(of(day).filter(({ minute }) => minute >= clock));
  const spent = cost(of(today));
  const projected = spent + median((weekdays.length >= 3 ? weekdays : latest).map(after));
  const usual = limits.times * median(weekdays.map((day) => cost(of(day))));
  const userShare = (user: string, day: number) => {
    const before = of(day).filter(({ minute }) => minute < clock);
    return cost(before) === 0 ? 0 : cost(before.filter((row) => row.user === user)) / cost(before);
  };
  return [
    {
      subject: 'budget',
      value: projected,
      threshold: limits.budget,
      firing: limits.budget > 0 && projected > limits.budget,
      held,
    },
    {
      subject: 'same weekdays',
      value: projected,
      threshold: usual,
      firing: weekdays.length >= 3 && projected > usual && projected >= limits.floor,
      held,
    },
    ...[...new Set(of(today).map(({ user }) => user))].map((user) => {
      const value = cost(of(today).filter((row) => row.user === user));
      const threshold = (shares[user] ?? limits.share) * spent;
      const isUsual = median(latest.map((day) => userShare(user, day))) * spent > threshold;
      const firing = latest.length >= 3 && spent >= limits.floor && value > threshold && !isUsual;
      return { subject: `user ${user}`, value, threshold, firing, held };
    }),
  ];
}
