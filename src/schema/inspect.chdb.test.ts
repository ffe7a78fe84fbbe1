import { testConfig } from '../testing/config';
import type { TestRole } from '../testing/config';
import type { TestEngine } from '../testing/engine';
import { startEngine } from '../testing/engine';
import { inspect } from './inspect';
import type { Source } from './installation';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE DATABASE s');
}, 60_000);
afterAll(async () => engine.stop());

let tables = 0;
/** Makes a table of the columns; `rest` is everything after them. */
async function table(columns: string, rest = 'ENGINE = MergeTree ORDER BY id'): Promise<string> {
  const name = `s.t${tables++}`;
  await engine.db.command(`CREATE TABLE ${name} (${columns}) ${rest}`);
  return name;
}

const standard =
  "id UInt64, at DateTime64(3, 'UTC'), name LowCardinality(String), who String, seen DateTime64(3) DEFAULT now64(3)";
const mapped = { id: 'id', time: 'at', event: 'name', user: 'who', ingestedAt: 'seen' };

async function events(role: Partial<TestRole> & { readonly table: string }): Promise<Source> {
  const full: TestRole = { sourceClass: 'append', columns: mapped, ...role };
  const { sources } = await inspect(testConfig({ database: 'tm', roles: { events: full } }), engine.db);
  return sources.events!;
}

const dimension = (name: string, from: string) => {
  const [column = '', ...path] = from.split('.');
  return { name, from, column, path };
};

test.each([
  ['UInt64', 'Date'],
  ['Int32', 'Date32'],
  ['String', 'DateTime'],
  ['LowCardinality(String)', "DateTime('Asia/Kolkata')"],
  ['FixedString(8)', 'DateTime64(3)'],
  ['UUID', "DateTime64(6, 'America/New_York')"],
  ['Nullable(UInt64)', 'Nullable(DateTime)'],
  ['LowCardinality(Nullable(String))', "Nullable(DateTime64(9, 'UTC'))"],
])('users may be %s and times %s', async (user, time) => {
  const name = await table(`id UInt64, at ${time}, name Nullable(String), who ${user}, seen DateTime DEFAULT now()`);
  const { types, nullable } = await events({ table: name });
  const bare = (type: string) =>
    type.replace(/^(LowCardinality\()?(Nullable\()?(.*?)\)*$/, '$3').replace(/(\([^)]*)$/, '$1)');
  expect([types['user'], types['time']]).toEqual([bare(user), bare(time)]);
  const maybe = (type: string, logical: string) => (type.includes('Nullable') ? [logical] : []);
  expect(nullable).toEqual([...maybe(time, 'time'), 'event', ...maybe(user, 'user')]);
});

test('requests have their columns, threshold and constants; a duration that is text is refused', async () => {
  const name = await table(
    'id UUID, at DateTime, ms Float32, code UInt16, bad Bool, what Nullable(String), seen DateTime',
  );
  const role: TestRole = {
    table: name,
    sourceClass: 'append',
    columns: {
      id: 'id',
      time: 'at',
      durationMs: 'ms',
      status: 'code',
      error: 'bad',
      endpoint: 'what',
      ingestedAt: 'seen',
    },
    constants: { service: "O'Shop" },
    apdexMs: 250,
    tops: { endpoint: 100 },
  };
  const of = (requests: TestRole) => inspect(testConfig({ database: 'tm', roles: { requests } }), engine.db);
  expect((await of(role)).sources.requests).toEqual({
    role: 'requests',
    table: name,
    sourceClass: 'append',
    windowDays: 0,
    collapses: false,
    capped: [],
    columns: {
      id: '`id`',
      time: '`at`',
      durationMs: '`ms`',
      status: '`code`',
      error: '`bad`',
      endpoint: '`what`',
      ingestedAt: '`seen`',
      service: "'O\\'Shop'",
    },
    types: {
      id: 'UUID',
      time: 'DateTime',
      durationMs: 'Float32',
      status: 'UInt16',
      error: 'Bool',
      endpoint: 'String',
      ingestedAt: 'DateTime',
      service: 'String',
    },
    nullable: ['endpoint'],
    dimensions: [],
    tops: { endpoint: 100 },
    keepsDays: null,
    mode: 'recompute',
    steps: [],
    allSteps: false,
    stepDimensions: [],
    features: [],
    apdexMs: 250,
    only: '',
  });
  await expect(of({ ...role, columns: { ...role.columns, durationMs: 'what' } })).rejects.toThrow(
    `roles.requests.columns.durationMs: column ${name}.what is Nullable(String), but a number is needed.`,
  );
});

describe('refunds made of orders', () => {
  const columns = `id UInt64, at DateTime, who Nullable(UInt32), sum Decimal(18, 2), back Nullable(Decimal(18, 2)), backAt Nullable(DateTime64(3, 'UTC')),
    seen DateTime64(3), v UInt64, gone UInt8`;
  const role = (name: string, sourceClass: TestRole['sourceClass']): TestRole => ({
    table: name,
    sourceClass,
    columns: {
      id: 'id',
      time: 'at',
      user: 'who',
      amount: 'sum',
      refundAmount: 'back',
      refundTime: 'backAt',
      ingestedAt: 'seen',
      version: 'v',
      deleted: 'gone',
    },
    constants: { currency: 'EUR' },
    keepsDays: 90,
  });
  const sourcesOf = async (orders: TestRole, refunds?: TestRole) =>
    (await inspect(testConfig({ database: 'tm', roles: { orders, ...(refunds && { refunds }) } }), engine.db)).sources;

  test('have the refund time and amount, and everything else from the order', async () => {
    const name = await table(columns, 'ENGINE = ReplacingMergeTree(v, gone) ORDER BY id');
    const { refunds } = await sourcesOf(role(name, 'moving'));
    expect(refunds).toEqual({
      role: 'refunds',
      table: name,
      sourceClass: 'moving',
      windowDays: 0,
      collapses: true,
      capped: [],
      columns: {
        id: '`id`',
        time: '`backAt`',
        user: '`who`',
        amount: '`back`',
        currency: "'EUR'",
        ingestedAt: '`seen`',
        version: '`v`',
        deleted: '`gone`',
      },
      types: {
        id: 'UInt64',
        time: "DateTime64(3, 'UTC')",
        user: 'UInt32',
        amount: 'Decimal(18, 2)',
        currency: 'String',
        ingestedAt: 'DateTime64(3)',
        version: 'UInt64',
        deleted: 'UInt8',
      },
      nullable: ['user', 'time', 'amount'],
      dimensions: [],
      tops: {},
      // An order takes its refund along when it goes: half of the days that orders are kept are whole.
      keepsDays: 45,
      mode: 'recompute',
      steps: [],
      allSteps: false,
      stepDimensions: [],
      features: [],
      apdexMs: 500,
      only: 'ifNull(`back`, 0) > 0',
    });
    await engine.db.insert(name, [
      { id: 1, sum: '5.00', back: '2.00', backAt: '2026-01-02 00:00:00' },
      { id: 2, sum: '5.00', back: '0.00', backAt: '2026-01-02 00:00:00' },
      { id: 3, sum: '5.00' },
    ]);
    expect(await engine.db.query(`SELECT toUInt32(id) AS id FROM ${name} WHERE ${refunds?.only}`)).toEqual([{ id: 1 }]);
  });

  test.each([
    ['append', 'append'],
    ['fixed', 'moving'],
    ['window', 'window'],
  ] as const)('of orders of class %s are of class %s', async (orders, refunds) => {
    expect((await sourcesOf(role(await table(columns), orders))).refunds?.sourceClass).toBe(refunds);
  });

  test('are not made where refunds is mapped, or orders do not tell the time', async () => {
    const orders = role(await table(columns), 'append');
    const own = await table('id UInt64, at Date, sum Float64, seen DateTime');
    const mappedRefunds: TestRole = {
      table: own,
      sourceClass: 'append',
      columns: { id: 'id', time: 'at', amount: 'sum', ingestedAt: 'seen' },
      constants: { currency: 'EUR' },
    };
    expect((await sourcesOf(orders, mappedRefunds)).refunds).toMatchObject({
      table: own,
      only: '',
      sourceClass: 'append',
    });
    const { refundTime: _, ...rest } = orders.columns;
    expect(Object.keys(await sourcesOf({ ...orders, columns: rest }))).toEqual(['orders']);
    await expect(sourcesOf({ ...orders, columns: { ...rest, refundTime: 'v' } })).rejects.toThrow(
      `roles.orders.columns.refundTime: column ${orders.table}.v is UInt64, but a Date, DateTime or DateTime64 is needed.`,
    );
  });
});

describe('how long a source keeps its rows', () => {
  const withTtl = (ttl: string) => table(standard, `ENGINE = MergeTree ORDER BY id TTL ${ttl}`);

  test.each([
    ['at + INTERVAL 90 DAY', 89],
    ['toDateTime(at) + toIntervalDay(30) DELETE', 29],
    ['at + INTERVAL 2 YEAR', 729],
    ['at + INTERVAL 6 MONTH', 177],
    ["at + INTERVAL 5 DAY DELETE WHERE name = 'test'", null],
    ['at + INTERVAL 5 DAY RECOMPRESS CODEC(ZSTD(3))', null],
  ])('TTL %s leaves %s whole days', async (ttl, days) => {
    expect((await events({ table: await withTtl(ttl) })).keepsDays).toBe(days);
  });

  test('tidemark.yaml may say less, not more', async () => {
    const name = await withTtl('at + INTERVAL 90 DAY');
    expect((await events({ table: name, keepsDays: 60 })).keepsDays).toBe(60);
    await expect(events({ table: name, keepsDays: 91 })).rejects.toThrow(
      `roles.events.keepsDays: 91 days are more than table ${name} keeps: its TTL at + toIntervalDay(90) may delete after 90 days. Write at most 90, or leave the key out.`,
    );
  });

  test('a TTL by something else needs keepsDays', async () => {
    const name = await withTtl('toDateTime(seen) + INTERVAL 90 DAY');
    await expect(events({ table: name })).rejects.toThrow(
      `roles.events: table ${name} deletes rows by TTL toDateTime(seen) + toIntervalDay(90), which does not tell how many days by at it has whole. Write keepsDays: the days after which rows may be missing.`,
    );
    expect((await events({ table: name, keepsDays: 80 })).keepsDays).toBe(80);
  });
});

describe('views as sources', () => {
  test.each(['append', 'fixed', 'moving', 'window'] as const)(
    'are read in class %s and do not collapse',
    async (sourceClass) => {
      const name = await table(standard, 'ENGINE = ReplacingMergeTree ORDER BY id');
      await engine.db.command(`CREATE VIEW ${name}_view AS SELECT * FROM ${name}`);
      expect(await events({ table: `${name}_view`, sourceClass })).toMatchObject({
        sourceClass,
        collapses: false,
        capped: [],
        keepsDays: null,
      });
    },
  );

  test('no insert is seen in them', async () => {
    const name = await table(standard);
    await engine.db.command(`CREATE VIEW ${name}_view AS SELECT * FROM ${name}`);
    expect((await events({ table: name, mode: 'insert' })).mode).toBe('insert');
    await expect(events({ table: `${name}_view`, mode: 'insert' })).rejects.toThrow(
      `roles.events.mode: insert needs a MergeTree table that rows are inserted into, but ${name}_view is a View. Map that table, or write mode: recompute.`,
    );
  });
});

test('several rows of one id need a column that tells the newest', async () => {
  const name = await table('id UInt64, at DateTime, sum Float64, v UInt64');
  const orders = (columns: Readonly<Record<string, string>>): TestRole => ({
    table: name,
    sourceClass: 'window',
    windowDays: 3,
    columns: { time: 'at', amount: 'sum', ...columns },
    constants: { currency: 'EUR' },
  });
  const of = (role: TestRole) => inspect(testConfig({ database: 'tm', roles: { orders: role } }), engine.db);
  await expect(of(orders({ id: 'id' }))).rejects.toThrow(
    `roles.orders: ${name} is a MergeTree, which may have several rows of one id, and nothing tells which of them is the newest. Map columns.version or columns.ingestedAt; or leave columns.id out, if every row counts.`,
  );
  expect((await of(orders({ id: 'id', version: 'v' }))).sources.orders?.collapses).toBe(false);
  expect((await of(orders({}))).sources.orders?.columns).not.toHaveProperty('id');
});

describe('the sorting key of a table that collapses versions', () => {
  const replacing = (key: string) =>
    table(`${standard}, land String, props Map(String, String)`, `ENGINE = ReplacingMergeTree ORDER BY ${key}`);

  test.each(['id', '(id)'])('%s is good in class moving', async (key) => {
    expect((await events({ table: await replacing(key), sourceClass: 'moving' })).collapses).toBe(true);
  });

  test.each([
    ['(at, id)', 'at'],
    ['(toDate(at), id)', 'at'],
    ['(id, land)', 'land'],
    ["(id, props['plan'])", 'props'],
  ])('%s lets rows of class moving double, because %s changes', async (key, column) => {
    const dimensions = [dimension('country', 'land'), dimension('plan', 'props.plan')];
    const name = await replacing(key);
    await expect(events({ table: name, sourceClass: 'moving', dimensions })).rejects.toThrow(
      `Order it by id alone, or declare class fixed if ${column} never changes.`,
    );
    expect((await events({ table: name, sourceClass: 'fixed', dimensions })).collapses).toBe(true);
  });

  test('a key without the id is refused in every class', async () => {
    const name = await replacing('(at, who)');
    await expect(events({ table: name })).rejects.toThrow('Order the table by a key that holds id.');
  });
});

test('a table and a column that do not exist are named with what there is', async () => {
  const name = await table(standard);
  await expect(events({ table: 's.nothing' })).rejects.toThrow(
    'roles.events.table: ClickHouse has no table "s.nothing".',
  );
  await expect(events({ table: name, columns: { ...mapped, user: 'usr' } })).rejects.toThrow(
    `roles.events.columns.user: table ${name} has no column "usr". It has: id, at, name, who, seen.`,
  );
});

test('zones, lanes and tiers reach the installation', async () => {
  const config = testConfig({ database: 'tm', reporting: { zones: ['Asia/Kathmandu'] }, refresh: { memoryMb: 700 } });
  expect(await inspect(config, engine.db)).toEqual({
    database: 'tm',
    timezone: 'UTC',
    zones: ['Asia/Kathmandu'],
    weekStart: 'monday',
    everySeconds: 3600,
    delaySeconds: 0,
    overlapSeconds: 0,
    freshDays: 2,
    lateDaysPerRun: 4,
    memoryMb: 700,
    tiers: { minuteDays: 7, quarterDays: 366 },
    funnels: [],
    retentions: [],
    alerts: { off: config.alerts.off, thresholds: [], subjects: [], holidays: [], runbooks: 'docs/runbooks' },
    sections: [],
    watched: [],
    pipelines: [],
    systemTables: expect.arrayContaining(['parts', 'view_refreshes']) as string[],
    sources: {},
  });
});
