import type { Db } from '../core/db';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import { seedDemo } from './seed';
import type { SeedOptions } from './seed';
import { demoTables, makeTable } from './tables';

const nowMs = Date.parse('2026-11-21T09:00:00Z');
/** A demo of 35 days only: less to insert. It is known by the mark of its tables. */
const mark = 'Tidemark demo product from 2026-10-18';
const seed = (scale: number, db: Db = engine.db, more: Partial<SeedOptions> = {}) =>
  seedDemo(db, {
    demo: 'product',
    reset: false,
    nowMs,
    scale,
    readCdnow: () => '',
    onInserted: () => undefined,
    ...more,
  });

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE DATABASE shop');
  for (const table of Object.values(demoTables)) await engine.db.command(makeTable(table, mark)[0]!);
}, 60_000);
afterAll(() => engine.stop());

const one = async <Row>(sql: string): Promise<Row> => (await engine.db.query<Row>(sql))[0]!;
/** Hash of all rows, whatever their order. */
const content = () =>
  one<{ events: string; orders: string; requests: string; subscriptions: string }>(`SELECT
    (SELECT hex(groupBitXor(cityHash64(event_id, occurred_at, event_name, user_id, country, platform, _version))) FROM shop.events FINAL) AS events,
    (SELECT hex(groupBitXor(cityHash64(order_id, ordered_at, user_id, amount, currency, refunded_amount, ifNull(refunded_at, ordered_at), items, _version))) FROM shop.orders FINAL) AS orders,
    (SELECT hex(groupBitXor(cityHash64(request_id, requested_at, service, version, endpoint, status, duration_ms, user_id))) FROM shop.requests FINAL) AS requests,
    (SELECT hex(groupBitXor(cityHash64(change_id, changed_at, subscription_id, user_id, change, plan, mrr, currency))) FROM shop.subscriptions FINAL) AS subscriptions`);
const rows = () => one<{ n: number }>('SELECT toUInt32(count()) AS n FROM shop.events FINAL');

test('a greater scale adds people to a demo that is there; the same again adds nothing, a smaller one takes none away', async () => {
  await seed(1);
  const { n: base } = await rows();
  const grown = await seed(4);
  expect(grown.created).toBe(false);
  const { n } = await rows();
  expect(n / base).toBeGreaterThan(3.6);
  expect(n / base).toBeLessThan(4);
  expect(grown.tables[0]).toEqual({ table: 'shop.events', inserted: n - base, total: n });
  for (const scale of [4, 1]) {
    const again = await seed(scale);
    expect(again.tables.map(({ inserted }) => inserted)).toEqual([0, 0, 0, 0]);
  }
  expect(await rows()).toEqual({ n });
  expect(await one("SELECT groupUniqArray(comment) AS comments FROM system.tables WHERE database = 'shop'")).toEqual({
    comments: [`${mark} at scale 4`],
  });
}, 120_000);

test('everyone who seeds it gets these very rows', async () => {
  expect(await content()).toMatchInlineSnapshot(`
   {
     "events": "1E1BAAF40D794713",
     "orders": "44A29F557380113B",
     "requests": "BD664EE5238F579E",
     "subscriptions": "A7CEC85C498A9030",
   }
  `);
});

test('copies are people of their own: no id twice, each a little earlier on the same day, none after the present', async () => {
  const facts = await one(`SELECT
    (SELECT uniqExact(event_id) = count() FROM shop.events FINAL) AS events, (SELECT uniqExact(order_id) = count() FROM shop.orders FINAL) AS orders,
    (SELECT uniqExact(request_id) = count() FROM shop.requests FINAL) AS requests, (SELECT uniqExact(change_id) = count() FROM shop.subscriptions FINAL) AS changes,
    (SELECT toUInt32(max(occurred_at) > '2026-11-21 09:00:00') FROM shop.events FINAL) AS late,
    (SELECT toUInt32(countIf(copy.at > own.at OR toDate(copy.at) != toDate(own.at))) FROM (SELECT splitByChar('~', event_id)[1] AS id, occurred_at AS at FROM shop.events FINAL WHERE user_id > 100000000) AS copy
      INNER JOIN (SELECT event_id AS id, occurred_at AS at FROM shop.events FINAL WHERE user_id < 100000000) AS own ON own.id = copy.id) AS moved`);
  expect(facts).toEqual({ events: 1, orders: 1, requests: 1, changes: 1, late: 0, moved: 0 });
});

test('each order has its purchase, refunds are at most the amount, each subscription moves as its model', async () => {
  const facts = await one(`SELECT
    (SELECT toUInt32(count()) FROM shop.orders FINAL WHERE (user_id, ordered_at) NOT IN (SELECT user_id, occurred_at FROM shop.events FINAL WHERE event_name = 'purchase')) AS orphans,
    (SELECT toInt32(count()) FROM shop.orders FINAL) - (SELECT toInt32(count()) FROM shop.events FINAL WHERE event_name = 'purchase') AS difference,
    (SELECT toUInt32(countIf(refunded_amount > amount)) FROM shop.orders FINAL) AS dear,
    (SELECT toUInt32(countIf(refunded_at IS NOT NULL)) FROM shop.orders FINAL) > 0 AS refunded,
    (SELECT toUInt32(countIf(signUps != 1 AND first < '2026-11-21')) FROM (SELECT user_id, min(occurred_at) AS first, countIf(event_name = 'sign_up') AS signUps FROM shop.events FINAL GROUP BY user_id)) AS nobody,
    (SELECT toFloat64(sum(mrr)) FROM shop.subscriptions FINAL) / (SELECT toFloat64(sum(mrr)) FROM shop.subscriptions FINAL WHERE user_id < 100000000) AS mrr`);
  expect(facts).toEqual({ orphans: 0, difference: 0, dear: 0, refunded: 1, nobody: 0, mrr: 4 });
});

test('copying that was interrupted is completed to the same rows', async () => {
  const whole = await content();
  await engine.db.command(
    "ALTER TABLE shop.events DELETE WHERE user_id > 100000000 AND occurred_at >= '2026-11-01' SETTINGS mutations_sync = 2",
  );
  await engine.db.command('ALTER TABLE shop.requests DELETE WHERE user_id > 100000000 SETTINGS mutations_sync = 2');
  let inserts = 0;
  const failing: Db = {
    ...engine.db,
    command: async (sql) => {
      if (sql.startsWith('INSERT INTO') && ++inserts > 1) throw new Error('cut');
      await engine.db.command(sql);
    },
  };
  await expect(seed(4, failing)).rejects.toThrow('cut');
  await seed(4);
  expect(await content()).toEqual(whole);
}, 120_000);
