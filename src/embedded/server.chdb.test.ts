import { startEngine } from '../testing/engine';

import type { TestEngine } from '../testing/engine';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine.stop());

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

async function ask(path: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(engine.url + path, init);
  return { status: response.status, text: await response.text(), headers: response.headers };
}

const post = (sql: string, path = '/', headers: Record<string, string> = {}) =>
  ask(path, { method: 'POST', body: sql, headers });
const get = (sql: string, more = '') => ask(`/?query=${encodeURIComponent(sql)}${more}`);

describe('the door', () => {
  it('answers /ping, / and /replicas_status without a query', async () => {
    for (const path of ['/ping', '/', '/replicas_status'])
      expect(await ask(path)).toMatchObject({ status: 200, text: 'Ok.\n' });
  });

  it('says 404 for paths that it does not have', async () => {
    expect(await ask('/play')).toMatchObject({ status: 404, text: expect.stringContaining('/play') });
  });

  it('answers a query in the URL, in the body, and in both, joined by a line break', async () => {
    expect((await get('SELECT 1')).text).toBe('1\n');
    expect((await post('SELECT 2')).text).toBe('2\n');
    expect((await post("3, '4'", '/?query=SELECT')).text).toBe('3\t4\n');
    expect((await post('SELECT 5;\n -- done\n')).text).toBe('5\n');
  });

  it('takes a long query in the URL, and shrugs at a path that is none', async () => {
    expect((await get(`SELECT length('${'x'.repeat(200_000)}')`)).text).toBe('200000\n');
    expect((await ask('//')).status).toBe(404);
  });

  it('refuses requests meant for another host', async () => {
    const { request } = await import('node:http');
    const { port } = new URL(engine.url);
    const status = await new Promise((resolve) =>
      request({ host: '127.0.0.1', port, path: '/ping', headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end(),
    );
    expect(status).toBe(403);
  });
});

describe('reading only', () => {
  it('lets GET read and change settings, and nothing else', async () => {
    expect((await get("SELECT getSetting('max_threads')", '&max_threads=1')).text).toBe('1\n');
    const refused = await get('CREATE TABLE no (a Int8) ENGINE = Memory');
    expect(refused).toMatchObject({ status: 500, text: expect.stringContaining('(READONLY)') });
    expect(refused.headers.get('x-clickhouse-exception-code')).toBe('164');
  });

  it('keeps readonly=1 from changing settings', async () => {
    const refused = await post('SELECT 1 SETTINGS max_threads = 1', '/?readonly=1');
    expect(refused.text).toContain('Code: 164.');
    expect((await post('SELECT 1', '/?readonly=1')).text).toBe('1\n');
  });
});

describe('what a request may say', () => {
  it('takes database, default_format, parameters and settings', async () => {
    expect((await post('SELECT currentDatabase()', '/?database=system')).text).toBe('system\n');
    expect((await post('SELECT 1 AS a', '/?default_format=JSONEachRow')).text).toBe('{"a":1}\n');
    const many = await post(
      'SELECT {a:Array(UInt8)}, {s:String}, {n:Nullable(String)} FROM system.{t:Identifier}',
      "/?param_a=[1,2]&param_s=O'Brien%5Ct!&param_n=%5CN&param_t=one",
    );
    expect(many.text).toBe("[1,2]\tO\\'Brien\\t!\t\\N\n");
  });

  it('takes the same from headers', async () => {
    const headers = { 'X-ClickHouse-Database': 'system', 'X-ClickHouse-Format': 'CSV', 'X-ClickHouse-User': 'default' };
    const reply = await post("SELECT currentDatabase(), 'x'", '/', headers);
    expect(reply.text).toBe('"system","x"\n');
    expect(reply.headers.get('x-clickhouse-format')).toBe('CSV');
  });

  it('says what ClickHouse says: ids, format, time zone, name, content type', async () => {
    const { headers } = await post('SELECT 1 AS a FORMAT JSON', '/?query_id=my+id');
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/json; charset=UTF-8',
      'x-clickhouse-query-id': 'my id',
      'x-clickhouse-format': 'JSON',
      'x-clickhouse-timezone': expect.stringMatching(/\w/),
      'x-clickhouse-server-display-name': expect.stringMatching(/\w/),
      'x-clickhouse-exception-tag': expect.stringMatching(/^[a-z]{16}$/),
    });
    expect((await post('SELECT 1', '/')).headers.get('x-clickhouse-query-id')).toMatch(/^[0-9a-f-]{36}$/);
    const zoned = await post('SELECT timezone()', '/?session_timezone=Asia/Tokyo');
    expect([zoned.text, zoned.headers.get('x-clickhouse-timezone')]).toEqual(['Asia/Tokyo\n', 'Asia/Tokyo']);
  });

  it.each([
    ['an unknown setting', 'SELECT 1', '/?no_such=1', 404, 115],
    ['a bad value of a setting', 'SELECT 1', '/?max_threads=abc', 400, 27],
    ['an unknown table', 'SELECT * FROM nosuch', '/', 404, 60],
    ['an unknown database', 'SELECT 1', '/?database=nosuch', 404, 81],
    ['broken syntax', 'selec 1', '/', 400, 62],
    ['an empty query', '', '/', 400, 62],
    ['two statements', 'SELECT 1; SELECT 2', '/', 400, 62],
    ['a bad parameter', 'SELECT {a:UInt8}', '/?param_a=x', 500, 457],
    ['a missing parameter', 'SELECT {a:UInt8}', '/', 500, 456],
    ['an unknown format', 'SELECT 1 FORMAT NoSuch', '/', 404, 73],
    ['compressed answers of the native protocol', 'SELECT 1', '/?compress=1', 501, 48],
    ['compressed bodies of the native protocol', 'SELECT 1', '/?decompress=1', 501, 48],
    ['roles', 'SELECT 1', '/?role=admin', 501, 48],
    ['quotas', 'SELECT 1', '/?quota_key=k', 501, 48],
    ['users', 'CREATE USER u', '/', 403, 497],
    ['files of the server', "SELECT 1 INTO OUTFILE '/tmp/no'", '/', 500, 358],
    ['KILL … SYNC', "KILL QUERY WHERE query_id = 'x' SYNC", '/', 501, 48],
  ])('refuses %s by name', async (_what, sql, path, status, code) => {
    const reply = await post(sql, path);
    expect([reply.headers.get('x-clickhouse-exception-code'), reply.status]).toEqual([String(code), status]);
    expect(reply.text).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: .+ \\(version 26\\.[\\d.]+\\)\\n$`, 's'));
  });

  it('keeps the positions that syntax errors name', async () => {
    expect((await post('SELECT 1 FROM\n  )', '/')).text).toContain('(line 2, col');
  });
});

describe('the summary', () => {
  it('counts what a short query read', async () => {
    const { headers } = await post('SELECT sum(number) FROM numbers(1000)');
    const summary = JSON.parse(headers.get('x-clickhouse-summary')!) as Record<string, string>;
    expect(summary).toMatchObject({ read_rows: '1000', read_bytes: '8000', written_rows: '0' });
    expect(Number(summary['elapsed_ns'])).toBeGreaterThan(0);
    const json = await post('SELECT sum(number) FROM numbers(1000) FORMAT JSON');
    expect(JSON.parse(json.headers.get('x-clickhouse-summary')!)).toMatchObject({ read_rows: '1000' });
  });

  it('counts what an insert wrote, in materialized views too', async () => {
    await post('CREATE TABLE src (a UInt32) ENGINE = MergeTree ORDER BY a');
    await post('CREATE MATERIALIZED VIEW mv ENGINE = MergeTree ORDER BY a AS SELECT a FROM src');
    for (const sql of ['INSERT INTO src SELECT number FROM numbers(5)', 'INSERT INTO src VALUES (1),(2),(3),(4),(5)']) {
      const { headers } = await post(sql);
      expect(JSON.parse(headers.get('x-clickhouse-summary')!)).toMatchObject({ written_rows: '10' });
    }
    expect((await post('SELECT count() FROM src')).text).toBe('10\n');
  });
});

describe('side by side', () => {
  it('answers a short query while a long one runs, also one that blocks in its analysis', async () => {
    let isOver = false;
    const long = post('WITH (SELECT sum(sleepEachRow(0.1)) FROM numbers(30)) AS x SELECT x').finally(
      () => (isOver = true),
    );
    const answers = await Promise.all([1, 2, 3, 4, 5].map((i) => post(`SELECT ${i}`)));
    expect(answers.map(({ text }) => text.trim())).toEqual(['1', '2', '3', '4', '5']);
    expect(isOver).toBe(false);
    expect((await long).text).toBe('0\n');
  });

  it('lets more requests wait than it runs at once, and answers all of them', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => post(`SELECT ${i}, sleep(0.02)`)));
    expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 40 }, (_, i) => `${i}\t0\n`));
  });
});
