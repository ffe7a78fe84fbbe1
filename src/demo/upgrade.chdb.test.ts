import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import { firstDayFor, productRows } from './product/generate';
import { dayMs } from './product/users';
import { seedDemo } from './seed';
import { demoTables, makeTable } from './tables';

const nowMs = Date.parse('2026-11-21T09:00:00Z');
/** A demo that has lasted seventy days only: less to insert. */
const firstDayMs = firstDayFor(nowMs) + 50 * dayMs;
const seed = () =>
  seedDemo(engine.db, { demo: 'product', reset: false, nowMs, readCdnow: () => '', onInserted: () => undefined });

let engine: TestEngine;
beforeAll(async () => void (engine = await startEngine()), 60_000);
afterAll(() => engine.stop());

test('a demo of an earlier release gains the new tables, the new column and the moments of its refunds', async () => {
  const { events, orders, requests, subscriptions } = productRows({ firstDayMs, nowMs });
  const comment = `Tidemark demo product from ${new Date(firstDayMs).toISOString().slice(0, 10)}`;
  await engine.db.command('CREATE DATABASE shop');
  for (const table of [demoTables.events, demoTables.orders]) await engine.db.command(makeTable(table, comment)[0]!);
  await engine.db.command('ALTER TABLE shop.orders DROP COLUMN refunded_at');
  await engine.db.insert('shop.events', events);
  const asBefore = orders.map(({ refunded_at: at, ...order }) => ({ ...order, _version: at === null ? 1 : 2 }));
  await engine.db.insert('shop.orders', asBefore);

  const refunded = orders.filter((order) => order.refunded_at !== null);
  expect(refunded.length).toBeGreaterThan(10);
  const { created, tables } = await seed();
  expect([created, tables.map(({ table, inserted, total }) => [table, inserted, total])]).toEqual([
    false,
    [
      ['shop.events', 0, events.length],
      ['shop.orders', refunded.length, orders.length],
      ['shop.requests', requests.length, requests.length],
      ['shop.subscriptions', subscriptions.length, subscriptions.length],
    ],
  ]);
  const rows = await engine.db.query(
    'SELECT toUInt32(order_id) AS id, toString(refunded_at) AS at FROM shop.orders FINAL WHERE refunded_amount > 0 ORDER BY id',
  );
  expect(rows).toEqual(refunded.map((order) => ({ id: order.order_id, at: order.refunded_at })));
  expect((await seed()).tables.map(({ inserted }) => inserted)).toEqual([0, 0, 0, 0]);
}, 120_000);
