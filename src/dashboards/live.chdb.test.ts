import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import type { Config } from '../config/config';
import { dayIn } from '../core/time/zone';
import { applyMigration, inspect, planMigration, refreshOnce } from '../schema';
import { testConfig } from '../testing/config';
import { ask, askPanel } from '../testing/dashboardQueries';
import type { Reading } from '../testing/dashboardQueries';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import { renderDashboards } from './dashboards';
import { settingsOf } from './settings';

/** Off the full hour, and a day ahead of UTC for a quarter of the day: a wrong "today" shows. */
const timezone = 'Asia/Kolkata';
const dayMs = 86_400_000;
const oddEvent = `it's "odd" \\ $1`;

let engine: TestEngine;
let pages: ReadonlyMap<string, Dashboard>;
/** The instant that counts as now: noon of today in the zone, so that the run may pass midnight UTC. */
let noonMs: number;

const at = (daysAgo: number) => new Date(noonMs - daysAgo * dayMs).toISOString().replace('T', ' ').replace('Z', '');
const day = (daysAgo: number) => dayIn(noonMs - daysAgo * dayMs, timezone);

const config = (url: string, weekStart: 'monday' | 'sunday'): Config =>
  testConfig({
    url,
    database: 'tm_live',
    reporting: { timezone, weekStart },
    roles: {
      events: {
        table: 'live.events',
        sourceClass: 'append',
        columns: { id: 'id', time: 'at', event: 'name', user: 'who', ingestedAt: 'ingested_at' },
      },
      orders: {
        table: 'live.orders',
        sourceClass: 'append',
        columns: {
          id: 'id',
          time: 'at',
          user: 'who',
          amount: 'amount',
          currency: 'cur',
          refundAmount: 'back',
          ingestedAt: 'ingested_at',
        },
      },
    },
  });

const reading = (values: Readonly<Record<string, string | string[]>> = {}): Reading => ({
  fromMs: noonMs - 50 * dayMs,
  toMs: noonMs + 60_000,
  timezone,
  variables: {
    currency: { value: values['currency'] ?? 'EUR' },
    grain: { value: values['grain'] ?? 'day' },
    retention: { value: 'none' },
    show: { value: 'on' },
    event: { value: values['event'] ?? ['visit', oddEvent], multi: true },
  },
});
const on = (uid: string, title: string, values?: Parameters<typeof reading>[0]) => {
  const dashboard = pages.get(uid);
  if (!dashboard) throw new Error(`no dashboard ${uid}`);
  return askPanel(engine.db, dashboard, title, reading(values));
};

const numbers = (row: Record<string, unknown> | undefined, ...names: string[]) =>
  names.map((name) => (row?.[name] == null ? null : Number(row[name])));

beforeAll(async () => {
  engine = await startEngine();
  const { db, url } = engine;
  noonMs = Date.parse(`${dayIn(Date.now(), timezone)}T12:00:00+05:30`);
  await db.command('CREATE DATABASE live');
  const arrival = 'ingested_at DateTime64(3) DEFAULT now64(3)';
  await db.command(
    `CREATE TABLE live.events (id UInt64, at DateTime64(3, 'UTC'), name LowCardinality(String), who String, ${arrival}) ENGINE = MergeTree ORDER BY (name, at, who, id)`,
  );
  await db.command(
    `CREATE TABLE live.orders (id UInt64, at DateTime64(3, 'UTC'), who String, amount Decimal(18, 2), cur LowCardinality(String), back Nullable(Decimal(18, 2)), ${arrival}) ENGINE = MergeTree ORDER BY (at, who, id)`,
  );
  const visits = [
    ...Array.from({ length: 41 }, (_, ago) => ({ who: 'u1', ago, name: 'visit' })),
    ...[1, 8].map((ago) => ({ who: 'u2', ago, name: 'visit' })),
    { who: 'u3', ago: 0, name: 'visit' },
    { who: 'u4', ago: 1, name: oddEvent },
  ];
  await db.insert(
    'live.events',
    visits.map(({ who, ago, name }, id) => ({ id, at: at(ago), name, who })),
  );
  const orders = [
    { who: 'a', ago: 1, amount: '10.00', cur: 'EUR', back: null },
    { who: 'a', ago: 1, amount: '20.50', cur: 'EUR', back: '5.25' },
    { who: 'b', ago: 1, amount: '1000.00', cur: 'USD', back: null },
    { who: 'b', ago: 8, amount: '10.00', cur: 'EUR', back: null },
    { who: 'c', ago: 0, amount: '7.00', cur: 'EUR', back: null },
  ];
  await db.insert(
    'live.orders',
    orders.map(({ ago, ...order }, id) => ({ id, at: at(ago), ...order })),
  );
  const installation = await inspect(config(url, 'monday'), db);
  const plan = (await planMigration(installation, db, 'test')).filter((action) => action.kind !== 'refresh');
  await applyMigration(installation, db, plan, 'test');
  await refreshOnce(installation, db, { hi: 'now64(3) + INTERVAL 1 SECOND' });
  pages = new Map(renderDashboards(settingsOf(config(url, 'monday'))).map((d) => [d.uid ?? '', d]));
}, 120_000);
afterAll(() => engine?.stop());

test('Home compares yesterday with the same weekday, today stands apart', async () => {
  const [users] = await on('tidemark-home', 'Daily active');
  expect(numbers(users, 'Users', 'vs same weekday')).toEqual([3, 0.5]);
  const [orders] = await on('tidemark-home', 'Orders');
  expect(numbers(orders, 'Orders', 'vs same weekday')).toEqual([3, 2]);
  const [net] = await on('tidemark-home', 'Net revenue, ');
  expect(numbers(net, 'Net revenue', 'vs same weekday')).toEqual([25.25, expect.closeTo(1.525)]);
  const [today] = await on('tidemark-home', 'Today so far');
  expect(numbers(today, 'Active users', 'Orders', 'Gross revenue')).toEqual([2, 1, 7]);
  expect(await on('tidemark-home', 'Newest day')).toEqual([{ Activity: day(0), Orders: day(0) }]);
});

test('without an equal weekday before there is no change, and without any order a zero', async () => {
  const [net] = await on('tidemark-home', 'Net revenue, ', { currency: 'USD' });
  expect(numbers(net, 'Net revenue', 'vs same weekday')).toEqual([1000, null]);
  const [none] = await on('tidemark-home', 'Net revenue, ', { currency: 'CHF' });
  expect(numbers(none, 'Net revenue', 'vs same weekday')).toEqual([0, null]);
});

test('where no retention is saved, its panels are empty, and the month grid stands', async () => {
  for (const title of ['Cohorts', 'Mean of all', 'By value', 'Size of', 'Came back'])
    expect([title, await on('tidemark-retention', title)]).toEqual([title, []]);
  expect((await on('tidemark-retention', 'Retention by month')).length).toBeGreaterThan(0);
});

test('the day that runs has its own series and is left out of the whole ones', async () => {
  const rows = await on('tidemark-active-users', 'Active users per day');
  expect(numbers(rows.at(-1), 'Active users', 'Active users, today so far')).toEqual([null, 2]);
  expect(numbers(rows.at(-2), 'Active users', 'Active users, today so far')).toEqual([3, null]);
  const lifecycle = await on('tidemark-active-users', 'Who came');
  expect(lifecycle.length).toBe(rows.length - 1);
  expect(numbers(lifecycle.at(-1), 'Returning', 'Resurrected', 'New', 'Dormant')).toEqual([1, 1, 1, 0]);
});

test.each(['day', 'week', 'month'])('the %s that runs is marked in Finance, whole ones are not', async (grain) => {
  const rows = await on('tidemark-finance', 'Orders and buyers', { grain });
  const open = rows.filter((row) => row['Orders, so far'] !== null);
  expect(open).toEqual(rows.slice(-1));
  expect(open[0]?.['Orders']).toBeNull();
  expect(rows.slice(0, -1).every((row) => row['Orders'] !== null && row['Orders, so far'] === null)).toBe(true);
  const total = rows.reduce((sum, row) => sum + Number(row['Orders'] ?? row['Orders, so far']), 0);
  expect(total).toBe(4);
});

test('money of one currency is never added to another, and refunds reduce net revenue', async () => {
  const totals = async (currency: string) => {
    const [gross] = await on('tidemark-finance', 'Gross revenue', { currency });
    const [refunds] = await on('tidemark-finance', 'Refunds', { currency });
    const [net] = await on('tidemark-finance', 'Net revenue', { currency });
    return [
      ...numbers(gross, 'Gross revenue'),
      ...numbers(refunds, 'Refunds', 'of orders'),
      ...numbers(net, 'Net revenue'),
    ];
  };
  expect(await totals('EUR')).toEqual([47.5, 5.25, 0.25, 42.25]);
  expect(await totals('USD')).toEqual([1000, 0, 0, 1000]);
});

test('the currency with the most orders is the default', async () => {
  const variable = pages.get('tidemark-finance')?.templating?.list?.find((v) => v.name === 'currency');
  const rows = await ask(engine.db, String(variable?.definition), reading());
  expect(rows).toEqual([{ currency: 'EUR' }, { currency: 'USD' }]);
});

test('a hostile choice selects nothing and changes nothing', async () => {
  const hostile = `x') OR 1 = 1; DROP TABLE live.orders --\\`;
  for (const currency of [hostile, "\\' OR 1=1 --"]) {
    const [row] = await on('tidemark-finance', 'Sold', { currency });
    expect(numbers(row, 'Orders')).toEqual([0]);
  }
  await expect(on('tidemark-finance', 'Orders and buyers', { grain: "month') OR (1" })).rejects.toThrow(
    "doesn't look like datepart name",
  );
  const odd = await on('tidemark-active-users', 'Events per day', { event: [oddEvent] });
  expect(odd.map((row) => [row['event'], Number(row['Events'])])).toEqual([[oddEvent, 1]]);
  expect(await on('tidemark-active-users', 'Events per day', { event: [hostile] })).toEqual([]);
  expect(await engine.db.query('SELECT count() AS n FROM live.orders')).toEqual([{ n: expect.anything() as unknown }]);
});

test('weeks begin on Sunday where the configuration says so', async () => {
  const [finance] = renderDashboards(settingsOf(config(engine.url, 'sunday'))).filter(
    (d) => d.uid === 'tidemark-finance',
  );
  const rows = await askPanel(engine.db, finance!, 'Orders and buyers', reading({ grain: 'week' }));
  const weekdays = await engine.db.query<{ w: number }>(
    `SELECT toDayOfWeek(toDateTime(arrayJoin([${rows.map((row) => `'${String(row['time'])}'`).join(', ')}]))) AS w`,
  );
  expect(weekdays.map(({ w }) => w)).toEqual(rows.map(() => 7));
  expect(finance?.weekStart).toBe('sunday');
});

test('the verdict follows the rollups: fresh, failing where one fails, not installed where there is none', async () => {
  const sql = (title: string) => on('tidemark-finance', title);
  expect((await sql('Data')).map((row) => Number(row['Verdict']))).toEqual([0]);
  const panel = pages.get('tidemark-finance')?.panels?.find((p) => 'title' in p && p.title === 'Data');
  const statement = String((panel as unknown as { targets: { rawSql: string }[] }).targets[0]?.rawSql);
  const verdict = async (rows: string) => {
    const replaced = statement.replace(
      '`tm_live`.`rollup_status`',
      `(SELECT r.1 AS rollup, r.2 AS verdict FROM (SELECT arrayJoin(${rows}) AS r))`,
    );
    return (await ask(engine.db, replaced, reading())).map((row) => Number(row['Verdict']));
  };
  expect(await verdict("[('order_day', 'fresh'), ('customer_day', 'failing')]")).toEqual([3]);
  expect(await verdict("[('order_day', 'filling'), ('customer_day', 'stale')]")).toEqual([2]);
  expect(await verdict("[('order_day', 'filling'), ('customer_day', 'fresh')]")).toEqual([1]);
  expect(await verdict("[('user_day', 'failing')]")).toEqual([4]);
});
