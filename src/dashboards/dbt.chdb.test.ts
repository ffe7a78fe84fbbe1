import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { parseConfig } from '../config/parse';
import { alertRules } from '../packs/rules';
import { applyMigration, inspect, planMigration } from '../schema';
import { ask, askPanel, queryPanels, statementOf } from '../testing/dashboardQueries';
import type { Reading } from '../testing/dashboardQueries';
import type { TestEngine } from '../testing/engine';
import { startEngine } from '../testing/engine';
import { renderDashboards } from './dashboards';
import { settingsOf } from './settings';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const nowMs = Math.floor(Date.now() / 1000) * 1000;
const time = (agoMs: number) => new Date(nowMs - agoMs).toISOString().replace('T', ' ').replace('Z', '');

const off = alertRules.map(({ name }) => name).filter((name) => !/^(dbt_|source_stale)/.test(name));
const yaml = `version: 1
connection: { url: "http://127.0.0.1:1", database: tm }
alerts: { off: [${off.join(', ')}] }
collect:
  dbt:
    marts:
      target: target
      jobs: { hourly: { every: 1h }, nightly: { every: 1d, selects: "tag:nightly" }, weekly: { every: 7d, selects: "tag:weekly" } }
`;

let engine: TestEngine;
let page: Dashboard;
const reading: Reading = { fromMs: nowMs - 30 * dayMs, toMs: nowMs + minuteMs, timezone: 'utc', variables: {} };
const panel = (title: string) => askPanel(engine.db, page, title, reading);

/** A run that ended so long ago. */
const run = (invocation_id: string, job: string, agoMs: number, own: object = {}) => ({
  at: time(agoMs),
  project: 'marts',
  job,
  invocation_id,
  command: 'build',
  status: 'success',
  counts: 1,
  started_at: time(agoMs + minuteMs),
  ended_at: time(agoMs),
  elapsed_s: 60,
  ...own,
});
const node = (invocation_id: string, unique_id: string, agoMs: number, own: object = {}) => ({
  at: time(agoMs),
  project: 'marts',
  job: 'hourly',
  invocation_id,
  ended_at: time(agoMs),
  unique_id,
  resource_type: unique_id.split('.')[0],
  status: 'success',
  execution_s: 1,
  ...own,
});

beforeAll(async () => {
  engine = await startEngine();
  const { db } = engine;
  const config = parseConfig(yaml, { file: 'tidemark.yaml', env: {} });
  const installation = await inspect(config, db);
  const plan = (await planMigration(installation, db, 'test')).filter(({ kind }) => kind !== 'refresh');
  await applyMigration(installation, db, plan, 'test');
  page = renderDashboards(settingsOf(config)).find(({ uid }) => uid === 'tidemark-dbt')!;
});
afterAll(() => engine?.stop());

test('before anything ran the page says so, and every panel can be drawn', async () => {
  expect(queryPanels(page).length).toBe(12);
  for (const p of queryPanels(page)) await ask(engine.db, statementOf(p), reading);
  expect(await panel('Data')).toEqual([{ Verdict: 1 }]);
  expect((await panel('Jobs')).map((row) => [row['Job'], row['State'], row['Late after']])).toEqual([
    ['marts hourly', 'never', 5400],
    ['marts nightly', 'never', 93_600],
    ['marts weekly', 'never', 7 * 86_400 + 7200],
  ]);
  expect(await panel('Runs that succeeded')).toEqual([{ '7 days': null, '30 days': null }]);
});

describe('with runs', () => {
  beforeAll(async () => {
    const { db } = engine;
    await db.insert('tm.health_dbt_run', [
      run('h1', 'hourly', 3 * hourMs),
      run('h2', 'hourly', 2 * hourMs, { status: 'failed', elapsed_s: 5 }),
      run('h3', 'hourly', 10 * minuteMs, { status: 'failed', elapsed_s: 7 }),
      // Written twice.
      run('h3', 'hourly', 10 * minuteMs, { status: 'failed', elapsed_s: 7 }),
      run('n1', 'nightly', 10 * dayMs, { elapsed_s: 4320 }),
      run('n2', 'nightly', 10 * hourMs, { status: 'warned', elapsed_s: 8640 }),
      run('c1', 'nightly', 5 * hourMs, { command: 'compile', counts: 0, elapsed_s: 9999 }),
      run('own', '', hourMs, { status: 'failed' }),
    ]);
    await db.insert('tm.health_dbt_node', [
      node('h1', 'model.shop.orders', 3 * hourMs, { execution_s: 30 }),
      node('h1', 'model.shop.revenue', 3 * hourMs, { execution_s: 10 }),
      node('h2', 'model.shop.orders', 2 * hourMs, { status: 'error', execution_s: 2, message: 'Code 1.' }),
      node('h2', 'model.shop.revenue', 2 * hourMs, { status: 'skipped', because: 'model.shop.orders' }),
      node('h3', 'model.shop.orders', 10 * minuteMs, {
        status: 'error',
        execution_s: 4,
        message: 'Code 2.',
        git_sha: '0123456789abc',
        query_id: 'q2',
      }),
      node('h3', 'model.shop.revenue', 10 * minuteMs, { status: 'skipped', because: 'model.shop.orders' }),
      node('own', 'model.shop.trial', hourMs, { status: 'error', job: '' }),
    ]);
    await db.insert('tm.health_query', [
      {
        at: time(hourMs),
        m: time(hourMs).slice(0, 16) + ':00',
        model: 'model.shop.orders',
        queries: 3,
        cpu_s: 1.5,
        read_bytes: 1000,
        written_rows: 10,
        memory_bytes: 500,
      },
      {
        at: time(2 * hourMs),
        m: time(2 * hourMs).slice(0, 16) + ':00',
        model: 'model.shop.orders',
        queries: 1,
        cpu_s: 0.5,
        read_bytes: 24,
        written_rows: 0,
        memory_bytes: 700,
      },
      { at: time(hourMs), m: time(hourMs).slice(0, 16) + ':00', app: 'tidemark', queries: 1000, cpu_s: 900 },
    ]);
    const source = (source_table: string, agoMs: number, own: object) => ({
      at: time(agoMs),
      project: 'marts',
      invocation_id: `f${agoMs}`,
      checked_at: time(agoMs),
      unique_id: `source.shop.${source_table}`,
      source_table,
      warn_after_s: 3600,
      ...own,
    });
    await db.insert('tm.health_dbt_source', [
      source('raw.orders', 2 * hourMs, { status: 'pass', max_loaded_at: time(2 * hourMs + minuteMs), age_s: 60 }),
      source('raw.orders', hourMs, { status: 'warn', max_loaded_at: time(3 * hourMs), age_s: 7200 }),
      source('raw.users', hourMs, { status: 'pass', max_loaded_at: time(hourMs + minuteMs), age_s: 60 }),
      source('raw.gone', hourMs, { status: 'missing' }),
    ]);
  });

  test('the verdict and the counts are of now, without people’s own runs', async () => {
    expect(await panel('Data')).toEqual([{ Verdict: 3 }]);
    expect(await panel('What is wrong now')).toEqual([{ Failing: 1, 'Overdue jobs': 1, 'Stale sources': 1 }]);
    // Of h1, h2, h3, n2, and of n1 ten days ago: each once, without compile.
    expect(await panel('Runs that succeeded')).toEqual([{ '7 days': 2 / 4, '30 days': 3 / 5 }]);
  });

  test('jobs: the overdue one first, ages by its last success, in time where a warning was the worst', async () => {
    const rows = await panel('Jobs');
    expect(
      rows.map((row) => [row['Job'], row['State'], row['Ended'], row['Took'], row['7 days'], row['30 days']]),
    ).toEqual([
      ['marts hourly', 'overdue', 'failed', 7, 1 / 3, 1 / 3],
      ['marts weekly', 'never', '', null, null, null],
      ['marts nightly', 'warned', 'warned', 8640, 1, 1],
    ]);
    const age = Number(rows[0]?.['Age of it']) - 3 * 3600;
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(600);
  });

  test('jobs over time: what the last run was, and overdue from the limit on until a run ends', async () => {
    const over = async (intervalMs: number) => {
      const fromMs = nowMs - 11 * dayMs;
      const rows = await askPanel(engine.db, page, 'Jobs over time', { ...reading, fromMs, intervalMs });
      return rows.map((row) => [String(row['job']), Number(row['State']), String(row['time']).slice(0, 16)] as const);
    };
    const minute = (agoMs: number) => time(agoMs).slice(0, 16);
    const each = await over(minuteMs);
    expect(each).toEqual([
      ['marts nightly', 0, minute(10 * dayMs)],
      ['marts nightly', 3, minute(10 * dayMs - 26 * hourMs)],
      ['marts nightly', 1, minute(10 * hourMs)],
      ['marts hourly', 0, minute(3 * hourMs)],
      ['marts hourly', 2, minute(2 * hourMs)],
      ['marts hourly', 3, minute(1.5 * hourMs)],
      ['marts hourly', 2, minute(10 * minuteMs)],
    ]);
    // Several in a bucket: nothing worse is lost, and what holds after them is what holds now.
    const coarse = await over(11 * dayMs);
    const of = (rows: typeof each, job: string) => rows.filter(([name]) => name === job);
    expect(of(coarse, 'marts hourly').length).toBeLessThan(of(each, 'marts hourly').length);
    for (const job of ['marts nightly', 'marts hourly']) {
      expect(of(coarse, job).at(-1)).toEqual(of(each, job).at(-1));
      expect(Math.max(...of(coarse, job).map(([, state]) => state))).toBe(3);
    }
  });

  test('runs over time: how they ended, how long they took, which share of their period', async () => {
    const ended = await panel('Runs by how they ended');
    const sum = (column: string) => ended.reduce((total, row) => total + Number(row[column]), 0);
    expect([sum('Succeeded'), sum('Warned'), sum('Failed')]).toEqual([2, 1, 2]);
    expect((await panel('How long runs take')).map((row) => [row['job'], row['Took']])).toEqual([
      ['marts nightly', 4320],
      ...(await nightlyAndHourly()),
    ]);
    const shares = await panel('Runs: share of their period');
    expect(shares.map((row) => [row['job'], row['Share']])).toEqual(
      expect.arrayContaining([
        ['marts nightly', 0.05],
        ['marts nightly', 0.1],
        ['marts hourly', 60 / 3600],
      ]),
    );
    expect(shares).toHaveLength(3);
  });

  /** Day buckets: both may end on the same day, or not. */
  async function nightlyAndHourly() {
    const rows = await engine.db.query<{ job: string; took: number }>(
      "SELECT concat('marts ', job) AS job, max(elapsed_s) AS took FROM tm.health_dbt_run WHERE invocation_id IN ('h1', 'n2') GROUP BY job, toStartOfInterval(ended_at, toIntervalSecond(86400)) AS b ORDER BY b, job",
    );
    return rows.map(({ job, took }) => [job, took]);
  }

  test('what fails, since when, how often, and what waits behind it', async () => {
    const rows = await panel('Failing now');
    expect(
      rows.map((row) => ({
        ...row,
        Times: Number(row['Times']),
        'Skipped behind it': Number(row['Skipped behind it']),
      })),
    ).toEqual([
      {
        Project: 'marts',
        Node: 'model.shop.orders',
        Kind: 'model',
        Status: 'error',
        Job: 'hourly',
        Since: time(2 * hourMs),
        Times: 2,
        'Skipped behind it': 1,
        Message: 'Code 2.',
        Commit: '0123456789',
        Query: 'q2',
      },
    ]);
    expect(await panel('Skipped, and because of what')).toEqual([
      { Node: 'model.shop.revenue', 'Because of': 'model.shop.orders', Job: 'marts hourly', Run: time(10 * minuteMs) },
    ]);
  });

  test('time of each node beside the cost of its statements', async () => {
    const rows = await panel('Slowest and costliest models');
    const shown = rows.map((row) =>
      ['Node', 'Runs', 'Time in all', 'Median', 'Longest', 'CPU', 'Statements', 'Read', 'Peak memory'].map(
        (c) => row[c],
      ),
    );
    expect(
      shown.map((row) =>
        row.map((value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value)),
      ),
    ).toEqual([
      ['model.shop.orders', 3, 36, 4, 30, 2, 4, 1024, 700],
      ['model.shop.revenue', 1, 10, 10, 10, null, null, null, null],
      ['model.shop.trial', 1, 1, 1, 1, null, null, null, null],
    ]);
  });

  test('sources: the newest check of each, the stale one first', async () => {
    const rows = await panel('Freshness of sources');
    expect(
      rows.map((row) => [
        row['Source'],
        row['Status'],
        row['Age'] === null ? null : Number(row['Age']),
        row['Warns after'],
      ]),
    ).toEqual([
      ['marts raw.orders', 'warn', 7200, 3600],
      ['marts raw.users', 'pass', 60, 3600],
      ['marts raw.gone', 'missing', null, 3600],
    ]);
  });
});
