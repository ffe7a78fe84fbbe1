import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestEngine } from '../../src/testing/engine';
import { startEngine } from '../../src/testing/engine';
import { dbtProject } from './dbt';

jest.setTimeout(120_000);

let engine: TestEngine;
let folder: string;
beforeAll(async () => {
  [engine, folder] = await Promise.all([startEngine(), mkdtemp(join(tmpdir(), 'tidemark-example-'))]);
});
afterAll(async () => {
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

test('the example project counts each order once, as its last change left it, without the deleted ones', async () => {
  const { db } = engine;
  await db.command('CREATE DATABASE shop');
  // As pipelines/debezium/clickhouse.sql makes it; nothing is merged here, so every version is there to be counted wrongly.
  await db.command(
    "CREATE TABLE shop.orders (order_id Int64, ordered_at DateTime64(3, 'UTC'), user_id Int64, amount Decimal(18, 4), currency LowCardinality(String), refunded_amount Decimal(18, 4), refunded_at Nullable(DateTime64(3, 'UTC')), items Int16, ingested_at DateTime64(3, 'UTC') DEFAULT now64(3), _version UInt64, _op LowCardinality(String), _deleted UInt8) ENGINE = ReplacingMergeTree(_version, _deleted) ORDER BY order_id",
  );
  await db.command('SYSTEM STOP MERGES shop.orders');
  const order = (order_id: number, _version: number, own: object) => ({
    order_id,
    _version,
    ordered_at: '2026-03-01 10:00:00',
    user_id: 1,
    amount: '10',
    currency: 'EUR',
    ...own,
  });
  for (const rows of [
    [order(1, 1, {}), order(2, 1, { user_id: 2 }), order(3, 1, { currency: 'USD' }), order(4, 1, {})],
    [
      order(1, 2, { refunded_amount: '4', refunded_at: '2026-03-05 00:00:00' }),
      order(2, 2, { ordered_at: '2026-03-02 10:00:00' }),
    ],
    // A deletion carries its key alone.
    [{ order_id: 4, _version: 3, _deleted: 1 }],
  ])
    await db.insert('shop.orders', rows);
  const project = await dbtProject(join(__dirname, '..', '..', 'dbt'), join(folder, 'dbt'), engine.url);
  const built = await project.dbt(['build']);
  expect(built.output).toMatch(/PASS=8 WARN=0 ERROR=0 SKIP=0/);
  expect(built.code).toBe(0);
  const rows = await db.query(
    'SELECT toString(day) AS day, currency, toString(orders) AS orders, toString(net) AS net FROM analytics.revenue_daily ORDER BY day, currency',
  );
  expect(rows).toEqual([
    { day: '2026-03-01', currency: 'EUR', orders: '1', net: '6' },
    { day: '2026-03-01', currency: 'USD', orders: '1', net: '10' },
    { day: '2026-03-02', currency: 'EUR', orders: '1', net: '10' },
  ]);
});
