import type { Db } from '../../core/db';
import type { Random } from '../law/random';
import { dayText, median, quarterMs, sameClockBefore, timeText, wallOf } from './clock';

const minuteMs = 60_000;

/** A row of `request_minute` or `request_quarter`; of equal keys the one with the latest run counts, unless it is deleted. */
export interface RequestRow {
  readonly table: 'request_minute' | 'request_quarter';
  readonly m: number;
  readonly service: string;
  readonly release: string;
  readonly errors: number;
  readonly durations: readonly number[];
  readonly run: number;
  readonly del: 0 | 1;
}

/** Numbers of requests on the stage at one moment, each service a case of its own. */
export interface RequestWorld {
  readonly zone: string;
  readonly nowMs: number;
  /** End of the last whole minute that is counted. */
  readonly endsMs: number;
  readonly services: readonly string[];
  readonly isHoliday: boolean;
  readonly rows: readonly RequestRow[];
  /** Services and the days (numbers) of their rows in `request_day`. */
  readonly known: readonly { readonly service: string; readonly day: number }[];
  readonly limits: {
    readonly slo: number;
    readonly times: number;
    readonly floor: number;
    readonly requests: number;
    readonly share: number;
    readonly expected: number;
    readonly rate: number;
  };
}

/** Durations of so many requests: mostly of few values, so that the ranks around the p95 agree; now and then of any. */
function durations(random: Random, count: number, base: number): number[] {
  const wild = random.chance(0.1);
  return Array.from({ length: count }, (_, i) =>
    wild ? base * Math.exp(random.next() * 2) : i % 8 === 0 ? 3 * base : base,
  );
}

function rowsOfService(random: Random, service: string, endsMs: number): RequestRow[] {
  const rows: RequestRow[] = [];
  const base = 10 ** (1 + random.next() * 1.9);
  const perMinute = 1 + random.below(6);
  const releases = random.chance(0.5) ? ['1.0'] : ['1.0', '1.1', ''];
  const add = (table: RequestRow['table'], m: number, count: number, ms: number) => {
    const release = random.pick(releases);
    const errors = random.chance(0.6) ? 0 : random.below(count + 1);
    const row: RequestRow = {
      table,
      m,
      service,
      release,
      errors,
      durations: durations(random, count, ms),
      run: 2,
      del: 0,
    };
    rows.push(row);
    // What the table also holds: an older version of the row, or a newer one that takes it back.
    if (random.chance(0.1))
      rows.push({ ...row, run: 1, durations: durations(random, count + 5, ms * 10), errors: count });
    if (random.chance(0.05)) rows.push({ ...row, run: 3, del: 1 });
  };
  const slower = random.pick([1, 1.3, 1.8, 3, 5]);
  const kept = random.pick([1, 0.7, 0.45, 0.1, 0]);
  for (let ago = 65; ago >= -2; ago--) {
    const count = Math.round(perMinute * (ago <= 11 ? kept : 1) * (0.5 + random.next()));
    if (count > 0 && (ago <= 12 || random.chance(0.2)))
      add('request_minute', endsMs - ago * minuteMs, count, ago <= 11 ? base * slower : base);
  }
  // The quarter hours around the same clock times of weeks before, whatever the clock did between.
  for (let week = 1; week <= 4; week++) {
    if (random.chance(0.15)) continue;
    const factor = random.pick([1, 1, 1.2, 0.6, 5]);
    for (let step = -3; step <= 3; step++) {
      const about = Math.floor((endsMs - week * 7 * 86_400_000) / quarterMs) * quarterMs;
      const offset = random.pick([0, 3_600_000, -3_600_000, 1_800_000, -1_800_000]);
      const count = Math.round(perMinute * 15 * factor * (0.4 + random.next() * 0.4));
      add(
        'request_quarter',
        about + step * quarterMs + offset,
        Math.max(1, count),
        base * random.pick([1, 1, 1.1, 0.5]),
      );
    }
  }
  // Of equal keys one stays: a second with the same run would leave open which.
  const last = new Map(rows.map((r) => [[r.table, r.m, r.release, r.run].join('|'), r] as const));
  return [...last.values()];
}

/** A random world at a moment. */
export function requestWorld(random: Random, zone: string, nowMs: number, services: number): RequestWorld {
  const untilMs = nowMs - random.below(240) * 1000;
  const endsMs = Math.floor(Math.min(nowMs, untilMs) / minuteMs) * minuteMs;
  const names = Array.from({ length: services }, (_, i) => `s${i}`);
  const today = wallOf(endsMs, zone).day;
  return {
    zone,
    nowMs,
    endsMs,
    services: names,
    isHoliday: random.chance(0.5),
    rows: names.flatMap((name) => rowsOfService(random, name, endsMs)),
    known: names.map((service) => ({ service, day: today - random.pick([0, 0, 0, 1, 7, 8]) })),
    limits: {
      slo: random.pick([100, 400, 1000]),
      times: random.pick([1.5, 2]),
      floor: random.pick([20, 50, 200]),
      requests: 6 + random.below(10),
      share: random.pick([0.5, 0.8]),
      expected: random.pick([0.01, 0.03, 0.06]),
      rate: random.pick([0.02, 0.1]),
    },
  };
}

/** Writes a world's rows over those of the one before. `database` holds a stage. */
export async function fillRequests(db: Db, database: string, world: RequestWorld): Promise<void> {
  const { rows, known, limits } = world;
  for (const table of ['request_minute', 'request_quarter', 'request_day', 'thresholds', 'holidays'])
    await db.command(`TRUNCATE TABLE ${database}.${table}`);
  await db.command(
    `CREATE TABLE IF NOT EXISTS ${database}.raw (t String, m DateTime('UTC'), service String, release String, errors UInt64, ms Array(Float64), run UInt32, del UInt8) ENGINE = Memory`,
  );
  await db.command(`TRUNCATE TABLE ${database}.raw`);
  await db.insert(
    `${database}.raw`,
    rows.map(({ table, m, durations: ms, ...row }) => ({ ...row, t: table, m: timeText(m), ms })),
  );
  for (const table of ['request_minute', 'request_quarter'])
    await db.command(
      `INSERT INTO ${database}.${table} (m, service, release, endpoint, requests, errors, latency, run, del)
       SELECT m, service, release, '/', length(ms), errors, arrayReduce('quantilesDDState(0.01, 0.5, 0.95, 0.99)', ms), toDateTime64(run, 3), del FROM ${database}.raw WHERE t = '${table}'`,
    );
  await db.insert(
    `${database}.request_day`,
    known.map(({ service, day }) => ({ d: dayText(day), service, release: '1.0', endpoint: '/', requests: 1 })),
  );
  const today = dayText(wallOf(world.endsMs, world.zone).day);
  if (world.isHoliday) await db.insert(`${database}.holidays`, [{ day: today, name: 'a day off' }]);
  const { slo, times, floor, requests, share, expected, rate } = limits;
  const rules = {
    latency_p95: { slo, times, floor, requests },
    throughput_drop: { share, expected },
    error_rate: { rate, requests },
  };
  await db.insert(
    `${database}.thresholds`,
    Object.entries(rules).flatMap(([rule, own]) =>
      Object.entries(own).map(([name, value]) => ({ rule, subject: '', name, value })),
    ),
  );
}

/** Rows that count: the newest of each key, without those taken back. */
function counted(world: RequestWorld): readonly RequestRow[] {
  const newest = new Map<string, RequestRow>();
  for (const row of world.rows) {
    const key = [row.table, row.m, row.service, row.release].join('|');
    const other = newest.get(key);
    if (!other || other.run < row.run) newest.set(key, row);
  }
  return [...newest.values()].filter((row) => row.del === 0);
}

const between = (rows: readonly RequestRow[], service: string, fromMs: number, toMs: number) =>
  rows.filter((r) => r.table === 'request_minute' && r.service === service && r.m >= fromMs && r.m < toMs);

/** Per week that had them: quarter hours of the same clock times, and what the service did in them. */
function weeksOf(world: RequestWorld, rows: readonly RequestRow[], service: string, minutes: number) {
  const beginsMs = world.endsMs - minutes * minuteMs;
  const touched: number[] = [];
  for (let q = Math.floor(beginsMs / quarterMs) * quarterMs; q < world.endsMs; q += quarterMs) touched.push(q);
  return [1, 2, 3, 4].flatMap((week) => {
    const quarters = touched.flatMap((q) => sameClockBefore(q, world.zone, week) ?? []);
    if (quarters.length === 0) return [];
    const own = rows.filter((r) => r.table === 'request_quarter' && r.service === service && quarters.includes(r.m));
    return [{ quarters: quarters.length, durations: own.flatMap((r) => r.durations) }];
  });
}

const isKnown = ({ known, endsMs, zone }: RequestWorld, service: string) =>
  known.some((k) => k.service === service && k.day >= wallOf(endsMs, zone).day - 7);

/** What rule *throughput_drop* is to say. */
export function expectedThroughput(world: RequestWorld) {
  const rows = counted(world);
  return world.services
    .filter((service) => isKnown(world, service))
    .map((subject) => {
      const now = between(rows, subject, world.endsMs - 10 * minuteMs, world.endsMs);
      const value = now.reduce((sum, r) => sum + r.durations.length, 0) / 600;
      const usual = median(weeksOf(world, rows, subject, 10).map((w) => w.durations.length / (900 * w.quarters)));
      const threshold = world.limits.share * usual;
      const firing = usual >= world.limits.expected && value < threshold;
      return { subject, value, threshold, firing, held: firing && world.isHoliday };
    });
}

/** Bounds of a number that is known but for the accuracy of a sketch. */
export type Bounds = readonly [least: number, most: number];

/** Where the p95 of a sketch of relative accuracy 1 % may lie: at the ranks beside 0.95, and the next ones. */
function p95Bounds(values: readonly number[]): Bounds {
  if (values.length === 0) return [0, 0];
  const sorted = [...values].sort((a, b) => a - b);
  const rank = 0.95 * (sorted.length - 1);
  const at = (i: number) => sorted[Math.min(sorted.length - 1, Math.max(0, i))] ?? 0;
  return [at(Math.floor(rank) - 1) * 0.99 - 0.1, at(Math.ceil(rank) + 1) * 1.01 + 0.1];
}

/** What rule *latency_p95* is to say; `firing` is undefined where the accuracy of the sketches leaves it open. */
export function expectedLatency(world: RequestWorld) {
  const rows = counted(world);
  const { slo, times, floor, requests } = world.limits;
  return world.services
    .filter((service) => isKnown(world, service))
    .map((subject) => {
      const now = between(rows, subject, world.endsMs - 5 * minuteMs, world.endsMs).flatMap((r) => r.durations);
      const value = p95Bounds(now);
      const weeks = weeksOf(world, rows, subject, 5).filter((w) => w.durations.length >= requests);
      const usual = weeks.map((w) => p95Bounds(w.durations));
      const limit = (side: 0 | 1) =>
        weeks.length < 2 ? slo : Math.min(slo, Math.max(times * median(usual.map((b) => b[side])), floor));
      const threshold: Bounds = [limit(0), limit(1)];
      const enough = now.length >= requests;
      const sure = value[0] > threshold[1] ? true : value[1] <= threshold[0] ? false : undefined;
      return { subject, value, threshold, firing: enough ? sure : false };
    });
}

/** What rule *error_rate* is to say, with the interval of Wilson written as textbooks have it. */
export function expectedErrors(world: RequestWorld) {
  const rows = counted(world).filter(
    (r) => r.table === 'request_minute' && r.m >= world.endsMs - 60 * minuteMs && r.m < world.endsMs,
  );
  const subjects = [...new Set(rows.map((r) => `${r.service}|${r.release}`))];
  return subjects.map((subject) => {
    const [service = '', release = ''] = subject.split('|');
    const own = rows.filter(
      (r) => r.service === service && r.release === release && r.m >= world.endsMs - 5 * minuteMs,
    );
    const n = own.reduce((sum, r) => sum + r.durations.length, 0);
    const failed = own.reduce((sum, r) => sum + r.errors, 0);
    const p = n === 0 ? 0 : failed / n;
    const z = 1.96;
    const centre = (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
    const half = (z / (1 + z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2));
    const firing = n >= world.limits.requests && centre - half > world.limits.rate;
    return { subject: `${service}${release && ` ${release}`}`, value: p, threshold: world.limits.rate, firing };
  });
}
