import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startEngine } from '../testing/engine';

import type { AddressInfo } from 'node:net';
import type { TestEngine } from '../testing/engine';

const folders: string[] = [];
const engines: TestEngine[] = [];

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-life-'));
  folders.push(dir);
  return dir;
}

async function start(options: Parameters<typeof startEngine>[0]): Promise<TestEngine> {
  const engine = await startEngine(options);
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs `tidemark serve` that is to end by itself. */
function serve(...args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(__dirname, '../../bin/tidemark.js'), 'serve', ...args]);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)));
    child.stderr.on('data', (chunk: Buffer) => (output += String(chunk)));
    child.once('close', (code) => resolve({ code, output }));
  });
}

async function post(url: string, sql: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: 'POST', body: sql, headers });
  return { status: response.status, text: await response.text() };
}

jest.setTimeout(60_000);

describe('starting', () => {
  it('says in one sentence that another process has the folder', async () => {
    const { dataDir, pid } = await start({});
    const { code, output } = await serve('--port', '0', '--data', dataDir);
    expect(code).not.toBe(0);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).toContain(`The data folder ${dataDir} is in use by process ${pid}. Stop that one`);
  });

  it('says in one sentence that the port is taken, or the folder is none', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const busy = await serve('--port', String(port), '--data', folder());
    taken.close();
    expect([busy.code, busy.output.trim().split('\n').length]).toEqual([1, 1]);
    expect(busy.output).toContain(`Port ${port} on 127.0.0.1 is in use. Stop what listens there`);

    const file = join(folder(), 'file');
    writeFileSync(file, '');
    const none = await serve('--port', '0', '--data', file);
    expect([none.code, none.output.trim().split('\n').length]).toEqual([1, 1]);
    expect(none.output).toContain(`The data folder ${file} cannot be used`);
    expect((await serve('--port', 'x')).code).toBe(2);
  });
});

describe('data', () => {
  it('survives kill -9, with refreshable views that go on, and leaves no spooled body', async () => {
    const dataDir = folder();
    const first = await start({ dataDir });
    await first.db.command('CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n');
    await first.db.insert('t', [{ n: 1 }, { n: 2 }]);
    await first.db.command(
      'CREATE MATERIALIZED VIEW v REFRESH EVERY 1 SECOND ENGINE = MergeTree ORDER BY n AS SELECT now64(3) AS t, sum(n) AS n FROM t',
    );
    const upload = request(`${first.url}/?query=${encodeURIComponent('INSERT INTO t FORMAT CSV')}`, { method: 'POST' });
    upload.on('error', () => undefined);
    upload.write('7\n'.repeat(10_000));
    await pause(500);
    const spool = join(dataDir, 'tidemark-spool');
    expect(readdirSync(spool).length).toBeGreaterThan(0);
    await first.kill();
    upload.destroy();
    expect(readdirSync(spool).length).toBeGreaterThan(0);

    const second = await start({ dataDir });
    expect(readdirSync(spool)).toEqual([]);
    expect(await second.db.query('SELECT n FROM t ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
    await second.db.insert('t', [{ n: 3 }]);
    for (let tries = 0; tries < 100; tries++) {
      const [row] = await second.db.query<{ n: number }>('SELECT n FROM v');
      if (row?.n === 6) break;
      await pause(100);
    }
    expect(await second.db.query('SELECT n FROM v')).toEqual([{ n: 6 }]);
    // The database default takes a new refreshable view after a restart, too.
    await second.db.command(
      'CREATE MATERIALIZED VIEW w REFRESH EVERY 1 SECOND ENGINE = MergeTree ORDER BY n AS SELECT sum(n) AS n FROM t',
    );
  });
});

describe('stopping', () => {
  it('lets a short query end, and ends within seconds while a long one runs and sessions are open', async () => {
    const engine = await start({});
    await post(`${engine.url}/?session_id=open`, 'CREATE TEMPORARY TABLE x (a UInt8)');
    const short = post(engine.url, 'SELECT sleep(1)');
    const long = post(engine.url, 'SELECT count() FROM numbers(1e12) WHERE sipHash64(number) = 1').catch(
      () => undefined,
    );
    await pause(300);
    // The long query would go on for hours.
    await engine.stop();
    expect((await short).text).toBe('0\n');
    expect((await long)?.text ?? 'QUERY_WAS_CANCELLED').toContain('QUERY_WAS_CANCELLED');
    expect(existsSync(`/proc/${engine.pid}`)).toBe(false);
  });
});

describe('who may ask', () => {
  it('is the user default without a password, unless another is named; a wrong one gets code 516', async () => {
    const open = await start({});
    expect((await post(open.url, 'SELECT 1')).text).toBe('1\n');
    expect(await post(open.url, 'SELECT 1', { 'X-ClickHouse-User': 'me' })).toMatchObject({
      status: 403,
      text: expect.stringMatching(/^Code: 516\..*me: Authentication failed: password is incorrect/),
    });

    const own = await start({ args: ['--user', 'me', '--password', 'sécret:1'] });
    const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` });
    expect((await post(own.url, 'SELECT 1', basic('me:sécret:1'))).text).toBe('1\n');
    expect((await post(`${own.url}/?user=me&password=s%C3%A9cret:1`, 'SELECT 1')).text).toBe('1\n');
    for (const headers of [{}, basic('me:no'), basic('default:'), { Authorization: 'Bearer x' }] as const)
      expect(await post(own.url, 'SELECT 1', headers as Record<string, string>)).toMatchObject({
        status: 403,
        text: expect.stringContaining('(AUTHENTICATION_FAILED)'),
      });
    const both = await post(`${own.url}/?user=me`, 'SELECT 1', basic('me:sécret:1'));
    expect(both.text).toContain('simultaneously');
    expect((await fetch(`${own.url}/ping`)).status).toBe(200);
  });

  it('is a read-only user with --readonly: no writes, no settings, also in a session', async () => {
    const dataDir = folder();
    const writer = await start({ dataDir });
    await writer.db.command('CREATE TABLE t (n UInt8) ENGINE = MergeTree ORDER BY n');
    await writer.stop();
    engines.splice(0);
    const { url } = await start({ dataDir, readonly: true });
    for (const path of ['/', '/?session_id=s']) {
      const at = url + path;
      expect((await post(at, 'SELECT count() FROM t')).text).toBe('0\n');
      expect((await post(`${at}${path === '/' ? '?' : '&'}param_a=5`, 'SELECT {a:UInt8}')).text).toBe('5\n');
      for (const sql of ['INSERT INTO t VALUES (1)', 'DROP TABLE t', 'CREATE TABLE u (a Int8) ENGINE = Memory'])
        expect((await post(at, sql)).text).toContain('(READONLY)');
      const set = await post(`${at}${path === '/' ? '?' : '&'}max_threads=1`, 'SELECT 1');
      expect(set.text).toMatch(/^Code: 164\..*Cannot modify 'max_threads' setting in readonly mode/);
    }
    expect((await post(url, 'SELECT 1 SETTINGS max_threads = 1')).text).toContain('(READONLY)');
  });
});
