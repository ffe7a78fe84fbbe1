import { testClock } from '../testing/clock';
import type { Db } from '../core/db';
import { healthSource } from '../packs/pipeline/health/source';
import { collectOnce, startCollector } from './collector';
import type { CollectorParts } from './collector';
import { fail } from './errors';
import { jsonLog } from './log';
import { serve } from './serve';
import { Sink } from './sink';
import type { Source } from './source';

const start = Date.UTC(2026, 2, 1);

/** A ClickHouse of which only what fails is said; what it took is kept. Real ones take over in sink.chdb.test.ts. */
function taking() {
  const taken: { table: string; row: Record<string, unknown> }[] = [];
  const broken = new Set<string>();
  let tries = 0;
  const db: Db = {
    query: () => Promise.resolve([]),
    command: () => Promise.resolve(),
    insert(table, rows) {
      tries += 1;
      if (broken.has(table) || broken.has('*')) return Promise.reject(new Error(`${table} is broken`));
      for (const row of rows as object[]) taken.push({ table, row: row as Record<string, unknown> });
      return Promise.resolve();
    },
  };
  return { db, taken, broken, tries: () => tries };
}

const source = (name: string, collect: Source['collect']): Source => ({
  name,
  tables: [healthSource],
  intervalMs: 10_000,
  timeoutMs: 5000,
  collect,
});

function parts(sources: readonly Source[], db: Db, bound = { rows: 1000, bytes: 1_000_000 }) {
  const lines: Record<string, unknown>[] = [];
  const clock = testClock(start);
  const given: CollectorParts = {
    db,
    database: 'tidemark',
    sources,
    bound,
    clock,
    fetch,
    random: () => 0.5,
    log: jsonLog((line) => lines.push(JSON.parse(line) as Record<string, unknown>), clock.now),
    version: '1.2.3',
    process: { cpuUsage: () => ({ user: 1e6, system: 5e5 }), memoryUsage: { rss: () => 1000 } },
  };
  return { given, clock, lines };
}

const rows = (table: string, count: number) => ({
  rows: [{ table, rows: Array.from({ length: count }, (_, n) => ({ n })) }],
});

test('a dead source and one that hangs do not stop the others', async () => {
  const ch = taking();
  const { given, clock } = parts(
    [
      source('dead', () => Promise.reject(new Error('gone'))),
      source('hangs', () => new Promise(() => undefined)),
      source('good', () => Promise.resolve(rows('health_x', 2))),
    ],
    ch.db,
  );
  const collector = startCollector(given);
  await clock.go(100_000);
  expect(ch.taken.filter((t) => t.table === 'tidemark.health_x')).toHaveLength(20);
  const states = ch.taken.filter((t) => t.table === 'tidemark.health_source').map((t) => t.row);
  expect(states.find((r) => r.source === 'dead')).toEqual({
    at: '2026-03-01 00:00:00.000',
    source: 'dead',
    part: '',
    state: 'failed',
    code: 'unexpected',
    message: 'gone',
    duration_ms: 0,
    written: 0,
    failures: 1,
    every_s: 10,
    next_at: '2026-03-01 00:00:05.000',
  });
  expect(states.find((r) => r.source === 'hangs')).toMatchObject({ state: 'failed', code: 'look_timed_out' });
  expect(states.find((r) => r.source === 'good')).toMatchObject({ state: 'ok', written: 2, message: '' });
  const stopped = collector.stop();
  await clock.go(0);
  expect(await stopped).toBe(0);
});

test('a part that fails is told of, again and again, until it is well', async () => {
  const ch = taking();
  let n = 0;
  const { given, clock, lines } = parts(
    [
      source('pg', () => {
        n += 1;
        const failure = fail('look_stuck', { source: 'billing', looks: 1 });
        return Promise.resolve({ rows: [], parts: [{ part: 'shop' }, { part: 'billing', ...(n < 3 && { failure }) }] });
      }),
    ],
    ch.db,
  );
  const collector = startCollector(given);
  await clock.go(25_000);
  const of = ch.taken
    .filter((t) => t.row.part === 'billing')
    .map((t) => `${String(t.row.state)} ${String(t.row.failures)}`);
  expect(of).toEqual(['failed 1', 'failed 2', 'ok 0']);
  expect(ch.taken.filter((t) => t.row.part === '').map((t) => t.row.state)).toEqual(['ok', 'ok', 'ok']);
  expect(lines.map((l) => [l.level, l.source, l.part])).toEqual([
    ['warn', 'pg', 'billing'],
    ['info', 'pg', 'billing'],
  ]);
  const stopped = collector.stop();
  await clock.go(0);
  await stopped;
});

test('rows wait while nothing can be written, and are all written later with the time at which they were seen', async () => {
  const ch = taking();
  ch.broken.add('*');
  let n = 0;
  const { given, clock, lines } = parts(
    [source('a', () => Promise.resolve({ rows: [{ table: 'health_x', rows: [{ n: n++ }] }] }))],
    ch.db,
  );
  const collector = startCollector(given);
  await clock.go(300_000);
  expect(ch.taken).toEqual([]);
  expect(collector.health()).toMatchObject({ ok: false, dropped: 0 });
  expect(ch.tries()).toBeLessThan(80);
  ch.broken.clear();
  await clock.go(20_000);
  const written = ch.taken.filter((t) => t.table === 'tidemark.health_x').map((t) => t.row);
  expect(written.map((r) => r.n)).toEqual(Array.from({ length: 32 }, (_, i) => i));
  expect(written[7]?.at).toBe('2026-03-01 00:01:10.000');
  expect(collector.health().ok).toBe(true);
  // The outage itself is told of afterwards.
  expect(ch.taken.find((t) => t.row.source === 'sink' && t.row.state === 'failed')?.row).toMatchObject({
    code: 'unexpected',
    message: expect.stringMatching(/rows wait since 2026-03-01 00:00:00.000 UTC: tidemark.health_/) as string,
  });
  expect(lines.filter((l) => l.table === 'health_x').map((l) => l.level)).toEqual(['warn', 'info']);
  const stopped = collector.stop();
  await clock.go(0);
  await stopped;
});

test('one table that refuses its rows does not hold up the others', async () => {
  const ch = taking();
  ch.broken.add('tidemark.health_bad');
  const { given, clock } = parts(
    [source('a', () => Promise.resolve({ rows: [...rows('health_bad', 1).rows, ...rows('health_good', 1).rows] }))],
    ch.db,
  );
  const collector = startCollector(given);
  await clock.go(61_000);
  expect(ch.taken.filter((t) => t.table === 'tidemark.health_good')).toHaveLength(6);
  expect(ch.taken.find((t) => t.row.part === 'health_bad')?.row).toMatchObject({
    source: 'sink',
    state: 'failed',
    message: 'tidemark.health_bad is broken',
  });
  const stopped = collector.stop();
  await clock.go(0);
  expect(await stopped).toBeGreaterThan(0);
});

test('beyond the bound the oldest rows go, and that is counted and said', async () => {
  const ch = taking();
  ch.broken.add('*');
  let n = 0;
  const many = () => ({ rows: [{ table: 'health_x', rows: Array.from({ length: 10 }, () => ({ n: n++ })) }] });
  const { given, clock, lines } = parts([source('a', () => Promise.resolve(many()))], ch.db, { rows: 50, bytes: 1e6 });
  const collector = startCollector(given);
  await clock.go(119_000);
  ch.broken.clear();
  await clock.go(15_000);
  const kept = ch.taken.filter((t) => t.table === 'tidemark.health_x').map((t) => Number(t.row.n));
  // 120 rows had come when it was well again; of the newest 50 rows of all tables none is lost.
  expect(kept.at(-1)).toBe(n - 1);
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => n - kept.length + i));
  expect(collector.sink.dropped).toBeGreaterThan(70);
  expect(lines.filter((l) => l.level === 'error').map((l) => l.message)).toEqual([
    'Rows are dropped: more waits than collect.buffer allows.',
    'Rows are dropped: more waits than collect.buffer allows.',
  ]);
  await clock.go(30_000);
  expect(ch.taken.filter((t) => t.row.code === 'rows_dropped').length).toBeGreaterThan(0);
  const text = await collector.metrics.text();
  expect(text).toContain(`tidemark_collect_dropped_total ${collector.sink.dropped}`);
  expect(text).toContain('tidemark_collect_looks_total{source="a",state="ok"} 17');
  const stopped = collector.stop();
  await clock.go(0);
  await stopped;
});

test('once: every source is looked at, what they brought is written, failures are told', async () => {
  const ch = taking();
  const given = parts(
    [source('good', () => Promise.resolve(rows('health_x', 3))), source('bad', () => Promise.reject(new Error('no')))],
    ch.db,
  ).given;
  const { outcomes, sink } = await collectOnce(given);
  expect(outcomes.map((o) => [o.source.name, o.state])).toEqual([
    ['good', 'ok'],
    ['bad', 'failed'],
  ]);
  expect([sink.rows, sink.written]).toEqual([0, 5]);
  expect(await collectOnce(given, { dry: true })).toMatchObject({ sink: { written: 0, rows: 0 } });
});

test('flush tries what had failed at once, and gives up when nothing moves', async () => {
  const ch = taking();
  ch.broken.add('*');
  const { given } = parts([], ch.db);
  const sink = new Sink('tidemark', given.bound, given);
  sink.add(rows('health_x', 3).rows, start);
  expect([await sink.flush(), sink.state.rows]).toEqual([false, 3]);
  ch.broken.clear();
  expect([await sink.flush(), sink.state.rows, ch.taken.length]).toEqual([true, 0, 3]);
});

test('/metrics and /healthz', async () => {
  const ch = taking();
  ch.broken.add('*');
  const { given, clock } = parts([source('a', () => Promise.reject(new Error('gone')))], ch.db);
  const collector = startCollector(given);
  const served = await serve({ host: '127.0.0.1', port: 0 }, collector.metrics, () => collector.health());
  try {
    await clock.go(1000);
    const ask = async (path: string) => {
      const answer = await fetch(`${served.url}${path}`);
      return { status: answer.status, text: await answer.text() };
    };
    const metrics = await ask('/metrics');
    expect(metrics.text).toContain('tidemark_collect_failures{source="a"} 1');
    expect(metrics.text).toContain('process_cpu_seconds_total 1.5');
    expect(metrics.text).toContain('tidemark_collect_info{version="1.2.3"} 1');
    const well = await ask('/healthz');
    expect([well.status, JSON.parse(well.text)]).toEqual([
      200,
      {
        ok: true,
        waiting: { rows: 1, bytes: expect.any(Number) as number, seconds: 1 },
        dropped: 0,
        sources: { a: { state: 'failed', at: '2026-03-01T00:00:00.000Z', message: 'gone' } },
      },
    ]);
    await clock.go(130_000);
    expect((await ask('/healthz')).status).toBe(503);
    expect([(await ask('/')).status, (await fetch(served.url, { method: 'POST' })).status]).toEqual([404, 405]);
    await expect(
      serve({ host: '127.0.0.1', port: Number(new URL(served.url).port) }, collector.metrics, () => ({ ok: true })),
    ).rejects.toMatchObject({ code: 'listen_failed' });
  } finally {
    await served.close();
    const stopped = collector.stop();
    await clock.go(0);
    await stopped;
  }
});
