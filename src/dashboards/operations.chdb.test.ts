import { join } from 'node:path';

import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { loadConfig } from '../config/load';
import { expandQuery } from '../core/expand';
import { seedDemo } from '../demo/seed';
import { applyMigration, inspect, planMigration, refreshOnce } from '../schema';
import { ask, askPanel, queryPanels, statementOf, openedWith } from '../testing/dashboardQueries';
import type { Reading, ResultRow } from '../testing/dashboardQueries';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import { renderDashboards } from './dashboards';
import { settingsOf } from './settings';

const root = join(__dirname, '..', '..');
const hourMs = 3_600_000;
const minuteMs = 60_000;

let engine: TestEngine;
let pages: ReadonlyMap<string, Dashboard>;
/** The present of the demo: nothing happens after it. */
let nowMs: number;

const services = ['api', 'web', 'search', 'accounts', 'checkout'];
type Choice = Readonly<Partial<Record<'service' | 'release' | 'endpoint', string>>>;

/** A reading of so many hours up to a moment, the present when absent. */
const reading = (hours: number, choice: Choice = {}, toMs = nowMs): Reading => {
  const many = (name: keyof Choice) => ({
    value: choice[name] ? [choice[name]] : ['$__all'],
    multi: true,
    includeAll: true,
  });
  return {
    fromMs: toMs - hours * hourMs,
    toMs,
    timezone: 'utc',
    variables: {
      currency: { value: 'EUR' },
      grain: { value: 'day' },
      event: { value: ['view', 'purchase'], multi: true },
      service: choice.service ? { value: [choice.service], multi: true } : { value: services, multi: true },
      release: many('release'),
      endpoint: many('endpoint'),
    },
  };
};
const page = (uid: string): Dashboard => {
  const found = pages.get(uid);
  if (!found) throw new Error(`no dashboard ${uid}`);
  return found;
};
const operations = (title: string, at: Reading) => askPanel(engine.db, page('tidemark-operations'), title, at);
const rollups = (title: string) => askPanel(engine.db, page('tidemark-rollups'), title, reading(24, {}, Date.now()));

/** The independent side: the raw rows, exact quantiles, no rollup. Times in ms, the end left out. */
async function raw(columns: string, fromMs: number, toMs: number, rest = ''): Promise<ResultRow[]> {
  const at = (ms: number) => `fromUnixTimestamp64Milli(${ms}, 'UTC')`;
  return engine.db.query<ResultRow>(
    `SELECT ${columns} FROM shop.requests FINAL WHERE requested_at >= ${at(fromMs)} AND requested_at < ${at(toMs)} ${rest}`,
  );
}
const floor = (ms: number, step: number) => Math.floor(ms / step) * step;
const num = (value: unknown) => Number(value);

/** Tables of the family that a statement reads parts of, by EXPLAIN. */
async function tablesRead(title: string, at: Reading): Promise<string[]> {
  const panel = queryPanels(page('tidemark-operations')).find((p) => p.title === title);
  const { sql } = expandQuery({ ...at, sql: statementOf(panel!), intervalMs: minuteMs });
  const plan = await engine.db.query<{ explain: string }>(`EXPLAIN indexes = 1, json = 0 ${sql}`);
  const read = new Set<string>();
  let table = '';
  for (const { explain } of plan) {
    table = /ReadFromMergeTree \(tidemark\.(request_\w+)\)/.exec(explain)?.[1] ?? table;
    if (/Parts: [1-9]/.test(explain) && table) read.add(table);
  }
  return [...read];
}

beforeAll(async () => {
  engine = await startEngine();
  const { db, url } = engine;
  nowMs = floor(Date.now(), minuteMs) - minuteMs;
  const read = loadConfig(join(root, 'demo/product/tidemark.yaml'), { TIDEMARK_URL: url });
  const config = { ...read, refresh: { ...read.refresh, everySeconds: 600 } };
  await seedDemo(db, { demo: 'product', reset: false, nowMs, readCdnow: () => '', onInserted: () => undefined });
  const installation = await inspect(config, db);
  await applyMigration(installation, db, await planMigration(installation, db, 'test'), 'test');
  await refreshOnce(installation, db, { hi: 'now64(3)' });
  for (const view of ['request_minute_v', 'refresh_log_v']) {
    await db.command(`SYSTEM REFRESH VIEW tidemark.${view}`);
    await db.command(`SYSTEM WAIT VIEW tidemark.${view}`);
  }
  pages = new Map(renderDashboards(settingsOf(config)).map((d) => [d.uid ?? '', d]));
}, 400_000);
afterAll(() => engine?.stop());

test('every panel and variable of every dashboard runs over the product demo, short and long', async () => {
  const failed: string[] = [];
  const empty = new Set<string>();
  for (const dashboard of pages.values()) {
    const variables = (dashboard.templating?.list ?? []).filter((v) => v.type === 'query');
    const statements = [
      ...queryPanels(dashboard).map((panel) => ({ name: panel.title, sql: statementOf(panel) })),
      ...variables.map((v) => ({ name: v.name, sql: String(v.definition) })),
    ];
    for (const hours of [4, 50, 300, 24 * 90]) {
      const range = reading(hours, {}, Date.now());
      const at = { ...range, variables: await openedWith(engine.db, dashboard, range) };
      for (const { name, sql } of statements)
        try {
          const rows = await ask(engine.db, sql, at);
          // Cohorts are those that begin within the range.
          const shown = hours > 300 || !dashboard.title?.startsWith('Retention');
          if (rows.length === 0 && shown) empty.add(`${dashboard.title} / ${name}`);
        } catch (error) {
          failed.push(`${dashboard.title} / ${name} (${hours} h): ${String(error)}`);
        }
    }
  }
  expect(failed).toEqual([]);
  // A sweep is counted when the next has begun; nobody was ever late in a demo that is just made, and no rule was looked at yet.
  const mayBeEmpty =
    /^Rollups & views \/ (Drift|Rows that came late|Days counted|Age of)|^Active users|^Home \/ Alerts that fire|^Alerts \/ (Firing|Messages|Last firings|Mutes)/;
  expect([...empty].filter((name) => !mayBeEmpty.test(name))).toEqual([]);
}, 240_000);

test('reads the tier of the range alone', async () => {
  for (const title of ['Throughput', 'Latency', 'Error rate by release', 'Releases side by side']) {
    expect([title, await tablesRead(title, reading(4))]).toEqual([title, ['request_minute']]);
    // Tables take whole days from days.
    const quarters = title.startsWith('Releases') ? ['request_day', 'request_quarter'] : ['request_quarter'];
    expect([title, (await tablesRead(title, reading(50))).sort()]).toEqual([title, quarters]);
    expect([title, (await tablesRead(title, reading(300))).sort()]).toEqual([title, quarters]);
    expect([title, await tablesRead(title, reading(24 * 90))]).toEqual([title, ['request_day']]);
    // Minutes of last month are gone: quarter hours answer.
    const old = reading(4, {}, nowMs - 30 * 24 * hourMs);
    expect([title, await tablesRead(title, old)]).toEqual([title, ['request_quarter']]);
  }
});

test.each([
  [4, minuteMs],
  [50, 15 * minuteMs],
  [300, hourMs],
  [24 * 90, 24 * hourMs],
])('throughput and quantiles of %d h equal the raw rows, bucket by bucket', async (hours, width) => {
  const at = reading(hours);
  const first = hours === 4 ? Math.ceil(at.fromMs / width) * width : floor(at.fromMs, width);
  const bucket = `toInt64(intDiv(toUnixTimestamp64Milli(requested_at), ${width})) * ${width}`;
  const expected = new Map(
    (
      await raw(
        `${bucket} AS at, count() AS n, quantileExact(0.5)(duration_ms) AS p50, quantileExact(0.99)(duration_ms) AS p99`,
        first,
        at.toMs + hourMs,
        'GROUP BY at',
      )
    ).map((row) => [num(row['at']), row] as const),
  );
  const isWhole = (ms: number) => ms + width <= nowMs;
  const got = (await operations('Throughput', at)).filter((row) => row['Requests'] !== null);
  const times = got.map((row) => Date.parse(`${String(row['time']).replace(' ', 'T')}Z`));
  expect(times[0]).toBe(first);
  // No bucket is left out: silence is zero.
  expect(times).toEqual(times.map((_, i) => first + i * width));
  got.forEach((row, i) =>
    expect(num(row['Requests']) * (width / 1000)).toBeCloseTo(num(expected.get(times[i]!)?.['n'] ?? 0), 6),
  );
  expect(times.filter(isWhole).length).toBeGreaterThan(80);

  const latency = await operations('Latency', at);
  expect(latency.length).toBe(expected.size);
  for (const row of latency) {
    const { p50, n } = expected.get(Date.parse(`${String(row['time']).replace(' ', 'T')}Z`))!;
    const found = num(row['p50'] ?? row['p50, so far']);
    // The sketch takes one of two neighbours in rank where few rows are: compared where there are many.
    if (num(n) >= 500) expect(Math.abs(found / num(p50) - 1)).toBeLessThan(0.05);
  }
});

test('releases and endpoints: requests, errors, quantiles and Apdex equal the raw rows', async () => {
  const hours = 24 * 10 + 7;
  const at = reading(hours);
  const failedRow = 'status >= 500';
  const numbers = `count() AS n, countIf(${failedRow}) AS e, quantileExact(0.95)(duration_ms) AS p95,
    (countIf(duration_ms <= 300 AND NOT (${failedRow})) + countIf(duration_ms > 300 AND duration_ms <= 1200 AND NOT (${failedRow})) / 2) / count() AS apdex`;
  const compare = async (title: string, second: string, column: string) => {
    const rows = await operations(title, at);
    const expected = await raw(
      `service, ${column} AS name, ${numbers}`,
      floor(at.fromMs, hourMs),
      at.toMs + hourMs,
      'GROUP BY service, name',
    );
    const key = (service: unknown, name: unknown) => `${String(service)} ${String(name)}`;
    const byKey = new Map(expected.map((row) => [key(row['service'], row['name']), row]));
    expect(rows.length).toBe(byKey.size);
    for (const row of rows) {
      const want = byKey.get(key(row['Service'], row[second]))!;
      expect([num(row['Requests']), num(row['Errors'])]).toEqual([num(want['n']), num(want['e'])]);
      expect(num(row['Error rate'])).toBeCloseTo(num(want['e']) / num(want['n']), 12);
      expect(num(row['Apdex'])).toBeCloseTo(num(want['apdex']), 12);
      if (num(want['n']) >= 1000) expect(Math.abs(num(row['p95']) / num(want['p95']) - 1)).toBeLessThan(0.03);
    }
    return rows;
  };
  await compare('Releases side by side', 'Release', 'version');
  const endpoints = await compare('Endpoints: failing first', 'Endpoint', 'endpoint');
  const errors = endpoints.map((row) => num(row['Errors']));
  expect(errors).toEqual([...errors].sort((a, b) => b - a));

  const bars = await operations('p95 of the busiest endpoints', at);
  const busiest = [...endpoints]
    .sort((a, b) => num(b['Requests']) - num(a['Requests']))
    .slice(0, 10)
    .sort((a, b) => num(b['p95']) - num(a['p95']));
  expect(bars).toEqual(
    busiest.map((row) => ({ Endpoint: `${String(row['Service'])} ${String(row['Endpoint'])}`, p95: row['p95'] })),
  );
});

test('the verdict row tells the last five whole minutes, and the change against the week before', async () => {
  // An hour ago, on the minute: all of it is counted.
  const toMs = nowMs - hourMs;
  const at = reading(6, {}, toMs);
  const [five] = await raw(
    'count() AS n, countIf(status >= 500) AS e, countIf(duration_ms <= 300 AND status < 500) AS s, countIf(duration_ms > 300 AND duration_ms <= 1200 AND status < 500) AS t',
    toMs - 5 * minuteMs,
    toMs,
  );
  const quarter = floor(toMs - 150_000, 15 * minuteMs) - 7 * 24 * hourMs;
  const [week] = await raw('count() AS n', quarter, quarter + 15 * minuteMs);
  const n = num(five?.['n']);
  const [rate] = await operations('Requests per second', at);
  expect(num(rate?.['Now'])).toBeCloseTo(n / 300, 12);
  if (num(week?.['n']) > 0) expect(num(rate?.['vs last week'])).toBeCloseTo(n / 300 / (num(week?.['n']) / 900) - 1, 10);
  const expectedOf = (value: number) => (n === 0 ? null : expect.closeTo(value, 12));
  expect(await operations('Error rate', at)).toEqual([{ 'Error rate': expectedOf(num(five?.['e']) / n) }]);
  const [answers] = await operations('Answers', at);
  expect(answers?.['Apdex']).toEqual(expectedOf((num(five?.['s']) + num(five?.['t']) / 2) / n));
});

test('three weeks ago the verdict row is of the last whole quarter hour', async () => {
  const toMs = nowMs - 21 * 24 * hourMs;
  const end = floor(toMs, 15 * minuteMs);
  const [want] = await raw('count() AS n', end - 15 * minuteMs, end);
  const [rate] = await operations('Requests per second', reading(6, {}, toMs));
  expect(num(rate?.['Now'])).toBeCloseTo(num(want?.['n']) / 900, 12);
});

test('a chosen service, release or endpoint is all that panels show; a hostile one shows nothing', async () => {
  const [one] = await operations('Releases side by side', reading(50, { service: 'web' }));
  expect(one?.['Service']).toBe('web');
  const endpoints = await operations('Endpoints: failing', reading(50, { endpoint: '/search' }));
  expect(endpoints.map((row) => row['Endpoint'])).toEqual(['/search']);
  expect(await operations('Releases side by side', reading(50, { service: `x') OR 1 = 1 --\\` }))).toEqual([]);
});

test('the heatmap counts each request of a day in one bucket of durations', async () => {
  const ends = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];
  const at = reading(24 * 40);
  const rows = await operations('Durations', at);
  const days = await engine.db.query<{ d: string; ms: number[] }>(
    `SELECT toString(toDate(requested_at)) AS d, groupArray(toFloat64(duration_ms)) AS ms FROM shop.requests FINAL GROUP BY d`,
  );
  const raw = new Map(days.map(({ d, ms }) => [d, ms]));
  const whole = rows.slice(0, -1);
  expect(whole.length).toBeGreaterThan(20);
  for (const row of whole) {
    const ms = raw.get(String(row['time']).slice(0, 10)) ?? [];
    const counts = [...ends, Infinity].map((end, i) => ms.filter((v) => v <= end && v > (ends[i - 1] ?? -1)).length);
    const titles = Object.keys(row).filter((name) => name !== 'time');
    expect(titles).toEqual([...ends.map((e) => `≤ ${e < 1000 ? `${e} ms` : `${e / 1000} s`}`), '> 10 s']);
    expect(titles.map((name) => num(row[name]))).toEqual(counts);
  }
});

/** What an annotation query of Operations answers. */
async function marks(name: string, at: Reading): Promise<ResultRow[]> {
  const found = page('tidemark-operations').annotations?.list?.find((a) => a.name === name);
  const { rawSql } = found?.target as unknown as { rawSql: string };
  return ask(engine.db, rawSql, at);
}

test('releases are marked where they first answered, incidents where somebody wrote them down', async () => {
  const at = reading(24 * 40);
  const firsts = await engine.db.query<{ r: string; d: string }>(
    "SELECT concat(service, ' ', version) AS r, toString(toDate(min(requested_at))) AS d FROM shop.requests FINAL WHERE version != '' GROUP BY r ORDER BY d, r",
  );
  const fromDay = new Date(at.fromMs).toISOString().slice(0, 10);
  const expected = firsts.filter(({ d }) => d >= fromDay).map(({ r, d }) => [d, r]);
  expect(expected.length).toBeGreaterThan(2);
  const found = (await marks('Releases', at)).map((m) => [String(m['time']).slice(0, 10), String(m['title'])]);
  expect(found.sort()).toEqual(expected.sort());
  expect(await marks('Incidents', at)).toEqual([]);
  await engine.db.command(
    "INSERT INTO tidemark.incidents (at, until, title, text, tags) SELECT now64(3) - INTERVAL 3 DAY, now64(3) - INTERVAL 2 DAY, 'Queue stuck', 'emptied by hand', ['queue', 'db']",
  );
  expect(await marks('Incidents', at)).toMatchObject([
    { title: 'Queue stuck', text: 'emptied by hand', tags: 'queue,db' },
  ]);
  expect(await marks('Incidents', reading(24))).toEqual([]);
});

test('error rates by service weigh up to the error rate of all', async () => {
  const at = reading(24 * 90);
  const drawn = await operations('Error rate by service', at);
  // The alert's limit is a line of its own, from one end of the range to the other.
  const limit = drawn.filter((row) => row['service'] === 'Limit').map((row) => num(row['Error rate']));
  expect(limit).toEqual([0.02, 0.02]);
  const rates = drawn.filter((row) => row['service'] !== 'Limit');
  const day = 'toString(toDate(requested_at)) AS d, service';
  const expected = new Map(
    (
      await raw(
        `${day}, countIf(status >= 500) / count() AS rate`,
        floor(at.fromMs, 24 * hourMs),
        floor(nowMs, 24 * hourMs),
        'GROUP BY d, service',
      )
    ).map((row) => [`${String(row['d'])} ${String(row['service'])}`, num(row['rate'])] as const),
  );
  expect(rates.length).toBe(expected.size);
  for (const row of rates)
    expect(num(row['Error rate'])).toBeCloseTo(
      expected.get(`${String(row['time']).slice(0, 10)} ${String(row['service'])}`) ?? -1,
      12,
    );
});

test('Rollups & views counts the tables of rollup_status and tells their storage', async () => {
  const status = await engine.db.query<{ verdict: string; rollup: string }>(
    'SELECT rollup, verdict FROM tidemark.rollup_status',
  );
  const [counts] = await rollups('Tables that are kept');
  expect(['Fresh', 'Behind', 'Failing'].map((name) => num(counts?.[name])).reduce((a, b) => a + b)).toBe(status.length);
  expect(num(counts?.['Failing'])).toBe(0);
  const table = await rollups('Every table and its refresh');
  expect(table.map((row) => row['Table']).sort()).toEqual(status.map(({ rollup }) => rollup).sort());
  const storage = new Map((await rollups('Storage')).map((row) => [row['Table'], row]));
  const [source] = await engine.db.query<{ n: number }>(
    "SELECT sum(rows) AS n FROM system.parts WHERE active AND database = 'shop' AND table = 'requests'",
  );
  expect(storage.get('shop.requests')?.['Kind']).toBe('source');
  expect(num(storage.get('shop.requests')?.['Rows'])).toBe(num(source?.n));
  expect(storage.get('request_minute')?.['Kind']).toBe('rollup');
  const log = await rollups('Refreshes: time they took');
  expect(log.length).toBeGreaterThan(0);
});

test('days counted again are told by what made it needed', async () => {
  const sums = async () => {
    const rows = await rollups('Days counted again');
    const sum = (name: string) => rows.reduce((n, row) => n + num(row[name]) + num(row[`${name}, so far`]), 0);
    return [sum('For late rows'), sum('To fill tables'), sum('By the sweep')];
  };
  const [late = 0, filled = 0, swept = 0] = await sums();
  expect(late).toBe(0);
  // Two days queued by a filling, of which one had late rows too; one recounted by hand, one swept.
  await engine.db.command(`INSERT INTO tidemark.late (role, d, hi, at, rows, sealed) VALUES
    ('orders', '1999-01-01', now64(3), now64(3), 0, 0), ('orders', '1999-01-02', now64(3), now64(3), 0, 0),
    ('orders', '1999-01-02', now64(3), now64(3), 7, 0), ('requests', '1999-01-01', now64(3), now64(3), 7, 0)`);
  await engine.db.command(`INSERT INTO tidemark.recounts (at, role, d, why)
    SELECT now64(3) - toIntervalSecond(5), 'orders', toDate(r.1), r.2
    FROM (SELECT arrayJoin([('1999-01-01', 'late'), ('1999-01-02', 'late'), ('1999-01-02', 'asked'), ('1999-01-02', 'sweep')]) AS r)`);
  expect(await sums()).toEqual([1, filled + 2, swept + 1]);
});

test('the planner’s table names the coarsest rollup, and raw rows where there is none', async () => {
  const rows = await rollups('What each question');
  const of = (metric: string, by: string) => rows.find((row) => row['Metric'] === metric && row['By'] === by);
  expect(of('requests', 'service')).toMatchObject({
    Minute: 'request_minute',
    Hour: 'request_quarter',
    Day: 'request_day',
  });
  expect(of('active_users', 'event')).toMatchObject({
    Day: 'raw',
    'Why not from a rollup': 'user_day is not kept by event.',
  });
});
