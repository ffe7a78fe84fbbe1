import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { defaultAlerts } from '../config/config';
import { alertRules } from '../packs/rules';
import { applyMigration, inspect, planMigration } from '../schema';
import { testConfig } from '../testing/config';
import { ask, askPanel, queryPanels, statementOf } from '../testing/dashboardQueries';
import type { Reading, ResultRow } from '../testing/dashboardQueries';
import type { TestEngine } from '../testing/engine';
import { startEngine } from '../testing/engine';
import { renderDashboards } from './dashboards';
import { settingsOf } from './settings';

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;
const gib = 2 ** 30;

const config = testConfig({
  database: 'tm',
  reporting: { timezone: 'Europe/Berlin' },
  alerts: {
    ...defaultAlerts,
    off: alertRules.map(({ name }) => name).filter((name) => name !== 'cost_budget'),
    thresholds: [
      { rule: 'cost_budget', subject: '', name: 'budget', value: 40 },
      { rule: 'cost_budget', subject: '', name: 'cpu_hour', value: 1 },
      { rule: 'cost_budget', subject: '', name: 'gib_hour', value: 0.5 },
    ],
  },
  collect: {
    buffer: { rows: 1, bytes: 1 },
    clickhouse: { everySeconds: 30, queries: true },
    postgres: [],
    kafka: [],
    connect: [],
    dbt: [],
  },
});

let engine: TestEngine;
let page: Dashboard;
let nowMs: number;
/** A minute of yesterday, whatever the zone's day is. */
let then: string;

const time = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
const second = (ms: number) => time(Math.floor(ms / minuteMs) * minuteMs).slice(0, 19);
const reading = (by = 'user', days = 5): Reading => ({
  fromMs: nowMs - days * dayMs,
  toMs: nowMs,
  timezone: 'Europe/Berlin',
  variables: { by: { value: by } },
});
const panel = (title: string, by?: string, days?: number) => askPanel(engine.db, page, title, reading(by, days));
const pick = (rows: readonly ResultRow[], ...columns: readonly string[]) =>
  rows.map((row) => columns.map((column) => row[column]));

beforeAll(async () => {
  engine = await startEngine();
  const { db } = engine;
  nowMs = Math.floor(Date.now() / 1000) * 1000;
  then = second(nowMs - 2 * dayMs);
  const installation = await inspect(config, db);
  await applyMigration(installation, db, await planMigration(installation, db, 'test'), 'test');
  await db.command('SYSTEM STOP VIEWS');
  const row = (own: object) => ({
    at: time(nowMs - dayMs),
    m: then,
    host: 'a',
    user: 'grafana',
    app: 'tidemark',
    queries: 10,
    ...own,
  });
  await db.insert('tm.health_query', [
    row({ dashboard: 'Home', panel: 'DAU', cpu_s: 7200, read_bytes: 2 ** 40, seconds: 40, slowest_ms: 9000 }),
    // Written twice by the collector.
    row({
      at: time(nowMs),
      dashboard: 'Home',
      panel: 'DAU',
      cpu_s: 7200,
      read_bytes: 2 ** 40,
      seconds: 40,
      slowest_ms: 9000,
    }),
    row({
      user: 'dbt',
      app: 'dbt',
      model: 'model.shop.daily',
      cpu_s: 3600,
      memory_byte_s: 4 * gib * 3600,
      queries: 2,
      failed: 1,
      full_scans: 2,
      read_rows: 9000,
      result_rows: 3,
    }),
    row({
      m: second(nowMs - 30 * 60_000 * 24),
      user: 'anna',
      app: 'clickhouse',
      cpu_s: 360,
      read_bytes: 2 ** 30,
      stars: 4,
    }),
    // Before the range.
    row({ m: second(nowMs - 20 * dayMs), user: 'old', cpu_s: 9e9 }),
    // Now.
    row({ m: second(nowMs - minuteMs), user: 'collector', app: 'tidemark-collect', queries: 3, cpu_s: 36 }),
  ]);
  const stored = (table: string, atMs: number, bytes: number, own: object = {}) => ({
    at: time(atMs),
    host: 'a',
    database: 'shop',
    table,
    parts: 3,
    rows: 100,
    bytes,
    raw_bytes: 4 * bytes,
    ...own,
  });
  await db.insert('tm.health_parts', [
    stored('events', nowMs - 7.5 * dayMs, 600),
    stored('events', nowMs - minuteMs, 900),
    stored('events', nowMs, 1000, { ttl_due_bytes: 250 }),
    stored('orders', nowMs, 5000),
    // Gone, or no longer among the largest.
    stored('old', nowMs - dayMs, 9e9),
  ]);
  const quota = (what: string, used: number, most: number) => ({
    at: time(nowMs),
    host: 'a',
    quota: 'analysts',
    key: 'anna',
    interval_s: 3600,
    what,
    used,
    most,
  });
  await db.insert('tm.health_quota', [
    { ...quota('queries', 5, 10), at: time(nowMs - minuteMs) },
    quota('queries', 9, 10),
    quota('read_bytes', gib, 2 * gib),
  ]);
  await db.command('SYSTEM START VIEW tm.watch_cost_budget_v');
  await db.command('SYSTEM REFRESH VIEW tm.watch_cost_budget_v');
  await db.command('SYSTEM WAIT VIEW tm.watch_cost_budget_v');
  const found = renderDashboards(settingsOf(config)).find(({ uid }) => uid === 'tidemark-cost');
  if (!found) throw new Error('The page is not built.');
  page = found;
}, 60_000);
afterAll(() => engine.stop());

test('the page is built only where the collector reads the query log', () => {
  const without = { ...settingsOf(config), sections: [] };
  expect(renderDashboards(without).map(({ uid }) => uid)).not.toContain('tidemark-cost');
});

test('every panel answers, whatever the cost is asked by', async () => {
  for (const by of ['user', 'app', 'dashboard', 'panel', 'asker', 'model', 'kind'])
    for (const each of queryPanels(page))
      expect([each.title, (await ask(engine.db, statementOf(each), reading(by))).length > 0]).toEqual([
        each.title,
        true,
      ]);
});

test('the verdict goes by the newest minute', async () => {
  const [data] = await panel('Data');
  expect(data?.['Verdict']).toBe(0);
  expect(Number(data?.['Age'])).toBeLessThan(300);
});

test('what it costs by user: minutes that were written twice count once, prices are those in force', async () => {
  const rows = await panel('What it costs', 'user');
  expect(
    pick(rows, 'Who', 'Cost', 'Read', 'CPU time', 'GiB-hours', 'Queries', 'Failed', 'Mean', 'Slowest').map((r) =>
      r.map((v) => (v === null ? null : Number.isNaN(Number(v)) ? v : Number(v))),
    ),
  ).toEqual([
    ['grafana', 7, 2 ** 40, 7200, 0, 10, 0, 4000, 9000],
    ['dbt', 3, 0, 3600, 4, 2, 1, 0, 0],
    ['anna', 0.1 + 5 / 1024, gib, 360, 0, 10, 0, 0, 0],
    ['collector', 0.01, 0, 36, 0, 3, 0, 0, 0],
  ]);
  expect(rows.reduce((sum, row) => sum + Number(row['Share']), 0)).toBeCloseTo(1, 10);
});

test('and by panel and dbt model; what nobody told is (none)', async () => {
  expect(pick(await panel('What it costs', 'panel'), 'Who')).toEqual([['Home › DAU'], ['(none)']]);
  expect(pick(await panel('What it costs', 'model'), 'Who')).toEqual([['(none)'], ['model.shop.daily']]);
  await expect(panel('What it costs', "x' OR 1")).resolves.toMatchObject([{ Who: 'by what?' }]);
});

test('today against the budget: what the rule says, to the digit', async () => {
  const [said] = await engine.db.query<{ value: number }>(
    "SELECT value FROM tm.alert_cost_budget WHERE subject = 'budget'",
  );
  expect(await panel('Today against the budget')).toEqual([
    { 'By the end of the day': said?.value, Budget: 40, 'Usual, times the limit': null },
  ]);
  const [sofar] = await panel('Today so far');
  // No day before is known: nothing is added for the rest of the day.
  expect(Number(sofar?.['Spent'])).toBeCloseTo(said?.value ?? -1, 10);
});

test('cost per day, over whole days of the zone, beside the budget', async () => {
  const rows = await panel('Cost per day');
  expect(rows.every((row) => row['Budget'] === 40)).toBe(true);
  const all = rows.reduce((sum, row) => sum + Number(row['Cost'] ?? 0) + Number(row['Cost, today so far'] ?? 0), 0);
  expect(all).toBeCloseTo(7 + 3 + 0.1 + 5 / 1024 + 0.01, 10);
  expect(rows.filter((row) => row['Cost, today so far'] !== null)).toHaveLength(1);
});

test('over time: the same sums, by name', async () => {
  const sums = async (title: string, column: string) => {
    const all = new Map<string, number>();
    for (const row of await panel(title))
      all.set(String(row['who']), (all.get(String(row['who'])) ?? 0) + Number(row[column]));
    return Object.fromEntries(all);
  };
  expect(await sums('Bytes read', 'Read')).toEqual({ grafana: 2 ** 40, dbt: 0, anna: gib, collector: 0 });
  expect(await sums('CPU time', 'CPU time')).toEqual({ grafana: 7200, dbt: 3600, anna: 360, collector: 36 });
  expect(await sums('Memory held', 'GiB-hours')).toEqual({ grafana: 0, dbt: 4, anna: 0, collector: 0 });
});

test('offenders, storage and quotas', async () => {
  expect(
    pick(await panel('Full scans'), 'User', 'Asked by', 'Full scans', 'SELECT *', 'Rows read per row').map((r) =>
      r.map(String),
    ),
  ).toEqual([
    ['anna', '', '0', '4', 'null'],
    ['dbt', 'model.shop.daily', '2', '0', '3000'],
  ]);
  expect(
    pick(await panel('Storage by table'), 'Table', 'Size', 'Compressed', 'In a week', 'TTL due').map((r) =>
      r.map(String),
    ),
  ).toEqual([
    ['shop.orders', '5000', '4', 'null', '0'],
    ['shop.events', '1000', '4', '400', '250'],
  ]);
  expect(pick(await panel('Quotas'), 'Quota', 'Whose', 'What', 'Used', 'Of').map((r) => r.map(String))).toEqual([
    ['analysts', 'anna', 'queries', '0.9', '10'],
    ['analysts', 'anna', 'read_bytes', '0.5', '2.00 GiB'],
  ]);
});
