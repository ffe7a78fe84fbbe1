import type { Config } from '../../config/config';
import type { TestRole } from '../../testing/config';
import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { applyMigration, planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';
import { refreshOnce } from '../refresh/refresh';
import { doctor } from './doctor';
import type { Finding } from './finding';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE DATABASE s');
}, 60_000);
afterAll(async () => engine.stop());

const columns = "id UInt64, at DateTime64(3, 'UTC'), name LowCardinality(String), who String";
const seen = 'seen DateTime64(3) DEFAULT now64(3), INDEX arrival seen TYPE minmax GRANULARITY 1';
const good = 'ENGINE = ReplacingMergeTree ORDER BY (name, at, who, id)';
const mapped = { id: 'id', time: 'at', event: 'name', user: 'who', ingestedAt: 'seen' };

let tables = 0;
async function table(rest = `(${columns}, ${seen}) ${good}`, kind = 'TABLE'): Promise<string> {
  const name = `s.t${tables++}`;
  await engine.db.command(`CREATE ${kind} ${name} ${rest}`);
  return name;
}

const configOf = (events: Partial<TestRole> & { readonly table: string }, database = 'nothing'): Config =>
  testConfig({ database, roles: { events: { sourceClass: 'append', columns: mapped, ...events } } });

/** Findings of role events whose check is about the source, without what is well. */
async function findings(events: Partial<TestRole> & { readonly table: string }): Promise<readonly Finding[]> {
  const all = await doctor(configOf(events), engine.db, { version: 'test' });
  return all.filter((f) => f.subject === 'events' && f.state !== 'ok');
}
const codes = async (events: Partial<TestRole> & { readonly table: string }) =>
  (await findings(events)).map((f) => f.code);

test('a good source has nothing to be said of it, and every check could be made', async () => {
  const name = await table();
  await engine.db.command(
    `INSERT INTO ${name} (id, at, name, who) SELECT number, now64(3) - number, 'x', 'u' FROM numbers(100)`,
  );
  expect(await findings({ table: name })).toEqual([]);
  const config = configOf({ table: name }, 'healthy');
  const installation = await inspect(config, engine.db);
  await applyMigration(installation, engine.db, await planMigration(installation, engine.db, 'test'), 'test');
  await refreshOnce(installation, engine.db);
  const all = await doctor(config, engine.db, { version: 'test' });
  // No rule is installed by the configurations of tests.
  expect(all.filter((f) => f.state !== 'ok').map((f) => f.code)).toEqual(['alerts_none']);
  expect(new Set(all.map((f) => f.check)).size).toBeGreaterThan(12);
});

test('roles that follow derived refunds: what was just installed is not pending', async () => {
  const orders = await table(
    `(id UInt64, at DateTime64(3, 'UTC'), who String, amount Decimal(18, 2), back Decimal(18, 2), back_at Nullable(DateTime), v UInt64, ${seen}) ENGINE = ReplacingMergeTree(v) ORDER BY id`,
  );
  const changes = await table(
    `(id UInt64, at DateTime64(3, 'UTC'), sub String, who String, mrr Decimal(18, 2), v UInt64, ${seen}) ENGINE = ReplacingMergeTree(v) ORDER BY id`,
  );
  const shared = { id: 'id', time: 'at', user: 'who', ingestedAt: 'seen', version: 'v' };
  const constants = { currency: 'USD' };
  const config = testConfig({
    database: 'derived',
    roles: {
      orders: {
        table: orders,
        sourceClass: 'moving',
        columns: { ...shared, amount: 'amount', refundAmount: 'back', refundTime: 'back_at' },
        constants,
      },
      subscriptions: {
        table: changes,
        sourceClass: 'moving',
        columns: { ...shared, subscription: 'sub', mrr: 'mrr' },
        constants,
      },
    },
  });
  const installation = await inspect(config, engine.db);
  await applyMigration(installation, engine.db, await planMigration(installation, engine.db, 'test'), 'test');
  const all = await doctor(config, engine.db, { version: 'test' });
  expect(all.filter((f) => f.check === 'migrated').map((f) => f.code)).toEqual(['ok']);
  const ofRefunds = await doctor(config, engine.db, { version: 'test', role: 'refunds' });
  expect(ofRefunds.filter((f) => f.check === 'refreshes')).toMatchObject([{ code: 'filling', subject: 'refunds' }]);
}, 60_000);

test('before migrate it says so, with the next step', async () => {
  const all = await doctor(configOf({ table: await table() }), engine.db, { version: 'test' });
  expect(all.find((f) => f.code === 'not_migrated')).toEqual({
    check: 'migrated',
    subject: 'nothing',
    state: 'problem',
    code: 'not_migrated',
    what: 'Database nothing holds nothing of Tidemark, or tidemark migrate did not come to its end.',
    todo: 'Run tidemark migrate.',
  });
});

test.each([
  ['source_missing', { table: 's.nowhere' }],
  ['column_missing', { columns: { ...mapped, user: 'usr' } }],
  ['mapping_wrong', { columns: { ...mapped, time: 'who' } }],
  ['key_lets_rows_double', { sourceClass: 'moving' as const }],
])('a mapping that does not fit is %s', async (code, change) => {
  expect(await codes({ table: await table(), ...change })).toEqual([code]);
});

test('a view that broke below its unchanged columns is source_broken', async () => {
  const below = await table();
  const view = await table(`AS SELECT * FROM ${below}`, 'VIEW');
  expect(await codes({ table: view })).toEqual([]);
  await engine.db.command(`DROP TABLE ${below} SYNC`);
  await engine.db.command(
    `CREATE TABLE ${below} (id UInt64, at DateTime64(3, 'UTC'), ${seen}) ENGINE = MergeTree ORDER BY id`,
  );
  const [broken] = await findings({ table: view });
  expect(broken).toMatchObject({ check: 'source', code: 'source_broken', state: 'problem' });
  expect(broken?.what).toMatch(new RegExp(`^${view} cannot be read as it is mapped: .*who`));
});

describe('keys', () => {
  test('time rounded to the hour is dear, to the minute it is not', async () => {
    const by = (part: string) =>
      table(`(${columns}, ${seen}) ENGINE = ReplacingMergeTree ORDER BY (name, ${part}, who, id)`);
    expect(await findings({ table: await by('toStartOfHour(at)') })).toMatchObject([
      { code: 'rounded_time_key', what: expect.stringContaining('toStartOfHour(at) instead of at') as string },
    ]);
    expect(await codes({ table: await by('toStartOfMinute(at)') })).toEqual([]);
  });

  test('time missing in it is dear, but not in class moving', async () => {
    const byId = `(${columns}, ${seen}, v UInt64) ENGINE = ReplacingMergeTree(v) ORDER BY id`;
    expect(await codes({ table: await table(byId) })).toEqual(['time_not_in_key']);
    expect(await codes({ table: await table(byId), sourceClass: 'moving' })).toEqual([]);
  });

  test('a partition key that may change is right on this server, unless parts are not merged across partitions', async () => {
    const name = await table(
      `(${columns}, ${seen}, v UInt64) ENGINE = ReplacingMergeTree(v) PARTITION BY toYYYYMM(at) ORDER BY id`,
    );
    expect(await codes({ table: name, sourceClass: 'moving' })).toEqual(['partition_key_moves']);
    expect(
      await codes({
        table: await table(
          `(${columns}, ${seen}) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(at) ORDER BY (at, id)`,
        ),
      }),
    ).toEqual([]);
  });

  test.each([
    ['26.7.2.1', 1, 'partition_final_split', 'problem'],
    ['25.8.1.1', 0, 'partition_pruned_first', 'warning'],
  ])('the same on server %s with the setting at %i is %s', async (version, split, code, state) => {
    const name = await table(
      `(${columns}, ${seen}, v UInt64) ENGINE = ReplacingMergeTree(v) PARTITION BY toYYYYMM(at) ORDER BY id`,
    );
    const db = {
      ...engine.db,
      query: <Row>(sql: string, params?: Readonly<Record<string, unknown>>) =>
        engine.db.query<Row>(
          sql.replace('version() AS version', `'${version}' AS version`).replace("value = '1'", `${split}`),
          params,
        ),
    };
    const all = await doctor(configOf({ table: name, sourceClass: 'moving' }), db, { version: 'test' });
    expect(all.filter((f) => f.check === 'key')).toMatchObject([{ code, state }]);
  });

  test('a class that changes needs a row version', async () => {
    const name = await table(`(${columns}, ${seen}) ENGINE = ReplacingMergeTree ORDER BY id`);
    expect(await codes({ table: name, sourceClass: 'moving' })).toEqual(['no_row_version']);
  });
});

describe('arrival', () => {
  test('needs an index and a stamp by the server', async () => {
    const name = await table(`(${columns}, seen DateTime64(3)) ${good}`);
    expect(await findings({ table: name })).toMatchObject([
      { code: 'no_arrival_index', todo: expect.stringContaining(`ALTER TABLE ${name} ADD INDEX`) as string },
      { code: 'arrival_not_stamped' },
    ]);
    const [first] = await findings({ table: name });
    for (const statement of first?.todo.split('; ') ?? []) await engine.db.command(statement);
    expect(await codes({ table: name })).toEqual(['arrival_not_stamped']);
  });

  test('is looked at for stamps of the future and none', async () => {
    const name = await table(
      `(${columns}, seen Nullable(DateTime64(3)) DEFAULT now64(3), INDEX arrival seen TYPE minmax GRANULARITY 1) ${good}`,
    );
    await engine.db.command(`INSERT INTO ${name} SELECT number, now64(3), 'x', 'u', now() + 3600 FROM numbers(3)`);
    await engine.db.command(`INSERT INTO ${name} SELECT 10 + number, now64(3), 'x', 'u', NULL FROM numbers(2)`);
    expect(await findings({ table: name })).toMatchObject([
      {
        code: 'arrival_in_future',
        what: expect.stringMatching(/^3 rows carry a seen up to 3,[56]\d\d s ahead/) as string,
      },
      { code: 'arrival_null', what: expect.stringMatching(/^2 rows/) as string },
    ]);
  });
});

describe('contents', () => {
  const versions = `(${columns}, ${seen}, v UInt64, amount UInt32, gone UInt8) ENGINE = MergeTree ORDER BY (name, at, who, id)`;
  const full = { ...mapped, version: 'v', deleted: 'gone' };
  const insert = (name: string, rows: string) =>
    engine.db.command(`INSERT INTO ${name} (id, at, name, who, v, gone) VALUES ${rows}`);

  test('class append is contradicted by versions that differ, not by redelivery', async () => {
    const name = await table(versions);
    await insert(
      name,
      "(1, now64(3), 'x', 'u', 1, 0), (2, '2026-01-01 00:00:00', 'x', 'u', 1, 0), (2, '2026-01-01 00:00:00', 'x', 'u', 1, 0)",
    );
    expect(await codes({ table: name, columns: full })).toEqual([]);
    await insert(name, "(1, now64(3) - 90, 'x', 'u', 2, 0)");
    expect(await findings({ table: name, columns: full })).toMatchObject([
      { code: 'class_contradicted', what: 'Class append, but 1 of 2 recent ids have versions that differ.' },
    ]);
  });

  test('class append is contradicted by deletes', async () => {
    const name = await table(versions);
    await insert(name, "(1, '2026-01-01 00:00:00', 'x', 'u', 1, 0), (1, '2026-01-01 00:00:00', 'x', 'u', 2, 1)");
    expect(await findings({ table: name, columns: full })).toMatchObject([
      { code: 'class_contradicted', what: 'Class append, but 1 of 1 recent ids are deleted.' },
    ]);
  });

  test('class fixed is contradicted by an id in two places, not by one within its minute', async () => {
    const name = await table(versions);
    await insert(name, "(1, '2026-01-01 00:00:01', 'x', 'u', 1, 0), (1, '2026-01-01 00:00:02', 'x', 'u', 2, 0)");
    expect(await codes({ table: name, columns: full, sourceClass: 'fixed' })).toEqual([]);
    await insert(name, "(1, '2026-01-01 00:00:01', 'y', 'u', 2, 0)");
    expect(await codes({ table: name, columns: full, sourceClass: 'fixed' })).toEqual(['class_contradicted']);
  });

  test('insert mode is contradicted by redelivery', async () => {
    const name = await table(versions);
    await insert(name, "(1, '2026-01-01 00:00:00', 'x', 'u', 1, 0), (1, '2026-01-01 00:00:00', 'x', 'u', 1, 0)");
    expect(await codes({ table: name, columns: full, mode: 'insert' })).toEqual(['redelivered_in_insert_mode']);
  });
});

test('tombstones that nobody mapped are found by name and content', async () => {
  const name = await table(
    `(${columns}, ${seen}, _deleted UInt8, deleted_at Nullable(DateTime), sign_count UInt8) ${good}`,
  );
  expect(await codes({ table: name })).toEqual(['tombstones_possible', 'tombstones_possible']);
  await engine.db.command(
    `INSERT INTO ${name} (id, at, name, who, _deleted) SELECT number, now64(3), 'x', 'u', number < 4 FROM numbers(10)`,
  );
  expect(await findings({ table: name })).toMatchObject([
    {
      code: 'tombstones',
      what: '4 rows are marked deleted by _deleted, which is not mapped: they count as if they lived.',
    },
    { code: 'tombstones_possible' },
  ]);
});

test('a view is judged by whether conditions reach the table behind it', async () => {
  const below = await table();
  await engine.db.command(
    `INSERT INTO ${below} (id, at, name, who) SELECT number, now64(3), 'x', 'u' FROM numbers(10)`,
  );
  expect(await codes({ table: await table(`AS SELECT * FROM ${below} WHERE name != 'z'`, 'VIEW') })).toEqual([]);
  const grouping = `AS SELECT id, max(at) AS at, any(name) AS name, any(who) AS who, max(seen) AS seen FROM ${below} GROUP BY id`;
  expect(await findings({ table: await table(grouping, 'VIEW') })).toMatchObject([
    { code: 'view_hides_index', what: expect.stringContaining('Conditions on seen, at of view') as string },
  ]);
});

test('a TTL seals the days before it', async () => {
  const name = await table(`(${columns}, ${seen}) ${good} TTL toDateTime(at) + INTERVAL 90 DAY`);
  expect(await findings({ table: name })).toMatchObject([
    {
      code: 'ttl_seals',
      state: 'note',
      what: expect.stringMatching(/^The source has the last 89 days whole\./) as string,
    },
  ]);
});

test('a dimension far beyond what is kept apart is dimension_exploded, one a little beyond is capped', async () => {
  const name = await table();
  await engine.db.command(
    `INSERT INTO ${name} (id, at, name, who) SELECT number, now64(3), toString(number), 'u' FROM numbers(30000)`,
  );
  const [found] = await findings({ table: name, tops: { event: 50 } });
  expect(found).toMatchObject({ check: 'dimensions', code: 'dimension_exploded', state: 'warning' });
  expect(found?.what).toMatch(/^event has about (29|30),\d{3} values in 30,000 rows .* 50 are kept apart\.$/);
  const few = await table();
  await engine.db.command(
    `INSERT INTO ${few} (id, at, name, who) SELECT number, now64(3), toString(number % 60), 'u' FROM numbers(1000)`,
  );
  expect(await codes({ table: few, tops: { event: 50 } })).toEqual(['dimension_capped']);
});

test('a zone that the server lacks is zone_unknown with its name; a source that cannot be told does not hide it', async () => {
  const config = configOf({ table: 's.nowhere' });
  const all = await doctor({ ...config, reporting: { ...config.reporting, zones: ['Mars/Base'] } }, engine.db, {
    version: 'test',
  });
  expect(all.filter((f) => f.state === 'problem').map((f) => [f.code, f.subject])).toEqual([
    ['zone_unknown', 'Mars/Base'],
    ['source_missing', 'events'],
    ['not_migrated', 'nothing'],
  ]);
});

test('what may not be read is a note and hides nothing', async () => {
  const name = await table();
  const db = {
    ...engine.db,
    query: <Row>(sql: string, params?: Readonly<Record<string, unknown>>) =>
      /system\.(mutations|data_skipping_indices|server_settings)/.test(sql)
        ? engine.db.query<Row>('SELECT * FROM system.table_that_is_not_there')
        : engine.db.query<Row>(sql, params),
  };
  const all = await doctor(configOf({ table: name }), db, { version: 'test' });
  expect(all.filter((f) => f.code === 'not_checked').map((f) => [f.check, f.state])).toEqual([
    ['server', 'note'],
    ['arrival', 'note'],
    ['mutations', 'note'],
  ]);
  expect(all.find((f) => f.code === 'not_checked')?.what).toMatch(/table_that_is_not_there/);
  expect(all.filter((f) => f.check === 'contents').map((f) => f.code)).toEqual(['ok']);
});

test('mutations of a source are told, done or not', async () => {
  const name = await table();
  await engine.db.command(`INSERT INTO ${name} (id, at, name, who) VALUES (1, now64(3), 'x', 'u')`);
  await engine.db.command(`ALTER TABLE ${name} DELETE WHERE id = 1 SETTINGS mutations_sync = 1`);
  await engine.db.command(`ALTER TABLE ${name} DELETE WHERE throwIf(1) SETTINGS mutations_sync = 0`);
  await engine.db.command(`INSERT INTO ${name} (id, at, name, who) VALUES (2, now64(3), 'x', 'u')`);
  const all = await doctor(configOf({ table: name }), engine.db, { version: 'test' });
  expect(all.filter((f) => f.subject === name && f.check === 'mutations').map((f) => f.code)).toContain(
    'mutations_done',
  );
});
