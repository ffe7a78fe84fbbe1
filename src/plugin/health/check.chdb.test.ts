import { fetchTransport } from '../../clickhouse/fetchTransport';
import { createClient } from '../../clickhouse/client';
import type { HttpRequest, Transport } from '../../clickhouse/transport';
import { startEngine } from '../../testing/engine';
import type { TestEngine } from '../../testing/engine';
import { asUser, runWithUsers } from '../../testing/rights';
import { checkHealth } from './check';

let open: TestEngine;
let closed: TestEngine;
beforeAll(async () => {
  open = await startEngine();
  closed = await startEngine({ readonly: true });
}, 60_000);
afterAll(async () => {
  await open?.stop();
  await closed?.stop();
}, 30_000);

let ids = 0;
const check = (transport: Transport) =>
  checkHealth(
    () => createClient({ transport }),
    () => `health-${ids++}`,
  );

test('of a user who may write names the gap and the SQL that closes it; the SQL is right', async () => {
  const { status, message, details } = await check(fetchTransport(fetch, open.url));
  expect(status).toBe('success');
  expect(message).toMatch(
    /^Connected to ClickHouse \d+\.\d+.* as "default", database "default"\. \d things could be better/,
  );
  expect(details?.message).toMatch(
    /The user may write.*Progress .* can be shown.*are stopped.*can be looked up.*tidemark migrate/s,
  );
  const statements = (details?.verboseMessage ?? '').split('\n').filter((line) => !line.startsWith('--'));
  expect(statements).toEqual(
    expect.arrayContaining([
      'ALTER USER `default` SETTINGS readonly = 1;',
      'ALTER USER `default` SETTINGS max_execution_time = 29;',
    ]),
  );
  for (const sql of statements) await open.db.query(`EXPLAIN AST ${sql.replace(/;$/, '')}`);
});

test('of a read-only user has nothing to say about that', async () => {
  const sent: HttpRequest[] = [];
  const { status, details } = await check((request) => {
    sent.push(request);
    return fetchTransport(fetch, closed.url)(request);
  });
  expect(status).toBe('success');
  expect(details?.message).toMatch(/readonly = 1.*which is what dashboards need/);
  expect(details?.verboseMessage ?? '').not.toMatch(/SETTINGS readonly/);
  expect(
    sent.flatMap(({ params }) => Object.keys(params)).every((name) => /^(default_format|query_id)$/.test(name)),
  ).toBe(true);
});

test('where the server refuses a question, the gap is named with its grant', async () => {
  const refused = /system\.(processes|columns)|^KILL/;
  const { status, message, details } = await check(async (request) => {
    if (!refused.test(request.body)) return fetchTransport(fetch, closed.url)(request);
    const body = `Code: 497. DB::Exception: reader: Not enough privileges. (ACCESS_DENIED) (version 26.7.1.1)`;
    return { status: 403, header: () => null, chunks: once(body) };
  });
  expect([status, message]).toEqual(['success', expect.stringMatching(/\d things could be better/)]);
  expect(details?.message).toMatch(/Progress .* cannot be shown.*cannot be stopped.*Columns cannot be looked up/s);
  expect(details?.verboseMessage).toMatch(/GRANT SELECT\(query_id.*ON system\.processes TO `default`;/);
});

// The embedded engine opens all system tables to everyone, so a refusal cannot be had from it here.
test('the grants that it names are taken, and with them the questions answered', () => {
  const columns = 'query_id, query, user, elapsed, read_rows, read_bytes, total_rows_approx, peak_memory_usage';
  const reader = `<clickhouse><users><reader><password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota><grants><query>GRANT SELECT(${columns}) ON system.processes</query><query>GRANT SELECT ON system.columns</query></grants></reader></users></clickhouse>`;
  const questions = [
    `SELECT ${columns} FROM system.processes LIMIT 1`,
    'SELECT name, type, comment FROM system.columns LIMIT 1',
  ];
  const outcomes = runWithUsers(
    [reader],
    questions.flatMap((question) => asUser('reader', question)),
  );
  expect(outcomes.filter((outcome) => 'error' in outcome)).toEqual([]);
  expect(outcomes).toHaveLength(4);
}, 60_000);

test('of a server that is not there says where to look', async () => {
  const { status, message } = await check(fetchTransport(fetch, 'http://127.0.0.1:1'));
  expect([status, message]).toEqual(['error', expect.stringMatching(/could not be reached/)]);
});

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
