import { askerComment } from '../../plugin/comment';
import type { Db } from '../../core/db';
import { healthConsumer } from '../../packs/pipeline/health/consumer';
import { healthDetached } from '../../packs/pipeline/health/detached';
import { healthDisk } from '../../packs/pipeline/health/disk';
import { healthError } from '../../packs/pipeline/health/error';
import { healthMerges } from '../../packs/pipeline/health/merges';
import { healthMutation } from '../../packs/pipeline/health/mutation';
import { healthParts } from '../../packs/pipeline/health/parts';
import { healthQuota } from '../../packs/pipeline/health/quota';
import { healthQuery } from '../../packs/pipeline/health/query';
import { healthServerMetric } from '../../packs/pipeline/health/serverMetric';
import { healthView } from '../../packs/pipeline/health/view';
import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { lookAt, makeHealthTables, rowsIn } from '../../testing/health';
import { clickhouseSource } from '../clickhouse';
import { systemClock } from '../clock';
import { quotasLook } from './quotas';
import { Sink } from '../sink';
import type { Collected } from '../source';

let engine: TestEngine;
beforeAll(async () => {
  // Without its own query log: a test below makes one with rows of its own.
  engine = await startEngine({ args: ['--no-query-log'] });
  await makeHealthTables(engine.db, 'tidemark');
  await engine.db.command('CREATE DATABASE shop');
});
afterAll(async () => engine.stop());

const config = testConfig({
  database: 'tidemark',
  collect: {
    buffer: { rows: 1, bytes: 1 },
    clickhouse: { everySeconds: 30, queries: true },
    postgres: [],
    kafka: [],
    connect: [],
    dbt: [],
  },
});
const make = () => clickhouseSource({ everySeconds: 30, queries: true }, config);
const look = (source = make(), db: Db = engine.db) => lookAt(source, { db });
const failures = ({ parts }: Collected) => (parts ?? []).filter(({ failure }) => failure);

async function write(collected: Collected, atMs = Date.now()) {
  const world = { db: engine.db, clock: systemClock, random: Math.random, log: () => undefined };
  const sink = new Sink('tidemark', { rows: 10_000, bytes: 1e7 }, world);
  sink.add(collected.rows, atMs);
  expect(await sink.flush()).toBe(true);
}

test('an ordinary server: every question is answered, and every row fits its table', async () => {
  await engine.db.command(
    'CREATE TABLE shop.many (d Date, n Int64) ENGINE = MergeTree PARTITION BY d ORDER BY n SETTINGS old_parts_lifetime = 1000',
  );
  await engine.db.command('SYSTEM STOP MERGES shop.many');
  for (const n of [1, 2, 3])
    await engine.db.command(`INSERT INTO shop.many VALUES ('2026-03-01', ${n}), ('2026-03-0${n + 1}', ${n})`);
  await engine.db.command("ALTER TABLE shop.many DETACH PARTITION '2026-03-04'");
  const collected = await look();
  expect(failures(collected)).toEqual([]);
  expect(rowsIn(collected, healthParts).find((row) => row.table === 'many')).toMatchObject({
    database: 'shop',
    parts: 5,
    max_parts: 3,
    partition: '2026-03-01',
    partitions: 3,
    rows: 5,
    ttl_due_bytes: 0,
  });
  // Whoever may not see quotas has none.
  expect(rowsIn(collected, healthQuota)).toEqual([]);
  expect(rowsIn(collected, healthDetached)).toMatchObject([{ database: 'shop', table: 'many', reason: '', parts: 1 }]);
  expect(rowsIn(collected, healthMerges)).toMatchObject([{ merges: 0, mutations: 0, longest_s: 0, longest_table: '' }]);
  const [disk] = rowsIn(collected, healthDisk);
  expect(disk).toMatchObject({ disk: 'default', kind: 'Local', broken: 0 });
  expect(Number(disk?.free_bytes)).toBeGreaterThan(0);
  expect(Number(disk?.total_bytes)).toBeGreaterThan(Number(disk?.free_bytes));
  const metrics = rowsIn(collected, healthServerMetric);
  expect(metrics.find((row) => row.kind === 'metric' && row.name === 'MemoryTracking')).toMatchObject({ change: null });
  expect(
    Number(metrics.find((row) => row.kind === 'event' && row.name === 'InsertedRows')?.value),
  ).toBeGreaterThanOrEqual(6);
  await write(collected);
  expect(
    await engine.db.query(
      "SELECT max_parts, newest_at > now() - 3600 AS new FROM tidemark.health_parts WHERE table = 'many'",
    ),
  ).toEqual([{ max_parts: 3, new: 1 }]);
});

test('counters: what rose since the last look, also for a collector that starts anew; errors too', async () => {
  const source = make();
  await write(await look(source));
  const provoke = () => engine.db.query('SELECT throwIf(1)').catch(() => undefined);
  await provoke();
  await provoke();
  await engine.db.command("INSERT INTO shop.many VALUES ('2026-03-01', 9)");
  const second = await look(source);
  expect(rowsIn(second, healthError).find((row) => row.name === 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO')).toMatchObject({
    count: 2,
    code: 395,
  });
  const inserted = (collected: Collected) =>
    Number(rowsIn(collected, healthServerMetric).find((row) => row.name === 'InsertedRows')?.change);
  expect(inserted(second)).toBeGreaterThanOrEqual(1);
  await write(second);
  expect(rowsIn(await look(source), healthError)).toEqual([]);

  await provoke();
  const anew = await look(make());
  expect(rowsIn(anew, healthError).map((row) => [row.name, row.count])).toEqual([
    ['FUNCTION_THROW_IF_VALUE_IS_NON_ZERO', 1],
  ]);
  expect(inserted(anew)).toBeGreaterThanOrEqual(1);
});

test('a view that always fails stays Scheduled: it is told all the same; one that is late, one that is off, one that is well', async () => {
  await engine.db.command('CREATE TABLE shop.out (n Int64) ENGINE = MergeTree ORDER BY n');
  const view = (name: string, when: string, select: string) =>
    engine.db.command(`CREATE MATERIALIZED VIEW shop.${name} REFRESH ${when} APPEND TO shop.out AS ${select}`);
  await view('bad', 'EVERY 1 HOUR', 'SELECT toInt64(throwIf(1)) AS n');
  await view('good', 'AFTER 2 MINUTE', 'SELECT toInt64(1) AS n');
  await view('off', 'EVERY 1 DAY', 'SELECT toInt64(2) AS n');
  await engine.db.command('SYSTEM STOP VIEW shop.off');
  let rows: readonly Record<string, unknown>[] = [];
  for (let i = 0; i < 50 && !rows.some((row) => row.view === 'bad' && row.failing === 1); i++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    rows = rowsIn(await look(), healthView).filter((row) => row.database === 'shop');
  }
  const of = (name: string) => rows.find((row) => row.view === name);
  expect(of('bad')).toMatchObject({
    failing: 1,
    why: 'exception',
    every_s: 3600,
    success_s: null,
    exception: expect.stringContaining('throwIf') as string,
  });
  expect(of('good')).toMatchObject({ failing: 0, why: '', every_s: 120, exception: '' });
  expect(of('off')).toMatchObject({ failing: 1, why: 'disabled', every_s: 86_400 });
});

test('mutations that are not done, without what they change', async () => {
  await engine.db.command('CREATE TABLE shop.people (id Int64, name String) ENGINE = MergeTree ORDER BY id');
  await engine.db.command("INSERT INTO shop.people VALUES (1, 'Anna')");
  await engine.db.command(
    "ALTER TABLE shop.people UPDATE name = toString(throwIf(name = 'Anna')) WHERE 1 SETTINGS mutations_sync = 0",
  );
  let rows: readonly Record<string, unknown>[] = [];
  for (let i = 0; i < 50 && !rows.some((row) => row.failure !== ''); i++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    rows = rowsIn(await look(), healthMutation);
  }
  expect(rows).toMatchObject([
    {
      database: 'shop',
      table: 'people',
      kind: 'UPDATE',
      parts_to_do: 1,
      failure: expect.stringContaining('throwIf') as string,
    },
  ]);
  expect(rows[0]?.failed_at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  await engine.db.command("KILL MUTATION WHERE table = 'people'");
});

test('a Kafka table whose broker is away has a consumer that never polled with success', async () => {
  await engine.db.command(
    "CREATE TABLE shop.queue (v String) ENGINE = Kafka SETTINGS kafka_broker_list = '127.0.0.1:1', kafka_topic_list = 't', kafka_group_name = 'g', kafka_format = 'JSONEachRow'",
  );
  await engine.db.command(
    'CREATE MATERIALIZED VIEW shop.queue_mv TO shop.people AS SELECT 1 AS id, v AS name FROM shop.queue',
  );
  let rows: readonly Record<string, unknown>[] = [];
  for (let i = 0; i < 50 && rows.length === 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    rows = rowsIn(await look(), healthConsumer);
  }
  expect(rows).toMatchObject([
    { database: 'shop', table: 'queue', partitions: 0, messages: 0, committed_s: null, commits: 0, lag: null },
  ]);
  await engine.db.command('DROP TABLE shop.queue_mv');
  await engine.db.command('DROP TABLE shop.queue');
});

test('a table that is not there is left out; one that may not be read is told with the GRANT, and the others go on', async () => {
  const asked: string[] = [];
  // Rights are what the engine lacks: the refusal is ClickHouse's own, by its number.
  const refusing: Db = {
    ...engine.db,
    query: (sql, params) => {
      asked.push(sql);
      return /FROM system\.(parts|asynchronous_metrics) |system\.`asynchronous_metrics`/.test(sql)
        ? Promise.reject(Object.assign(new Error('Not enough privileges'), { code: '497' }))
        : engine.db.query(sql, params);
    },
  };
  const source = make();
  const collected = await look(source, refusing);
  expect(failures(collected)).toEqual([
    {
      part: 'parts',
      failure: {
        code: 'ch_right',
        message:
          'User "default" of ClickHouse may not read system.parts. GRANT SELECT ON system.parts TO default; tidemark migrate --print-access writes all that it needs.',
      },
    },
    { part: 'asynchronous metrics', failure: expect.objectContaining({ code: 'ch_right' }) as object },
  ]);
  expect(rowsIn(collected, healthDisk)).toHaveLength(1);
  // The query log is not there: it is asked for once, then only looked for among the names.
  expect(asked.filter((sql) => sql.includes('`query_log`'))).toHaveLength(1);
  asked.length = 0;
  await look(source, refusing);
  expect(asked.filter((sql) => sql.includes('`query_log`'))).toEqual([]);
});

test('parts that are past their TTL, and quotas by what they limit', async () => {
  await engine.db.command(
    'CREATE TABLE shop.old (at DateTime, n Int64) ENGINE = MergeTree ORDER BY n TTL at + INTERVAL 1 DAY SETTINGS merge_with_ttl_timeout = 86400',
  );
  await engine.db.command('SYSTEM STOP MERGES shop.old');
  await engine.db.command('INSERT INTO shop.old VALUES (now() - 200000, 1), (now() - 100000, 2)');
  await engine.db.command('INSERT INTO shop.old VALUES (now(), 3)');
  const [old] = rowsIn(await look(), healthParts).filter((row) => row.table === 'old');
  expect(Number(old?.ttl_due_bytes)).toBeGreaterThan(0);
  expect(Number(old?.ttl_due_bytes)).toBeLessThan(Number(old?.bytes));

  // The engine lets nobody see quotas: a table of the same columns in its place.
  const columns = await engine.db.query<{ name: string; type: string }>(
    "SELECT name, type FROM system.columns WHERE database = 'system' AND table = 'quotas_usage' ORDER BY position",
  );
  await engine.db.command(
    `CREATE TABLE shop.quotas_usage (${columns.map(({ name, type }) => `${name} ${type}`).join(', ')}) ENGINE = MergeTree ORDER BY tuple()`,
  );
  const used = { quota_name: 'analysts', quota_key: 'anna', end_time: 1_800_000_000, duration: 3600 };
  await engine.db.insert('shop.quotas_usage', [
    { ...used, queries: 7, max_queries: 10, errors: 3, read_bytes: null, max_read_bytes: 1e9 },
    { ...used, quota_name: 'default', queries: 99 },
  ]);
  const reader = {
    db: engine.db,
    from: (table: string, names: readonly string[]) =>
      `(SELECT 'h' AS tm_host, ${names.join(', ')} FROM shop.${table})`,
  };
  expect((await quotasLook().read(reader)).rows).toEqual([
    {
      host: 'h',
      quota: 'analysts',
      key: 'anna',
      interval_s: 3600,
      ends_at: '2027-01-15 08:00:00',
      what: 'queries',
      used: 7,
      most: 10,
    },
    {
      host: 'h',
      quota: 'analysts',
      key: 'anna',
      interval_s: 3600,
      ends_at: '2027-01-15 08:00:00',
      what: 'read_bytes',
      used: 0,
      most: 1e9,
    },
  ]);
});

test('what queries cost, by dashboard, panel, person and dbt model; each minute once', async () => {
  await engine.db.command(`CREATE TABLE system.query_log (
    event_date Date DEFAULT toDate(event_time), event_time DateTime, type Enum8('QueryStart' = 1, 'QueryFinish' = 2, 'ExceptionBeforeStart' = 3, 'ExceptionWhileProcessing' = 4),
    query_duration_ms UInt64, read_rows UInt64, read_bytes UInt64, written_rows UInt64, result_rows UInt64, memory_usage UInt64, query String, user String,
    initial_user String, is_initial_query UInt8, query_kind LowCardinality(String), client_name String, http_user_agent String, ProfileEvents Map(LowCardinality(String), UInt64)
  ) ENGINE = MergeTree ORDER BY event_time`);
  const now = Math.floor(Date.now() / 1000);
  const minute = Math.floor((now - 240) / 60) * 60;
  const row = (at: number, query: string, own: Record<string, unknown> = {}) => ({
    event_time: at,
    type: 'QueryFinish',
    query_duration_ms: 500,
    read_rows: 1000,
    read_bytes: 10_000,
    written_rows: 0,
    result_rows: 10,
    memory_usage: 1_000_000,
    query,
    user: 'grafana',
    initial_user: 'grafana',
    is_initial_query: 1,
    query_kind: 'Select',
    client_name: '',
    http_user_agent: 'Grafana/12.3',
    ProfileEvents: { OSCPUVirtualTimeMicroseconds: 250_000 },
    ...own,
  });
  const asker = askerComment({
    dashboard: 'Active users',
    panel: 'DAU: today @ 9',
    refId: 'A',
    user: 'anna@example.org',
  });
  await engine.db.insert('system.query_log', [
    // All of a table of small granules, which is no large table.
    row(minute + 1, `${asker} SELECT * FROM shop.orders WHERE id = 1`, {
      ProfileEvents: {
        OSCPUVirtualTimeMicroseconds: 250_000,
        SelectedMarks: 500,
        SelectedMarksTotal: 500,
        SelectedRows: 500_000,
      },
    }),
    row(minute + 2, `${asker} SELECT * FROM (SELECT id FROM (SELECT * FROM shop.orders))`, {
      query_duration_ms: 1500,
      memory_usage: 3_000_000,
      ProfileEvents: {
        OSCPUVirtualTimeMicroseconds: 250_000,
        SelectedMarks: 500,
        SelectedMarksTotal: 500,
        SelectedRows: 900_000,
      },
    }),
    row(minute + 3, `${asker} SELECT 3`, {
      type: 'ExceptionWhileProcessing',
      ProfileEvents: {
        OSCPUVirtualTimeMicroseconds: 250_000,
        SelectedMarks: 20,
        SelectedMarksTotal: 500,
        SelectedRows: 900_000,
      },
    }),
    row(minute + 3, `${asker} SELECT 3`, { type: 'QueryStart' }),
    row(minute + 4, `${askerComment({ app: 'explore', user: 'ben' })} SELECT 1`),
    row(minute + 5, '/* {"app":"dbt","dbt_version":"1.11","node_id":"model.trial.daily"} */ INSERT INTO x SELECT 1', {
      user: 'dbt',
      initial_user: 'dbt',
      query_kind: 'Insert',
      written_rows: 7,
      http_user_agent: 'dbt-clickhouse/1.10',
    }),
    row(minute + 6, 'SELECT 1 /* tidemark dashboard=Not at the beginning */', { client_name: 'ClickHouse client' }),
    row(minute + 70, 'SELECT 1'),
    row(now, 'SELECT 1'),
  ]);
  const source = make();
  const collected = await look(source);
  expect(failures(collected)).toEqual([]);
  const rows = rowsIn(collected, healthQuery);
  const of = (app: string, at = minute) =>
    rows.filter((r) => r.app === app && r.m === new Date(at * 1000).toISOString().slice(0, 19).replace('T', ' '));
  expect(of('tidemark')).toEqual([
    expect.objectContaining({
      user: 'grafana',
      dashboard: 'Active users',
      panel: 'DAU: today @ 9',
      asker: 'anna@example.org',
      model: '',
      kind: 'Select',
      queries: 3,
      failed: 1,
      seconds: 2.5,
      cpu_s: 0.75,
      slowest_ms: 1500,
      read_rows: 3000,
      full_scans: 1,
      stars: 1,
      memory_bytes: 3_000_000,
      memory_byte_s: 1_000_000 * 0.5 * 2 + 3_000_000 * 1.5,
    }),
  ]);
  expect(of('explore')).toMatchObject([{ asker: 'ben', dashboard: '', queries: 1 }]);
  expect(of('dbt')).toMatchObject([{ model: 'model.trial.daily', user: 'dbt', written_rows: 7, kind: 'Insert' }]);
  expect(of('ClickHouse client')).toMatchObject([{ dashboard: '', queries: 1 }]);
  expect(of('Grafana', minute + 60)).toMatchObject([{ queries: 1 }]);
  // The minute that is under way waits; what was read is not read again, by this collector and by the next.
  expect(rows.reduce((sum, r) => sum + Number(r.queries), 0)).toBe(7);
  expect(rowsIn(await look(source), healthQuery)).toEqual([]);
  await write(collected);
  expect(rowsIn(await look(make()), healthQuery).map((r) => r.m)).toEqual([]);
  await engine.db.command('DROP TABLE system.query_log');
});
