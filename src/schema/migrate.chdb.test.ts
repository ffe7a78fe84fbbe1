import type { Config } from '../config/config';
import { testConfig } from '../testing/config';
import type { TestEngine } from '../testing/engine';
import { startEngine } from '../testing/engine';
import type { Subject } from '../testing/law/tables';
import { subjectMapping, subjectTable } from '../testing/law/tables';
import { inspect } from './inspect';
import { applyMigration, planMigration } from './ddl/migrate';
import { refreshOnce } from './refresh/refresh';

const subjects: readonly Subject[] = [
  { role: 'events', sourceClass: 'append', engine: 'replacing' },
  { role: 'orders', sourceClass: 'moving', engine: 'replacing' },
];

// Each migration is some eighty statements: seconds on a machine that does other things too.
jest.setTimeout(240_000);

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

async function config(name: string, change: Partial<Config['reporting']> = {}): Promise<Config> {
  await engine.db.command(`CREATE DATABASE IF NOT EXISTS ${name}`);
  for (const subject of subjects) {
    await engine.db.command(subjectTable(subject, name).replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS'));
  }
  return testConfig({
    database: `${name}_tidemark`,
    reporting: change,
    roles: Object.fromEntries(subjects.map((s) => [s.role, subjectMapping(s, name)])),
  });
}

async function migrate(wanted: Config, version = 'test') {
  const installation = await inspect(wanted, engine.db);
  const plan = await planMigration(installation, engine.db, version);
  await applyMigration(installation, engine.db, plan, version);
  return { installation, plan };
}

const actions = (plan: Awaited<ReturnType<typeof migrate>>['plan']) =>
  Object.fromEntries(plan.filter((a) => a.action !== 'unchanged').map((a) => [a.object, a.action]));

test('a plan changes nothing', async () => {
  const installation = await inspect(await config('plan_only'), engine.db);
  const plan = await planMigration(installation, engine.db, 'test');
  expect(plan.every((a) => a.action === 'create')).toBe(true);
  expect(await engine.db.query("SELECT name FROM system.databases WHERE name = 'plan_only_tidemark'")).toEqual([]);
});

test('a second migrate finds nothing to do', async () => {
  const wanted = await config('twice');
  expect(Object.keys(actions((await migrate(wanted)).plan)).length).toBeGreaterThan(15);
  expect(actions((await migrate(wanted)).plan)).toEqual({});
});

test('how refreshes look for what arrived is no reason to fill a table anew', async () => {
  const { installation } = await migrate(await config('looks'));
  const other = { ...installation, freshDays: installation.freshDays + 1, everySeconds: 2 * installation.everySeconds };
  const changed = actions(await planMigration(other, engine.db, 'test'));
  expect(changed).toMatchObject({ event_minute_v: 'replace', order_day_v: 'replace', late_orders_v: 'replace' });
  // Views only.
  expect(Object.keys(changed).filter((object) => !/_v$|^(rollup_status|catalog_\w+)$/.test(object))).toEqual([]);
});

test('an object dropped by hand is made again', async () => {
  const wanted = await config('dropped');
  await migrate(wanted);
  await engine.db.command('DROP VIEW dropped_tidemark.order_day_v SYNC');
  expect(actions((await migrate(wanted)).plan)).toEqual({ order_day_v: 'create' });
});

test('a changed time zone rebuilds the day rollups beside the old ones, with their rows', async () => {
  const wanted = await config('zones');
  const { installation } = await migrate(wanted);
  // 23:30 UTC is the next day in Berlin.
  await engine.db.insert('zones.events', [
    {
      id: 1,
      at: '2026-03-01 23:30:00',
      user_id: 'a',
      event_name: 'x',
      _version: 1,
    },
  ]);
  await refreshOnce(installation, engine.db);
  const days = () => engine.db.query('SELECT toString(d) AS d, user FROM zones_tidemark.user_day FINAL');
  expect(await days()).toEqual([{ d: '2026-03-01', user: 'a' }]);
  const { plan } = await migrate(await config('zones', { timezone: 'Europe/Berlin' }));
  expect(actions(plan)).toMatchObject({
    user_day: 'rebuild',
    order_day: 'rebuild',
    active_day: 'rebuild',
    user_day_v: 'replace',
  });
  expect(await days()).toEqual([{ d: '2026-03-02', user: 'a' }]);
  expect(
    await engine.db.query(
      "SELECT name FROM system.tables WHERE database = 'zones_tidemark' AND name LIKE '%\\_\\_next'",
    ),
  ).toEqual([]);
});

test('to and fro between two definitions: each rebuild fills anew', async () => {
  const wanted = (timezone: string) => config('fro', { timezone });
  const { installation } = await migrate(await wanted('UTC'));
  await engine.db.insert('fro.events', [
    { id: 1, at: '2026-03-01 23:30:00', user_id: 'a', event_name: 'x', _version: 1 },
  ]);
  await refreshOnce(installation, engine.db);
  for (const [timezone, d] of [
    ['Europe/Berlin', '2026-03-02'],
    ['UTC', '2026-03-01'],
    ['Europe/Berlin', '2026-03-02'],
  ] as const) {
    await migrate(await wanted(timezone));
    const days = 'SELECT toString(d) AS d, user FROM fro_tidemark.user_day FINAL';
    expect(await engine.db.query(days)).toEqual([{ d, user: 'a' }]);
  }
}, 60_000);

test('a role taken out of tidemark.yaml loses its refreshes and keeps its rows', async () => {
  const wanted = await config('roleless');
  await migrate(wanted);
  const { events } = wanted.roles;
  const { plan } = await migrate({ ...wanted, roles: { events } });
  expect(actions(plan)).toMatchObject({ order_day_v: 'drop', customer_day_v: 'drop', done_v: 'replace' });
  const left = await engine.db.query<{ name: string }>(
    "SELECT name FROM system.tables WHERE database = 'roleless_tidemark' AND name LIKE 'order%' ORDER BY name",
  );
  expect(left.map((t) => t.name)).toEqual(['order_day', 'order_quarter']);
  expect(actions((await migrate(wanted)).plan)).toMatchObject({ order_day_v: 'create', done_v: 'replace' });
});

test('the catalogue names every metric with the rollup that answers it', async () => {
  await migrate(await config('cataloged'));
  const orphans = await engine.db.query(
    'SELECT name FROM cataloged_tidemark.catalog_metrics WHERE rollup NOT IN (SELECT family FROM cataloged_tidemark.catalog_rollups)',
  );
  const dau = await engine.db.query(
    "SELECT title, rollup, class FROM cataloged_tidemark.catalog_metrics WHERE name = 'dau'",
  );
  expect({ orphans, dau }).toEqual({
    orphans: [],
    dau: [{ title: 'Daily active users', rollup: 'active_day', class: 'entity-set' }],
  });
});

test.each([
  ['a missing table', { table: 'nowhere.events' }, 'roles.events.table: ClickHouse has no table "nowhere.events".'],
  [
    'a missing column',
    { columns: { user: 'usr' } },
    'roles.events.columns.user: table bad.events has no column "usr". It has: id, at, ',
  ],
  [
    'a column of the wrong type',
    { columns: { time: 'user_id' } },
    'roles.events.columns.time: column bad.events.user_id is String, but a Date, DateTime or DateTime64 is needed.',
  ],
  [
    'class moving on a table ordered by time',
    { sourceClass: 'moving' as const },
    'roles.events: table bad.events is ordered by',
  ],
])('%s is one sentence naming the key, and nothing is made', async (_, change, text) => {
  const wanted = await config('bad');
  const events = wanted.roles.events!;
  const columns = { ...events.columns, ...('columns' in change ? change.columns : {}) };
  const broken: Config = { ...wanted, roles: { ...wanted.roles, events: { ...events, ...change, columns } } };
  await expect(migrate(broken)).rejects.toThrow(text);
  expect(await engine.db.query("SELECT name FROM system.databases WHERE name = 'bad_tidemark'")).toEqual([]);
});

test('without any role, where only pipelines are watched, there are health tables and nothing to refresh', async () => {
  const collect = { buffer: { rows: 1, bytes: 1 }, clickhouse: { everySeconds: 30, queries: true } };
  const wanted = testConfig({
    database: 'watched_tidemark',
    collect: { ...collect, postgres: [], kafka: [], connect: [], dbt: [] },
  });
  const { plan } = await migrate(wanted);
  expect(actions(plan)).toMatchObject({ health_source: 'create', health_slot: 'create', done_v: 'create' });
  expect(actions((await migrate(wanted)).plan)).toEqual({});
  expect(await engine.db.query('SELECT rollup FROM watched_tidemark.rollup_status')).toEqual([]);
  expect(Object.keys(actions((await migrate(testConfig({ database: 'bare_tidemark' }))).plan))).not.toContain(
    'health_slot',
  );
});

test('class window: what a small source had before its window is counted as well, refunds too', async () => {
  await engine.db.command('CREATE DATABASE old_days');
  await engine.db.command(
    'CREATE TABLE old_days.orders (id UInt64, at DateTime64(3), user UInt64, amount Decimal(18, 2), back Decimal(18, 2), back_at Nullable(DateTime64(3))) ENGINE = ReplacingMergeTree ORDER BY id',
  );
  await engine.db.command(
    'INSERT INTO old_days.orders SELECT number, now64(3) - toIntervalDay(number), 1, 10, 10, now64(3) - toIntervalDay(number) FROM numbers(40)',
  );
  const columns = { id: 'id', time: 'at', user: 'user', amount: 'amount', refundAmount: 'back', refundTime: 'back_at' };
  const { installation } = await migrate(
    testConfig({
      database: 'old_days_tidemark',
      roles: {
        orders: {
          table: 'old_days.orders',
          sourceClass: 'window',
          windowDays: 3,
          columns,
          constants: { currency: 'EUR' },
        },
      },
    }),
  );
  await refreshOnce(installation, engine.db);
  for (const [rollup, number] of [
    ['refund_day', 'refunds'],
    ['customer_day', 'orders'],
    ['order_day', 'orders'],
  ])
    expect([
      rollup,
      await engine.db.query(
        `SELECT uniqExact(d) AS days, toInt64(sum(${number})) AS n FROM old_days_tidemark.${rollup} FINAL`,
      ),
    ]).toEqual([rollup, [{ days: 40, n: 40 }]]);
});
