import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-log-'));
let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine({ dataDir: folder });
}, 60_000);
afterAll(async () => {
  await engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function post(sql: string, parameters = '', headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${engine.url}/?${parameters}`, { method: 'POST', body: sql, headers });
  return response.text();
}

const log = async (columns: string, where: string) => {
  await engine.db.command('SYSTEM FLUSH LOGS');
  return engine.db.query<Record<string, unknown>>(
    `SELECT ${columns} FROM system.query_log WHERE ${where} ORDER BY event_time_microseconds`,
  );
};

test('a query is written down with who asked, what it read, and what it cost', async () => {
  const sql = '/* tidemark dashboard=Home panel=DAU ref=A */ SELECT sum(sipHash64(number)) AS s FROM numbers(4000000)';
  await post(`${sql} FORMAT JSONEachRow`, 'query_id=costly&log_comment=nightly', { 'User-Agent': 'trial/1.0' });
  const [row] = await log(
    `type, user, initial_user, query, query_kind, toUInt32(read_rows) AS read_rows, toUInt32(result_rows) AS result_rows, http_user_agent, log_comment, exception_code,
     memory_usage > 0 AS held, query_duration_ms BETWEEN 1 AND 60000 AS took, ProfileEvents['OSCPUVirtualTimeMicroseconds'] > 1000 AS worked,
     abs(dateDiff('second', event_time, now())) < 60 AS lately, event_date = toDate(event_time) AS dated, normalized_query_hash != 0 AS hashed`,
    "query_id = 'costly'",
  );
  expect(row).toEqual({
    type: 'QueryFinish',
    user: 'default',
    initial_user: 'default',
    query: `${sql} FORMAT JSONEachRow`,
    query_kind: 'Select',
    read_rows: 4_000_000,
    result_rows: 1,
    http_user_agent: 'trial/1.0',
    log_comment: 'nightly',
    exception_code: 0,
    ...Object.fromEntries(['held', 'took', 'worked', 'lately', 'dated', 'hashed'].map((name) => [name, 1])),
  });
});

test('inserts tell rows, not data; errors their code; other statements their kind', async () => {
  await post('CREATE TABLE t (a UInt32, b String) ENGINE = MergeTree ORDER BY a', 'query_id=made');
  await post('INSERT INTO t FORMAT CSV\n1,secret\n2,hidden\n', 'query_id=put');
  await post('SELECT nothing FROM t', 'query_id=wrong');
  await post('SELEC 1', 'query_id=typo');
  const rows = await log(
    'query_id, type, query, query_kind, toUInt32(written_rows) AS written, exception_code AS code',
    "query_id IN ('made', 'put', 'wrong', 'typo')",
  );
  expect(
    rows.map(({ query_id, type, query_kind, written, code }) => [query_id, type, query_kind, written, code]),
  ).toEqual([
    ['made', 'QueryFinish', 'Create', 0, 0],
    ['put', 'QueryFinish', 'Insert', 2, 0],
    ['wrong', 'ExceptionBeforeStart', 'Select', 0, 47],
    ['typo', 'ExceptionBeforeStart', 'Selec', 0, 62],
  ]);
  expect(rows[1]?.['query']).toBe('INSERT INTO t FORMAT CSV');
});

test('an answer in many blocks is counted whole', async () => {
  await post('SELECT number FROM numbers(300000) FORMAT Native', 'query_id=blocks');
  await post('SELECT number FROM numbers(300000) FORMAT JSON', 'query_id=piped');
  const rows = await log(
    'query_id, toUInt32(result_rows) AS result_rows, result_bytes > 1000000 AS large',
    "query_id IN ('blocks', 'piped')",
  );
  expect(rows).toEqual([
    { query_id: 'blocks', result_rows: 300_000, large: 1 },
    { query_id: 'piped', result_rows: 300_000, large: expect.any(Number) as number },
  ]);
});

test('queries that ask for it are left out', async () => {
  await post('SELECT 1', 'query_id=quiet&log_queries=0');
  expect(await log('query_id', "query_id = 'quiet'")).toEqual([]);
});

test('rows come by themselves after some seconds, and outlive a restart and a kill', async () => {
  await post('SELECT 1', 'query_id=before');
  for (let i = 0; i < 60; i++) {
    const [row] = await engine.db.query<{ n: number }>(
      "SELECT toUInt32(count()) AS n FROM system.query_log WHERE query_id = 'before'",
    );
    if (row?.n === 1) break;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  await engine.stop();
  engine = await startEngine({ dataDir: folder });
  expect(await log('query_id', "query_id IN ('costly', 'before')")).toHaveLength(2);
  await engine.kill();
  engine = await startEngine({ dataDir: folder });
  expect(await log('query_id', "query_id IN ('costly', 'before')")).toHaveLength(2);
}, 60_000);

test('what waits is written when the server is stopped', async () => {
  await post('SELECT 1', 'query_id=last');
  await engine.stop();
  engine = await startEngine({ dataDir: folder });
  expect(await log('query_id', "query_id = 'last'")).toHaveLength(1);
}, 60_000);

test('it can be switched off', async () => {
  const quiet = await startEngine({ args: ['--no-query-log'] });
  try {
    const tables = "SELECT name FROM system.tables WHERE database = 'system' AND name = 'query_log'";
    expect(await quiet.db.query(tables)).toEqual([]);
    expect(await engine.db.query(tables)).toEqual([{ name: 'query_log' }]);
  } finally {
    await quiet.stop();
  }
}, 60_000);

test('a user who may only read reads it too, and is in it', async () => {
  const reader = await startEngine({ readonly: true });
  try {
    await fetch(`${reader.url}/?query_id=reading`, { method: 'POST', body: 'SELECT 1' });
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const rows = await reader.db.query("SELECT query_id FROM system.query_log WHERE query_id = 'reading'");
    expect(rows).toEqual([{ query_id: 'reading' }]);
  } finally {
    await reader.stop();
  }
}, 60_000);
