import { Partitioners } from 'kafkajs';

import { checksSource } from '../../src/collector/checks';
import { connectSource } from '../../src/collector/connect';
import { setLimit } from '../../src/testing/drill/alarms';
import { converged } from '../../src/testing/drill/compare';
import { until } from '../../src/testing/drill/fault';
import { lagOfRow, shownLag, shownLessMeasured } from '../../src/testing/drill/lag';
import { changesPerSecond, startShop } from '../../src/testing/drill/shop';
import type { Shop } from '../../src/testing/drill/shop';

/*
 * Faults on the real pipeline, PostgreSQL → Debezium → Kafka → ClickHouse, with load on it. What judges are the alert views that
 * migrate makes. Clocks are shortened: a look each second (15 by default), limits and waiting times of the rules (src/testing/drill/alarms.ts),
 * Debezium gives up after one try (10). Further faults: furtherDrill.soak.kafka.test.ts.
 */
jest.setTimeout(180_000);

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop?.end());

test('every row that is written under load is in ClickHouse at the end, once, with its last value', async () => {
  await shop.stopLoad();
  await shop.startLoad(2_000);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await shop.stopLoad();
  await converged(shop.drill);
  const [stored] = await shop.drill.db.query<{ n: number; deleted: number; updated: number }>(
    "SELECT count() AS n, countIf(_op = 'd') AS deleted, countIf(_op = 'u') AS updated FROM shop.orders",
  );
  // All kinds of changes were among them.
  expect(Number(stored!.deleted)).toBeGreaterThan(20);
  expect(Number(stored!.updated)).toBeGreaterThan(100);
  process.stdout.write(`drill: ${shop.changes()} changes in 5 s, equal to the source\n`);
  const [gauges] = await shop.drill.db.query<Record<string, string | number>>(
    'SELECT connected, queue_total, queue_left, events, erroneous, snapshot_running, lsn > 0 AS has_lsn, source_lag_s FROM tidemark.health_connector ORDER BY at DESC LIMIT 1',
  );
  expect(gauges).toMatchObject({ connected: 1, queue_total: 2_048, erroneous: 0, snapshot_running: 0, has_lsn: 1 });
  expect(Number(gauges!['events'])).toBeGreaterThan(1_000);
  expect(Number(gauges!['source_lag_s'])).toBeLessThan(10);
  await shop.startLoad();
});

test.each([
  ['under load', changesPerSecond],
  ['in silence', 0],
])('the lag that is shown is the lag of a row, within two seconds, %s', async (_, rate) => {
  await shop.stopLoad();
  if (rate > 0) await shop.startLoad(rate);
  const differences: number[] = [];
  for (let i = 0; i < 3; i++) differences.push(await shownLessMeasured(shop.drill, `m${i}${rate}@example.com`));
  // And while a row waits: the connector pauses, so nothing comes through.
  await shop.connectRest('PUT', '/pause');
  const state = async () => (await shop.taskState()) === 'PAUSED';
  await until('it is paused', 20, state);
  const paused = Date.now();
  const arriving = lagOfRow(shop.drill, `p${rate}@example.com`);
  await until('two looks that see it late', 40, async () => (await shownLag(shop.drill)).atMs > paused + 9_000);
  const { lag, atMs } = await shownLag(shop.drill);
  await shop.connectRest('PUT', '/resume');
  await arriving;
  differences.push(lag - (atMs - paused) / 1_000);
  process.stdout.write(
    `drill: lag ${rate > 0 ? 'under load' : 'in silence'}, shown less measured: ${differences.map((d) => d.toFixed(1)).join(', ')} s\n`,
  );
  for (const difference of differences) expect(Math.abs(difference)).toBeLessThan(2);
  await shop.startLoad();
});

test('personal data never gets to Kafka', async () => {
  const [row] = await shop.drill.db.query<{ email_hash: string }>(
    'SELECT * FROM shop.customers FINAL ORDER BY user_id LIMIT 1',
  );
  expect(row!.email_hash).toMatch(/^[0-9a-f]{64}$/);
  const messages: string[] = [];
  const consumer = shop.kafka().consumer({ groupId: 'test_reader' });
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
  await shop.passes({
    name: 'consumer stopped',
    inject: () => shop.drill.db.command('DETACH TABLE shop.orders_queue'),
    fires: { kafka_consumer_stalled: /shop_orders .*STOP.*the group is Empty/, kafka_lag_time: /shop_orders/ },
    mayFire: ['kafka_lag_time_high'],
    heal: () => shop.drill.db.command('ATTACH TABLE shop.orders_queue'),
  });
});

test('a consumer that was rewound is told, and nothing is counted twice', async () => {
  const admin = shop.kafka().admin();
  await admin.connect();
  await shop.passes({
    name: 'consumer rewound',
    async inject() {
      await shop.drill.db.command('DETACH TABLE shop.orders_queue');
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
    heal: () => shop.drill.db.command('ATTACH TABLE shop.orders_queue'),
  });
  await admin.disconnect();
});

test('messages that cannot be read become dead letters, and the others go on', async () => {
  const producer = shop.kafka().producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await shop.passes({
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
        Number((await shop.drill.db.query<{ n: string }>('SELECT count() AS n FROM shop.dead_letters FINAL'))[0]!.n);
      await until('all three are kept', 20, async () => (await count()) === 3);
    },
    heal: () => shop.drill.db.command('TRUNCATE TABLE shop.dead_letters'),
  });
  await producer.disconnect();
});

test('a view that throws blocks its partitions, and that is told', async () => {
  await shop.drill.db.command('CREATE TABLE shop.strict (order_id Int64) ENGINE = MergeTree ORDER BY order_id');
  await shop.passes({
    name: 'view that throws',
    // One order in eight has more than four items.
    inject: () =>
      shop.drill.db.command(
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
      await shop.drill.db.command('DROP VIEW shop.strict_feed');
      // A consumer keeps its exceptions for ten minutes: they are known now.
      await setLimit(shop.drill.db, 'kafka_poison', 'shop.orders_queue', 'messages', 1_000);
    },
  });
});

test('a placeholder in place of a large value is told; the table for large values keeps the good one', async () => {
  await shop.clickhouseFile('large-values.sql');
  const bodyOf = async (table: string) =>
    (await shop.drill.db.query<{ body: string }>(`SELECT body FROM shop.${table} WHERE article_id = 1`))[0]!.body;
  await shop.passes({
    name: 'TOAST placeholder',
    inject: () =>
      shop.drill.postgres(
        "ALTER TABLE articles REPLICA IDENTITY DEFAULT; UPDATE articles SET title = 'Another title' WHERE article_id = 1",
      ),
    fires: { cdc_wrong_values: /placeholders kept articles .*rows whose body/ },
    async meanwhile() {
      expect(await bodyOf('articles FINAL')).toBe('__debezium_unavailable_value');
      expect(await bodyOf('articles_whole')).toHaveLength(9_600);
    },
    async heal() {
      await shop.drill.postgres(
        'ALTER TABLE articles REPLICA IDENTITY FULL; UPDATE articles SET title = title WHERE article_id = 1',
      );
      // What was sent stays on record for a day: the drill does not wait for it.
      await until('the body is back', 20, async () => (await bodyOf('articles FINAL')).length === 9_600);
      await shop.drill.db.command('TRUNCATE TABLE shop.columns_seen');
    },
  });
});

test('a renamed column is told', async () => {
  await shop.passes({
    name: 'column renamed',
    inject: () =>
      shop.drill.postgres(
        "ALTER TABLE customers RENAME COLUMN country TO land; INSERT INTO customers (email, full_name, land) VALUES ('r@example.com', 'R', 'FR')",
      ),
    fires: { cdc_wrong_values: /(unread|missing) columns customers .*(land|country)/ },
    heal: () =>
      shop.drill.postgres(
        'ALTER TABLE customers RENAME COLUMN land TO country; UPDATE customers SET country = country',
      ),
  });
});

test('a dropped publication fails the task under a running connector; a new snapshot and ghosts.sql bring back the truth', async () => {
  await shop.passes({
    name: 'publication dropped',
    inject: () => shop.drill.postgres('DROP PUBLICATION tidemark'),
    fires: { connector_down: /RUNNING: Task 0 of shop is FAILED: .*[Pp]ublication/, cdc_replication_lag: /^shop / },
    // While the slot is made anew; tables that are not published are no copies.
    mayFire: ['cdc_replication_lag_high', 'cdc_slot_lost', 'cdc_table_drift'],
    async heal() {
      await shop.deleteUnseen();
      expect(await shop.snapshotAgain()).toBeGreaterThanOrEqual(40);
    },
  });
});

test('Connect that is stopped is told, and nothing is lost', async () => {
  await shop.passes({
    name: 'Connect stopped',
    inject: () => shop.drill.pipeline.stop('connect'),
    fires: { connector_down: /unreachable: Kafka Connect main does not answer/ },
    mayFire: ['cdc_replication_lag', 'cdc_replication_lag_high'],
    heal: () => shop.drill.pipeline.start('connect'),
  });
});

test('PostgreSQL may restart', async () => {
  await shop.passes({
    name: 'PostgreSQL restarted',
    inject: () => shop.drill.pipeline.stop('postgres'),
    fires: {},
    mayFire: ['connector_down', 'cdc_replication_lag', 'cdc_replication_lag_high'],
    heal: () => shop.drill.pipeline.start('postgres'),
  });
});

test('ClickHouse may restart, and what was seen meanwhile is not lost', async () => {
  const began = Date.now();
  await shop.passes({
    name: 'ClickHouse restarted',
    inject: () => shop.drill.pipeline.stop('clickhouse'),
    fires: {},
    mayFire: [
      'kafka_lag_time',
      'kafka_lag_time_high',
      'kafka_consumer_stalled',
      'cdc_replication_lag',
      'cdc_replication_lag_high',
    ],
    heal: () => shop.drill.pipeline.start('clickhouse'),
  });
  const gaps = await shop.drill.db.query<{ gap: number }>(
    `SELECT max(gap) AS gap FROM (SELECT dateDiff('ms', lagInFrame(at, 1, at) OVER (ORDER BY at), at) / 1000 AS gap
     FROM tidemark.health_connector WHERE at > fromUnixTimestamp64Milli(${began} - 5000))`,
  );
  expect(Number(gaps[0]!.gap)).toBeLessThan(6);
});

test('a column is added in ClickHouse first, then in PostgreSQL, and nothing is missing', async () => {
  const [{ create } = { create: '' }] = await shop.drill.db.query<{ create: string }>(
    "SELECT as_select AS create FROM system.tables WHERE database = 'shop' AND name = 'orders_feed'",
  );
  await shop.drill.db.command('ALTER TABLE shop.orders ADD COLUMN coupon LowCardinality(String) AFTER items');
  const query = create.replace(/\blsn AS _version/, "JSONExtractString(row, 'coupon') AS coupon, lsn AS _version");
  expect(query).not.toBe(create);
  await shop.drill.db.command(`ALTER TABLE shop.orders_feed MODIFY QUERY ${query}`);
  await shop.drill.postgres(
    "ALTER TABLE orders ADD COLUMN coupon text; INSERT INTO orders (user_id, amount, coupon) VALUES (1, 1, 'SPRING')",
  );
  const count = async () =>
    Number(
      (
        await shop.drill.db.query<{ n: string }>("SELECT count() AS n FROM shop.orders FINAL WHERE coupon = 'SPRING'")
      )[0]!.n,
    );
  await until('its value is there', 30, async () => (await count()) === 1);
  await shop.stopLoad();
  await converged(shop.drill);
  await shop.startLoad();
  expect(await shop.drill.alarms.look()).toEqual([]);
  expect(shop.drill.alarms.unanswered()).toBe('');
});

test('a collector that is pointed at the wrong place says so, and what to do', async () => {
  const { connect, clickhouse } = shop.drill.pipeline.services;
  const look = { db: shop.drill.db, now: Date.now, fetch, log: () => undefined, signal: new AbortController().signal };
  const [pipeline] = shop.drill.config.pipelines;
  const other = { ...pipeline!, connect: { cluster: 'main', connectors: ['shop', 'nope'] } };
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
  const check = checksSource(5, [{ ...pipeline!, checks: ['shop.nothing', 'shop.pipeline_checks'] }])!;
  const { rows, parts } = await check.collect(look);
  expect(rows[0]!.rows.length).toBeGreaterThan(5);
  expect(parts?.[0]?.failure?.message).toMatch(
    /^The truth test shop\.nothing of pipeline shop gave no answer: .*shop\.nothing/,
  );
  expect(parts?.[1]).toEqual({ part: 'shop.pipeline_checks' });
});
