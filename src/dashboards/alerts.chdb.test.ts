import type { AnnotationQuery, Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { defaultAlerts } from '../config/config';
import type { Config } from '../config/config';
import { applyMigration, inspect, planMigration } from '../schema';
import { testConfig } from '../testing/config';
import { ask, askPanel } from '../testing/dashboardQueries';
import type { Reading, ResultRow } from '../testing/dashboardQueries';
import type { TestEngine } from '../testing/engine';
import { startEngine } from '../testing/engine';
import { renderDashboards } from './dashboards';
import { settingsOf } from './settings';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const roles = {
  requests: {
    table: 'shop.requests',
    sourceClass: 'append',
    columns: { id: 'id', time: 'at', service: 'service', durationMs: 'ms', status: 'status', ingestedAt: 'seen' },
  },
} as const;

let engine: TestEngine;
let config: Config;
let pages: ReadonlyMap<string, Dashboard>;
let nowMs: number;

const time = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
const second = (ms: number) => time(ms).slice(0, 19);
const reading = (days: number): Reading => ({
  fromMs: nowMs - days * dayMs,
  toMs: nowMs,
  timezone: 'utc',
  variables: { currency: { value: 'EUR' } },
});
const page = (uid: string): Dashboard => {
  const found = pages.get(uid);
  if (!found) throw new Error(`no dashboard ${uid}`);
  return found;
};
const alerts = (title: string, days = 14) => askPanel(engine.db, page('tidemark-alerts'), title, reading(days));
const pick = (rows: readonly ResultRow[], ...columns: readonly string[]) =>
  rows.map((row) => columns.map((column) => row[column]));

/** A change of a rule's subject. */
const change = (rule: string, subject: string, atMs: number, firing: 0 | 1, own: object = {}) => ({
  rule,
  subject,
  at: time(atMs),
  firing,
  held: 0,
  value: 0.12,
  threshold: 0.02,
  as_of: time(atMs),
  detail: `${rule} of ${subject}`,
  ...own,
});

beforeAll(async () => {
  engine = await startEngine();
  const { db } = engine;
  nowMs = Math.floor(Date.now() / 1000) * 1000;
  await db.command('CREATE DATABASE shop');
  await db.command(
    'CREATE TABLE shop.requests (id UInt64, at DateTime64(3), service String, ms Float64, status UInt16, seen DateTime64(3)) ENGINE = ReplacingMergeTree ORDER BY (service, at, id)',
  );
  config = testConfig({
    database: 'tm',
    roles,
    alerts: {
      ...defaultAlerts,
      thresholds: [
        { rule: 'error_rate', subject: '', name: 'rate', value: 0.03 },
        { rule: 'error_rate', subject: 'billing', name: 'rate', value: 0.05 },
      ],
      holidays: [{ day: new Date(nowMs + 2 * dayMs).toISOString().slice(0, 10), name: 'Founders’ day' }],
      runbooks: 'https://example.org/runbooks',
    },
  });
  const installation = await inspect(config, db);
  await applyMigration(installation, db, await planMigration(installation, db, 'test'), 'test');
  await db.command('SYSTEM STOP VIEWS');
  // A view that is stopped while it runs says so as an error, when it ends: all of them have ended before anything is counted.
  for (let running = 1; running > 0; await new Promise((resolve) => setTimeout(resolve, 100)))
    running = Number(
      (await db.query<{ n: string }>("SELECT count() AS n FROM system.view_refreshes WHERE status = 'Running'"))[0]?.n,
    );
  await db.insert('tm.threshold_edits', [{ rule: 'latency_p95', subject: '', name: 'slo', value: 800, note: 'test' }]);
  await db.insert('tm.mutes', [
    {
      rule: 'error_rate',
      subject: 'search',
      since: time(nowMs - hourMs),
      until: time(nowMs + hourMs),
      reason: 'load test',
    },
    { rule: '', subject: '', since: time(nowMs - 90 * dayMs), until: time(nowMs - 80 * dayMs), reason: 'long ago' },
  ]);
  // error_rate waits 5 minutes, and goes on for 10; latency_p95 15 and 10.
  await db.insert('tm.alerts_log', [
    change('error_rate', 'api', nowMs - 20 * minuteMs, 1),
    change('error_rate', 'web', nowMs - 2 * minuteMs, 1),
    change('latency_p95', 'api', nowMs - 30 * minuteMs, 1, { value: 1234, threshold: 800 }),
    change('latency_p95', 'api', nowMs - 5 * minuteMs, 0),
    // Over: a whole hour three days ago, two minutes that nobody heard of, and one that flapped and is one.
    change('error_rate', 'api', nowMs - 3 * dayMs, 1),
    change('error_rate', 'api', nowMs - 3 * dayMs + hourMs, 0),
    change('error_rate', 'api', nowMs - 4 * dayMs, 1),
    change('error_rate', 'api', nowMs - 4 * dayMs + 2 * minuteMs, 0),
    change('error_rate', 'web', nowMs - 5 * dayMs, 1),
    change('error_rate', 'web', nowMs - 5 * dayMs + 20 * minuteMs, 0),
    change('error_rate', 'web', nowMs - 5 * dayMs + 25 * minuteMs, 1),
    change('error_rate', 'web', nowMs - 5 * dayMs + 40 * minuteMs, 0),
  ]);
  await db.insert('tm.alerts_replayed', [
    change('error_rate', 'old', nowMs - 10 * dayMs, 1),
    change('error_rate', 'old', nowMs - 10 * dayMs + 2 * hourMs, 0),
  ]);
  const now = (rule: string, subject: string, own: object) => ({
    ...change(rule, subject, nowMs - minuteMs, 1),
    gone: 0,
    ...own,
  });
  // Inserting these writes no change: the log has them already.
  await db.insert('tm.alerts_now', [
    now('error_rate', 'api', { value: 0.1534, threshold: 0.03, detail: '15.3 % of 900 requests failed' }),
    now('error_rate', 'web', { held: 1, detail: 'late' }),
    now('latency_p95', 'api', { firing: 0, value: 420, threshold: 800, detail: 'p95 of 900 requests: 420 ms' }),
    now('throughput_drop', 'api', { firing: 0, held: 1, detail: 'Held on a day off work.' }),
    now('error_rate', 'search', { firing: 0, held: 1, detail: 'Muted. all well' }),
    now('error_rate', 'cart', { firing: 0, detail: 'all well' }),
  ]);
  pages = new Map(renderDashboards(settingsOf(config)).map((d) => [d.uid ?? '', d]));
}, 60_000);
afterAll(() => engine?.stop());

test('the verdict counts what somebody was told of, by severity, and what waits', async () => {
  expect(await alerts('Firing now')).toEqual([{ Critical: 1, Warning: 1, Info: 0 }]);
  expect(await alerts('Waiting and held')).toEqual([{ Pending: 1, Held: 3 }]);
  const [rules] = await alerts('Rules');
  const [installed] = await engine.db.query<{ n: number }>('SELECT count() AS n FROM tm.catalog_rules');
  expect(rules?.['Installed']).toBe(Number(installed?.n));
  const [stopped] = await engine.db.query<{ n: number }>(
    "SELECT count() AS n FROM system.view_refreshes WHERE database = 'tm' AND view LIKE 'watch_%' AND exception != ''",
  );
  expect(rules?.['In error']).toBe(Number(stopped?.n));
  expect(Number(rules?.['Longest unseen'])).toBeLessThan(300);
});

test('firing comes first, then what recovers or is pending, then what is held; with the numbers of the last look', async () => {
  const rows = await alerts('Firing now, and why');
  expect(pick(rows, 'Severity', 'State', 'Rule', 'Subject', 'Since', 'Value', 'Limit', 'Why')).toEqual([
    [
      'critical',
      'firing',
      'Error rate',
      'api',
      time(nowMs - 20 * minuteMs),
      '15.3 %',
      '3 %',
      '15.3 % of 900 requests failed',
    ],
    ['critical', 'pending', 'Error rate', 'web', time(nowMs - 2 * minuteMs), '12 %', '2 %', 'Held. late'],
    [
      'warning',
      'recovering',
      'Latency p95',
      'api',
      time(nowMs - 30 * minuteMs),
      '420 ms',
      '800 ms',
      'p95 of 900 requests: 420 ms',
    ],
    ['critical', 'muted', 'Error rate', 'search', null, '12 %', '2 %', 'Muted. all well'],
    ['warning', 'held', 'Throughput drop', 'api', null, '0.1/s', '0/s', 'Held on a day off work.'],
  ]);
  expect(pick(rows.slice(0, 1), 'Look at', 'Uid', 'Runbook', 'Address')).toEqual([
    [
      'Operations: Error rate by release',
      'tidemark-operations',
      'error_rate.md',
      'https://example.org/runbooks/error_rate.md',
    ],
  ]);
});

test('messages are the sentences that are sent, of alerts only', async () => {
  const rows = await alerts('Messages as they would be sent');
  expect(pick(rows, 'Title', 'Message', 'Told')).toEqual([
    [
      'Error rate: api',
      'api: 15.3 % of the requests failed in the last five whole minutes, more than 3 % may.',
      time(nowMs - 15 * minuteMs),
    ],
    [
      'Latency p95: api',
      'api: in the last five whole minutes one request in twenty took longer than 1.2 s; 800 ms is the limit.',
      time(nowMs - 15 * minuteMs),
    ],
  ]);
});

test('the history has each firing once, with what was seen and what was replayed', async () => {
  const rows = await alerts('Last firings');
  expect(pick(rows, 'Began', 'State', 'Rule', 'Subject', 'From')).toEqual([
    [time(nowMs - 2 * minuteMs), 'pending', 'Error rate', 'web', 'seen'],
    [time(nowMs - 20 * minuteMs), 'firing', 'Error rate', 'api', 'seen'],
    [time(nowMs - 30 * minuteMs), 'recovering', 'Latency p95', 'api', 'seen'],
    [time(nowMs - 3 * dayMs), 'over', 'Error rate', 'api', 'seen'],
    [time(nowMs - 4 * dayMs), 'brief', 'Error rate', 'api', 'seen'],
    [time(nowMs - 5 * dayMs), 'over', 'Error rate', 'web', 'seen'],
    [time(nowMs - 10 * dayMs), 'over', 'Error rate', 'old', 'replay'],
  ]);
  expect(pick(rows.slice(2), 'Lasted')).toEqual([[1500], [3600], [120], [2400], [7200]]);
  expect(pick(await alerts('Last firings', 1), 'Rule')).toHaveLength(3);
});

test('subjects are counted in each bucket that they fired in, from the moment at which somebody was told', async () => {
  // Buckets of a day, as the range asks for; told at once or not, none of them is empty.
  const rows = await alerts('Firing subjects over time');
  const perDay = new Map<string, Set<string>>();
  const told = (rule: string, subject: string, fromMs: number, toMs: number) => {
    for (let ms = Math.floor(fromMs / dayMs) * dayMs; ms <= toMs; ms += dayMs) {
      const key = `${second(ms)} ${rule}`;
      perDay.set(key, (perDay.get(key) ?? new Set()).add(subject));
    }
  };
  told('Error rate', 'old', nowMs - 10 * dayMs + 5 * minuteMs, nowMs - 10 * dayMs + 2 * hourMs);
  told('Error rate', 'web', nowMs - 5 * dayMs + 5 * minuteMs, nowMs - 5 * dayMs + 40 * minuteMs);
  told('Error rate', 'api', nowMs - 3 * dayMs + 5 * minuteMs, nowMs - 3 * dayMs + hourMs);
  told('Error rate', 'api', nowMs - 15 * minuteMs, nowMs);
  told('Latency p95', 'api', nowMs - 15 * minuteMs, nowMs - 5 * minuteMs);
  const expected = [...perDay].map(([key, subjects]) => [key, subjects.size]).sort();
  expect(rows.map((row) => [`${String(row['time'])} ${String(row['rule'])}`, Number(row['Firing'])]).sort()).toEqual(
    expected,
  );
});

test('noise: how often each rule told somebody, how long it went on, how often it kept quiet', async () => {
  const rows = await alerts('Noise: messages by rule');
  const columns = ['Messages', 'Per week', 'Too brief', 'Median', 'Longest'];
  const errors = rows.find((row) => row['Rule'] === 'Error rate');
  // Twenty minutes (running), an hour, forty minutes with a gap, two hours.
  expect(pick([errors!], ...columns)[0]?.slice(0, 3)).toEqual([4, 2, 1]);
  expect(Number(errors?.['Median'])).toBeCloseTo(3000, -2);
  expect(errors?.['Longest']).toBe(7200);
  expect(rows[0]).toBe(errors);
  const quiet = rows.filter((row) => !['Error rate', 'Latency p95'].includes(String(row['Rule'])));
  expect(quiet.length).toBeGreaterThan(3);
  expect(quiet.every((row) => row['Messages'] === 0 && row['Median'] === null)).toBe(true);
  const weeks = await alerts('Messages per week', 30);
  expect(weeks.reduce((sum, row) => sum + Number(row['Messages']), 0)).toBe(5);
  expect(weeks.every((row) => new Date(`${String(row['time'])}Z`).getUTCDay() === 1)).toBe(true);
});

test('limits in force say where they come from', async () => {
  const rows = await alerts('Limits in force');
  const of = (rule: string) =>
    pick(
      rows.filter((row) => row['Rule'] === rule),
      'Limit',
      'Of',
      'Value',
      'From',
    );
  expect(of('Error rate')).toEqual([
    ['rate', 'all', '3 %', 'tidemark.yaml'],
    ['rate', 'billing', '5 %', 'tidemark.yaml'],
    ['requests', 'all', '100', 'default'],
  ]);
  expect(of('Latency p95').find(([name]) => name === 'slo')).toEqual(['slo', 'all', '800 ms', 'edited']);
  const [{ n }] = (await engine.db.query<{ n: number }>('SELECT count() AS n FROM tm.thresholds')) as [{ n: number }];
  expect(rows).toHaveLength(Number(n));
});

test('mutes that run and days off that come are told, those of long ago are not', async () => {
  const rows = await alerts('Mutes and holidays');
  expect(pick(rows, 'What', 'Of', 'Why')).toEqual([
    ['day off', 'rules about days', 'Founders’ day'],
    ['mute', 'Error rate: search', 'load test'],
  ]);
});

test('Home has the verdict and the list', async () => {
  const home = (title: string) => askPanel(engine.db, page('tidemark-home'), title, reading(7));
  const [verdict] = await home('Data and alerts');
  expect(verdict).toMatchObject({ Critical: 1, Warnings: 1 });
  expect(pick(await home('Alerts that fire'), 'Severity', 'Rule', 'Uid')).toEqual([
    ['critical', 'Error rate', 'tidemark-operations'],
    ['warning', 'Latency p95', 'tidemark-operations'],
  ]);
});

test('alerts are marks over the dashboard whose panels they watch, and limits lines on those panels', async () => {
  const marks = (page('tidemark-operations').annotations?.list ?? []).find((a: AnnotationQuery) => a.name === 'Alerts');
  expect(marks?.enable).toBe(true);
  const { rawSql } = marks?.target as unknown as { rawSql: string };
  const rows = await ask(engine.db, rawSql, reading(6));
  expect(pick(rows, 'time', 'title', 'tags')).toEqual([
    [time(nowMs - 5 * dayMs), 'Error rate: web', 'alert,critical'],
    [time(nowMs - 3 * dayMs), 'Error rate: api', 'alert,critical'],
    [time(nowMs - 30 * minuteMs), 'Latency p95: api', 'alert,warning'],
    [time(nowMs - 20 * minuteMs), 'Error rate: api', 'alert,critical,firing'],
  ]);
  const variables = Object.fromEntries(
    ['service', 'release', 'endpoint'].map((name) => [name, { value: ['$__all'], multi: true, includeAll: true }]),
  );
  const lines = await askPanel(engine.db, page('tidemark-operations'), 'Error rate by release', {
    ...reading(1),
    variables,
  });
  expect(pick(lines, 'time', 'release', 'Error rate')).toEqual([
    [second(nowMs - dayMs), 'Limit', 0.03],
    [second(nowMs), 'Limit', 0.03],
  ]);
});

test('without any alert every panel answers', async () => {
  await engine.db.command('TRUNCATE TABLE tm.alerts_log');
  await engine.db.command('TRUNCATE TABLE tm.alerts_replayed');
  await engine.db.command('TRUNCATE TABLE tm.alerts_now');
  expect(await alerts('Firing now')).toEqual([{ Critical: 0, Warning: 0, Info: 0 }]);
  for (const title of ['Firing now, and why', 'Messages as they would be sent', 'Last firings', 'Messages per week'])
    expect([title, await alerts(title)]).toEqual([title, []]);
  expect((await alerts('Noise')).every((row) => row['Messages'] === 0)).toBe(true);
});
