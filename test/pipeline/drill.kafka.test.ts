import { join } from 'node:path';

import { Kafka, Partitioners, logLevel } from 'kafkajs';

import { checksSource } from '../../src/collector/checks';
import { connectSource } from '../../src/collector/connect';
import { onClickHouse } from '../../src/services/ask';
import { pipelinesDir } from '../../src/services/debezium';
import { filled } from '../../src/services/fill';
import { startLoad } from '../../src/services/load';
import type { Load } from '../../src/services/load';
import { setLimit } from '../../src/testing/drill/alarms';
import { bothSides, converged } from '../../src/testing/drill/compare';
import { startDrill } from '../../src/testing/drill/drill';
import type { Drill } from '../../src/testing/drill/drill';
import { drillFault, told, until } from '../../src/testing/drill/fault';
import type { Fault } from '../../src/testing/drill/fault';

/*
 * Faults on the real pipeline, PostgreSQL → Debezium → Kafka → ClickHouse, with load on it. What judges are the alert views that
 * migrate makes. Clocks are shortened: a look each second (15 by default), limits and waiting times of the rules (src/testing/drill/alarms.ts),
 * Debezium gives up after one try (10).
 * `npm run test:soak` drills further faults (TIDEMARK_DRILL=all).
 */
const isWhole = process.env['TIDEMARK_DRILL'] === 'all';
jest.setTimeout(180_000);

const changesPerSecond = 150;
let drill: Drill;
let load: Load;
const kafka = () => new Kafka({ brokers: [drill.pipeline.values.KAFKA_BROKERS], logLevel: logLevel.NOTHING });

/** Runs a file of pipelines/debezium. */
const clickhouseFile = async (name: string) =>
  onClickHouse(
    drill.pipeline.services.clickhouse.url,
    await filled(join(pipelinesDir, 'debezium', name), drill.pipeline.values),
  );
const sourceFile = async () =>
  drill.postgres(await filled(join(pipelinesDir, 'debezium', 'source.sql'), drill.pipeline.values));
const connectRest = async (method: string, path: string) => {
  const answer = await fetch(`${drill.pipeline.services.connect.url}/connectors/shop${path}`, { method });
  if (!answer.ok) throw new Error(`${method} ${path}: HTTP ${answer.status} ${await answer.text()}`);
};

async function taskState(): Promise<string | undefined> {
  const answer = await fetch(`${drill.pipeline.services.connect.url}/connectors/shop/status`);
  const status = (await answer.json()) as { tasks: { state: string }[] };
  return status.tasks[0]?.state;
}

/** Drills a fault under load; no other rule may fire, and afterwards the copy has to equal the source. */
async function passes(fault: Fault): Promise<void> {
  const drilled = await drillFault(drill.alarms, fault);
  await load.stop();
  const equal = await converged(drill);
  process.stdout.write(`${told(drilled)}; equal to the source ${equal} s later\n`);
  load = startLoad(drill.pipeline.services.postgres.url, changesPerSecond);
  expect(drilled.falseAlarms).toEqual([]);
}

beforeAll(async () => {
  const began = Date.now();
  drill = await startDrill({
    partitions: 3,
    heartbeatMs: 1_000,
    connector: { 'errors.max.retries': '1', 'retriable.restart.connector.wait.ms': '1000' },
  });
  process.stdout.write(`drill: all services and the collector ready after ${(Date.now() - began) / 1000} s\n`);
  await drill.postgres(`INSERT INTO customers (email, full_name, country) SELECT 'p' || g || '@example.com', 'P' || g, 'DE' FROM generate_series(1, 50) g;
    INSERT INTO articles (title, body) SELECT 'Article ' || g, (SELECT string_agg(md5(g || '/' || i), '') FROM generate_series(1, 300) i) FROM generate_series(1, 20) g`);
  load = startLoad(drill.pipeline.services.postgres.url, changesPerSecond);
  // Topics come with the first rows: until then groups read what is not there.
  await until('every group is read in time', 60, async () => {
    const groups = await drill.db.query<{ verdict: string }>(
      'SELECT verdict FROM (SELECT * FROM tidemark.health_kafka_group ORDER BY at DESC LIMIT 1 BY consumer_group) WHERE members > 0',
    );
    return groups.length === 4 && groups.every(({ verdict }) => verdict === 'OK');
  });
});

afterAll(async () => {
  await load?.stop();
  await drill?.end();
});

test('every row that is written under load is in ClickHouse at the end, once, with its last value', async () => {
  await load.stop();
  load = startLoad(drill.pipeline.services.postgres.url, 2_000);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await load.stop();
  await converged(drill);
  const [stored] = await drill.db.query<{ n: number; deleted: number; updated: number }>(
    "SELECT count() AS n, countIf(_op = 'd') AS deleted, countIf(_op = 'u') AS updated FROM shop.orders",
  );
  // All kinds of changes were among them.
  expect(Number(stored!.deleted)).toBeGreaterThan(20);
  expect(Number(stored!.updated)).toBeGreaterThan(100);
  process.stdout.write(`drill: ${load.changes()} changes in 5 s, equal to the source\n`);
  const [gauges] = await drill.db.query<Record<string, string | number>>(
    'SELECT connected, queue_total, queue_left, events, erroneous, snapshot_running, lsn > 0 AS has_lsn, source_lag_s FROM tidemark.health_connector ORDER BY at DESC LIMIT 1',
  );
  expect(gauges).toMatchObject({ connected: 1, queue_total: 2_048, erroneous: 0, snapshot_running: 0, has_lsn: 1 });
  expect(Number(gauges!['events'])).toBeGreaterThan(1_000);
  expect(Number(gauges!['source_lag_s'])).toBeLessThan(10);
  load = startLoad(drill.pipeline.services.postgres.url, changesPerSecond);
});

test('personal data never gets to Kafka', async () => {
  const [row] = await drill.db.query<{ email_hash: string }>(
    'SELECT * FROM shop.customers FINAL ORDER BY user_id LIMIT 1',
  );
  expect(row!.email_hash).toMatch(/^[0-9a-f]{64}$/);
  const messages: string[] = [];
  const consumer = kafka().consumer({ groupId: 'test_reader' });
  await consumer.connect();
  await consumer.subscribe({ topic: 'shop.public.customers', fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      messages.push(message.value?.toString() ?? '');
      return Promise.resolve();
    },
  });
  await until('all 50 customers are read', 20, () => Promise.resolve(messages.length >= 50));
  await consumer.disconnect();
  expect(messages.filter((text) => /@example\.com|full_name|"P\d+"/.test(text))).toEqual([]);
});

test('a consumer that was taken away is told as stopped', async () => {
  await passes({
    name: 'consumer stopped',
    inject: () => drill.db.command('DETACH TABLE shop.orders_queue'),
    fires: { kafka_consumer_stalled: /shop_orders .*STOP.*the group is Empty/, kafka_lag_time: /shop_orders/ },
    mayFire: ['kafka_lag_time_high'],
    heal: () => drill.db.command('ATTACH TABLE shop.orders_queue'),
  });
});

test('a consumer that was rewound is told, and nothing is counted twice', async () => {
  const admin = kafka().admin();
  await admin.connect();
  await passes({
    name: 'consumer rewound',
    async inject() {
      await drill.db.command('DETACH TABLE shop.orders_queue');
      const isEmpty = async () => (await admin.describeGroups(['shop_orders'])).groups[0]?.state === 'Empty';
      await until('the group has no member', 20, isEmpty);
      const offsets = await admin.fetchOffsets({ groupId: 'shop_orders', topics: ['shop.public.orders'] });
      const back = offsets[0]!.partitions.map(({ partition, offset }) => ({
        partition,
        offset: String(Math.max(0, Number(offset) - 500)),
      }));
      await admin.setOffsets({ groupId: 'shop_orders', topic: 'shop.public.orders', partitions: back });
    },
    fires: { kafka_consumer_stalled: /shop_orders .*went back by/ },
    mayFire: ['kafka_lag_time', 'kafka_lag_time_high'],
    heal: () => drill.db.command('ATTACH TABLE shop.orders_queue'),
  });
  await admin.disconnect();
});

test('messages that cannot be read become dead letters, and the others go on', async () => {
  const producer = kafka().producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await passes({
    name: 'poison messages',
    inject: () =>
      producer.send({
        topic: 'shop.public.orders',
        messages: [
          { key: 'a', value: '{"after": {"order_id": 1, broken' },
          { key: 'b', value: JSON.stringify({ op: 'c', after: { order_id: 'no number' }, source: { lsn: 1 } }) },
          { key: 'c', value: JSON.stringify({ op: 'x', after: { order_id: 1 }, source: { lsn: 1 } }) },
        ],
      }),
    fires: { kafka_poison: /^shop dead letters \d within .* newest: shop\.public\.orders/ },
    async meanwhile() {
      const count = async () =>
        Number((await drill.db.query<{ n: string }>('SELECT count() AS n FROM shop.dead_letters FINAL'))[0]!.n);
      await until('all three are kept', 20, async () => (await count()) === 3);
    },
    heal: () => drill.db.command('TRUNCATE TABLE shop.dead_letters'),
  });
  await producer.disconnect();
});

test('a view that throws blocks its partitions, and that is told', async () => {
  await drill.db.command('CREATE TABLE shop.strict (order_id Int64) ENGINE = MergeTree ORDER BY order_id');
  await passes({
    name: 'view that throws',
    // One order in eight has more than four items.
    inject: () =>
      drill.db.command(
        `CREATE MATERIALIZED VIEW shop.strict_feed TO shop.strict AS
         SELECT JSONExtract(row, 'order_id', 'Int64') AS order_id FROM shop.orders_changes
         WHERE throwIf(JSONExtract(row, 'items', 'Int64') > 4, 'too many items') = 0`,
      ),
    fires: {
      kafka_consumer_stalled: /shop_orders .*STALL.*stands still/,
      kafka_lag_time: /shop_orders/,
      kafka_poison: /^shop\.orders_queue .*too many items/,
    },
    mayFire: ['kafka_lag_time_high'],
    async heal() {
      await drill.db.command('DROP VIEW shop.strict_feed');
      // A consumer keeps its exceptions for ten minutes: they are known now.
      await setLimit(drill.db, 'kafka_poison', 'shop.orders_queue', 'messages', 1_000);
    },
  });
});

test('a placeholder in place of a large value is told; the table for large values keeps the good one', async () => {
  await clickhouseFile('large-values.sql');
  const bodyOf = async (table: string) =>
    (await drill.db.query<{ body: string }>(`SELECT body FROM shop.${table} WHERE article_id = 1`))[0]!.body;
  await passes({
    name: 'TOAST placeholder',
    inject: () =>
      drill.postgres(
        "ALTER TABLE articles REPLICA IDENTITY DEFAULT; UPDATE articles SET title = 'Another title' WHERE article_id = 1",
      ),
    fires: { cdc_wrong_values: /placeholders kept articles .*rows whose body/ },
    async meanwhile() {
      expect(await bodyOf('articles FINAL')).toBe('__debezium_unavailable_value');
      expect(await bodyOf('articles_whole')).toHaveLength(9_600);
    },
    async heal() {
      await drill.postgres(
        'ALTER TABLE articles REPLICA IDENTITY FULL; UPDATE articles SET title = title WHERE article_id = 1',
      );
      // What was sent stays on record for a day: the drill does not wait for it.
      await until('the body is back', 20, async () => (await bodyOf('articles FINAL')).length === 9_600);
      await drill.db.command('TRUNCATE TABLE shop.columns_seen');
    },
  });
});

test('a renamed column is told', async () => {
  await passes({
    name: 'column renamed',
    inject: () =>
      drill.postgres(
        "ALTER TABLE customers RENAME COLUMN country TO land; INSERT INTO customers (email, full_name, land) VALUES ('r@example.com', 'R', 'FR')",
      ),
    fires: { cdc_wrong_values: /(unread|missing) columns customers .*(land|country)/ },
    heal: () =>
      drill.postgres('ALTER TABLE customers RENAME COLUMN land TO country; UPDATE customers SET country = country'),
  });
});

/** The runbook of docs/pipelines.md: a new slot, a new snapshot, and what was deleted meanwhile is found out. Ends with the load stopped. @returns ghosts. */
async function snapshotAgain(): Promise<number> {
  await sourceFile();
  await connectRest('PUT', '/stop');
  await until('the offsets are forgotten', 30, () =>
    connectRest('DELETE', '/offsets').then(
      () => true,
      () => false,
    ),
  );
  await until('the slot is gone', 30, async () => {
    await drill
      .postgres("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'tidemark'")
      .catch(() => undefined);
    return (await drill.postgres('SELECT 1 FROM pg_replication_slots')).length === 0;
  });
  await connectRest('PUT', '/resume');
  let restarts = 0;
  await until('the snapshot is read', 60, async () => {
    // Debezium 3.3 does not get up by itself where its start had failed before.
    if ((await taskState()) === 'FAILED' && ++restarts < 4)
      await connectRest('POST', '/restart?includeTasks=true&onlyFailed=true');
    const [{ fresh } = { fresh: 0 }] = await drill.db.query<{ fresh: number }>(
      'SELECT toUInt8(max(beat_at) > now64(3) - INTERVAL 5 SECOND) AS fresh FROM shop.heartbeat FINAL',
    );
    return Number(fresh) === 1;
  });
  await load.stop();
  const orders = (side: string) => Number(/"orders":"(\d+)/.exec(side)?.[1]);
  let ghosts = -1;
  let stillFor = 0;
  await until('only what was deleted meanwhile is left', 30, async () => {
    const sides = await bothSides(drill);
    const more = orders(sides.clickhouse) - orders(sides.postgres);
    // A consumer that is slow just now looks like one that has everything: two seconds of the same number are enough.
    stillFor = more === ghosts && more >= 0 ? stillFor + 1 : 0;
    ghosts = more;
    return stillFor >= 10;
  });
  await clickhouseFile('ghosts.sql');
  process.stdout.write(`drill: ${ghosts} ghosts after the new snapshot, removed by ghosts.sql\n`);
  return ghosts;
}

/** Deletes rows while nobody listens. */
const deleteUnseen = () =>
  drill.postgres('DELETE FROM orders WHERE order_id IN (SELECT order_id FROM orders ORDER BY order_id LIMIT 40)');

test('a dropped publication fails the task under a running connector; a new snapshot and ghosts.sql bring back the truth', async () => {
  await passes({
    name: 'publication dropped',
    inject: () => drill.postgres('DROP PUBLICATION tidemark'),
    fires: { connector_down: /RUNNING: Task 0 of shop is FAILED: .*[Pp]ublication/, cdc_replication_lag: /^shop / },
    // While the slot is made anew; tables that are not published are no copies.
    mayFire: ['cdc_replication_lag_high', 'cdc_slot_lost', 'cdc_table_drift'],
    async heal() {
      await deleteUnseen();
      expect(await snapshotAgain()).toBeGreaterThanOrEqual(40);
    },
  });
});

test('Connect that is stopped is told, and nothing is lost', async () => {
  await passes({
    name: 'Connect stopped',
    inject: () => drill.pipeline.stop('connect'),
    fires: { connector_down: /unreachable: Kafka Connect main does not answer/ },
    mayFire: ['cdc_replication_lag', 'cdc_replication_lag_high'],
    heal: () => drill.pipeline.start('connect'),
  });
});

test('PostgreSQL may restart', async () => {
  await passes({
    name: 'PostgreSQL restarted',
    inject: () => drill.pipeline.stop('postgres'),
    fires: {},
    mayFire: ['connector_down', 'cdc_replication_lag', 'cdc_replication_lag_high'],
    heal: () => drill.pipeline.start('postgres'),
  });
});

test('ClickHouse may restart, and what was seen meanwhile is not lost', async () => {
  const began = Date.now();
  await passes({
    name: 'ClickHouse restarted',
    inject: () => drill.pipeline.stop('clickhouse'),
    fires: {},
    mayFire: [
      'kafka_lag_time',
      'kafka_lag_time_high',
      'kafka_consumer_stalled',
      'cdc_replication_lag',
      'cdc_replication_lag_high',
    ],
    heal: () => drill.pipeline.start('clickhouse'),
  });
  const gaps = await drill.db.query<{ gap: number }>(
    `SELECT max(gap) AS gap FROM (SELECT dateDiff('ms', lagInFrame(at, 1, at) OVER (ORDER BY at), at) / 1000 AS gap
     FROM tidemark.health_connector WHERE at > fromUnixTimestamp64Milli(${began} - 5000))`,
  );
  expect(Number(gaps[0]!.gap)).toBeLessThan(6);
});

test('a column is added in ClickHouse first, then in PostgreSQL, and nothing is missing', async () => {
  const [{ create } = { create: '' }] = await drill.db.query<{ create: string }>(
    "SELECT as_select AS create FROM system.tables WHERE database = 'shop' AND name = 'orders_feed'",
  );
  await drill.db.command('ALTER TABLE shop.orders ADD COLUMN coupon LowCardinality(String) AFTER items');
  const query = create.replace(/\blsn AS _version/, "JSONExtractString(row, 'coupon') AS coupon, lsn AS _version");
  expect(query).not.toBe(create);
  await drill.db.command(`ALTER TABLE shop.orders_feed MODIFY QUERY ${query}`);
  await drill.postgres(
    "ALTER TABLE orders ADD COLUMN coupon text; INSERT INTO orders (user_id, amount, coupon) VALUES (1, 1, 'SPRING')",
  );
  const count = async () =>
    Number(
      (await drill.db.query<{ n: string }>("SELECT count() AS n FROM shop.orders FINAL WHERE coupon = 'SPRING'"))[0]!.n,
    );
  await until('its value is there', 30, async () => (await count()) === 1);
  await load.stop();
  await converged(drill);
  load = startLoad(drill.pipeline.services.postgres.url, changesPerSecond);
  expect(await drill.alarms.look()).toEqual([]);
});

test('a collector that is pointed at the wrong place says so, and what to do', async () => {
  const { connect, clickhouse } = drill.pipeline.services;
  const look = { db: drill.db, now: Date.now, fetch, log: () => undefined, signal: new AbortController().signal };
  const [shop] = drill.config.pipelines;
  const other = { ...shop!, connect: { cluster: 'main', connectors: ['shop', 'nope'] } };
  const at = (url: string) =>
    connectSource({ name: 'main', url, password: '', everySeconds: 5 }, [other]).collect(look);
  const rowsAt = async (url: string) =>
    (await at(url)).rows[0]!.rows as { connector: string; state: string; detail: string }[];
  expect(await rowsAt(connect.url)).toEqual([
    expect.objectContaining({ connector: 'shop', state: 'RUNNING', detail: '' }),
    expect.objectContaining({
      connector: 'nope',
      state: 'missing',
      detail:
        'Kafka Connect main has no connector nope; it has shop. Create it again with PUT /connectors/nope/config.',
    }),
  ]);
  expect((await rowsAt('http://127.0.0.1:9'))[0]).toMatchObject({ state: 'unreachable', down: 1 });
  expect((await at('http://127.0.0.1:9')).parts).toEqual([
    {
      part: 'rest',
      failure: {
        code: 'connect_unreachable',
        message: expect.stringMatching(/does not answer at http:.*collect\.connect\.main\.url/),
      },
    },
  ]);
  // A ClickHouse is no Kafka Connect.
  expect((await at(clickhouse.url)).parts?.[0]?.failure?.code).toBe('connect_failed');
  const check = checksSource(5, [{ ...shop!, checks: ['shop.nothing', 'shop.pipeline_checks'] }])!;
  const { rows, parts } = await check.collect(look);
  expect(rows[0]!.rows.length).toBeGreaterThan(5);
  expect(parts?.[0]?.failure?.message).toMatch(
    /^The truth test shop\.nothing of pipeline shop gave no answer: .*shop\.nothing/,
  );
  expect(parts?.[1]).toEqual({ part: 'shop.pipeline_checks' });
});

/** The rest, for `npm run test:soak`. */
function furtherFaults(): void {
  test('one hot row fills one partition: that is told', async () => {
    const touch = () =>
      drill.postgres(
        `DO $$ BEGIN FOR i IN 1..100 LOOP UPDATE orders SET items = i WHERE order_id = (SELECT max(order_id) FROM orders); END LOOP; END $$`,
      );
    let writing: NodeJS.Timeout | undefined;
    await passes({
      name: 'partition skewed',
      async inject() {
        await load.stop();
        writing = setInterval(() => void touch(), 1_000);
      },
      fires: { kafka_skew: /shop\.public\.orders Partition \d of 3 got (7|8|9|10)\d* %/ },
      heal: () => Promise.resolve(clearInterval(writing)),
    });
  });

  test('a copy whose view is gone stands still, although nothing lags: that is told', async () => {
    const touch = () => drill.postgres('UPDATE customers SET country = country');
    for (const [name, value] of [
      ['wrong', 8],
      ['coming', 2],
    ] as const)
      await setLimit(drill.db, 'cdc_table_drift', 'shop public.customers', name, value);
    let writing: NodeJS.Timeout | undefined;
    await passes({
      name: 'feed of a copy dropped',
      async inject() {
        await drill.db.command('DROP VIEW shop.customers_feed');
        writing = setInterval(() => void touch(), 2_000);
      },
      fires: { cdc_table_drift: /^shop public\.customers It has changed since .* and shop\.customers has not\./ },
      async heal() {
        clearInterval(writing);
        await clickhouseFile('clickhouse.sql');
        await touch();
      },
    });
  });

  test('a slot that nobody reads any more is told before it fills the disk', async () => {
    await setLimit(drill.db, 'cdc_slot_idle_retaining', 'main forgotten', 'idle', 10);
    await setLimit(drill.db, 'cdc_slot_idle_retaining', 'main forgotten', 'growth', 1e6);
    await setLimit(drill.db, 'cdc_wal_budget_high', 'main forgotten', 'unlimited', 4e6);
    await passes({
      name: 'slot forgotten',
      async inject() {
        await drill.postgres("SELECT pg_create_logical_replication_slot('forgotten', 'pgoutput')");
        await drill.postgres(
          'CREATE TABLE forgotten AS SELECT repeat(md5(g::text), 30) AS t FROM generate_series(1, 20000) g',
        );
      },
      fires: {
        cdc_slot_idle_retaining: /^main forgotten Its consumer last got on/,
        cdc_wal_budget_high: /^main forgotten .* of WAL are kept for it/,
      },
      heal: () => drill.postgres("SELECT pg_drop_replication_slot('forgotten'); DROP TABLE forgotten"),
    });
  });

  test('a slot that was dropped is told, and a new snapshot brings back the truth', async () => {
    await passes({
      name: 'slot dropped',
      inject: () =>
        until('the slot is dropped', 20, () =>
          drill
            .postgres(
              "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active; SELECT pg_drop_replication_slot('tidemark')",
            )
            .then(
              () => true,
              () => false,
            ),
        ),
      fires: {
        connector_down: /RUNNING: Task 0 of shop is FAILED|without any task/,
        cdc_replication_lag: /^shop /,
        cdc_slot_lost: /^shop tidemark The slot is not there/,
      },
      mayFire: ['cdc_replication_lag_high', 'cdc_table_drift'],
      async heal() {
        await deleteUnseen();
        expect(await snapshotAgain()).toBeGreaterThanOrEqual(40);
      },
    });
  });

  test('a slot that lost its WAL is told, and a new snapshot brings back the truth', async () => {
    await passes({
      name: 'slot lost',
      async inject() {
        await drill.postgres("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
        await drill.postgres('SELECT pg_reload_conf()');
        await drill.pipeline.stop('connect');
        await drill.postgres('CREATE TABLE elsewhere (t text)');
        for (let i = 0; i < 4; i++) {
          await drill.postgres(
            'INSERT INTO elsewhere SELECT repeat(md5(g::text), 30) FROM generate_series(1, 20000) g',
          );
          await drill.postgres('SELECT pg_switch_wal()');
          await drill.postgres('CHECKPOINT');
        }
        const [slot] = await drill.postgres<{ wal_status: string }>('SELECT wal_status FROM pg_replication_slots');
        expect(slot?.wal_status).toBe('lost');
        // Never has a task, so it is not waited for.
        void drill.pipeline.start('connect').catch(() => undefined);
      },
      fires: {
        connector_down: /RUNNING|unreachable/,
        cdc_replication_lag: /^shop /,
        cdc_slot_lost: /^shop tidemark The slot is lost/,
      },
      mayFire: ['cdc_replication_lag_high', 'cdc_table_drift', 'cdc_wal_budget', 'cdc_wal_budget_high'],
      async heal() {
        await until('Connect answers', 60, () =>
          fetch(drill.pipeline.services.connect.url).then(
            (a) => a.ok,
            () => false,
          ),
        );
        await drill.postgres('ALTER SYSTEM RESET max_slot_wal_keep_size');
        await drill.postgres('SELECT pg_reload_conf()');
        await deleteUnseen();
        expect(await snapshotAgain()).toBeGreaterThanOrEqual(40);
      },
    });
  });

  test('Connect that is killed sends some changes twice, and none counts twice', async () => {
    await passes({
      name: 'Connect killed',
      inject: () => drill.pipeline.stop('connect', 'kill'),
      fires: { connector_down: /unreachable/ },
      mayFire: ['cdc_replication_lag', 'cdc_replication_lag_high'],
      heal: () => drill.pipeline.start('connect'),
    });
  });

  test('Kafka that is killed is told, and nothing is lost', async () => {
    await drill.pipeline.stop('kafka', 'kill');
    const says = async () =>
      (
        await drill.db.query<{ code: string; message: string }>(
          "SELECT code, message FROM tidemark.health_source WHERE source = 'kafka main' ORDER BY at DESC LIMIT 1",
        )
      )[0];
    await until('the source says that Kafka is away', 30, async () => (await says())?.code === 'kafka_unreachable');
    expect((await says())?.message).toMatch(
      /^Kafka main does not answer at 127\.0\.0\.1:\d+ \(.+\)\. Check that it runs/,
    );
    await drill.pipeline.start('kafka');
    await until('the source is well', 60, async () => (await says())?.code === '');
    await load.stop();
    await converged(drill, 120);
    load = startLoad(drill.pipeline.services.postgres.url, changesPerSecond);
    await until('nothing fires', 120, async () => (await drill.alarms.look()).length === 0);
  });

  test.each([
    ['under load', changesPerSecond * 4],
    ['in silence', 0],
  ])(
    'nothing fires for minutes %s',
    async (_, rate) => {
      await load.stop();
      await converged(drill);
      if (rate > 0) load = startLoad(drill.pipeline.services.postgres.url, rate);
      const seen = new Set<string>();
      const end = Date.now() + Number(process.env['TIDEMARK_SOAK_MINUTES'] ?? 5) * 60_000;
      while (Date.now() < end) {
        for (const { rule, subject, detail } of await drill.alarms.look()) seen.add(`${rule} ${subject} ${detail}`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      expect([...seen]).toEqual([]);
    },
    40 * 60_000,
  );
}
if (isWhole) furtherFaults();
