import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { loadConfig } from '../config/load';
import { seedDemo } from '../demo/seed';
import { applyMigration, inspect, planMigration, refreshOnce } from '../schema';
import { ask, askPanel, queryPanels, statementOf } from '../testing/dashboardQueries';
import type { Reading } from '../testing/dashboardQueries';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import { renderDashboards } from './dashboards';
import { settingsOf } from './settings';

const root = join(__dirname, '..', '..');
const csv = gunzipSync(readFileSync(join(root, 'test/data/cdnow.csv.gz'))).toString('utf8');

interface Order {
  readonly customer: string;
  readonly day: string;
  readonly cents: number;
}

/** The independent side of every comparison: the file itself, no SQL. */
const orders: readonly Order[] = csv
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [customer = '', day = '', , amount = ''] = line.split(',');
    return { customer, day, cents: Math.round(Number(amount) * 100) };
  });
const months = [...new Set(orders.map(({ day }) => day.slice(0, 7)))].sort();
const customersIn = (month: string) => new Set(orders.filter((o) => o.day.startsWith(month)).map((o) => o.customer));
const byMonth = new Map(months.map((month) => [month, customersIn(month)]));

const firstMonth = new Map<string, string>();
for (const { customer, day } of [...orders].sort((a, b) => (a.day < b.day ? -1 : 1)))
  if (!firstMonth.has(customer)) firstMonth.set(customer, day.slice(0, 7));

let engine: TestEngine;
let dashboards: ReadonlyMap<string, Dashboard>;

const reading = (grain: string, from = '1997-01-01', to = '1998-06-30'): Reading => ({
  fromMs: Date.parse(`${from}T00:00:00Z`),
  toMs: Date.parse(`${to}T23:59:59Z`),
  timezone: 'utc',
  variables: {
    currency: { value: 'USD' },
    grain: { value: grain },
    retention: { value: 'buying_again' },
    show: { value: 'on' },
    funnel: { value: 'repeat_purchase' },
    event: { value: ['purchase'], multi: true, includeAll: true },
  },
});
const page = (uid: string): Dashboard => {
  const found = dashboards.get(uid);
  if (!found) throw new Error(`no dashboard ${uid}`);
  return found;
};
const finance = (title: string, range = reading('month')) =>
  askPanel(engine.db, page('tidemark-finance'), title, range);
const users = (title: string, range = reading('month')) =>
  askPanel(engine.db, page('tidemark-active-users'), title, range);
const retention = (title: string, show: 'on' | 'after' = 'on', range = reading('month')) =>
  askPanel(engine.db, page('tidemark-retention'), title, {
    ...range,
    variables: { ...range.variables, show: { value: show } },
  });
const home = (title: string, range = reading('month')) => askPanel(engine.db, page('tidemark-home'), title, range);

beforeAll(async () => {
  engine = await startEngine();
  const { db, url } = engine;
  const config = loadConfig(join(root, 'demo/cdnow/tidemark.yaml'), { TIDEMARK_URL: url });
  await seedDemo(db, {
    demo: 'cdnow',
    reset: false,
    nowMs: Date.now(),
    readCdnow: () => csv,
    onInserted: () => undefined,
  });
  const installation = await inspect(config, db);
  const plan = (await planMigration(installation, db, 'test')).filter((action) => action.kind !== 'refresh');
  await applyMigration(installation, db, plan, 'test');
  await refreshOnce(installation, db, { hi: 'now64(3)' });
  dashboards = new Map(renderDashboards(settingsOf(config)).map((d) => [d.uid ?? '', d]));
}, 180_000);
afterAll(() => engine?.stop());

test('every query of every panel and variable runs, under every grain', async () => {
  const failed: string[] = [];
  let asked = 0;
  for (const dashboard of dashboards.values()) {
    const variables = (dashboard.templating?.list ?? []).filter((v) => v.type === 'query');
    const statements = [
      ...queryPanels(dashboard).map((panel) => ({ name: panel.title, sql: statementOf(panel) })),
      ...variables.map((v) => ({ name: v.name, sql: String(v.definition) })),
    ];
    for (const grain of ['day', 'week', 'month'])
      for (const { name, sql } of statements) {
        asked += 1;
        await ask(engine.db, sql, reading(grain)).catch((error: unknown) =>
          failed.push(`${dashboard.title} / ${name} (${grain}): ${String(error)}`),
        );
      }
  }
  expect(failed).toEqual([]);
  expect(asked).toBeGreaterThan(90);
}, 120_000);

test('Finance totals the range: 69,659 orders of 23,570 buyers, 2,500,315.63 USD', async () => {
  // 64-bit integers may come as text in JSON.
  const [sold] = await finance('Sold');
  expect([Number(sold?.['Orders']), Number(sold?.['Buyers'])]).toEqual([69659, 23570]);
  expect(await finance('Gross revenue')).toEqual([{ 'Gross revenue': 2500315.63 }]);
  expect(await finance('Net revenue, ')).toEqual([{ 'Net revenue': 2500315.63 }]);
  expect(await finance('Refunds')).toEqual([{ Refunds: 0, 'of orders': 0 }]);
  expect(sold?.['Average order']).toBeCloseTo(2500315.63 / 69659, 10);
});

test('revenue, orders and buyers per month equal the file', async () => {
  const revenue = await finance('Revenue per');
  const counts = await finance('Orders and buyers');
  const expected = months.map((month) => {
    const mine = orders.filter((o) => o.day.startsWith(month));
    return [month, mine.reduce((sum, o) => sum + o.cents, 0) / 100, mine.length, byMonth.get(month)?.size];
  });
  const got = revenue.map((row, at) => [
    String(row['time']).slice(0, 7),
    row['Gross'],
    Number(counts[at]?.['Orders']),
    Number(counts[at]?.['Buyers']),
  ]);
  expect(got).toEqual(expected);
  expect(revenue.every((row) => row['Gross, so far'] === null)).toBe(true);
});

test('weeks begin on Monday and days add up to the same orders', async () => {
  const weeks = await finance('Orders and buyers', reading('week'));
  expect(weeks.map((row) => new Date(`${String(row['time']).slice(0, 10)}T00:00:00Z`).getUTCDay())).toEqual(
    weeks.map(() => 1),
  );
  const total = (rows: typeof weeks) => rows.reduce((sum, row) => sum + Number(row['Orders']), 0);
  expect(total(weeks)).toBe(69659);
  expect(total(await finance('Orders and buyers', reading('day')))).toBe(69659);
});

test('a month that the range only touches keeps its number', async () => {
  const narrow = reading('month', '1997-03-10', '1997-05-03');
  const byTime = async (range?: Reading) => {
    const rows = await users('Who came', range);
    return new Map(rows.map((r) => [String(r['time']).slice(0, 7), r] as const));
  };
  const wide = await byTime();
  const cut = await byTime(narrow);
  expect([...cut.keys()]).toEqual(['1997-03', '1997-04', '1997-05']);
  expect([...wide.keys()]).toEqual(months);
  for (const [month, row] of wide) {
    expect(cut.get(month) ?? row).toEqual(row);
    const active = Number(row['New']) + Number(row['Returning']) + Number(row['Resurrected']);
    expect([month, active]).toEqual([month, byMonth.get(month)?.size]);
  }
});

test('active days per user are those of the last whole month', async () => {
  const days = new Map<string, Set<string>>();
  for (const { customer, day } of orders)
    if (day.startsWith('1998-05')) days.set(customer, (days.get(customer) ?? new Set()).add(day));
  const rows = await users('Active days', reading('month', '1997-01-01', '1998-06-29'));
  const counts = new Map<number, number>();
  for (const { size } of days.values()) counts.set(size, (counts.get(size) ?? 0) + 1);
  const expected = Array.from({ length: Math.max(...counts.keys()) }, (_, i) => [
    String(i + 1),
    counts.get(i + 1) ?? 0,
  ]);
  expect(rows.map((r) => [r['Active days'], Number(r['Users'])])).toEqual(expected);
});

test.each([
  ['Retention & cohorts', 'First active', 'Users', 'Retention by month'],
  ['Finance', 'First order', 'Buyers', 'Buying again'],
])('%s: the cohort grid equals the file, and months without data are empty', async (_, first, size, title) => {
  const rows = await (title.startsWith('Buying') ? finance(title) : retention(title));
  const expected = months.slice(0, 3).map((cohort, at) => {
    const members = [...firstMonth].filter(([, month]) => month === cohort).map(([customer]) => customer);
    const share = (k: number) => {
      const active = byMonth.get(months[at + k] ?? '');
      return active ? members.filter((customer) => active.has(customer)).length / members.length : null;
    };
    return [cohort, members.length, ...Array.from({ length: 12 }, (_, k) => share(k + 1))];
  });
  const shares = Array.from({ length: 12 }, (_, k) => `M${k + 1}`);
  expect(rows.map((r) => [r[first], Number(r[size]), ...shares.map((name) => r[name])])).toEqual(expected);
});

test('the repeat-purchase funnel equals one counted user by user, order by order', async () => {
  const rows = await engine.db.query<{ user: string; ms: string }>(
    'SELECT toString(user_id) AS user, toString(toUnixTimestamp64Milli(toDateTime64(occurred_at, 3))) AS ms FROM shop.events FINAL',
  );
  const times = new Map<string, Set<number>>();
  for (const { user, ms } of rows) times.set(user, (times.get(user) ?? new Set()).add(Number(ms)));
  const windowMs = 90 * 86_400_000;
  const reached = [0, 0, 0];
  for (const own of times.values()) {
    const sorted = [...own].sort((a, b) => a - b);
    // Of each day that a customer orders on: the way that goes furthest.
    const deepest = new Map<number, number>();
    sorted.forEach((at, i) => {
      const day = Math.floor(at / 86_400_000);
      const steps = sorted.slice(i, i + 3).filter((later) => later - at <= windowMs).length;
      deepest.set(day, Math.max(deepest.get(day) ?? 0, steps));
    });
    for (const steps of deepest.values()) for (let k = 0; k < steps; k++) reached[k]! += 1;
  }
  const steps = await ask(
    engine.db,
    "SELECT step, sum(entries) AS entries FROM tidemark.funnels WHERE funnel = 'repeat_purchase' GROUP BY step ORDER BY step",
    reading('day'),
  );
  expect(steps.map((r) => Number(r['entries']))).toEqual(reached);
  expect(reached[2]).toBeGreaterThan(1000);
});

test('revenue by cohort equals the file to the cent, and months without data are empty', async () => {
  const rows = await finance('Revenue by month of first order');
  const last = orders.reduce((latest, o) => (o.day > latest ? o.day : latest), '').slice(0, 7);
  const expected = months.slice(0, 3).map((cohort, at) => [
    cohort,
    ...Array.from({ length: 13 }, (_, k) => {
      const month = months[at + k];
      if (month === undefined || month > last) return null;
      const brought = orders.filter((o) => o.day.startsWith(month) && firstMonth.get(o.customer) === cohort);
      return brought.reduce((sum, o) => sum + o.cents, 0);
    }),
  ]);
  const cells = Array.from({ length: 13 }, (_, k) => `M${k}`);
  const cents = (value: unknown) => (value === null ? null : Math.round(Number(value) * 100));
  expect(rows.map((r) => [r['First order'], ...cells.map((name) => cents(r[name]))])).toEqual(expected);
});

test('cells of months that the data do not cover are null, not zero', async () => {
  const { db } = engine;
  const table = 'user_cohort_month';
  await db.command('CREATE DATABASE cut');
  await db.command(`CREATE TABLE cut.${table} AS tidemark.${table}`);
  await db.command(`INSERT INTO cut.${table} SELECT * FROM tidemark.${table} FINAL WHERE d < '1997-06-01'`);
  const sql = statementOf(queryPanels(page('tidemark-retention')).find((p) => p.title?.startsWith('Retention'))!);
  const [january, february, march] = await ask(db, sql.replaceAll('`tidemark`', '`cut`'), reading('month'));
  expect([january?.['M4'], january?.['M5']]).toEqual([expect.any(Number), null]);
  expect([february?.['M3'], february?.['M4']]).toEqual([expect.any(Number), null]);
  expect([march?.['M2'], march?.['M3']]).toEqual([expect.any(Number), null]);
});

/** Share of a cohort that bought again `k` months later, or then or later up to the twelfth month; null where it is not over. */
function boughtAgain(cohort: string, k: number, show: 'on' | 'after'): number | null {
  const at = months.indexOf(cohort);
  if (at + k >= months.length) return null;
  const members = [...firstMonth].filter(([, month]) => month === cohort).map(([customer]) => customer);
  const later = show === 'on' ? [at + k] : Array.from({ length: 13 - k }, (_, i) => at + k + i);
  const came = members.filter((customer) => later.some((month) => byMonth.get(months[month] ?? '')?.has(customer)));
  return came.length / members.length;
}

test.each(['on', 'after'] as const)('the saved retention of CDNOW equals the file: came back %s', async (show) => {
  const rows = await retention('Cohorts', show);
  expect(rows.map((r) => [r['Cohort'], Number(r['Size'])])).toEqual([
    ['1997-01', 7846],
    ['1997-02', 8476],
    ['1997-03', 7248],
  ]);
  const ks = Array.from({ length: 12 }, (_, i) => i + 1);
  for (const row of rows)
    expect(ks.map((k) => row[String(k)])).toEqual(ks.map((k) => boughtAgain(String(row['Cohort']), k, show)));
  expect(rows.every((row) => row['14'] === null && row['30'] === null)).toBe(true);
});

test('mean curves, sizes and the row without a breakdown follow from the grid', async () => {
  const cohorts = ['1997-01', '1997-02', '1997-03'];
  const sizes = cohorts.map((cohort) => [...firstMonth.values()].filter((month) => month === cohort).length);
  const curve = await retention('Mean of all cohorts');
  expect(curve.map((r) => r['Later'])).toEqual(Array.from({ length: 12 }, (_, i) => String(i + 1)));
  const weighted = (k: number, show: 'on' | 'after') =>
    cohorts.reduce((sum, cohort, i) => sum + (boughtAgain(cohort, k, show) ?? 0) * (sizes[i] ?? 0), 0) / 23570;
  const simple = (k: number) => cohorts.reduce((sum, cohort) => sum + (boughtAgain(cohort, k, 'on') ?? 0), 0) / 3;
  for (const [i, row] of curve.entries()) {
    expect(row['Weighted mean']).toBeCloseTo(weighted(i + 1, 'on'), 10);
    expect(row['Simple mean']).toBeCloseTo(simple(i + 1), 10);
    expect(row['Then or later']).toBeCloseTo(weighted(i + 1, 'after'), 10);
  }
  const [whole] = await retention('By value at the start');
  expect([whole?.['Value'], Number(whole?.['Size'])]).toEqual(['(none)', 23570]);
  expect(whole?.['3']).toBeCloseTo(weighted(3, 'on'), 10);
  const [after] = await retention('Came back after');
  expect(after?.['After 4']).toBeCloseTo(weighted(4, 'on'), 10);
  const bars = await retention('Size of the cohorts');
  expect(bars.map((r) => [r['Cohort'], Number(r['Users']), r['Users, so far']])).toEqual(
    cohorts.map((cohort, i) => [cohort, sizes[i], null]),
  );
});

test('Home compares the last whole day of the range with the same weekday a week before', async () => {
  const on = (day: string) => orders.filter((o) => o.day === day);
  const [dau] = await home('Daily active');
  const buyers = (day: string) => new Set(on(day).map((o) => o.customer)).size;
  expect(Number(dau?.['Users'])).toBe(buyers('1998-06-30'));
  expect(dau?.['vs same weekday']).toBeCloseTo(buyers('1998-06-30') / buyers('1998-06-23') - 1, 10);
  const [net] = await home('Net revenue, ');
  expect(net?.['Net revenue']).toBeCloseTo(on('1998-06-30').reduce((sum, o) => sum + o.cents, 0) / 100, 6);
  expect(await home('Newest day')).toEqual([{ Activity: '1998-06-30', Orders: '1998-06-30' }]);
});

test('new, returning and resurrected users make up the active users of each day', async () => {
  const parts = await users('Who came', reading('day'));
  const daily = await users('Active users per day');
  expect(parts.length).toBe(546);
  expect(parts.map((r) => Number(r['New']) + Number(r['Returning']) + Number(r['Resurrected']))).toEqual(
    daily.map((r) => Number(r['Active users'])),
  );
  expect(parts.reduce((sum, r) => sum + Number(r['New']), 0)).toBe(23570);
  expect(parts.every((r) => Number(r['Dormant']) <= 0)).toBe(true);
});

test('the best customers are named by a hash and sorted by net revenue', async () => {
  const rows = await finance('Customers with');
  const spent = new Map<string, number>();
  for (const { customer, cents } of orders) spent.set(customer, (spent.get(customer) ?? 0) + cents);
  const best = [...spent.values()]
    .sort((a, b) => b - a)
    .slice(0, 20)
    .map((cents) => cents / 100);
  expect(rows.map((r) => r['Net'])).toEqual(best);
  expect(rows.every((r) => /^[0-9a-f]{16}$/.test(String(r['Customer (hashed)'])))).toBe(true);
});
