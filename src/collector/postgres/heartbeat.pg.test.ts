import { Client } from 'pg';

import type { HeartbeatConfig, PipelineConfig, PostgresConfig } from '../../config/collectConfig';
import { healthHeartbeat } from '../../packs/pipeline/health/heartbeat';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { lookAt, makeHealthTables, rowsIn } from '../../testing/health';
import type { TestPostgres } from '../../testing/postgres';
import { startPostgres } from '../../testing/postgres';
import { pause, systemClock } from '../clock';
import { Sink } from '../sink';
import type { Collected } from '../source';
import { heartbeatSource } from './heartbeat';

const home = { database: 'tidemark', user: 'default' };
let pg: TestPostgres;
let engine: TestEngine;
beforeAll(async () => {
  [pg, engine] = await Promise.all([startPostgres(), startEngine()]);
  await makeHealthTables(engine.db, 'tidemark');
  await engine.db.command('CREATE DATABASE shop');
  await pg.sql([
    'CREATE ROLE beater LOGIN',
    'CREATE TABLE beats (id int PRIMARY KEY, beat_at timestamptz NOT NULL)',
    'INSERT INTO beats VALUES (1, now())',
    'GRANT SELECT (id, beat_at), UPDATE (beat_at) ON beats TO beater',
    'CREATE ROLE plain LOGIN',
  ]);
});
afterAll(async () => {
  await Promise.all([pg.stop(), engine.stop()]);
});

const pipeline: PipelineConfig = {
  name: 'shop',
  kind: 'debezium',
  roles: [],
  postgres: { server: 'main', database: 'postgres', slot: 's', publication: 'p' },
  checks: [],
  tables: [],
};
const heartbeat = (target: string, own: Partial<HeartbeatConfig> = {}): HeartbeatConfig => ({
  table: 'public.beats',
  target,
  column: 'beat_at',
  everySeconds: 8,
  ...own,
});
const server = (user = 'beater'): PostgresConfig => ({
  name: 'main',
  url: pg.url(user, 'postgres'),
  password: '',
  everySeconds: 15,
  tablesEverySeconds: 60,
});
const row = (collected: Collected) => rowsIn(collected, healthHeartbeat)[0] ?? {};

/**
 * Copies each beat once, so many ms after it was written, until it is stopped: what a pipeline does. Says at last how long each took
 * from being written to being there, as it saw it itself, in s.
 */
async function replicate(target: string, delayMs: number) {
  let running = true;
  const client = new Client({ connectionString: pg.url() });
  await client.connect();
  const read = async () => {
    const sql = "SELECT to_char(beat_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS at FROM beats";
    return ((await client.query(sql)).rows as { at: string }[])[0]?.at ?? '';
  };
  let last = await read();
  const took: number[] = [];
  const copies: Promise<void>[] = [];
  const loop = (async () => {
    while (running) {
      const at = await read();
      if (at !== last) copies.push(copy(at));
      last = at;
      await pause(systemClock, 20);
    }
    await client.end();
  })();
  async function copy(at: string) {
    await pause(systemClock, delayMs);
    await engine.db.command(`INSERT INTO ${target} VALUES (1, '${at}')`);
    took.push((Date.now() - Date.parse(`${at.replace(' ', 'T').slice(0, 23)}Z`)) / 1000);
  }
  return async () => {
    running = false;
    await loop;
    await Promise.all(copies);
    return took;
  };
}

const make = (target: string, config = heartbeat(target), of: PostgresConfig | undefined = server()) =>
  heartbeatSource(pipeline, config, of, home, systemClock);

test.each([
  ['microseconds', "DateTime64(6, 'UTC')", 0.6],
  ['text', 'String', 1.2],
])('the lag of a copy in %s is what it really is', async (name, type, delay) => {
  const target = `shop.beats_${name}`;
  await engine.db.command(`CREATE TABLE ${target} (id Int32, beat_at ${type}) ENGINE = ReplacingMergeTree ORDER BY id`);
  const source = make(target);
  const stop = await replicate(target, delay * 1000);
  const seen = row(await lookAt(source, { db: engine.db }));
  const [real = NaN] = await stop();
  await source.close?.();
  expect(seen).toMatchObject({ pipeline: 'shop', arrived: 1, waits_since: null, every_s: 8, beat_at: seen.seen_at });
  expect(Number(seen.lag_s)).toBeGreaterThanOrEqual(delay);
  // The copy is looked at every 0.4 s.
  expect(Math.abs(Number(seen.lag_s) - real)).toBeLessThan(1);
  expect(Math.abs(Number(seen.source_skew_ms))).toBeLessThan(1000);
  expect(Math.abs(Number(seen.target_skew_ms))).toBeLessThan(1000);
});

test('a copy that tells whole seconds apart, in another zone', async () => {
  const target = 'shop.beats_seconds';
  await engine.db.command(
    `CREATE TABLE ${target} (id Int32, beat_at DateTime('Asia/Kathmandu')) ENGINE = ReplacingMergeTree ORDER BY id`,
  );
  const source = make(target, heartbeat(target, { everySeconds: 1 }));
  const unseen = row(await lookAt(source, { db: engine.db }));
  expect(unseen).toMatchObject({ arrived: 0, seen_at: null, age_s: null, waits_since: unseen.beat_at });
  await engine.db.command(`INSERT INTO ${target} SELECT 1, now() + 3`);
  expect(row(await lookAt(source, { db: engine.db }))).toMatchObject({ arrived: 1, waits_since: null });
  await source.close?.();
});

test('a copy that stops: the lag is the age of the first beat that is missing, also for a collector that starts anew', async () => {
  const target = 'shop.beats_stop';
  await engine.db.command(
    `CREATE TABLE ${target} (id Int32, beat_at DateTime64(6, 'UTC')) ENGINE = ReplacingMergeTree ORDER BY id`,
  );
  let source = make(target);
  const look = async () => {
    const collected = await lookAt(source, { db: engine.db });
    const sink = new Sink(
      'tidemark',
      { rows: 1000, bytes: 1e6 },
      { db: engine.db, clock: systemClock, random: Math.random, log: () => undefined },
    );
    sink.add(collected.rows, Date.now());
    await sink.flush();
    return row(collected);
  };
  const stop = await replicate(target, 0);
  expect(await look()).toMatchObject({ arrived: 1 });
  await stop();
  const stopped = Date.now();
  const first = await look();
  expect(first).toMatchObject({ arrived: 0, waits_since: first.beat_at });
  await pause(systemClock, 500);
  const second = await look();
  expect(second.waits_since).toBe(first.beat_at);
  expect(Number(second.lag_s)).toBeGreaterThan(1.5);
  expect(Number(second.lag_s)).toBeLessThanOrEqual((Date.now() - stopped) / 1000);
  await source.close?.();

  source = make(target);
  const restarted = await look();
  expect(restarted.waits_since).toBe(first.beat_at);
  expect(Number(restarted.lag_s)).toBeGreaterThan(Number(second.lag_s));

  const again = await replicate(target, 0);
  const healed = await look();
  expect(healed).toMatchObject({ arrived: 1, waits_since: null });
  expect(Number(healed.lag_s)).toBeLessThan(Number(restarted.lag_s));
  await again();
  await source.close?.();
});

test('clocks that differ are told and do not change the lag', async () => {
  const target = 'shop.beats_skew';
  await engine.db.command(
    `CREATE TABLE ${target} (id Int32, beat_at DateTime64(6, 'UTC')) ENGINE = ReplacingMergeTree ORDER BY id`,
  );
  // The collector's clock is 5 s behind that of Postgres and of ClickHouse.
  const behind = { now: () => Date.now() - 5000, after: (ms: number, work: () => void) => systemClock.after(ms, work) };
  const source = heartbeatSource(pipeline, heartbeat(target), server(), home, behind);
  const stop = await replicate(target, 300);
  const seen = row(await lookAt(source, { db: engine.db, now: behind.now }));
  const [real = NaN] = await stop();
  await source.close?.();
  expect(seen.arrived).toBe(1);
  expect(Math.abs(Number(seen.lag_s) - real)).toBeLessThan(1);
  expect(Number(seen.age_s)).toBeLessThan(real + 2);
  expect(Math.abs(Number(seen.source_skew_ms) - 5000)).toBeLessThan(1000);
  expect(Math.abs(Number(seen.target_skew_ms) - 5000)).toBeLessThan(1000);
});

test('what is missing is named: the table, its row, a right, the copy; a replica cannot be beaten', async () => {
  const failureOf = async (source: ReturnType<typeof make>, name: string) => {
    const { parts } = await lookAt(source, { db: engine.db });
    await source.close?.();
    return parts?.find(({ part }) => part === name)?.failure;
  };
  const target = 'shop.beats_text';
  expect(await failureOf(make(target, heartbeat(target, { table: 'public.nowhere' })), 'source')).toMatchObject({
    code: 'pg_no_heartbeat',
    message:
      'Heartbeat table public.nowhere is not there in database "postgres" of main. tidemark collect --init-postgres makes it.',
  });
  await pg.sql(
    'CREATE TABLE empty_beats (id int PRIMARY KEY, beat_at timestamptz); GRANT ALL ON empty_beats TO beater',
  );
  expect(await failureOf(make(target, heartbeat(target, { table: 'public.empty_beats' })), 'source')).toMatchObject({
    message:
      'Heartbeat table public.empty_beats has no row with id 1 in database "postgres" of main. tidemark collect --init-postgres makes it.',
  });
  expect(await failureOf(make(target, heartbeat(target), server('plain')), 'source')).toMatchObject({
    code: 'pg_right',
    message:
      'User "plain" of PostgreSQL main lacks a right: permission denied for table beats. In database "postgres": GRANT USAGE ON SCHEMA "public" TO "plain"; GRANT SELECT (id, "beat_at"), UPDATE ("beat_at") ON "public"."beats" TO "plain";',
  });
  expect(await failureOf(make('shop.nowhere'), 'copy')).toMatchObject({
    code: 'ch_no_heartbeat',
    message: expect.stringMatching(/^There is no column beat_at of shop\.nowhere in ClickHouse/) as string,
  });
  await pg.restart({ default_transaction_read_only: 'on' });
  const only = make(target);
  expect(await failureOf(only, 'source')).toBeUndefined();
  await pg.restart();
});

test('a pipeline whose Postgres is not known: only the copy is read', async () => {
  const source = heartbeatSource(pipeline, heartbeat('shop.beats_text'), undefined, home, systemClock);
  const seen = row(await lookAt(source, { db: engine.db }));
  expect(seen).toMatchObject({ beat_at: null, lag_s: null, arrived: 0, source_skew_ms: null });
  expect(Number(seen.age_s)).toBeGreaterThan(0);
});
