import type { PipelineConfig, PostgresConfig } from '../../config/collectConfig';
import { healthTableDrift } from '../../packs/pipeline/health/table';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { columnProblems, lookAt, makeHealthTables, rowsIn } from '../../testing/health';
import type { TestPostgres } from '../../testing/postgres';
import { startPostgres } from '../../testing/postgres';
import { Sink } from '../sink';
import { systemClock } from '../clock';
import { tablesSource } from './tables';

const home = { database: 'tidemark', user: 'default' };
let pg: TestPostgres;
let engine: TestEngine;
beforeAll(async () => {
  [pg, engine] = await Promise.all([startPostgres({ settings: { track_counts: 'on' } }), startEngine()]);
  await makeHealthTables(engine.db, 'tidemark');
  await pg.sql(['CREATE ROLE watcher LOGIN', 'CREATE DATABASE shop']);
  await pg.sql(
    [
      `CREATE TABLE orders (id bigint PRIMARY KEY, amount numeric, updated_at timestamptz NOT NULL DEFAULT now());
       CREATE INDEX ON orders (updated_at);
       CREATE TABLE users (id uuid PRIMARY KEY, email text, name text);
       CREATE TABLE logs (line text);
       CREATE TABLE parts (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
       CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
       CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
       CREATE TABLE hidden (id int PRIMARY KEY);
       CREATE TABLE "Odd.Name" (id int PRIMARY KEY)`,
      'CREATE PUBLICATION tm_shop FOR TABLE orders, users (id, name), parts WITH (publish_via_partition_root = true)',
      'GRANT SELECT ON orders, users, logs, parts, "Odd.Name" TO watcher',
    ],
    'shop',
  );
  await engine.db.command('CREATE DATABASE shop');
  const versioned = 'ENGINE = ReplacingMergeTree(_version, _deleted) ORDER BY id';
  for (const ddl of [
    `orders (id Int64, amount Decimal(18, 4), updated_at DateTime64(6), _version UInt64, _deleted UInt8) ${versioned}`,
    `users (id UUID, nickname String, _version UInt64, _deleted UInt8) ${versioned}`,
    'logs (line String, updated String) ENGINE = MergeTree ORDER BY tuple()',
    'parts (id Int32, day Date, gone UInt8) ENGINE = MergeTree ORDER BY id',
    'hidden (id Int32) ENGINE = MergeTree ORDER BY id',
  ])
    await engine.db.command(`CREATE TABLE shop.${ddl}`);
});
afterAll(async () => {
  await Promise.all([pg.stop(), engine.stop()]);
});

const pipeline = (tables: PipelineConfig['tables']): PipelineConfig => ({
  name: 'shop',
  kind: 'debezium',
  roles: [],
  postgres: { server: 'main', database: 'shop', slot: 's', publication: 'tm_shop' },
  checks: [],
  tables,
});
const server = (user = 'watcher'): PostgresConfig => ({
  name: 'main',
  url: pg.url(user, 'postgres'),
  password: '',
  everySeconds: 15,
  tablesEverySeconds: 60,
});

const orders = { table: 'public.orders', target: 'shop.orders', updatedAt: 'updated_at', ignore: [] };
const t = (n: number) => `2026-03-01 00:0${n}:00`;
const toSource = (sql: string) => pg.sql(sql, 'shop');
const toTarget = (values: string) => engine.db.command(`INSERT INTO shop.orders VALUES ${values}`);
/** What a session did shows in the statistics when it ends, or a moment later. */
const settle = () => pg.sql('SELECT pg_sleep(0.3)');

test('rows, keys, changes and columns of both sides; what moved, and since when a copy stands still', async () => {
  const clock = { ms: Date.UTC(2026, 2, 1, 12) };
  const make = () => tablesSource(server(), [pipeline([orders])], home);
  const world = { db: engine.db, now: () => clock.ms };
  let source = make();
  const look = async () => {
    clock.ms += 60_000;
    await settle();
    const collected = await lookAt(source, world);
    expect(collected.parts).toEqual([{ part: 'pipeline shop' }]);
    return rowsIn(collected, healthTableDrift)[0] ?? {};
  };
  const minute = (n: number) => `2026-03-01 12:0${n}:00.000`;

  await toSource(`INSERT INTO orders SELECT n, n, '${t(1)}Z' FROM generate_series(1, 3) AS n`);
  expect(await look()).toEqual({
    pipeline: 'shop',
    server: 'main',
    database: 'shop',
    table: 'public.orders',
    target: 'shop.orders',
    present: 1,
    target_present: 1,
    published: 1,
    identity: 'default',
    rows: '3',
    rows_exact: 1,
    target_rows: '0',
    target_rows_exact: 1,
    key: '3',
    target_key: '',
    key_gap: null,
    updated_at: `${t(1)}.000`,
    target_updated_at: null,
    changes: '3',
    updates: '0',
    changed_at: null,
    target_blocks: '0',
    target_changed_at: null,
    waits_since: null,
    missing_columns: [],
    extra_columns: [],
  });

  // Two versions of a row, a deleted one: FINAL counts what is there.
  await toTarget(
    `(1, 1, '${t(1)}', 1, 0), (1, 1, '${t(1)}', 2, 0), (2, 2, '${t(1)}', 1, 0), (3, 3, '${t(1)}', 1, 0), (9, 9, '${t(1)}', 1, 1)`,
  );
  expect(await look()).toMatchObject({
    target_rows: '3',
    target_key: '9',
    key_gap: -6,
    target_updated_at: `${t(1)}.000`,
    target_changed_at: minute(2),
    waits_since: null,
  });

  // A change that does not arrive: the copy waits since it was seen first.
  await toSource(`UPDATE orders SET amount = 5, updated_at = '${t(2)}Z' WHERE id = 1`);
  expect(await look()).toMatchObject({
    changes: '4',
    updates: '1',
    changed_at: minute(3),
    waits_since: minute(3),
    target_changed_at: minute(2),
  });
  await toSource(`INSERT INTO orders VALUES (4, 4, '${t(3)}Z')`);
  expect(await look()).toMatchObject({ rows: '4', target_rows: '3', changed_at: minute(4), waits_since: minute(3) });

  // A collector that starts anew goes on where the one before it ended.
  const sink = new Sink(
    'tidemark',
    { rows: 1000, bytes: 1e6 },
    { db: engine.db, clock: systemClock, random: Math.random, log: () => undefined },
  );
  const collected = await lookAt(source, world);
  sink.add(collected.rows, Date.now());
  expect(await sink.flush()).toBe(true);
  await source.close?.();
  source = make();
  expect(await look()).toMatchObject({
    changes: '5',
    changed_at: minute(4),
    waits_since: minute(3),
    target_changed_at: minute(2),
  });

  // It arrives.
  await toTarget(`(1, 5, '${t(2)}', 3, 0), (4, 4, '${t(3)}', 1, 0)`);
  expect(await look()).toMatchObject({
    target_rows: '4',
    waits_since: null,
    target_changed_at: minute(6),
    changed_at: minute(4),
  });

  // What is rolled back counts as a change in Postgres: where both sides say the same, nothing is waited for.
  await toSource('BEGIN; INSERT INTO orders VALUES (100, 1); UPDATE orders SET amount = 0; ROLLBACK');
  expect(await look()).toMatchObject({ changes: '11', updates: '6', changed_at: minute(7), waits_since: null });

  // Rows that were lost on the way, without any lag.
  await toSource(`INSERT INTO orders VALUES (5, 5, '${t(3)}Z')`);
  await toTarget(`(6, 6, '${t(3)}', 1, 0), (6, 6, '${t(3)}', 2, 1)`);
  expect(await look()).toMatchObject({ rows: '5', target_rows: '4', waits_since: null });

  // Between two looks some rows come and the newest, which are the first that never come, do not: that is a standstill too.
  await toSource(`INSERT INTO orders VALUES (10, 7, '${t(4)}Z'), (11, 8, '${t(4)}Z')`);
  await toTarget(`(10, 7, '${t(4)}', 1, 0)`);
  expect(await look()).toMatchObject({ key_gap: 1, target_changed_at: minute(9), waits_since: minute(9) });
  expect(await look()).toMatchObject({ key_gap: 1, target_changed_at: minute(9), waits_since: minute(9) });
  await toTarget(`(11, 8, '${t(4)}', 1, 0)`);
  expect(await look()).toMatchObject({ key_gap: 0, waits_since: null });
  await source.close?.();
});

test('columns, keys and identities of all kinds of tables; the others go on where one cannot be read', async () => {
  const tables = [
    { table: 'public.users', target: 'shop.users', ignore: [] },
    { table: 'public.logs', target: 'shop.logs', updatedAt: 'updated', ignore: [] },
    { table: 'public.parts', target: 'shop.parts', key: 'id', ignore: ['gone'], deleted: 'gone' },
    { table: 'public.hidden', target: 'shop.hidden', ignore: [] },
    { table: 'public.Odd.Name', target: 'shop.nowhere', ignore: [] },
    { table: 'public.nowhere', target: 'shop.orders', ignore: [] },
  ];
  await toSource("INSERT INTO parts VALUES (1, '2026-01-05'), (7, '2026-02-05')");
  await engine.db.command("INSERT INTO shop.parts VALUES (1, '2026-01-05', 0), (2, '2026-01-05', 1)");
  await settle();
  const source = tablesSource(server(), [pipeline(tables)], home);
  const collected = await lookAt(source, { db: engine.db });
  const rows = rowsIn(collected, healthTableDrift);
  expect(columnProblems(collected)).toEqual([]);
  const [users, logs, parts, hidden, odd, nowhere] = rows;
  // The publication leaves the e-mail address out: the copy lacks the name alone.
  expect(users).toMatchObject({
    published: 1,
    key: '',
    target_key: '',
    missing_columns: ['name'],
    extra_columns: ['nickname'],
  });
  expect(logs).toMatchObject({ published: 0, identity: 'missing', rows: '0', extra_columns: ['updated'] });
  expect(parts).toMatchObject({
    rows: '2',
    key: '7',
    target_rows: '1',
    changes: '2',
    published: 1,
    missing_columns: [],
    extra_columns: [],
  });
  expect(hidden).toMatchObject({ present: 1, rows_exact: 0, key: '', target_rows: '0' });
  expect(odd).toMatchObject({ present: 1, rows: '0', target_present: 0, target_rows: null });
  expect(nowhere).toMatchObject({ present: 0, identity: 'missing', rows: null, changes: null });
  expect(collected.parts).toEqual([
    {
      part: 'pipeline shop',
      failure: {
        code: 'pg_no_column',
        message:
          'Table public.logs of PostgreSQL main has no column "updated". Correct pipelines.*.tables.public.logs.updatedAt. And 1 more of its tables.',
      },
    },
  ]);
  const alone = await lookAt(tablesSource(server(), [pipeline([tables[3]!])], home), { db: engine.db });
  expect(alone.parts?.[0]?.failure?.message).toBe(
    'User "watcher" of PostgreSQL main lacks a right: permission denied for table hidden. In database "shop": GRANT USAGE ON SCHEMA "public" TO "watcher"; GRANT SELECT ("id") ON "public"."hidden" TO "watcher";',
  );
  // The statement that the message shows is enough.
  await toSource('GRANT USAGE ON SCHEMA "public" TO "watcher"; GRANT SELECT ("id") ON "public"."hidden" TO "watcher";');
  const granted = await lookAt(tablesSource(server(), [pipeline([tables[3]!])], home), { db: engine.db });
  expect([granted.parts, rowsIn(granted, healthTableDrift)[0]?.rows_exact]).toEqual([[{ part: 'pipeline shop' }], 1]);
  await source.close?.();
});

test('a table that takes too long is guessed at, and left alone for a while; a lock is not waited for', async () => {
  await toSource(`CREATE TABLE big (id int PRIMARY KEY, at timestamptz);
    INSERT INTO big SELECT n, now() FROM generate_series(1, 400000) AS n; ANALYZE big; GRANT SELECT ON big TO watcher`);
  await engine.db.command('CREATE TABLE shop.big (id Int32, at DateTime) ENGINE = MergeTree ORDER BY id');
  const clock = { ms: Date.now() };
  const own = { table: 'public.big', target: 'shop.big', updatedAt: 'at', ignore: [] };
  const source = tablesSource(server(), [pipeline([own])], home);
  const look = async () =>
    rowsIn(await lookAt(source, { db: engine.db, now: () => clock.ms }), healthTableDrift)[0] ?? {};
  const { Client } = await import('pg');
  const holder = new Client({ connectionString: pg.url('postgres', 'shop') });
  await holder.connect();
  try {
    await holder.query('BEGIN; LOCK TABLE big IN ACCESS EXCLUSIVE MODE');
    const started = Date.now();
    expect(await look()).toMatchObject({ rows_exact: 0, key: '', rows: '400000' });
    expect(Date.now() - started).toBeLessThan(3000);
    await holder.query('ROLLBACK');
    // Statistics say that nothing has changed: the answer is kept, and the table rests.
    expect(await look()).toMatchObject({ rows_exact: 0, rows: '400000' });
    clock.ms += 31 * 60_000;
    await settle();
    const again = await look();
    expect(again.key).toBe('400000');
  } finally {
    await holder.end();
    await source.close?.();
  }
});
