import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { applyMigration, planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';
import type { BuiltDashboards } from './context';
import { doctor } from './doctor';

const events = {
  table: 's.events',
  sourceClass: 'append',
  columns: { id: 'id', time: 'at', event: 'name', user: 'who', ingestedAt: 'seen' },
} as const;
const config = testConfig({ database: 'tm', alerts: {}, roles: { events } });
let engine: TestEngine;

async function migrate(): Promise<void> {
  const installation = await inspect(config, engine.db);
  await applyMigration(installation, engine.db, await planMigration(installation, engine.db, 'test'), 'test');
}

/** What is said of what was made of the rollups and of rights: code → subject. */
async function told(dashboards?: BuiltDashboards, role?: 'events') {
  const all = await doctor(config, engine.db, {
    version: 'test',
    ...(dashboards && { dashboards }),
    ...(role && { role }),
  });
  const own = all.filter(({ check }) => ['rights', 'catalogue', 'dashboards', 'alerts'].includes(check));
  return own.map(({ check, subject, state, code, what }) => ({ check, subject, state, code, what }));
}
const codes = async (...of: Parameters<typeof told>) =>
  (await told(...of)).map(({ check, code }) => `${check} ${code}`);

beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE DATABASE s');
  await engine.db.command(
    'CREATE TABLE s.events (id UInt64, at DateTime, name String, who String, seen DateTime64(3) DEFAULT now64(3)) ENGINE = MergeTree ORDER BY at',
  );
}, 60_000);
afterAll(async () => engine.stop());

test('before migrate only rights are judged, after it all is well, the alert views too', async () => {
  expect(await codes()).toEqual(['rights ok']);
  await migrate();
  expect(await codes()).toEqual(['rights ok', 'catalogue ok', 'alerts ok']);
});

test('a catalogue that was edited or emptied is told by table, and migrate after a drop mends it', async () => {
  const { db } = engine;
  await db.command("INSERT INTO tm.catalog_metrics (name) VALUES ('mine')");
  await db.command('TRUNCATE TABLE tm.catalog_answers');
  const [finding] = (await told()).filter(({ check }) => check === 'catalogue');
  expect(finding).toMatchObject({ code: 'catalogue_differs', state: 'warning', subject: 'tm' });
  expect(finding?.what).toContain('catalog_metrics, catalog_answers do not hold what migrate wrote');
  await db.command('DROP TABLE tm.catalog_metrics SYNC');
  await db.command('DROP TABLE tm.catalog_answers SYNC');
  await migrate();
  expect(await codes()).toContain('catalogue ok');
});

test('an alert view that cannot be read is a problem, one that can is not', async () => {
  const { db } = engine;
  await db.command('CREATE TABLE tm.below (a UInt8) ENGINE = Memory');
  await db.command('CREATE VIEW tm.alert_good AS SELECT 1 AS firing');
  await db.command('CREATE VIEW tm.alert_bad AS SELECT a AS firing FROM tm.below');
  expect(await codes()).toContain('alerts ok');
  await db.command('DROP TABLE tm.below SYNC');
  const [finding] = (await told()).filter(({ check }) => check === 'alerts');
  expect(finding).toMatchObject({ code: 'alert_broken', subject: 'alert_bad', state: 'problem' });
  await db.command('DROP VIEW tm.alert_good');
  await db.command('DROP VIEW tm.alert_bad');
});

test('dashboards are told where they differ, are not there, or are as they should be; not where one role is asked about', async () => {
  const same: BuiltDashboards = { folder: 'g', files: 2, changed: [], missing: [], left: [] };
  expect(await codes(same)).toContain('dashboards ok');
  expect(await codes({ ...same, missing: ['a', 'b'] })).toContain('dashboards dashboards_not_built');
  const [finding] = (
    await told({ ...same, changed: ['dashboards/home.json'], left: ['dashboards/finance.json'] })
  ).filter(({ check }) => check === 'dashboards');
  expect(finding).toMatchObject({ code: 'dashboards_stale', subject: 'g', state: 'warning' });
  expect(finding?.what).toContain('dashboards/finance.json, dashboards/home.json');
  expect((await codes(same, 'events')).filter((c) => /^(dashboards|alerts)/.test(c))).toEqual([]);
});
