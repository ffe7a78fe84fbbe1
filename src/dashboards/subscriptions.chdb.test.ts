import { applyMigration, inspect, planMigration, refreshOnce } from '../schema';
import { testConfig } from '../testing/config';
import { askPanel } from '../testing/dashboardQueries';
import type { Reading } from '../testing/dashboardQueries';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import { renderDashboards } from './dashboards';
import { settingsOf } from './settings';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

const now = new Date();
/** Noon of a day in a month so many back. */
const at = (monthsAgo: number, day: number) =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - monthsAgo, day, 12));
const text = (date: Date) => date.toISOString().slice(0, 19).replace('T', ' ');
const month = (monthsAgo: number) => at(monthsAgo, 1).toISOString().slice(0, 7);

/** (subscription, months ago, day, what is paid from then on). */
const changes: readonly (readonly [string, number, number, number])[] = [
  ['a', 3, 5, 100],
  ['b', 3, 9, 50],
  ['d', 3, 20, 80],
  ['a', 1, 2, 150],
  ['b', 1, 3, 0],
  ['c', 1, 10, 30],
  ['d', 1, 11, 60],
  // Comes and goes within the month: neither new nor churn.
  ['e', 1, 12, 500],
  ['e', 1, 20, 0],
];

test('levels, movements and what is kept of the revenue, month by month and of the last whole one', async () => {
  const { db } = engine;
  await db.command('CREATE DATABASE pay');
  await db.command(
    'CREATE TABLE pay.changes (id UInt64, at DateTime, sub String, cur String, mrr Decimal(18, 2), seen DateTime64(3) DEFAULT now64(3)) ENGINE = ReplacingMergeTree ORDER BY (at, sub, id)',
  );
  const config = testConfig({
    database: 'pay_tm',
    roles: {
      subscriptions: {
        table: 'pay.changes',
        sourceClass: 'append',
        columns: {
          id: 'id',
          time: 'at',
          subscription: 'sub',
          user: 'sub',
          mrr: 'mrr',
          currency: 'cur',
          ingestedAt: 'seen',
        },
      },
    },
  });
  await db.insert(
    'pay.changes',
    changes.map(([sub, ago, day, mrr], id) => ({ id, at: text(at(ago, day)), sub, cur: 'EUR', mrr })),
  );
  await db.insert('pay.changes', [{ id: 99, at: text(at(2, 1)), sub: 'z', cur: 'JPY', mrr: 9_999_999 }]);
  const installation = await inspect(config, db);
  const plan = (await planMigration(installation, db, 'test')).filter((a) => a.kind !== 'refresh');
  await applyMigration(installation, db, plan, 'test');
  await refreshOnce(installation, db, { hi: 'now64(3)' });

  const page = renderDashboards(settingsOf(config)).find((d) => d.uid === 'tidemark-subscriptions');
  if (!page) throw new Error('no dashboard');
  const reading: Reading = {
    fromMs: at(3, 1).getTime(),
    toMs: now.getTime(),
    timezone: 'UTC',
    variables: { currency: { value: 'EUR' } },
  };
  const ask = (title: string) => askPanel(db, page, title, reading);

  const rows = (await ask('Month by month')).map((r) => Object.values(r));
  const none = [0, 0, 0, 0, 0] as const;
  expect(rows).toEqual(
    [
      // Month, opening, new, expansion, reactivation, contraction, churn, closing, subscriptions, net, gross, churned
      [`${month(0)} so far`, 240, ...none, 240, 3, 1, 1, 0],
      [month(1), 230, 30, 50, 0, -20, -50, 240, 3, 210 / 230, 160 / 230, 1 / 3],
      [month(2), 230, ...none, 230, 3, 1, 1, 0],
      [month(3), 0, 230, 0, 0, 0, 0, 230, 3, null, null, null],
    ].map((row) => row.map((v) => (typeof v === 'number' ? expect.closeTo(v, 12) : v))),
  );
  expect(await ask('Net retention')).toEqual([{ 'Net retention': expect.closeTo(210 / 230, 12) }]);
  expect(await ask('Gross retention')).toEqual([{ 'Gross retention': expect.closeTo(160 / 230, 12) }]);
  expect(await ask('Churned subscriptions')).toEqual([{ 'Churned subscriptions': expect.closeTo(1 / 3, 12) }]);
  const moved = await ask('What moved MRR');
  expect(moved.map((r) => [r['New'], r['Expansion'], r['Contraction'], r['Churn'], r['New, so far']])).toEqual(
    [
      [230, 0, -0, -0, null],
      [0, 0, -0, -0, null],
      [30, 50, -20, -50, null],
      [null, null, null, null, 0],
    ].map((row) => row.map((v) => (v === null ? null : expect.closeTo(v, 12)))),
  );
  const level = await engine.db.query<{ m: number }>(
    `SELECT toFloat64(mrr) AS m FROM pay_tm.mrr_day FINAL WHERE currency = 'EUR' AND d = toDate('${text(at(1, 15)).slice(0, 10)}')`,
  );
  expect(level).toEqual([{ m: 740 }]);
});
