import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { applyMigration, planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';
import type { Installation } from '../installation';
import { refreshOnce } from '../refresh/refresh';
import { keepReplayed } from './replayKeep';
import type { Replayed, SaidChange } from './replay';
import { replayRules } from './replay';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const roles = {
  requests: {
    table: 'shop.requests',
    sourceClass: 'append',
    columns: { id: 'id', time: 'at', service: 'service', durationMs: 'ms', status: 'status', ingestedAt: 'seen' },
  },
  events: {
    table: 'shop.events',
    sourceClass: 'append',
    columns: { id: 'id', time: 'at', event: 'name', user: 'uid', ingestedAt: 'seen' },
  },
} as const;

let engine: TestEngine;
let installation: Installation;
/** A whole hour of yesterday, in which 40 minutes of errors begin at its 7th minute. */
let errorsFromMs: number;
const errorMinutes = 40;
let nowMs: number;
/** The day on which nearly nobody came. */
let badDayMs: number;

beforeAll(async () => {
  engine = await startEngine();
  const { db } = engine;
  nowMs = Date.now();
  errorsFromMs = Math.floor((nowMs - dayMs) / hourMs) * hourMs + 7 * minuteMs;
  badDayMs = Math.floor(nowMs / dayMs) * dayMs - 4 * dayMs;
  await db.command('CREATE DATABASE shop');
  await db.command(
    'CREATE TABLE shop.requests (id UInt64, at DateTime64(3), service String, ms Float64, status UInt16, seen DateTime64(3)) ENGINE = ReplacingMergeTree ORDER BY (service, at, id)',
  );
  await db.command(
    'CREATE TABLE shop.events (id UInt64, at DateTime64(3), name String, uid UInt64, seen DateTime64(3)) ENGINE = ReplacingMergeTree ORDER BY (at, id)',
  );
  // 60 requests a minute for three days, one in ten of which fails within the bad minutes.
  await db.command(
    `INSERT INTO shop.requests SELECT number, fromUnixTimestamp64Milli(toInt64(${nowMs - 3 * dayMs} + 1000 * number)) AS t, 'api', 20,
       if(t >= fromUnixTimestamp64Milli(${errorsFromMs}) AND t < fromUnixTimestamp64Milli(${errorsFromMs + errorMinutes * minuteMs}) AND number % 10 = 0, 500, 200), now64(3) - 60
     FROM numbers(${(3 * dayMs) / 1000})`,
  );
  // 500 people a day for six weeks; 200 on the bad day.
  await db.command(
    `INSERT INTO shop.events SELECT number, fromUnixTimestamp64Milli(toInt64(d * ${dayMs} + 3600000 + u)), 'open', u, now64(3) - 60
     FROM (SELECT number, intDiv(number, 500) + ${Math.floor(nowMs / dayMs) - 42} AS d, number % 500 AS u FROM numbers(${42 * 500}))
     WHERE d * ${dayMs} != ${badDayMs} OR u < 200`,
  );
  installation = await inspect(testConfig({ database: 'tm', alerts: {}, refresh: { everySeconds: 5 }, roles }), db);
  await applyMigration(installation, db, await planMigration(installation, db, 'test'), 'test');
  await db.command('SYSTEM STOP VIEWS');
  await refreshOnce(installation, db, { hi: 'now64(3)' });
}, 120_000);
afterAll(() => engine.stop());

const replay = (rules: readonly string[], own: Partial<Parameters<typeof replayRules>[2]> = {}) =>
  replayRules(installation, engine.db, {
    fromMs: nowMs - 40 * hourMs,
    toMs: nowMs,
    stepMs: 30 * minuteMs,
    rules,
    ...own,
  });
const plain = (changes: readonly SaidChange[]) =>
  changes.map(({ atMs, said }) => [said.subject, said.firing, (atMs - errorsFromMs) / minuteMs] as const);
const only = ([one]: readonly Replayed[]): Replayed => one!;

test('finds to the minute when a rule about minutes would have begun and ended, whatever the step', async () => {
  const looks: number[] = [];
  for (const stepMs of [30 * minuteMs, 7 * minuteMs]) {
    const { changes, ...asked } = only(
      await replay(['error_rate'], { stepMs, fromMs: errorsFromMs - 2 * hourMs, toMs: errorsFromMs + 2 * hourMs }),
    );
    looks.push(asked.looks);
    // Two bad minutes of five prove that more than 2 % fail; refreshes are some seconds behind, so a minute later.
    const [begin, end, ...more] = plain(changes);
    expect(more).toEqual([]);
    expect(begin?.slice(0, 2)).toEqual(['api', true]);
    expect(begin?.[2]).toBeGreaterThanOrEqual(2);
    expect(begin?.[2]).toBeLessThanOrEqual(4);
    expect(end?.slice(0, 2)).toEqual(['api', false]);
    expect(end?.[2]).toBeGreaterThanOrEqual(errorMinutes + 2);
    expect(end?.[2]).toBeLessThanOrEqual(errorMinutes + 5);
    const said = changes[0]?.said;
    expect(said?.detail).toMatch(/^\d+(\.\d)? % of 300 requests failed/);
  }
  // Steps of half an hour ask less, and look for the minute by halving.
  expect(looks[0]).toBeLessThan(24);
  expect(looks[1]).toBeGreaterThan(35);
});

test('says what the view says at that minute, and nothing of the future', async () => {
  // A minute before the errors begin the rule must not know of them, though they stand in the table.
  const before = only(await replay(['error_rate'], { fromMs: errorsFromMs - hourMs, toMs: errorsFromMs + minuteMs }));
  expect(before.changes).toEqual([]);
  const during = only(
    await replay(['error_rate'], { fromMs: errorsFromMs + 20 * minuteMs, toMs: errorsFromMs + 21 * minuteMs }),
  );
  expect(during.changes.map(({ said }) => [said.firing, said.value])).toEqual([[true, 0.1]]);
});

test('asks rules about days once a day, when it is closed', async () => {
  const { changes, looks } = only(await replay(['dau_drop'], { fromMs: nowMs - 10 * dayMs }));
  expect(looks).toBeGreaterThanOrEqual(9);
  expect(looks).toBeLessThanOrEqual(10);
  // The day after, two hours past midnight and what refreshes take.
  const at = (ms: number) => Math.ceil((ms + 2 * hourMs + 5000) / minuteMs) * minuteMs;
  expect(changes.map(({ atMs, said }) => [atMs, said.firing])).toEqual([
    [at(badDayMs + dayMs), true],
    [at(badDayMs + 2 * dayMs), false],
  ]);
  expect(changes[0]?.said.value).toBeCloseTo(0.6, 10);
});

test('a limit that is tried counts instead of the one in force', async () => {
  const window = { fromMs: errorsFromMs, toMs: errorsFromMs + hourMs };
  const tried = await replay(['error_rate'], {
    ...window,
    limits: [{ rule: 'error_rate', name: 'rate', value: 0.2 }],
  });
  expect(only(tried).changes).toEqual([]);
  expect(only(await replay(['error_rate'], window)).changes.length).toBe(2);
});

test('minutes are asked about as far as they are kept; what tells of now is skipped, with the reason', async () => {
  const { fromMs } = only(await replay(['error_rate'], { fromMs: nowMs - 90 * dayMs, stepMs: 24 * hourMs }));
  expect(fromMs).toBe(nowMs - (installation.tiers.minuteDays * dayMs - hourMs));
  const all = await replayRules(installation, engine.db, {
    fromMs: nowMs - dayMs,
    toMs: nowMs,
    stepMs: 24 * hourMs,
  });
  for (const { skipped, looks } of all) {
    if (skipped !== undefined) expect([skipped, looks]).toEqual([expect.stringMatching(/tells of now only$/), 0]);
    else expect(looks).toBeGreaterThan(0);
  }
});

test('unknown rules and too many looks are refused before anything is asked', async () => {
  await expect(replay(['errors'])).rejects.toThrow('--rule errors: no such rule is installed. Write one of: ');
  const minuteRules = ['error_rate', 'latency_p95', 'throughput_drop'];
  await expect(replay(minuteRules, { fromMs: 0, stepMs: minuteMs })).rejects.toThrow(
    /^The rules would be asked 30\d\d\d times, at most 20000/,
  );
});

interface Row {
  readonly subject: string;
  readonly firing: number;
  readonly ms: string;
}
const written = () =>
  engine.db.query<Row>(
    'SELECT subject, firing, toString(toUnixTimestamp64Milli(at)) AS ms FROM tm.alerts_replayed ORDER BY at',
  );

test('is kept as history once, however often, and only of times when nobody looked', async () => {
  const replayed = await replay(['error_rate'], { fromMs: errorsFromMs - 2 * hourMs });
  const changes = only(replayed).changes;
  expect(changes.length).toBe(2);
  for (let i = 0; i < 2; i++) {
    expect(await keepReplayed(installation, engine.db, replayed, nowMs)).toEqual([{ rule: 'error_rate', changes: 2 }]);
    const rows = await written();
    expect(rows.map(({ firing, ms }) => [firing, Number(ms)])).toEqual(
      changes.map(({ atMs, said }) => [Number(said.firing), atMs]),
    );
  }
  const firing = await engine.db.query(
    "SELECT state, replayed, value_text FROM tm.firings WHERE rule = 'error_rate' AND subject = 'api'",
  );
  expect(firing).toEqual([{ state: 'over', replayed: 1, value_text: expect.stringMatching(/ %$/) as unknown }]);
  // Somebody looked from some minutes before the begin on, once a minute, until after the end: what was seen then is the history.
  const started = Array.from({ length: 90 }, (_, i) => new Date(errorsFromMs + (i - 20) * minuteMs).toISOString());
  await engine.db.insert(
    'tm.refresh_log',
    started.map((at) => ({
      at: at.replace('T', ' ').replace('Z', ''),
      view: 'watch_error_rate_v',
      started: at.slice(0, 19).replace('T', ' '),
      ok: 1,
    })),
  );
  expect(await keepReplayed(installation, engine.db, replayed, nowMs)).toEqual([{ rule: 'error_rate', changes: 0 }]);
  expect(await written()).toEqual([]);
});
