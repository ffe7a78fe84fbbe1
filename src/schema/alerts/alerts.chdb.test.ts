import { defaultAlerts } from '../../config/config';
import { errorRate } from '../../packs/service/rules/errorRate';
import { alertRules } from '../../packs/rules';
import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { inspect } from '../inspect';
import { applyMigration, planMigration } from '../ddl/migrate';
import { completeUntil, fillDefaults, makeStage } from './stage';
import { installedRules } from './installed';

const requests = {
  table: 'shop.requests',
  sourceClass: 'append',
  columns: {
    id: 'id',
    time: 'at',
    service: 'service',
    release: 'release',
    durationMs: 'ms',
    status: 'status',
    ingestedAt: 'seen',
  },
} as const;

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE DATABASE shop');
  await engine.db.command(
    'CREATE TABLE shop.requests (id UInt64, at DateTime64(3), service String, release String, ms Float64, status UInt16, seen DateTime64(3) DEFAULT now64(3)) ENGINE = ReplacingMergeTree ORDER BY (service, at, id)',
  );
}, 60_000);
afterAll(() => engine.stop());

test('migrate makes a view per rule, which answers at once, and a history that follows its changes', async () => {
  const config = testConfig({
    database: 'tm',
    refresh: { everySeconds: 1 },
    roles: { requests },
    alerts: {
      ...defaultAlerts,
      thresholds: [{ rule: 'error_rate', subject: '', name: 'rate', value: 0.1 }],
      subjects: [{ rule: 'error_rate', subject: 'billing 1.0' }],
    },
  });
  const installation = await inspect(config, engine.db);
  await applyMigration(installation, engine.db, await planMigration(installation, engine.db, 'test'), 'test');
  const known = installedRules(installation).map((r) => r.name);
  expect(known).toContain('error_rate');
  const [row] = await engine.db.query<object>('SELECT * EXCEPT as_of FROM tm.alert_error_rate');
  expect(row).toEqual({
    subject: 'billing 1.0',
    value: 0,
    threshold: 0,
    firing: 0,
    held: 0,
    detail: 'Nothing is known of this subject, which is expected.',
    runbook: 'docs/runbooks/error_rate.md',
  });
  // A threshold that people edit counts before tidemark.yaml.
  const inForce = "SELECT value FROM tm.thresholds WHERE rule = 'error_rate' AND name = 'rate'";
  expect(await engine.db.query(inForce)).toEqual([{ value: 0.1 }]);
  await engine.db.insert('tm.threshold_edits', [{ rule: 'error_rate', subject: '', name: 'rate', value: 0.5 }]);
  expect(await engine.db.query(inForce)).toEqual([{ value: 0.5 }]);
  // What the watching view writes becomes history when it changes.
  const day = new Date().toISOString().slice(0, 10);
  const at = (second: number) => `${day} 00:00:0${second}.000`;
  const said = { rule: 'error_rate', subject: 'api 1', value: 0.3, threshold: 0.1, as_of: at(0), detail: 'x', gone: 0 };
  for (const [second, firing, held] of [
    [0, 0, 0],
    [1, 1, 0],
    [2, 1, 0],
    [3, 0, 1],
    [4, 0, 0],
  ] as const) {
    await engine.db.insert('tm.alerts_now', [{ ...said, at: at(second), firing, held }]);
  }
  const log = await engine.db.query(
    "SELECT toString(at) AS at, firing FROM tm.alerts_log WHERE subject = 'api 1' ORDER BY at",
  );
  expect(log).toEqual([
    { at: at(1), firing: 1 },
    { at: at(4), firing: 0 },
  ]);
  await engine.db.command('SYSTEM REFRESH VIEW tm.watch_error_rate_v');
  await engine.db.command('SYSTEM WAIT VIEW tm.watch_error_rate_v');
  const now = await engine.db.query(
    "SELECT subject, firing, gone FROM tm.alerts_now FINAL WHERE rule = 'error_rate' ORDER BY subject",
  );
  expect(now).toEqual([
    { subject: 'api 1', firing: 0, gone: 1 },
    { subject: 'billing 1.0', firing: 0, gone: 0 },
  ]);
}, 120_000);

test('completeness reads a row a part and view, not every proof of the day', async () => {
  await engine.db.command('SYSTEM STOP VIEWS');
  await engine.db.command(
    "INSERT INTO tm.done (view, hi, at) SELECT ['request_minute', 'request_day'][1 + number % 2], now64(3) - 3 - intDiv(number, 2), now64(3) - intDiv(number, 2) FROM numbers(150000)",
  );
  const response = await fetch(`${engine.url}/?wait_end_of_query=1`, {
    method: 'POST',
    body: "SELECT dateDiff('second', until, now()) < 60 FROM tm.completeness WHERE rollup = 'request_minute'",
  });
  expect((await response.text()).trim()).toBe('1');
  const summary = JSON.parse(response.headers.get('x-clickhouse-summary') ?? '{}') as { read_rows: string };
  expect(Number(summary.read_rows)).toBeGreaterThan(0);
  expect(Number(summary.read_rows)).toBeLessThan(2000);
}, 60_000);

test('on a stage a rule is asked with a clock that is handed in', async () => {
  const installation = await inspect(testConfig({ database: 'staged', alerts: {}, roles: { requests } }), engine.db);
  const stage = await makeStage(engine.db, installation, 'test', ['parts']);
  const nowMs = Date.UTC(2026, 2, 1, 12);
  await fillDefaults(engine.db, stage, nowMs);
  const minute = (m: string, requests: number, errors: number) => ({
    m,
    service: 'api',
    release: '2.1',
    endpoint: '/',
    requests,
    errors,
  });
  await engine.db.insert('staged.request_minute', [
    minute('2026-03-01 11:58:00', 400, 40),
    minute('2026-03-01 11:30:00', 400, 0),
  ]);
  const [said] = await stage.ask(errorRate, nowMs);
  expect(said).toEqual({
    subject: 'api 2.1',
    value: 0.1,
    threshold: 0.02,
    firing: true,
    held: false,
    asOf: '2026-03-01 12:00:00.000',
    detail: '10 % of 400 requests failed from 2026-03-01 11:55 to 12:00 (UTC); surely more than 7.4 %',
  });
  expect((await stage.ask(errorRate, nowMs + 600_000))[0]).toMatchObject({ firing: true, held: true });
  await completeUntil(engine.db, installation, nowMs + 600_000);
  expect((await stage.ask(errorRate, nowMs + 600_000))[0]).toMatchObject({ value: 0, firing: false, held: false });
  await stage.drop();
}, 60_000);

test('names are short enough for Grafana, limits declared once', () => {
  for (const rule of alertRules) {
    expect(rule.name).toMatch(/^[a-z][a-z0-9_]{2,29}$/);
    expect(new Set(rule.limits.map((l) => l.name)).size).toBe(rule.limits.length);
  }
});
