import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import type { Db } from '../core/db';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import { firstDayFor, productRows } from './product/generate';
import { dayMs } from './product/users';
import { seedDemo } from './seed';
import type { DemoName, SeedOptions } from './seed';

const nowMs = Date.parse('2026-11-21T09:00:00Z');
const readCdnow = () => gunzipSync(readFileSync(join(__dirname, '../../test/data/cdnow.csv.gz'))).toString('utf8');
const options = (demo: DemoName, rest: Partial<SeedOptions> = {}): SeedOptions => ({
  demo,
  reset: false,
  nowMs,
  readCdnow,
  onInserted: () => undefined,
  ...rest,
});

let engine: TestEngine;
beforeAll(async () => void (engine = await startEngine()), 60_000);
afterAll(() => engine.stop());

/** Rows by table, deduplicated and as stored; money as the server's own text. */
async function stored() {
  const [row] = await engine.db.query<Record<string, unknown>>(`SELECT
    (SELECT toUInt32(count()) FROM shop.events FINAL) AS events, (SELECT toUInt32(count()) FROM shop.events) AS eventRows,
    (SELECT toUInt32(count()) FROM shop.orders FINAL) AS orders, (SELECT toUInt32(count()) FROM shop.orders) AS orderRows,
    (SELECT toString(sum(amount)) FROM shop.orders FINAL) AS amount, (SELECT toUInt32(uniqExact(user_id)) FROM shop.orders FINAL) AS buyers`);
  return row;
}
const cdnow = {
  events: 69_659,
  eventRows: 69_659,
  orders: 69_659,
  orderRows: 69_659,
  amount: '2500315.63',
  buyers: 23_570,
};
const tables = async () =>
  (await engine.db.query<{ name: string }>('SHOW TABLES FROM shop')).map(({ name }) => name).sort();
const added = (seeded: { tables: readonly { inserted: number }[] }) => seeded.tables.map(({ inserted }) => inserted);

describe('the CDNOW demo', () => {
  test('is seeded whole, and a second run adds nothing', async () => {
    const first = await seedDemo(engine.db, options('cdnow'));
    expect([first.created, added(first)]).toEqual([true, [69_659, 69_659]]);
    expect([await stored(), await tables()]).toEqual([cdnow, ['events', 'orders']]);
    const second = await seedDemo(engine.db, options('cdnow'));
    expect([second.created, added(second)]).toEqual([false, [0, 0]]);
    expect(await stored()).toEqual(cdnow);
  }, 60_000);

  test('rows that got lost come back, and only those', async () => {
    await engine.db.command('ALTER TABLE shop.orders DELETE WHERE order_id % 10 = 3 SETTINGS mutations_sync = 2');
    expect(added(await seedDemo(engine.db, options('cdnow')))).toEqual([0, 6966]);
    expect(await stored()).toEqual(cdnow);
  }, 60_000);

  test('an order deleted since stays deleted', async () => {
    await engine.db.command(
      "INSERT INTO shop.orders (order_id, ordered_at, _version, _deleted) VALUES (1, '1997-01-01 12:00:00', 2, 1)",
    );
    expect(added(await seedDemo(engine.db, options('cdnow')))).toEqual([0, 0]);
    expect(await stored()).toMatchObject({ orders: 69_658 });
  }, 60_000);

  test('the history arrived in its time; what comes later is stamped by the server', async () => {
    const [row] = await engine.db.query<Record<string, number>>(
      "SELECT toUInt32(countIf(dateDiff('second', ordered_at, ingested_at) = 2)) AS in_time, toUInt32(countIf(abs(dateDiff('second', ingested_at, now())) < 300)) AS now FROM shop.orders FINAL",
    );
    // Those that got lost above, and the delete.
    expect(row).toEqual({ in_time: 69_659 - 6966 - 1, now: 6966 });
  });

  test('the other demo is refused and nothing changes', async () => {
    const before = await stored();
    await expect(seedDemo(engine.db, options('product'))).rejects.toThrow(
      'shop.events holds the demo "cdnow", not "product". Use another data folder, or replace it: tidemark seed --demo product --reset.',
    );
    expect(await stored()).toEqual(before);
  });
});

describe('the product demo', () => {
  test('replaces the other demo with reset; an interrupted run is completed without doubling', async () => {
    let inserts = 0;
    const failing: Db = {
      ...engine.db,
      insert: async (table, rows) => {
        if (++inserts > 5) throw new Error('cut');
        await engine.db.insert(table, rows);
      },
    };
    await expect(seedDemo(failing, options('product', { reset: true }))).rejects.toThrow('cut');
    expect(await stored()).toMatchObject({ events: 100_000, orders: 0 });
    const progress: string[] = [];
    const onInserted = (table: string, done: number, of: number) => void progress.push(`${table} ${done}/${of}`);
    const completed = await seedDemo(engine.db, options('product', { onInserted }));
    const [events = 0, orders = 0, requests = 0, subscriptions = 0] = completed.tables.map(({ total }) => total);
    expect(added(completed)).toEqual([events - 100_000, orders, requests, subscriptions]);
    expect(progress.filter((line) => line.startsWith('shop.orders'))).toEqual([`shop.orders ${orders}/${orders}`]);
    expect(await stored()).toMatchObject({ events, eventRows: events, orders, orderRows: orders });
    expect(await tables()).toEqual(['events', 'orders', 'requests', 'subscriptions']);
  }, 120_000);

  test('the engine holds the rows as they were generated: money, moments and durations exactly', async () => {
    const { orders, requests, subscriptions } = productRows({ firstDayMs: firstDayFor(nowMs), nowMs });
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + Math.round(value), 0);
    const [row] = await engine.db.query(`SELECT
      (SELECT toUInt32(countIf(refunded_at > ordered_at)) FROM shop.orders FINAL) AS refunds,
      (SELECT toUInt32(count()) FROM shop.requests FINAL) AS requests,
      (SELECT toFloat64(sum(toUInt64(round(duration_ms * 1000)))) FROM shop.requests FINAL) AS microseconds,
      (SELECT toUInt32(countIf(status >= 500)) FROM shop.requests FINAL) AS errors,
      (SELECT toFloat64(sum(mrr) * 10000) FROM shop.subscriptions FINAL) AS mrr`);
    expect(row).toEqual({
      refunds: orders.filter((order) => order.refunded_at !== null).length,
      requests: requests.length,
      microseconds: sum(requests.map((request) => request.duration_ms * 1000)),
      errors: requests.filter((request) => request.status >= 500).length,
      mrr: sum(subscriptions.map((change) => Number(change.mrr) * 10_000)),
    });
  }, 120_000);

  test('a later start adds what happened since, and keeps its first day', async () => {
    const [before] = await engine.db.query<{ n: number }>('SELECT toUInt32(count()) AS n FROM shop.events FINAL');
    const later = { nowMs: nowMs + 1.4 * dayMs };
    const seeded = await seedDemo(engine.db, options('product', later));
    const [events = 0, orders = 0, requests = 0, changes = 0] = added(seeded);
    expect([events > 3000, orders > 20, requests > 3000, changes > 10]).toEqual([true, true, true, true]);
    const [after] = await engine.db.query(
      'SELECT toUInt32(count()) AS n, toString(min(toDate(occurred_at))) AS first, toString(max(toDate(occurred_at))) AS last FROM shop.events FINAL',
    );
    expect(after).toEqual({ n: before!.n + events, first: '2026-07-25', last: '2026-11-22' });
    expect(added(await seedDemo(engine.db, options('product', later)))).toEqual([0, 0, 0, 0]);
  }, 120_000);
});

test('a table of somebody else is left alone, also with reset', async () => {
  await engine.db.command('DROP TABLE shop.orders SYNC');
  await engine.db.command('CREATE TABLE shop.orders (a UInt8) ENGINE = MergeTree ORDER BY a');
  await engine.db.command('INSERT INTO shop.orders VALUES (7)');
  await expect(seedDemo(engine.db, options('product', { reset: true }))).rejects.toThrow(
    'shop.orders exists and was not made by tidemark seed, so it is left alone.',
  );
  expect(await engine.db.query('SELECT a FROM shop.orders')).toEqual([{ a: 7 }]);
}, 60_000);
