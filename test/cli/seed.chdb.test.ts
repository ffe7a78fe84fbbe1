import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startEngine } from '../../src/testing/engine';
import type { TestEngine } from '../../src/testing/engine';
import { tidemark } from './spawn';

let engine: TestEngine;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-cli-'));
  engine = await startEngine();
}, 60_000);
afterAll(async () => {
  await engine.stop();
  rmSync(folder, { recursive: true });
});

/** Writes a tidemark.yaml with the given roles and runs `tidemark config check` on it. */
function check(roles: string) {
  writeFileSync(join(folder, 'tidemark.yaml'), `version: 1\nconnection:\n  url: ${engine.url}\nroles:\n${roles}`);
  return tidemark(['config', 'check'], { cwd: folder });
}

test('seed says what it did, and the second time that it was there already', async () => {
  const env = { TIDEMARK_URL: engine.url };
  const first = await tidemark(['seed', '--demo', 'cdnow', '--json'], { env });
  expect([first.code, JSON.parse(first.stdout)]).toMatchObject([
    0,
    {
      demo: 'cdnow',
      created: true,
      tables: [
        { table: 'shop.events', inserted: 69_659, total: 69_659 },
        { table: 'shop.orders', inserted: 69_659, total: 69_659 },
      ],
    },
  ]);
  expect(first.stderr.split('\n').filter((line) => line.startsWith('shop.orders'))).toEqual([
    'shop.orders: 20,000 of 69,659 rows',
    'shop.orders: 40,000 of 69,659 rows',
    'shop.orders: 60,000 of 69,659 rows',
    'shop.orders: 69,659 of 69,659 rows',
  ]);
  const second = await tidemark(['seed', '--demo', 'cdnow'], { env });
  expect(second).toMatchObject({ code: 0, stderr: '' });
  expect(second.stdout).toMatch(/^Demo "cdnow" is there already; nothing was missing \(\d+\.\d s\)\.\n$/);
  const [counts] = await engine.db.query('SELECT toUInt32(count()) AS n FROM shop.orders');
  expect(counts).toEqual({ n: 69_659 });
}, 120_000);

test('a seed killed half-way is completed by the next one: nothing is lost, nothing counts twice', async () => {
  const env = { TIDEMARK_URL: engine.url };
  const killed = await tidemark(['seed', '--demo', 'cdnow', '--reset'], { env, killAt: /^shop\.orders: 20,000/m });
  expect(killed.code).toBe(null);
  const second = await tidemark(['seed', '--demo', 'cdnow'], { env });
  expect(second.stdout).toMatch(/Completed demo "cdnow": \d\d,\d{3} rows/);
  const [counts] = await engine.db.query(
    'SELECT (SELECT toUInt32(count()) FROM shop.events FINAL) AS events, toUInt32(count()) AS orders, toString(sum(amount)) AS amount FROM shop.orders FINAL',
  );
  expect(counts).toEqual({ events: 69_659, orders: 69_659, amount: '2500315.63' });
}, 120_000);

test('config check tells that everything fits', async () => {
  const { code, stdout } = await tidemark(['config', 'check', '-c', 'demo/cdnow/tidemark.yaml'], {
    env: { TIDEMARK_URL: engine.url },
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(/│ orders +│ shop\.orders +│ moving +│ id, time, user, amount, currency, refundAmount/);
  expect(stdout).toMatch(
    /demo\/cdnow\/tidemark\.yaml fits ClickHouse \d+\.\d+\.\S+: roles events, orders, refunds\.\n$/,
  );
}, 60_000);

test('a missing table is one sentence with the next step', async () => {
  const roles =
    '  events:\n    table: shop.nope\n    class: append\n    columns: {id: a, time: b, event: c, user: d, ingestedAt: e}\n';
  expect(await check(roles)).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'tidemark: roles.events.table: ClickHouse has no table "shop.nope". Create it, or name another table in tidemark.yaml.\n',
  });
}, 60_000);

test('a column of the wrong type is one sentence with the next step', async () => {
  const roles =
    '  events:\n    table: shop.events\n    class: append\n    columns: {id: event_id, time: event_name, event: event_name, user: user_id, ingestedAt: ingested_at}\n';
  expect(await check(roles)).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'tidemark: roles.events.columns.time: column shop.events.event_name is LowCardinality(String), but a Date, DateTime or DateTime64 is needed. Map another column, or a view that casts it.\n',
  });
}, 60_000);

test('the product demo has requests and subscriptions too, and its configuration fits', async () => {
  const env = { TIDEMARK_URL: engine.url };
  const seeded = await tidemark(['seed', '--demo', 'product', '--reset', '--json'], { env });
  const { demo, created, tables } = JSON.parse(seeded.stdout) as {
    demo: string;
    created: boolean;
    tables: { table: string; inserted: number; total: number }[];
  };
  expect([seeded.code, demo, created]).toEqual([0, 'product', true]);
  expect(tables.map(({ table }) => table)).toEqual([
    'shop.events',
    'shop.orders',
    'shop.requests',
    'shop.subscriptions',
  ]);
  expect(tables.filter(({ inserted, total }) => inserted !== total || total === 0)).toEqual([]);
  const { code, stdout } = await tidemark(['config', 'check', '-c', 'demo/product/tidemark.yaml'], { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/│ requests +│ shop\.requests +│ append +│ id, time, service, endpoint, release, durationMs/);
  expect(stdout).toMatch(/│ subscriptions +│ shop\.subscriptions +│ moving +│ id, time, subscription, user, mrr/);
}, 180_000);

test('a server that may only be read refuses to be seeded, and nothing is half-written', async () => {
  const reader = await startEngine({ readonly: true });
  try {
    const { code, stdout, stderr } = await tidemark(['seed', '--demo', 'cdnow'], { env: { TIDEMARK_URL: reader.url } });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^tidemark: User "default" may only read \(readonly mode\), and this command writes\. .*\n$/,
    );
    expect(await reader.db.query("SELECT name FROM system.databases WHERE name = 'shop'")).toEqual([]);
  } finally {
    await reader.stop();
  }
}, 60_000);
