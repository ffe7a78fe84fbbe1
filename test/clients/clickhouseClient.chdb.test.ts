import { Readable } from 'node:stream';

import { ClickHouseLogLevel, createClient } from '@clickhouse/client';

import { startEngine } from '../../src/testing/engine';

import type { ClickHouseClient } from '@clickhouse/client';
import type { TestEngine } from '../../src/testing/engine';

let engine: TestEngine;
let client: ClickHouseClient;
beforeAll(async () => {
  engine = await startEngine();
  client = createClient({ url: engine.url, log: { level: ClickHouseLogLevel.OFF } });
  await client.command({
    query: 'CREATE TABLE t (id UInt32, name String, at DateTime64(3)) ENGINE = MergeTree ORDER BY id',
  });
}, 60_000);
afterAll(async () => {
  await client.close();
  await engine.stop();
});

const rowsOf = async <T>(query: string, more: object = {}) =>
  (await client.query({ query, format: 'JSONEachRow', ...more })).json<T>();

it('pings, by the path and by a query', async () => {
  expect(await client.ping()).toEqual({ success: true });
  expect(await client.ping({ select: true })).toEqual({ success: true });
});

it('queries with bound parameters', async () => {
  const query_params = { list: ['a', "b'c"], at: new Date('2024-02-03T04:05:06Z'), none: null, map: { k: 1 } };
  const query =
    "SELECT {list:Array(String)} AS l, {at:DateTime('UTC')} AS a, {none:Nullable(Int8)} AS n, {map:Map(String, UInt8)} AS m";
  expect(await rowsOf(query, { query_params })).toEqual([
    { l: ['a', "b'c"], a: '2024-02-03 04:05:06', n: null, m: { k: 1 } },
  ]);
});

it('inserts objects, a stream of them, and text of another format', async () => {
  const row = (id: number) => ({ id, name: `n${id}`, at: '2024-01-01 00:00:00.123' });
  const inserted = await client.insert({ table: 't', values: [row(1), row(2)], format: 'JSONEachRow' });
  expect(inserted.executed).toBe(true);
  expect(inserted.summary).toMatchObject({ written_rows: '2' });
  const many = Readable.from(Array.from({ length: 5_000 }, (_, i) => row(i + 3)));
  await client.insert({ table: 't', values: many, format: 'JSONEachRow' });
  const csv = Readable.from(['9001,"a, b",2024-01-01 00:00:00\n'], { objectMode: false });
  await client.insert({ table: 't', values: csv, format: 'CSV', columns: ['id', 'name', 'at'] });
  expect(await rowsOf('SELECT count() AS c, max(id) AS m FROM t')).toEqual([{ c: 5_003, m: 9001 }]);
});

it('compresses requests and answers', async () => {
  const packed = createClient({ url: engine.url, compression: { request: true, response: true } });
  await packed.insert({ table: 't', values: [{ id: 10_000, name: 'z', at: 0 }], format: 'JSONEachRow' });
  const result = await packed.query({ query: 'SELECT name FROM t WHERE id = 10000', format: 'JSON' });
  expect(result.response_headers['content-encoding']).toBe('gzip');
  expect(await result.json()).toMatchObject({ data: [{ name: 'z' }], rows: 1 });
  await packed.close();
});

it('streams rows, block by block', async () => {
  const result = await client.query({ query: 'SELECT number FROM numbers(200000)', format: 'JSONEachRow' });
  let [blocks, sum] = [0, 0];
  for await (const rows of result.stream<{ number: number }>()) {
    blocks++;
    for (const row of rows) sum += Number(row.json().number);
  }
  expect(sum).toBe((200_000 * 199_999) / 2);
  expect(blocks).toBeGreaterThan(2);
});

it('gets the error of a query that fails in the middle of its stream', async () => {
  const query = 'SELECT throwIf(number = 500000) FROM numbers(1000000) SETTINGS max_threads = 1';
  const result = await client.query({ query, format: 'JSONEachRow' });
  const read = async () => {
    for await (const rows of result.stream()) void rows;
  };
  await expect(read()).rejects.toMatchObject({ code: '395', type: 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO' });
});

it('gets codes and types of errors', async () => {
  await expect(client.query({ query: 'SELECT * FROM nosuch' })).rejects.toMatchObject({
    code: '60',
    type: 'UNKNOWN_TABLE',
  });
  await expect(client.insert({ table: 't', values: [{ id: 'x' }], format: 'JSONEachRow' })).rejects.toMatchObject({
    code: '27',
  });
  const stranger = createClient({
    url: engine.url,
    username: 'me',
    password: 'no',
    log: { level: ClickHouseLogLevel.OFF },
  });
  await expect(stranger.query({ query: 'SELECT 1' })).rejects.toMatchObject({
    code: '516',
    type: 'AUTHENTICATION_FAILED',
  });
  await stranger.close();
});

it('aborts a query, which then is gone', async () => {
  const abort = new AbortController();
  const query_id = 'to-abort';
  const query = 'SELECT count() FROM numbers(1e12) WHERE sipHash64(number) = 1';
  const asked = client.query({ query, query_id, abort_signal: abort.signal });
  setTimeout(() => abort.abort(), 500);
  await expect(asked).rejects.toThrow(/abort/i);
  for (let tries = 0; tries < 60; tries++) {
    const [row] = await rowsOf<{ c: number }>(
      `SELECT count() AS c FROM system.processes WHERE query_id = '${query_id}'`,
    );
    if (row?.c === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The query still runs.');
}, 20_000);

it('keeps settings and temporary tables in a session', async () => {
  const session_id = 'js-session';
  await client.command({ query: 'CREATE TEMPORARY TABLE tmp (a UInt8)', session_id });
  await client.insert({ table: 'tmp', values: [{ a: 4 }], format: 'JSONEachRow', session_id });
  expect(await rowsOf('SELECT a FROM tmp', { session_id })).toEqual([{ a: 4 }]);
  await expect(rowsOf('SELECT a FROM tmp')).rejects.toMatchObject({ type: 'UNKNOWN_TABLE' });
});

it('sends settings with a query', async () => {
  const clickhouse_settings = { output_format_json_quote_64bit_integers: 1, max_threads: 1 } as const;
  expect(await rowsOf('SELECT toUInt64(1) AS a', { clickhouse_settings })).toEqual([{ a: '1' }]);
});
