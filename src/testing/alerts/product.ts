import type { Db } from '../../core/db';
import type { Random } from '../law/random';
import { dayText, median, quarterMs, sameClockBefore, timeText, wallOf } from './clock';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weeks = [1, 2, 3, 4];

/** What a rule over events is to say of a subject. */
export interface Expected {
  readonly subject: string;
  readonly value: number;
  readonly threshold: number;
  readonly firing: boolean;
  readonly held: boolean;
}

/** The last day that is over, two hours of grace included, at an instant up to which all is complete. */
const closedAt = (ms: number, zone: string): number => wallOf(ms - 2 * hourMs, zone).day - 1;

/** Days off work: now and then the day itself, or the same weekday of a week before. */
const holidaysAround = (random: Random, day: number): readonly number[] =>
  [0, ...weeks].filter((w) => random.chance(w === 0 ? 0.15 : 0.1)).map((w) => day - 7 * w);

async function replace(db: Db, table: string, rows: readonly object[]): Promise<void> {
  await db.command(`TRUNCATE TABLE ${table}`);
  if (rows.length > 0) await db.insert(table, rows);
}

const limitRows = (rule: string, limits: Readonly<Record<string, number>>) =>
  Object.entries(limits).map(([name, value]) => ({ rule, subject: '', name, value }));

/** A row of `event_minute` or `event_quarter`; of equal keys the one with the latest run counts, unless it is deleted. */
interface EventRow {
  readonly table: 'event_minute' | 'event_quarter';
  readonly m: number;
  readonly event: string;
  readonly n: number;
  readonly run: number;
  readonly del: 0 | 1;
}

/** Numbers of events on the stage at one moment; each event is a subject, and so are all. */
export interface EventWorld {
  readonly zone: string;
  readonly nowMs: number;
  readonly untilMs: number;
  readonly events: readonly string[];
  readonly rows: readonly EventRow[];
  readonly holidays: readonly number[];
  readonly limits: { readonly share: number; readonly expected: number };
}

export function eventWorld(random: Random, zone: string, nowMs: number, events: number): EventWorld {
  const untilMs = nowMs - random.below(random.chance(0.3) ? 900 : 200) * 1000;
  const endsMs = Math.floor(untilMs / minuteMs) * minuteMs;
  const names = Array.from({ length: events }, (_, i) => `e${i}`);
  // A young installation has fewer weeks behind it.
  const history = random.pick([4, 4, 4, 3, 2, 1, 0]);
  const rows = names.flatMap((event): EventRow[] => {
    const perMinute = random.pick([3, 20, 100]);
    const kept = random.pick([1, 1, 0.6, 0.25, 0.1, 0]);
    const all: EventRow[] = [];
    const add = (table: EventRow['table'], m: number, n: number) => {
      const row = { table, m, event, n: Math.round(n), run: 2, del: 0 as const };
      all.push(row);
      if (random.chance(0.1)) all.push({ ...row, run: 1, n: row.n + 7 });
      if (random.chance(0.03)) all.push({ ...row, run: 3, del: 1 });
    };
    for (let ago = 13; ago >= -2; ago--)
      add('event_minute', endsMs - ago * minuteMs, perMinute * kept * random.next() * 2);
    for (const week of weeks.slice(0, history)) {
      if (random.chance(0.1)) continue;
      const factor = random.pick([1, 1, 1.3, 0.5, 4]);
      const about = Math.floor((endsMs - week * 7 * dayMs) / quarterMs) * quarterMs;
      for (let step = -7; step <= 7; step++)
        if (random.chance(0.95))
          add('event_quarter', about + step * quarterMs, 15 * perMinute * factor * (0.5 + random.next()));
    }
    return all;
  });
  return {
    zone,
    nowMs,
    untilMs,
    events: names,
    rows,
    holidays: holidaysAround(random, wallOf(endsMs - 10 * minuteMs, zone).day),
    limits: { share: random.pick([0.3, 0.5]), expected: random.pick([30, 200, 2000]) },
  };
}

export async function fillEvents(db: Db, database: string, world: EventWorld): Promise<void> {
  for (const table of ['event_minute', 'event_quarter'])
    await replace(
      db,
      `${database}.${table}`,
      world.rows
        .filter((row) => row.table === table)
        .map(({ table: _, m, run, ...row }) => ({ ...row, m: timeText(m), run: `2026-01-01 00:00:0${run}` })),
    );
  await replace(db, `${database}.thresholds`, limitRows('events_silence', world.limits));
  await replace(
    db,
    `${database}.holidays`,
    world.holidays.map((day) => ({ day: dayText(day) })),
  );
  await replace(
    db,
    `${database}.expected_subjects`,
    world.events.map((subject) => ({ rule: 'events_silence', subject })),
  );
}

/** What rule *events_silence* is to say. */
export function expectedSilence({ zone, nowMs, untilMs, ...world }: EventWorld): readonly Expected[] {
  const newest = new Map<string, EventRow>();
  for (const row of world.rows) {
    const key = [row.table, row.m, row.event].join('|');
    if ((newest.get(key)?.run ?? 0) < row.run) newest.set(key, row);
  }
  const rows = [...newest.values()].filter((row) => row.del === 0);
  const quarters = world.rows.filter((row) => row.table === 'event_quarter').map((row) => row.m);
  const first = quarters.length === 0 ? Infinity : Math.min(...quarters);
  const endsMs = Math.floor(Math.min(nowMs, untilMs) / minuteMs) * minuteMs;
  const beginsMs = endsMs - 10 * minuteMs;
  const isOff = (ms: number) => world.holidays.includes(wallOf(ms, zone).day);
  const known = weeks.flatMap((week) => {
    const from = sameClockBefore(beginsMs, zone, week);
    return from === undefined || from < first || isOff(from) ? [] : [from];
  });
  return ['all events', ...world.events].map((subject) => {
    const own = rows.filter((row) => subject === 'all events' || row.event === subject);
    const events = own
      .filter((row) => row.table === 'event_minute' && row.m >= beginsMs && row.m < endsMs)
      .reduce((sum, row) => sum + row.n, 0);
    const before = known.map((from) =>
      own
        .filter((row) => row.table === 'event_quarter')
        .map((row) => (row.n * (Math.min(row.m + quarterMs, from + 10 * minuteMs) - Math.max(row.m, from))) / quarterMs)
        .filter((n) => n > 0)
        .reduce((sum, n) => sum + n, 0),
    );
    const usual = before.length < 2 ? 0 : median(before);
    const value = usual === 0 ? 1 : events / usual;
    const firing = usual >= world.limits.expected && value < world.limits.share;
    const held = nowMs - untilMs > 300_000 || (firing && isOff(beginsMs));
    return { subject, value, threshold: world.limits.share, firing, held };
  });
}

/** Users per day on the stage. */
export interface UserWorld {
  readonly zone: string;
  readonly nowMs: number;
  readonly untilMs: number;
  /** Day number → users. */
  readonly days: ReadonlyMap<number, number>;
  readonly holidays: readonly number[];
  readonly limits: Readonly<Record<'drop' | 'users' | 'sigmas' | 'day_over_day', number>>;
}

export function userWorld(random: Random, zone: string, nowMs: number): UserWorld {
  const untilMs = nowMs - random.below(random.chance(0.2) ? 50 * hourMs : 120_000);
  const day = closedAt(untilMs, zone);
  const usual = random.pick([30, 90, 150, 800, 20_000]);
  const history = random.pick([40, 40, 40, 40, 20, 10, 5]);
  const days = new Map<number, number>();
  for (let ago = history; ago >= -2; ago--) {
    const weekend = (day - ago + 4) % 7 < 2 ? 0.4 : 1;
    const kept = ago === 0 ? random.pick([1, 0.9, 0.8, 0.7, 0.3, 0]) : random.chance(0.1) ? 0.5 : 1;
    if (random.chance(0.97)) days.set(day - ago, Math.round(usual * weekend * kept * (0.9 + 0.2 * random.next())));
  }
  const limits = {
    drop: random.pick([0.2, 0.1]),
    users: random.pick([100, 40]),
    sigmas: random.pick([3, 1]),
    day_over_day: random.chance(0.2) ? 1 : 0,
  };
  return { zone, nowMs, untilMs, days, holidays: holidaysAround(random, day), limits };
}

export async function fillUsers(db: Db, database: string, { days, holidays, limits }: UserWorld): Promise<void> {
  const rows = [...days].flatMap(([day, dau]) => [
    { d: dayText(day), dau, run: '2026-01-01 00:00:02' },
    { d: dayText(day), dau: dau * 3, run: '2026-01-01 00:00:01' },
  ]);
  await replace(db, `${database}.active_day`, rows);
  await replace(db, `${database}.thresholds`, limitRows('dau_drop', limits));
  await replace(
    db,
    `${database}.holidays`,
    holidays.map((day) => ({ day: dayText(day) })),
  );
}

/** What rule *dau_drop* is to say. */
export function expectedDrop({ zone, nowMs, untilMs, days, holidays, limits }: UserWorld): Expected {
  const day = closedAt(Math.min(nowMs, untilMs), zone);
  const first = Math.min(...days.keys());
  const on = (d: number) => days.get(d) ?? 0;
  const before = weeks.map((w) => day - 7 * w).filter((d) => d >= first && !holidays.includes(d));
  const isPlain = limits.day_over_day === 1;
  const usual = isPlain ? on(day - 1) : before.length < 2 ? 0 : median(before.map(on));
  const value = usual === 0 ? 0 : Math.max(0, 1 - on(day) / usual);
  const isLarge = usual >= limits.users && usual - on(day) > limits.sigmas * Math.sqrt(usual);
  const firing = value > limits.drop && (isPlain || isLarge);
  const held = day < closedAt(nowMs, zone) || (firing && holidays.includes(day));
  return { subject: 'daily active users', value, threshold: limits.drop, firing, held };
}
