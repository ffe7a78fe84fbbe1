import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { Random } from '../../testing/law/random';
import {
  activeDay,
  callerDay,
  catalogue,
  mrrDay,
  nowMs,
  question,
  requestDay,
  requestQuarter,
} from '../../testing/planner/catalogue';
import { bucketOf } from '../../testing/planner/oracle';
import type { CalendarInterval, Plan, Question, RollupSpec, SourceSpec } from '.';
import { planQuestion } from '.';

interface Request {
  readonly id: number;
  readonly timeMs: number;
  readonly service: string;
  readonly user: number;
  readonly status: number;
  readonly ms: number;
  readonly stampMs: number;
}

const text = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
const hostile = "it's \\ `b` \n {x:String} --";
// Clocks change on 5 April (Lord Howe) and, at midnight, on 24 April (Cairo).
const fromMs = Date.UTC(2026, 2, 31);
const toMs = Date.UTC(2026, 3, 29);
const hiMs = Date.UTC(2026, 4, 1);
const random = new Random(7);
const rows: readonly Request[] = Array.from({ length: 4000 }, (_, id) => ({
  id,
  timeMs: fromMs + random.below(toMs - fromMs),
  service: random.pick(['api', 'web', hostile]),
  user: random.below(40),
  status: random.chance(0.1) ? 503 : 200,
  ms: 1 + random.below(100_000) / 100,
  stampMs: hiMs + (random.chance(0.02) ? 1 : -1) * (1 + random.below(86_400_000)),
}));

let engine: TestEngine;
const measures = `count() AS n, countIf(status >= 500) AS failed, quantilesDDState(0.01, 0.5, 0.95)(toFloat64(ms)) AS latency`;
const counted = `FROM shop.requests FINAL WHERE ingested <= toDateTime64('${text(hiMs)}', 3, 'UTC')`;

beforeAll(async () => {
  engine = await startEngine();
  const { db } = engine;
  for (const name of ['shop', 'tm']) await db.command(`CREATE DATABASE ${name}`);
  await db.command(`CREATE TABLE shop.requests (id UInt64, at DateTime64(3, 'Asia/Tokyo'), svc LowCardinality(String), user_id UInt32, status UInt16,
    ms Float32, path String, n String, day Date, v UInt64, ingested DateTime64(3, 'UTC')) ENGINE = ReplacingMergeTree(v) ORDER BY (svc, at, id)`);
  const stored = rows.map((r) => ({
    ...{
      id: r.id,
      at: text(r.timeMs + 9 * 3_600_000),
      svc: r.service,
      user_id: r.user,
      status: r.status,
      ms: r.ms,
      n: 'trap',
      v: 1,
    },
    ...{ path: r.id % 3 === 0 ? '/cart' : '/pay', day: text(r.timeMs).slice(0, 10), ingested: text(r.stampMs) },
  }));
  await db.insert('shop.requests', stored);
  await db.insert('shop.requests', stored.slice(0, 1500));
  const state = 'latency AggregateFunction(quantilesDD(0.01, 0.5, 0.95), Float64)';
  const rollup = (name: string, bucket: string, keys: string, own: string, order: string) =>
    db.command(
      `CREATE TABLE tm.${name} (${bucket}, ${keys}, ${own}, run UInt64, del UInt8) ENGINE = ReplacingMergeTree(run, del) ORDER BY (${order})`,
    );
  await rollup('request_15m', "m DateTime('UTC')", 'service String', `n UInt64, failed UInt64, ${state}`, 'm, service');
  await rollup('request_day', 'd Date', 'service String', `n UInt64, failed UInt64, ${state}`, 'd, service');
  await rollup('caller_day', 'd Date', 'user UInt32, service String', 'n UInt64', 'd, user, service');
  await rollup('mrr_day', 'd Date', 'plan String', 'mrr UInt64', 'd, plan');
  await db.command(
    `INSERT INTO tm.request_15m SELECT toStartOfFifteenMinutes(toTimeZone(at, 'UTC')) AS m, svc, ${measures}, 1, 0 ${counted} GROUP BY m, svc`,
  );
  await db.command(
    `INSERT INTO tm.request_day SELECT toDate(at, 'UTC') AS d, svc, ${measures}, 1, 0 ${counted} GROUP BY d, svc`,
  );
  await db.command(
    `INSERT INTO tm.caller_day SELECT toDate(at, 'UTC') AS d, user_id, svc, count(), 1, 0 ${counted} GROUP BY d, user_id, svc`,
  );
  await db.command(
    "INSERT INTO tm.mrr_day SELECT toDate('2026-03-01') + number, p, (number + 1) * if(p = 'a', 1, 10), 1, 0 FROM numbers(9) ARRAY JOIN ['a', 'b'] AS p WHERE NOT (p = 'b' AND number >= 7)",
  );
}, 60_000);
afterAll(async () => engine.stop());

const upTo = (rollup: RollupSpec): RollupSpec => ({ ...rollup, watermarkMs: hiMs });
const withRollups = catalogue([requestQuarter, requestDay, callerDay].map(upTo));
const rawOnly = catalogue([]);
const run = async (plan: Plan, interval: Question['interval'], by: readonly string[] = []) =>
  engine.db.query<{ t: number | null; g: string[]; v: number; open: number }>(
    `SELECT ${interval === 'all' ? 'NULL' : 'toUnixTimestamp(t)'} AS t, [${by.join(', ')}]::Array(String) AS g, toFloat64(value) AS v, open FROM (${plan.sql}) ORDER BY t, g`,
  );

const intervals: readonly CalendarInterval[] = [
  { count: 15, unit: 'minute' },
  { count: 1, unit: 'hour' },
  { count: 6, unit: 'hour' },
  { count: 1, unit: 'day' },
  { count: 2, unit: 'day' },
  { count: 1, unit: 'week' },
  { count: 1, unit: 'month' },
];
const zones = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Africa/Cairo', 'America/St_Johns'];
const range = { fromMs: fromMs + 5_000_123, toMs: toMs - 7_000_321 };
const inside = rows.filter((r) => r.timeMs >= range.fromMs && r.timeMs < range.toMs);

test.each(zones)(
  'a 15-minute rollup with a raw tail answers every interval of %s exactly',
  async (timezone) => {
    for (const interval of intervals) {
      const buckets = new Map<number, Request[]>();
      for (const r of inside) {
        const [start] = bucketOf(r.timeMs, interval, timezone, 'monday');
        buckets.set(start, [...(buckets.get(start) ?? []), r]);
      }
      const expected = (value: (members: readonly Request[]) => number) =>
        [...buckets].sort(([a], [b]) => a - b).map(([start, members]) => [start / 1000, value(members)]);
      const got = async (metric: string) => {
        const plan = planQuestion(question({ ...range, metric, interval, timezone }), withRollups, hiMs);
        if (metric !== 'callers') expect(plan.chosen).toMatch(/^request_/);
        return (await run(plan, interval)).map((r) => [Number(r.t), r.v]);
      };
      const failed = (m: readonly Request[]) => m.filter((r) => r.status >= 500).length;
      expect(await got('requests')).toEqual(expected((m) => m.length));
      expect(await got('error_rate')).toEqual(expected((m) => failed(m) / m.length));
      expect(await got('callers')).toEqual(expected((m) => new Set(m.map((r) => r.user)).size));
      const quantiles = new Map((await got('p95')).map(([t = 0, v = NaN]) => [t, v]));
      expect(quantiles.size).toBe(buckets.size);
      for (const [start, members] of buckets)
        expectQuantile(
          quantiles.get(start / 1000),
          members.map((r) => r.ms),
        );
    }
  },
  120_000,
);

/** Within 1 % of one of the two values around the rank. */
function expectQuantile(value: number | undefined, given: readonly number[]): void {
  const sorted = [...given].sort((a, b) => a - b);
  const rank = 0.95 * (sorted.length - 1);
  const near = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]].map((x = NaN) => Math.abs((value ?? NaN) - x) / x);
  expect(Math.min(...near)).toBeLessThan(0.0101);
}

test('merged states equal the state of the raw rows, also with the rest as one group', async () => {
  for (const topN of [undefined, 1, 2]) {
    const asked = question({ ...range, metric: 'p95', interval: 'all', by: ['service'], ...(topN && { topN }) });
    const merged = planQuestion(asked, withRollups, hiMs);
    const raw = planQuestion(asked, rawOnly, hiMs);
    expect([merged.chosen, raw.chosen]).toEqual(['request_day', 'raw']);
    expect(await run(merged, 'all', ['service'])).toEqual(await run(raw, 'all', ['service']));
  }
});

test('values and patterns of filters are data, whatever they hold', async () => {
  for (const [operator, values, keeps] of [
    ['=', [hostile], (s: string) => s === hostile],
    ['!=', [hostile, 'api'], (s: string) => s === 'web'],
    ['matches', ["^it's", '^w'], (s: string) => s !== 'api'],
    ['not matches', ['^it'], (s: string) => s !== hostile],
  ] as const) {
    const asked = question({ ...range, interval: 'all', where: [{ dimension: 'service', operator, values }] });
    for (const from of [withRollups, rawOnly]) {
      const [row] = await run(planQuestion(asked, from, hiMs), 'all');
      expect(row?.v).toBe(inside.filter((r) => keeps(r.service)).length);
    }
  }
});

test('a state per day is that of the last day of each bucket, and a group that ended is gone', async () => {
  const mrr = catalogue([mrrDay]);
  const week = await run(planQuestion(question({ metric: 'mrr', interval: { count: 1, unit: 'week' } }), mrr, nowMs), {
    count: 1,
    unit: 'week',
  });
  // Sunday 1 March: 1 + 10; week to 8 March: a = 8, b ended on the 7th; then the 9th is the last day there is.
  expect(week.map((r) => r.v)).toEqual([11, 8, 9]);
  const last = await run(
    planQuestion(question({ metric: 'mrr', interval: 'all', toMs: Date.UTC(2026, 2, 8), by: ['plan'] }), mrr, nowMs),
    'all',
    ['plan'],
  );
  expect(last.map((r) => [r.g, r.v])).toEqual([
    [['a'], 7],
    [['b'], 70],
  ]);
  const filtered = question({
    metric: 'mrr',
    interval: 'all',
    where: [{ dimension: 'plan', operator: '=', values: ['b'] }],
  });
  expect((await run(planQuestion(filtered, mrr, nowMs), 'all')).map((r) => r.v)).toEqual([0]);
});

test('a funnel is counted from raw rows in their order', async () => {
  const plan = planQuestion(question({ ...range, metric: 'checkout', interval: 'all' }), withRollups, hiMs);
  const reached = new Set(
    inside
      .filter((a) => a.id % 3 === 0)
      .filter((a) =>
        inside.some((b) => {
          const seconds = Math.floor(b.timeMs / 1000) - Math.floor(a.timeMs / 1000);
          return (
            b.user === a.user &&
            b.id % 3 !== 0 &&
            seconds >= 0 &&
            seconds <= 3600 &&
            (seconds > 0 || b.timeMs >= a.timeMs)
          );
        }),
      )
      .map((r) => r.user),
  );
  const [row] = await run(plan, 'all');
  expect([plan.chosen, row?.v]).toEqual(['raw', reached.size]);
});

const days: Partial<SourceSpec> = { daysOnly: true, time: '`day`', timeColumn: '`day`' };
test.each(zones)('a source that knows only days has them in %s too', async (timezone) => {
  const source = catalogue([requestDay, callerDay].map(upTo), days);
  for (const interval of ['all', { count: 1, unit: 'day' }, { count: 1, unit: 'week' }] as const) {
    const asked = question({ interval, timezone, fromMs: Date.UTC(2026, 3, 2, 13), toMs: Date.UTC(2026, 3, 20, 13) });
    const plan = planQuestion(asked, source, hiMs);
    const raw = planQuestion(asked, catalogue([], days), hiMs);
    expect([plan.chosen, raw.chosen]).toEqual(['request_day', 'raw']);
    const answer = await run(plan, interval);
    expect(answer).toEqual(await run(raw, interval));
    // A day lies at its first instant in the zone: of the 2nd and the 20th one end is inside in each zone.
    const total = answer.reduce((sum, r) => sum + r.v, 0);
    const inDays = rows.filter((r) => r.timeMs >= Date.UTC(2026, 3, 3) && r.timeMs < Date.UTC(2026, 3, 21));
    expect(total).toBe(inDays.length);
  }
});

test('finished numbers of a watermark in the past are made anew for the days that later rows touch', async () => {
  const { db } = engine;
  await db.command(
    'CREATE TABLE tm.active_day (d Date, dau UInt64, mau UInt64, run UInt64) ENGINE = ReplacingMergeTree(run) ORDER BY d',
  );
  await db.command(
    `INSERT INTO tm.active_day SELECT toDate(at, 'UTC') AS d, uniqExact(user_id), 0, 1 ${counted} GROUP BY d`,
  );
  const asked = question({ ...range, metric: 'daily_callers' });
  const fresh = planQuestion(asked, catalogue([activeDay, callerDay].map(upTo)), hiMs);
  const stale = planQuestion({ ...asked, freshness: 'rollup' }, catalogue([activeDay, callerDay].map(upTo)), hiMs);
  const raw = planQuestion(asked, rawOnly, hiMs);
  expect([fresh.chosen, stale.chosen, raw.chosen]).toEqual(['active_day', 'active_day', 'raw']);
  expect(await run(fresh, asked.interval)).toEqual(await run(raw, asked.interval));
  expect(await run(stale, asked.interval)).not.toEqual(await run(raw, asked.interval));
});
