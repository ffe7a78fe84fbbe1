import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import type { Config } from '../config/config';
import type { FunnelRow } from '../core/funnel/table';
import { withAllSteps } from '../core/funnel/table';
import { localDay } from '../core/metrics/calendar';
import { planQuestion } from '../core/metrics';
import {
  applyMigration,
  funnelAnswer,
  inspect,
  plannerCatalogue,
  planMigration,
  readStatus,
  refreshOnce,
  watermarksOf,
} from '../schema';
import type { Installation } from '../schema';
import { testConfig } from '../testing/config';
import type { ResultRow } from '../testing/dashboardQueries';
import { ask, askPanel, queryPanels, statementOf } from '../testing/dashboardQueries';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import { renderDashboards } from './dashboards';
import { settingsOf } from './settings';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const shared = { exclusions: [], by: 'user', attribution: 'first', order: 'ordered', windowMs: 2 * dayMs } as const;
const config = (url: string, funnels: Config['funnels']): Config =>
  testConfig({
    url,
    database: 'tm_funnels',
    roles: {
      events: {
        table: 'site.events',
        sourceClass: 'append',
        columns: { id: 'id', time: 'at', event: 'name', user: 'who', ingestedAt: 'ingested_at' },
        dimensions: [{ name: 'plan', from: 'plan', column: 'plan', path: [] }],
        features: ['other'],
      },
    },
    funnels,
  });
const buy: Config['funnels'][number] = {
  ...shared,
  name: 'buy',
  title: 'Buying',
  breakdown: 'plan',
  steps: [
    { event: 'visit', title: 'Visited' },
    { event: 'cart', optional: true },
    { event: 'pay', title: 'Paid' },
  ],
};
const never = { ...shared, name: 'never', title: 'Never', steps: [{ event: 'visit' }, { event: 'nobody does' }] };

let engine: TestEngine;
let page: Dashboard;
let installation: Installation;
let nowMs: number;

beforeAll(async () => {
  engine = await startEngine();
  const { db, url } = engine;
  nowMs = Math.floor(Date.now() / dayMs) * dayMs;
  await db.command('CREATE DATABASE site');
  await db.command(
    "CREATE TABLE site.events (id UInt64, at DateTime64(3, 'UTC'), name LowCardinality(String), who String, plan LowCardinality(String), ingested_at DateTime64(3) DEFAULT now64(3)) ENGINE = MergeTree ORDER BY (name, at, who, id)",
  );
  // Ten days ago: a goes all the way in an hour, b without a cart in 30 h, c only visits. Yesterday: d visits, its window is open.
  const rows: readonly (readonly [who: string, name: string, hoursAgo: number, plan: string])[] = [
    ['a', 'visit', 240, 'pro'],
    ['a', 'cart', 239.5, 'pro'],
    ['a', 'pay', 239, 'free'],
    ['b', 'visit', 240, 'free'],
    ['b', 'pay', 210, 'free'],
    ['c', 'visit', 240, 'free'],
    ['c', 'pay', 150, 'free'],
    ['d', 'visit', 20, 'pro'],
    ['d', 'other', 20, 'pro'],
  ];
  const written = rows.map(([who, name, ago, plan], id) => ({
    id,
    at: new Date(nowMs - ago * hourMs).toISOString().slice(0, -1),
    name,
    who,
    plan,
  }));
  await db.insert('site.events', [...written, ...written.slice(0, 3)]);
  installation = await inspect(config(url, [buy, never]), db);
  const plan = (await planMigration(installation, db, 'test')).filter((action) => action.kind !== 'refresh');
  await applyMigration(installation, db, plan, 'test');
  await refreshOnce(installation, db, { hi: 'now64(3) + INTERVAL 1 SECOND' });
  const pages = renderDashboards(settingsOf(config(url, [buy, never])));
  page = pages.find((d) => d.uid === 'tidemark-funnels')!;
}, 120_000);
afterAll(() => engine?.stop());

const on = (title: string, funnel = 'buy', fromMs = nowMs - 30 * dayMs): Promise<ResultRow[]> =>
  askPanel(engine.db, page, title, {
    fromMs,
    toMs: nowMs + dayMs,
    timezone: 'UTC',
    variables: { funnel: { value: funnel } },
  });

test('the bars have a row per step, with its share', async () => {
  expect(await on('Entries that')).toEqual([
    { Step: '1 Visited', Entries: 4 },
    { Step: '2 cart', Entries: 1 },
    { Step: '3 Paid', Entries: 2 },
  ]);
});

test('the table leaves optional steps out of "the step before", and times are within 2.5 %', async () => {
  const [visit, cart, pay] = await on('Steps');
  expect(visit).toMatchObject({
    Entries: 4,
    'Of step before': null,
    'Of entries': 1,
    'Median time': null,
    'Window open': 1,
  });
  expect(cart).toMatchObject({ Entries: 1, 'Of step before': 0.25, 'Window open': 0 });
  expect(pay).toMatchObject({ Entries: 2, 'Of step before': 0.5, 'Of entries': 0.5 });
  const near = (ms: number) => [ms * 0.975, ms * 1.025] as const;
  const [low, high] = near(hourMs / 2);
  expect(Number(cart?.['Median time'])).toBeGreaterThan(low);
  expect(Number(cart?.['Median time'])).toBeLessThan(high);
  expect(Number(pay?.['p90 time'])).toBeGreaterThan(near(30 * hourMs)[0]);
  expect(Number(pay?.['p90 time'])).toBeLessThan(near(30 * hourMs)[1]);
});

test('conversion of a day whose windows are open stands apart', async () => {
  const rows = await on('Conversion by day');
  expect(rows.map((r) => [r['Conversion'], r['Conversion, window open']])).toEqual([
    [expect.closeTo(2 / 3), null],
    [null, 0],
  ]);
});

test('times to convert are put into bars without holes', async () => {
  expect(await on('Time to convert')).toEqual([
    { Time: '< 4 h', Conversions: 1 },
    { Time: '< 12 h', Conversions: 0 },
    { Time: '< 1 d', Conversions: 0 },
    { Time: '< 2 d', Conversions: 1 },
  ]);
});

test('each value of the breakdown has all steps', async () => {
  const rows = await on('By breakdown');
  expect(rows.map((r) => [r['Value'], r['Is'], r['Entries'], r['Of step before']])).toEqual([
    ['free', 'Visited', 2, null],
    ['free', 'cart', 0, 0],
    ['free', 'Paid', 1, 0.5],
    ['pro', 'Visited', 2, null],
    ['pro', 'cart', 1, 0.5],
    ['pro', 'Paid', 1, 0.5],
  ]);
});

test('a step that never happens is a zero, an empty range and an unknown funnel are no error', async () => {
  expect(await on('Entries that', 'never')).toEqual([
    { Step: '1 visit', Entries: 4 },
    { Step: '2 nobody does', Entries: 0 },
  ]);
  expect((await on('Steps', 'buy', nowMs)).map((r) => r['Entries'])).toEqual([0, 0, 0]);
  for (const panel of queryPanels(page).filter((p) => p.title !== 'Data')) {
    const reading = {
      fromMs: nowMs - dayMs,
      toMs: nowMs,
      timezone: 'UTC',
      variables: { funnel: { value: "it's none" } },
    };
    expect(await ask(engine.db, statementOf(panel), reading)).toEqual([]);
  }
});

test('a funnel is answered alike from its own table, from step rows and from the source', async () => {
  const question = {
    firstDay: localDay(nowMs, 'UTC') - 30,
    lastDay: localDay(nowMs, 'UTC'),
    timezone: 'UTC',
    count: 'entries',
    nowMs: Date.now(),
  } as const;
  const [saved] = installation.funnels;
  const rows = async (own: Parameters<typeof funnelAnswer>[1], on: Installation = installation) => {
    const answer = funnelAnswer(on, own);
    return { from: answer.from, rows: withAllSteps(buy, await engine.db.query<FunnelRow>(answer.sql)) };
  };
  const fromTable = await rows({ ...question, funnel: saved! });
  const fromSteps = await rows({ ...question, funnel: { ...buy } });
  const fromRaw = await rows({ ...question, funnel: { ...buy } }, withoutSteps(installation));
  expect([fromTable.from, fromSteps.from, fromRaw.from]).toEqual(['funnel_buy_time', 'step_day', 'site.events']);
  expect(fromRaw.rows).toEqual(fromSteps.rows);
  const counts = (own: readonly FunnelRow[]) =>
    own.map(({ grp, step, entries, open }) => ({ grp, step, entries, open }));
  expect(counts(fromTable.rows)).toEqual(counts(fromSteps.rows));
  expect(fromSteps.rows.find((r) => r.grp === 'pro' && r.step === 3)).toMatchObject({ entries: 1, median_ms: hourMs });
});

/** The same installation as if step rows were kept of nothing that the funnel looks at. */
const withoutSteps = (own: Installation): Installation => ({
  ...own,
  sources: { ...own.sources, events: { ...own.sources.events!, steps: ['other'] } },
});

test('the metrics of a saved funnel are in the catalogue and answered from its table', async () => {
  const status = await readStatus(installation, engine.db);
  const catalogue = plannerCatalogue(installation, watermarksOf(status));
  const ask = async (metric: string, by: readonly string[]) => {
    const range = { fromMs: nowMs - 30 * dayMs, toMs: nowMs, interval: 'all', timezone: 'UTC' } as const;
    const plan = planQuestion({ ...range, metric, by }, catalogue, Date.now());
    expect(plan.chosen).toBe('funnel_buy');
    return engine.db.query(`SELECT * EXCEPT open FROM (${plan.sql})`);
  };
  expect(await ask('funnel_buy_entries', [])).toEqual([{ value: 4 }]);
  expect(await ask('funnel_buy_conversion', ['plan'])).toEqual([
    { plan: 'free', value: 0.5 },
    { plan: 'pro', value: 0.5 },
  ]);
  expect(catalogue.metrics.find((m) => m.name === 'funnel_buy_entries')?.dimensions).toEqual(['plan']);
});

test('a dimension that is none is refused by name', () => {
  const funnel = { ...buy, breakdown: 'colour' };
  const question = { funnel, firstDay: 0, lastDay: 1, timezone: 'UTC', count: 'users', nowMs: 0 } as const;
  expect(() => funnelAnswer(installation, question)).toThrow(
    'Funnel buy: "colour" is no dimension of role events. There are: plan.',
  );
});
