import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { applyMigration, planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';

const requests = {
  table: 'shop.requests',
  sourceClass: 'append',
  columns: { id: 'id', time: 'at', service: 'service', durationMs: 'ms', status: 'status', ingestedAt: 'seen' },
} as const;

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE DATABASE shop');
  await engine.db.command(
    "CREATE TABLE shop.requests (id UInt64, at DateTime64(3, 'UTC'), service String, ms Float64, status UInt16, seen DateTime64(3) DEFAULT now64(3)) ENGINE = ReplacingMergeTree ORDER BY (service, at, id)",
  );
  const config = testConfig({ database: 'tm', alerts: {}, refresh: { everySeconds: 1 }, roles: { requests } });
  const installation = await inspect(config, engine.db);
  await applyMigration(installation, engine.db, await planMigration(installation, engine.db, 'test'), 'test');
}, 120_000);
afterAll(() => engine.stop());

interface Said {
  readonly subject: string;
  readonly value: number;
  readonly firing: number;
  readonly detail: string;
}

const ask = (rule: string) =>
  engine.db.query<Said>(
    `SELECT subject, value, toUInt8(firing) AS firing, detail FROM tm.alert_${rule} ORDER BY subject`,
  );

/** Asks until a subject fires, or does not any more. */
async function until(rule: string, subject: string, firing: number): Promise<Said> {
  for (let i = 0; i < 120; i++) {
    const said = (await ask(rule)).find((row) => row.subject === subject);
    if (said?.firing === firing) return said;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`${rule} of ${subject} never came to firing = ${firing}: ${JSON.stringify(await ask(rule))}`);
}

test('a view that really fails makes view_refresh_failed fire, with its error, until it runs well again', async () => {
  await engine.db.command("INSERT INTO shop.requests (id, at, service, ms, status) SELECT 1, now64(3), 'api', 5, 200");
  await until('view_refresh_failed', 'request_minute_v', 0);
  await engine.db.command('ALTER TABLE shop.requests RENAME COLUMN ms TO millis');
  const said = await until('view_refresh_failed', 'request_minute_v', 1);
  expect(said.detail).toMatch(
    /^Last good run began at \d{4}-\d\d-\d\d \d\d:\d\d \(UTC\), it should run each 1 s; .*\bms\b/,
  );
  expect(said.detail).not.toContain('DB::Exception');
  const others = (await ask('view_refresh_failed')).filter((row) => row.firing === 1).map((row) => row.subject);
  expect(others).not.toContain('tick_v');
  await engine.db.command('ALTER TABLE shop.requests RENAME COLUMN millis TO ms');
  expect((await until('view_refresh_failed', 'request_minute_v', 0)).detail).toMatch(/^Last good run \d+ s ago\.$/);
}, 120_000);

test('a view that is switched off or dropped makes view_refresh_overdue fire', async () => {
  await engine.db.command('SYSTEM STOP VIEW tm.request_day_v');
  expect((await until('view_refresh_overdue', 'request_day_v', 1)).detail).toMatch(/^Somebody switched it off\. /);
  await engine.db.command('SYSTEM START VIEW tm.request_day_v');
  await until('view_refresh_overdue', 'request_day_v', 0);
  await engine.db.command('DROP VIEW tm.request_quarter_v');
  await engine.db.insert('tm.threshold_edits', [
    { rule: 'view_refresh_overdue', subject: '', name: 'least', value: 2 },
  ]);
  expect((await until('view_refresh_overdue', 'request_quarter_v', 1)).detail).toMatch(/^The view is not there\. /);
}, 120_000);

test('samples are taken of counters, disks and queues; counters only when they changed', async () => {
  const look = async () => {
    for (const verb of ['REFRESH', 'WAIT']) await engine.db.command(`SYSTEM ${verb} VIEW tm.samples_v`);
    return engine.db.query<{ kind: string; name: string; looks: number }>(
      "SELECT kind, name, toUInt32(count()) AS looks FROM tm.samples WHERE kind != 'error' GROUP BY kind, name ORDER BY kind, name",
    );
  };
  const named = (rows: Awaited<ReturnType<typeof look>>) => rows.map(({ kind, name }) => `${kind} ${name}`);
  const first = await look();
  expect(named(first)).toEqual([
    'disk default',
    'event DelayedInserts',
    'event RejectedInserts',
    'event ZooKeeperHardwareExceptions',
    'event ZooKeeperOtherExceptions',
    'queue requests',
  ]);
  const second = await look();
  const grown = second.filter((row, i) => row.looks > (first[i]?.looks ?? 0));
  expect(named(grown)).toEqual(['disk default', 'queue requests']);
}, 60_000);

test('a base table of an older release gets what came later, once', async () => {
  const config = testConfig({ database: 'tm', alerts: {}, refresh: { everySeconds: 1 }, roles: { requests } });
  const installation = await inspect(config, engine.db);
  await engine.db.command('ALTER TABLE tm.done DROP PROJECTION newest SETTINGS mutations_sync = 2');
  await engine.db.command('ALTER TABLE tm.drift DROP COLUMN total SETTINGS mutations_sync = 2');
  for (const name of ['done', 'drift'])
    await engine.db.insert('tm.schema_objects', [{ name, kind: 'table', hash: 'base', ddl: '', version: 'old' }]);
  const changes = async () =>
    (await planMigration(installation, engine.db, 'test')).filter((a) => ['done', 'drift'].includes(a.object));
  expect((await changes()).map((a) => `${a.object}: ${a.action}`)).toEqual(['done: replace', 'drift: replace']);
  await applyMigration(installation, engine.db, await planMigration(installation, engine.db, 'test'), 'test');
  expect((await changes()).map((a) => a.action)).toEqual(['unchanged', 'unchanged']);
  const [projections] = await engine.db.query<{ names: string[] }>(
    "SELECT groupArray(name) AS names FROM system.projections WHERE database = 'tm' AND table = 'done'",
  );
  expect(projections?.names).toEqual(['newest']);
  expect(await engine.db.query('SELECT sum(total) AS n FROM tm.drift')).toEqual([{ n: 0 }]);
}, 120_000);
