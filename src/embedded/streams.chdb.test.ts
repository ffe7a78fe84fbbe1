import { request } from 'node:http';

import { startEngine } from '../testing/engine';

import type { ClientRequest, IncomingMessage } from 'node:http';
import type { TestEngine } from '../testing/engine';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine.stop());

async function sql(text: string, path = '/'): Promise<string> {
  const response = await fetch(engine.url + path, { method: 'POST', body: text });
  return response.text();
}

/** A request of which the answer is read by the test itself. */
function open(text: string, path = '/', method = 'POST'): { sent: ClientRequest; answered: Promise<IncomingMessage> } {
  const sent = request(engine.url + path, { method });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', reject);
  });
  answered.catch(() => undefined);
  sent.end(text);
  return { sent, answered };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function eventually(check: () => Promise<boolean>, withinMs = 5_000): Promise<boolean> {
  for (const untilMs = Date.now() + withinMs; Date.now() < untilMs; await pause(50)) if (await check()) return true;
  return false;
}

const running = async (marker: string) =>
  (await sql(
    `SELECT count() FROM system.processes WHERE query LIKE '%${marker}%' AND query NOT LIKE '%processes%'`,
  )) === '1\n';

describe('a streamed answer', () => {
  it('sends the first block before the last is computed', async () => {
    const startedMs = Date.now();
    const { answered } = open(
      'SELECT sleepEachRow(0.3), number FROM numbers(5) SETTINGS max_block_size = 1, max_threads = 1 FORMAT JSONCompactEachRow',
    );
    const arrivedMs: number[] = [];
    let text = '';
    for await (const chunk of await answered) {
      arrivedMs.push(Date.now() - startedMs);
      text += String(chunk);
    }
    expect(text.split('\n').filter(Boolean)).toHaveLength(5);
    expect(arrivedMs.length).toBeGreaterThanOrEqual(4);
    expect(arrivedMs[0]).toBeLessThan(arrivedMs.at(-1)! - 800);
  });

  it.each(['Native', 'JSON', 'CSVWithNames'])('of 64 MB in %s begins early and is whole', async (format) => {
    const startedMs = Date.now();
    const { answered } = open(`SELECT number, repeat('x', 8) FROM numbers(3000000) FORMAT ${format}`);
    let [firstMs, bytes] = [0, 0];
    for await (const chunk of await answered) {
      firstMs ||= Date.now() - startedMs;
      bytes += (chunk as Buffer).length;
    }
    expect(bytes).toBeGreaterThan(40_000_000);
    expect(firstMs).toBeLessThan((Date.now() - startedMs) / 2);
  });

  it.each(['JSONEachRow', 'JSON'])(
    'waits for a slow reader, in %s',
    async (format) => {
      const { answered } = open(`SELECT number, 'slow_reader' FROM numbers(20000000) FORMAT ${format}`);
      const response = await answered;
      response.pause();
      await pause(1_500);
      // The engine stands still: it is not done, and has not read on.
      const seen = `SELECT read_rows FROM system.processes WHERE query LIKE '%slow\\_reader%' AND query NOT LIKE '%processes%'`;
      const before = Number(await sql(seen));
      await pause(500);
      expect(before).toBeGreaterThan(0);
      expect(before).toBeLessThan(20_000_000);
      expect(Number(await sql(seen))).toBe(before);
      response.destroy();
      expect(await eventually(async () => !(await running('slow_reader')))).toBe(true);
    },
    20_000,
  );
});

describe('an error', () => {
  it.each(['JSONEachRow', 'JSON', 'Native', 'CSVWithNames'])(
    'after the first bytes stands behind them between the announced marks, in %s',
    async (format) => {
      const { answered } = open(
        `SELECT number, throwIf(number = 2900000, 'too far') FROM numbers(3000000)
         SETTINGS max_threads = 1, max_block_size = 8192 FORMAT ${format}`,
      );
      const response = await answered;
      expect(response.statusCode).toBe(200);
      const tag = String(response.headers['x-clickhouse-exception-tag']);
      const chunks: Buffer[] = [];
      const cut = await new Promise((resolve) => {
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(false));
        response.on('error', () => resolve(true));
      });
      const text = Buffer.concat(chunks).toString('latin1');
      const found = new RegExp(
        `\\r\\n__exception__\\r\\n${tag}\\r\\n(.+\\n)(\\d+) ${tag}\\r\\n__exception__\\r\\n$`,
        's',
      ).exec(text.slice(-2_000));
      expect(found?.[1]).toMatch(/^Code: 395\. DB::Exception: too far.*\(FUNCTION_THROW_IF/);
      expect(Number(found?.[2])).toBe(found?.[1]?.length);
      expect(text.length).toBeGreaterThan(1_000_000);
      expect(cut).toBe(true);
    },
  );

  it('before the first bytes has a status of its own, in every format', async () => {
    for (const format of ['JSONEachRow', 'JSON', 'Parquet']) {
      const response = await fetch(engine.url, { method: 'POST', body: `SELECT throwIf(1) FORMAT ${format}` });
      expect([format, response.status, response.headers.get('x-clickhouse-exception-code')]).toEqual([
        format,
        500,
        '395',
      ]);
    }
  });

  it('with wait_end_of_query=1 always has a status of its own', async () => {
    const body = 'SELECT throwIf(number = 400000) FROM numbers(500000)';
    const response = await fetch(`${engine.url}/?wait_end_of_query=1`, { method: 'POST', body });
    expect(response.status).toBe(500);
  });
});

describe('a client that goes away', () => {
  it.each([
    ['POST', 'SELECT sum(sleepEachRow(0.01)) /* gone_a */ FROM numbers(3000) SETTINGS max_block_size = 10'],
    ['POST', 'SELECT sum(sleepEachRow(0.01)) /* gone_b */ FROM numbers(3000) SETTINGS max_block_size = 10 FORMAT JSON'],
    ['GET', 'SELECT sum(sleepEachRow(0.01)) /* gone_c */ FROM numbers(3000) SETTINGS max_block_size = 10'],
    ['GET', 'WITH (SELECT sum(sleepEachRow(0.01)) /* gone_d */ FROM numbers(3000)) AS x SELECT x'],
  ])(
    'by %s takes its query along: %s',
    async (method, text) => {
      const marker = /gone_./.exec(text)![0];
      const path = method === 'GET' ? `/?query=${encodeURIComponent(text)}&max_block_size=10` : '/';
      const { sent } = open(method === 'GET' ? '' : text, path, method);
      expect(await eventually(() => running(marker))).toBe(true);
      sent.destroy();
      // Left alone it would go on for half a minute, longer than this test may take.
      expect(await eventually(async () => !(await running(marker)))).toBe(true);
    },
    15_000,
  );

  it.each(['JSONEachRow', 'JSON'])(
    'takes its query along while a compressed answer waits for it, in %s',
    async (format) => {
      const path = '/?enable_http_compression=1';
      const sent = request(engine.url + path, { method: 'POST', headers: { 'Accept-Encoding': 'gzip' } });
      sent.on('error', () => undefined);
      const answered = new Promise<IncomingMessage>((resolve) => sent.once('response', resolve));
      sent.end(`SELECT rand(), 'gone_gzip' FROM numbers(20000000) FORMAT ${format}`);
      (await answered).pause();
      await pause(1_000);
      expect(await running('gone\\_gzip')).toBe(true);
      sent.destroy();
      expect(await eventually(async () => !(await running('gone\\_gzip')))).toBe(true);
      expect(await sql('SELECT 1')).toBe('1\n');
    },
    15_000,
  );

  it('leaves its insert to come to its end', async () => {
    await sql('CREATE TABLE late (n UInt64) ENGINE = MergeTree ORDER BY n');
    const { sent } = open(
      "INSERT INTO late SELECT number + 0 * length('insert_goes_on') + sleepEachRow(0.1) FROM numbers(10)",
    );
    expect(await eventually(() => running('insert_goes_on'))).toBe(true);
    sent.destroy();
    expect(await eventually(async () => (await sql('SELECT count() FROM late')) === '10\n')).toBe(true);
  }, 15_000);
});

describe('query ids', () => {
  const long = 'SELECT sum(sleepEachRow(0.01)) FROM numbers(3000) SETTINGS max_block_size = 10';

  it('find and stop a query by the id that its client gave', async () => {
    const stopped = sql(long, '/?query_id=panel+7*%2F');
    const ids = () => sql("SELECT query_id, query FROM system.processes AS p WHERE p.query_id LIKE 'panel%'");
    expect(await eventually(async () => (await ids()) !== '')).toBe(true);
    expect(await ids()).toBe(`panel 7*/\t${long}\n`);
    expect(await sql("KILL QUERY WHERE query_id = 'panel 7' ASYNC")).toBe('');
    expect(await sql("KILL QUERY WHERE query_id = 'panel 7*/'")).toContain('waiting');
    expect(await stopped).toMatch(/^Code: 394\..*QUERY_WAS_CANCELLED/);
  }, 15_000);

  it('lets a read-only user stop a query', async () => {
    const stopped = sql('SELECT count() FROM numbers(1e12) WHERE sipHash64(number) = 1', '/?query_id=ro&readonly=1');
    const kill = () => sql("KILL QUERY WHERE query_id = 'ro' ASYNC", '/?readonly=1');
    expect(await eventually(async () => (await kill()).includes('waiting'))).toBe(true);
    expect(await stopped).toContain('QUERY_WAS_CANCELLED');
  }, 15_000);

  it('are refused while a query of that id runs', async () => {
    const first = sql('SELECT sleep(1)', '/?query_id=twice');
    await pause(300);
    expect(await sql('SELECT 1', '/?query_id=twice')).toMatch(/^Code: 216\./);
    expect(await first).toBe('0\n');
    expect(await sql('SELECT 1', '/?query_id=twice')).toBe('1\n');
  });
});

describe('sessions', () => {
  it('keep settings and temporary tables, and lose a request’s own settings and database', async () => {
    const at = '/?session_id=s1';
    await sql('CREATE TEMPORARY TABLE tt (a UInt8)', at);
    await sql('INSERT INTO tt VALUES (1), (2)', at);
    await sql('SET max_threads = 3', at);
    expect(await sql("SELECT sum(a), getSetting('max_threads') FROM tt", at)).toBe('3\t3\n');
    const once = "SELECT getSetting('max_threads'), getSetting('max_block_size'), currentDatabase()";
    expect(await sql(once, `${at}&max_threads=1&max_block_size=7&database=system`)).toBe('1\t7\tsystem\n');
    expect(await sql(once, at)).toBe('3\t65409\tdefault\n');
    expect(await sql('SELECT * FROM tt', '/?session_id=s2')).toContain('UNKNOWN_TABLE');
  });

  it('read only by GET and readonly=1, and write again afterwards', async () => {
    const at = '/?session_id=s3';
    const got = await fetch(
      `${engine.url}${at}&query=${encodeURIComponent('CREATE TABLE no (a Int8) ENGINE = Memory')}`,
    );
    expect(await got.text()).toContain('(READONLY)');
    expect(await sql('CREATE TABLE no (a Int8) ENGINE = Memory', `${at}&readonly=1`)).toContain('(READONLY)');
    expect(await sql('CREATE TEMPORARY TABLE yes (a Int8)', at)).toBe('');
  });

  it('take one request at a time, end after their time, and are looked for where asked', async () => {
    const at = '/?session_id=s4&session_timeout=1';
    const first = sql('SELECT sleep(0.5)', at);
    await pause(150);
    expect(await sql('SELECT 1', at)).toMatch(/^Code: 373\..*SESSION_IS_LOCKED/);
    expect(await first).toBe('0\n');
    expect(await sql('SELECT 1', `${at}&session_check=1`)).toBe('1\n');
    await pause(1_300);
    expect(await sql('SELECT 1', `${at}&session_check=1`)).toMatch(/^Code: 372\..*SESSION_NOT_FOUND/);
    expect(await sql('SELECT 1', '/?session_id=s4&session_timeout=4000')).toMatch(/^Code: 374\./);
  });
});
