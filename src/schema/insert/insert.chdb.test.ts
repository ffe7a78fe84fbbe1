import type { Config } from '../../config/config';
import type { Db } from '../../core/db';
import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { applyMigration, planMigration } from '../ddl/migrate';
import { planDrop, applyDrop } from '../drop';
import { inspect } from '../inspect';
import { refreshOnce } from '../refresh/refresh';
import { readStatus } from '../refresh/status';
import { verify } from '../refresh/verify';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

const arrival = { id: 'id', time: 'at', ingestedAt: 'seen' };

/** All roles, or events alone. */
function config(
  name: string,
  mode: 'insert' | 'recompute' = 'insert',
  dimensions: readonly string[] = ['country'],
  all = false,
): Config {
  const shared = { sourceClass: 'append', mode } as const;
  const wanted = testConfig({
    database: `${name}_tidemark`,
    reporting: { timezone: 'Europe/Berlin', zones: ['Asia/Kathmandu'] },
    roles: {
      events: {
        ...shared,
        table: `${name}.events`,
        columns: { ...arrival, event: 'event', user: 'user' },
        dimensions: dimensions.map((d) => ({ name: d, from: d, column: d, path: [] })),
      },
      requests: {
        ...shared,
        table: `${name}.requests`,
        columns: { ...arrival, service: 'service', durationMs: 'ms', status: 'status' },
      },
      subscriptions: {
        ...shared,
        table: `${name}.subs`,
        columns: { ...arrival, subscription: 'sub', user: 'user', mrr: 'mrr', plan: 'plan' },
        constants: { currency: 'EUR' },
      },
    },
  });
  return all ? wanted : { ...wanted, roles: { events: wanted.roles.events! } };
}

async function sources(name: string): Promise<void> {
  const make = (table: string, columns: string) =>
    engine.db.command(
      `CREATE TABLE ${name}.${table} (id UInt64, at DateTime64(3, 'UTC'), ${columns}, seen DateTime64(3) DEFAULT now64(3)) ENGINE = MergeTree ORDER BY (at, id)`,
    );
  await engine.db.command(`CREATE DATABASE ${name}`);
  await make('events', 'event LowCardinality(String), user UInt64, country String');
  await make('requests', 'service String, ms Float64, status UInt16');
  await make('subs', 'sub UInt64, user UInt64, mrr Decimal(18, 2), plan String');
}

/** Rows [from, to) of every source: several days, up to now. */
async function rows(name: string, from: number, to: number): Promise<void> {
  const at = 'now64(3) - toIntervalMinute(cityHash64(number) % 14400)';
  const numbers = `FROM numbers(${from}, ${to - from})`;
  await engine.db.command(
    `INSERT INTO ${name}.events (id, at, event, user, country) SELECT number, ${at}, ['a', 'b', 'c'][1 + number % 3], number % 17, ['de', 'np'][1 + number % 2] ${numbers}`,
  );
  await engine.db.command(
    `INSERT INTO ${name}.requests (id, at, service, ms, status) SELECT number, ${at}, ['x', 'y'][1 + number % 2], number % 400, if(number % 10 = 0, 500, 200) ${numbers}`,
  );
  await engine.db.command(
    `INSERT INTO ${name}.subs (id, at, sub, user, mrr, plan) SELECT number, ${at}, number % 13, number % 13, number % 50, ['s', 'm'][1 + number % 2] ${numbers}`,
  );
}

async function migrate(wanted: Config, rebuild: readonly string[] = []) {
  const installation = await inspect(wanted, engine.db);
  const plan = await planMigration(installation, engine.db, 'test', { rebuild });
  await applyMigration(installation, engine.db, plan, 'test');
  return { installation, plan, changed: plan.filter((a) => a.action !== 'unchanged').map((a) => a.object) };
}

const one = async (sql: string) => (await engine.db.query<Record<string, unknown>>(sql))[0];

/** Every table against a recount of its source by statements of this test's own. */
async function expectRaw(name: string, all = false): Promise<void> {
  const of = `${name}_tidemark`;
  for (const [table, day] of [
    ['event_day', "toDate(at, 'Europe/Berlin')"],
    ['event_day__asia_kathmandu', "toDate(at, 'Asia/Kathmandu')"],
  ] as const) {
    const raw = `SELECT toString(${day}) AS d, event, country, toFloat64(count()) AS n FROM ${name}.events GROUP BY d, event, country ORDER BY d, event, country`;
    const kept = `SELECT toString(d) AS d, event, country, toFloat64(n) AS n FROM ${of}.${table} FINAL ORDER BY d, event, country`;
    expect(await engine.db.query(kept)).toEqual(await engine.db.query(raw));
  }
  const week = "m >= toDateTime(toDate(now(), 'Europe/Berlin') - 5, 'Europe/Berlin')";
  const minutes = `SELECT toString(m) AS minute, event, toFloat64(sum(n)) AS n FROM ${of}.event_minute FINAL WHERE ${week} GROUP BY minute, event ORDER BY minute, event`;
  const rawMinutes = `SELECT toString(toStartOfMinute(at)) AS minute, event, toFloat64(count()) AS n FROM ${name}.events WHERE ${week.replace('m >=', 'at >=')} GROUP BY minute, event ORDER BY minute, event`;
  expect(await engine.db.query(minutes)).toEqual(await engine.db.query(rawMinutes));
  if (!all) return;
  expect(
    await one(
      `SELECT toFloat64(sum(requests)) AS requests, toFloat64(sum(errors)) AS errors, toFloat64(sum(duration_us)) AS us, arrayMap(x -> round(x, 6), quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(latency)) AS latency FROM ${of}.request_quarter FINAL`,
    ),
  ).toEqual(
    await one(
      `SELECT toFloat64(count()) AS requests, toFloat64(countIf(status >= 500)) AS errors, toFloat64(sum(ms) * 1000) AS us, arrayMap(x -> round(x, 6), quantilesDD(0.01, 0.5, 0.95, 0.99)(ms)) AS latency FROM ${name}.requests`,
    ),
  );
  const last = `SELECT toString(toDate(at, 'Europe/Berlin')) AS d, sub AS subscription, toFloat64(argMax(mrr, (at, id))) AS mrr, argMax(plan, (at, id)) AS plan FROM ${name}.subs GROUP BY d, sub ORDER BY d, sub`;
  const keptLast = `SELECT toString(d) AS d, subscription, toFloat64(mrr) AS mrr, plan FROM ${of}.subscription_day FINAL ORDER BY d, subscription`;
  expect(await engine.db.query(keptLast)).toEqual(await engine.db.query(last));
}

async function expectFinished(name: string): Promise<void> {
  const dau = `SELECT toString(toDate(at, 'Europe/Berlin')) AS d, toFloat64(uniqExact(user)) AS dau FROM ${name}.events GROUP BY d ORDER BY d`;
  const kept = `SELECT toString(d) AS d, toFloat64(dau) AS dau FROM ${name}_tidemark.active_day FINAL WHERE dau > 0 ORDER BY d`;
  expect(await engine.db.query(kept)).toEqual(await engine.db.query(dau));
}

const differing = async (wanted: Config) =>
  (await verify(await inspect(wanted, engine.db), engine.db, (days) => days))
    .filter((f) => f.wrong.length > 0)
    .map((f) => f.rollup);

test('rows from before, and rows that come, count once each; finished numbers follow', async () => {
  const name = 'counted';
  const all = config(name, 'insert', ['country'], true);
  await sources(name);
  await rows(name, 0, 3000);
  const { installation, plan } = await migrate(all);
  expect(plan.filter((a) => a.kind === 'refresh').map((a) => a.object)).not.toContain('late_events_v');
  await expectRaw(name, true);
  await rows(name, 3000, 3500);
  await expectRaw(name, true);
  await refreshOnce(installation, engine.db, { hi: 'now64(3)' });
  await expectFinished(name);
  await rows(name, 3500, 3600);
  await engine.db.command(`OPTIMIZE TABLE ${name}_tidemark.event_day FINAL`);
  await expectRaw(name, true);
  await refreshOnce(installation, engine.db, { hi: 'now64(3)' });
  await expectFinished(name);
  expect(await differing(all)).toEqual([]);
  expect((await migrate(all)).changed).toEqual([]);
  const status = await readStatus(installation, engine.db);
  const own = status.filter(({ rollup }) => rollup.startsWith('event_') || rollup === 'user_day');
  expect(own.length).toBe(5);
  expect(new Set(own.map((s) => s.verdict))).toEqual(new Set(['fresh']));
}, 180_000);

test('a redelivered row counts twice, verify says so, and a rebuild puts it right where the source has it once', async () => {
  const name = 'doubled';
  await sources(name);
  await rows(name, 0, 200);
  await migrate(config(name));
  await engine.db.command(
    `INSERT INTO ${name}.events SELECT * REPLACE (now64(3) AS seen) FROM ${name}.events WHERE id < 5`,
  );
  const total = `SELECT toFloat64(sum(n)) AS n FROM ${name}_tidemark.event_day FINAL`;
  expect(await one(total)).toEqual({ n: 205 });
  // The source holds both copies: it is no table that collapses. Taken out of it, the rollups differ from it.
  await engine.db.command(
    `ALTER TABLE ${name}.events DELETE WHERE (id, seen) IN (SELECT id, max(seen) FROM ${name}.events GROUP BY id HAVING count() > 1) SETTINGS mutations_sync = 1`,
  );
  expect(await differing(config(name))).toEqual(
    expect.arrayContaining(['event_day', 'event_day__asia_kathmandu', 'event_quarter']),
  );
  const tables = ['event_minute', 'event_quarter', 'event_day', 'event_day__asia_kathmandu'];
  expect((await migrate(config(name), tables)).changed).toEqual([...tables, ...tables.map((t) => `${t}_mv`)]);
  expect(await one(total)).toEqual({ n: 200 });
  expect(await differing(config(name))).toEqual([]);
  await rows(name, 200, 300);
  await expectRaw(name);
}, 180_000);

test('a new definition is filled beside the old one; a dropped view, and a change of mode and back, fill anew', async () => {
  const name = 'changed';
  await sources(name);
  await rows(name, 0, 1000);
  await migrate(config(name, 'insert', []));
  await rows(name, 1000, 1200);
  const { plan } = await migrate(config(name));
  expect(plan.find((a) => a.object === 'event_day')?.action).toBe('rebuild');
  await expectRaw(name);
  await rows(name, 1200, 1300);
  await expectRaw(name);
  await engine.db.command(`DROP VIEW ${name}_tidemark.event_day_mv SYNC`);
  await rows(name, 1300, 1400);
  expect((await migrate(config(name))).changed).toEqual(['event_day', 'event_day_mv']);
  await expectRaw(name);
  const { installation } = await migrate(config(name, 'recompute'));
  await rows(name, 1400, 1500);
  await refreshOnce(installation, engine.db, { hi: 'now64(3)' });
  await expectRaw(name);
  await migrate(config(name));
  await rows(name, 1500, 1600);
  await expectRaw(name);
  const left = await engine.db.query(
    `SELECT name FROM system.tables WHERE database = '${name}_tidemark' AND match(name, '__(next|stage)$')`,
  );
  expect(left).toEqual([]);
}, 240_000);

/** The engine as one whose client is killed at its n-th statement, before it or after it was done, or in the midst of a move. */
function killedAt(n: number): Db {
  let seen = 0;
  const killed = () => Promise.reject(new Error('killed'));
  return {
    ...engine.db,
    async command(sql, params) {
      if (seen++ < n) return engine.db.command(sql, params);
      const move = /^ALTER TABLE (\S+) MOVE (PARTITION ID '[^']*') TO TABLE (\S+)$/.exec(sql);
      // A server that dies in a move may leave the partition in both tables.
      if (move) await engine.db.command(`ALTER TABLE ${move[3]} ATTACH ${move[2]} FROM ${move[1]}`);
      else if (n % 2 === 1) await engine.db.command(sql, params);
      return killed();
    },
  };
}

test('killed at any statement, a migrate that is run again counts every row once', async () => {
  const name = 'killed';
  await sources(name);
  await rows(name, 0, 500);
  let id = 500;
  const through = async (wanted: Config, rebuild: readonly string[] = [], stride = 1) => {
    for (let n = 1; ; n += stride) {
      const db = killedAt(n);
      try {
        const installation = await inspect(wanted, db);
        await applyMigration(installation, db, await planMigration(installation, db, 'test', { rebuild }), 'test');
        return n;
      } catch (thrown) {
        expect((thrown as Error).message).toContain('killed');
        await rows(name, id, (id += 7));
      }
    }
  };
  expect(await through(config(name, 'insert', []))).toBeGreaterThan(10);
  expect(await through(config(name))).toBeGreaterThan(8);
  await expectRaw(name);
  // Asked again to rebuild, it goes on only with what was filled beside: all its statements are fewer than the last n.
  expect(await through(config(name), ['event_day'], 4)).toBeGreaterThan(12);
  await rows(name, id, id + 50);
  await expectRaw(name);
}, 240_000);

test('drop takes the views along', async () => {
  const name = 'dropped';
  await sources(name);
  await migrate(config(name));
  const drop = await planDrop({ database: `${name}_tidemark` }, engine.db, { rollup: 'event' });
  expect(drop.drops.map((d) => d.object)).toEqual(expect.arrayContaining(['event_minute_mv', 'event_day']));
  await applyDrop(drop, engine.db);
  await rows(name, 0, 100);
  await migrate(config(name));
  await expectRaw(name);
}, 120_000);
