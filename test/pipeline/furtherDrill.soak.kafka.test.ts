import { Client } from 'pg';

import { startCollect } from '../../src/testing/drill/collect';
import { converged } from '../../src/testing/drill/compare';
import { setLimit, unsetLimit } from '../../src/testing/drill/alarms';
import { until, watchFor } from '../../src/testing/drill/fault';
import { changesPerSecond, startShop } from '../../src/testing/drill/shop';
import type { Shop } from '../../src/testing/drill/shop';

/* The faults of drill.kafka.test.ts that take long, and minutes in which nothing is wrong: `npm run test:soak`. */
jest.setTimeout(480_000);

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop?.end());

test('one hot row fills one partition: that is told', async () => {
  const touch = () =>
    shop.drill.postgres(
      `DO $$ BEGIN FOR i IN 1..100 LOOP UPDATE orders SET items = i WHERE order_id = (SELECT max(order_id) FROM orders); END LOOP; END $$`,
    );
  let writing: NodeJS.Timeout | undefined;
  await shop.passes({
    name: 'partition skewed',
    async inject() {
      await shop.stopLoad();
      writing = setInterval(() => void touch(), 1_000);
    },
    fires: { kafka_skew: /shop\.public\.orders Partition \d of 3 got (7|8|9|10)\d* %/ },
    heal: () => Promise.resolve(clearInterval(writing)),
  });
});

test('a copy whose view is gone stands still, although nothing lags: that is told', async () => {
  const touch = () => shop.drill.postgres('UPDATE customers SET country = country');
  for (const [name, value] of [
    ['wrong', 8],
    ['coming', 2],
  ] as const)
    await setLimit(shop.drill.db, 'cdc_table_drift', 'shop public.customers', name, value);
  let writing: NodeJS.Timeout | undefined;
  await shop.passes({
    name: 'feed of a copy dropped',
    async inject() {
      await shop.drill.db.command('DROP VIEW shop.customers_feed');
      writing = setInterval(() => void touch(), 2_000);
    },
    fires: { cdc_table_drift: /^shop public\.customers It has changed since .* and shop\.customers has not\./ },
    async heal() {
      clearInterval(writing);
      await shop.clickhouseFile('clickhouse.sql');
      await touch();
    },
  });
});

test('a slot that nobody reads any more is told before it fills the disk', async () => {
  await setLimit(shop.drill.db, 'cdc_slot_idle_retaining', 'main forgotten', 'idle', 10);
  await setLimit(shop.drill.db, 'cdc_slot_idle_retaining', 'main forgotten', 'growth', 1e6);
  await setLimit(shop.drill.db, 'cdc_wal_budget_high', 'main forgotten', 'unlimited', 4e6);
  await shop.passes({
    name: 'slot forgotten',
    async inject() {
      await shop.drill.postgres("SELECT pg_create_logical_replication_slot('forgotten', 'pgoutput')");
      await shop.drill.postgres(
        'CREATE TABLE forgotten AS SELECT repeat(md5(g::text), 30) AS t FROM generate_series(1, 20000) g',
      );
    },
    fires: {
      cdc_slot_idle_retaining: /^main forgotten Its consumer last got on/,
      cdc_wal_budget_high: /^main forgotten .* of WAL are kept for it/,
    },
    heal: () => shop.drill.postgres("SELECT pg_drop_replication_slot('forgotten'); DROP TABLE forgotten"),
  });
});

test('a slot that was dropped is told, and a new snapshot brings back the truth', async () => {
  await shop.passes({
    name: 'slot dropped',
    inject: () =>
      until('the slot is dropped', 20, () =>
        shop.drill
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
      await shop.deleteUnseen();
      expect(await shop.snapshotAgain()).toBeGreaterThanOrEqual(40);
    },
  });
});

test('a slot that lost its WAL is told, and a new snapshot brings back the truth', async () => {
  await shop.passes({
    name: 'slot lost',
    async inject() {
      await shop.drill.postgres("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
      await shop.drill.postgres('SELECT pg_reload_conf()');
      await shop.drill.pipeline.stop('connect');
      await shop.drill.postgres('CREATE TABLE elsewhere (t text)');
      for (let i = 0; i < 4; i++) {
        await shop.drill.postgres(
          'INSERT INTO elsewhere SELECT repeat(md5(g::text), 30) FROM generate_series(1, 20000) g',
        );
        await shop.drill.postgres('SELECT pg_switch_wal()');
        await shop.drill.postgres('CHECKPOINT');
      }
      const [slot] = await shop.drill.postgres<{ wal_status: string }>('SELECT wal_status FROM pg_replication_slots');
      expect(slot?.wal_status).toBe('lost');
      // Never has a task, so it is not waited for.
      void shop.drill.pipeline.start('connect').catch(() => undefined);
    },
    fires: {
      connector_down: /RUNNING|unreachable/,
      cdc_replication_lag: /^shop /,
      cdc_slot_lost: /^shop tidemark The slot is lost/,
    },
    mayFire: ['cdc_replication_lag_high', 'cdc_table_drift', 'cdc_wal_budget', 'cdc_wal_budget_high'],
    async heal() {
      await until('Connect answers', 60, () =>
        fetch(shop.drill.pipeline.services.connect.url).then(
          (a) => a.ok,
          () => false,
        ),
      );
      await shop.drill.postgres('ALTER SYSTEM RESET max_slot_wal_keep_size');
      await shop.drill.postgres('DROP TABLE elsewhere');
      await shop.drill.postgres('SELECT pg_reload_conf()');
      await shop.deleteUnseen();
      expect(await shop.snapshotAgain()).toBeGreaterThanOrEqual(40);
    },
  });
});

test('a transaction that stays open keeps WAL for everybody: that is told, and whose it is', async () => {
  await setLimit(shop.drill.db, 'cdc_wal_budget_high', 'shop tidemark', 'unlimited', 4e6);
  const idler = new Client({
    connectionString: shop.drill.pipeline.services.postgres.url,
    application_name: 'nightly report',
  });
  await idler.connect();
  await shop.passes({
    name: 'long transaction',
    async inject() {
      await idler.query('BEGIN');
      await idler.query("INSERT INTO customers (email, full_name, country) VALUES ('open@example.com', 'Open', 'DE')");
      await shop.drill.postgres(
        'CREATE TABLE reported AS SELECT repeat(md5(g::text), 30) AS t FROM generate_series(1, 20000) g',
      );
    },
    fires: {
      cdc_wal_budget_high: /^shop tidemark .* of WAL are kept for it.*A transaction is open for .*nightly report/,
    },
    firesWithin: 150,
    async heal() {
      await idler.query('COMMIT');
      await idler.end();
      await shop.drill.postgres('DROP TABLE reported; CHECKPOINT');
    },
  });
  await unsetLimit(shop.drill.db, 'cdc_wal_budget_high', 'shop tidemark', 'unlimited');
});

test('a collector that is killed is told, and the next one goes on without a row twice', async () => {
  await shop.drill.collector.stop();
  let running = await startCollect(shop.drill);
  await shop.passes({
    name: 'collector killed',
    inject: () => running.kill(),
    fires: { collector_down: /^kafka main .*is tidemark collect running\?/ },
    firesWithin: 180,
    async heal() {
      running = await startCollect(shop.drill);
    },
    quietWithin: 120,
  });
  await running.stop();
  shop.drill.collector.start();
  const twice = await shop.drill.db.query<{ n: number }>(
    `SELECT toFloat64(count() - uniqExact(at, cluster, consumer_group, topic)) AS n FROM tidemark.health_kafka_group
     UNION ALL SELECT toFloat64(count() - uniqExact(at, server, slot)) FROM tidemark.health_slot`,
  );
  expect(twice).toEqual([{ n: 0 }, { n: 0 }]);
});

test('Connect that is killed sends some changes twice, and none counts twice', async () => {
  await shop.passes({
    name: 'Connect killed',
    inject: () => shop.drill.pipeline.stop('connect', 'kill'),
    fires: { connector_down: /unreachable/ },
    mayFire: ['cdc_replication_lag', 'cdc_replication_lag_high'],
    heal: () => shop.drill.pipeline.start('connect'),
  });
});

test('Kafka that is killed is told, and nothing is lost', async () => {
  await shop.drill.pipeline.stop('kafka', 'kill');
  const says = async () =>
    (
      await shop.drill.db.query<{ code: string; message: string }>(
        "SELECT code, message FROM tidemark.health_source WHERE source = 'kafka main' ORDER BY at DESC LIMIT 1",
      )
    )[0];
  await until('the source says that Kafka is away', 30, async () => (await says())?.code === 'kafka_unreachable');
  expect((await says())?.message).toMatch(
    /^Kafka main does not answer at 127\.0\.0\.1:\d+ \(.+\)\. Check that it runs/,
  );
  await shop.drill.pipeline.start('kafka');
  await until('the source is well', 60, async () => (await says())?.code === '');
  await shop.stopLoad();
  await converged(shop.drill, 120);
  await shop.startLoad();
  await until('nothing fires', 120, async () => (await shop.drill.alarms.look()).length === 0);
  expect(shop.drill.alarms.unanswered()).toBe('');
});

test.each([
  ['under load', changesPerSecond * 4],
  ['in silence', 0],
])(
  'nothing fires for minutes %s',
  async (_, rate) => {
    await shop.stopLoad();
    await converged(shop.drill);
    if (rate > 0) await shop.startLoad(rate);
    const { looks, ...said } = await watchFor(shop.drill.alarms, Number(process.env['TIDEMARK_SOAK_MINUTES'] ?? 5));
    expect(said).toEqual({ fired: [], unanswered: [] });
    expect(looks).toBeGreaterThan(10);
  },
  40 * 60_000,
);
