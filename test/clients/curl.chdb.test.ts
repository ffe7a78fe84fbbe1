import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { startEngine } from '../../src/testing/engine';

import type { TestEngine } from '../../src/testing/engine';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine.stop());

const curl = async (...args: string[]) =>
  (await promisify(execFile)('curl', ['-sS', ...args], { maxBuffer: 2 ** 26 })).stdout;

it('asks by GET and POST, with parameters, credentials and a form', async () => {
  expect(await curl(`${engine.url}/?query=SELECT%201`)).toBe('1\n');
  expect(await curl(engine.url, '-d', 'SELECT 2')).toBe('2\n');
  expect(await curl(`${engine.url}/?param_a=7`, '-d', 'SELECT {a:UInt8} + 1')).toBe('8\n');
  expect(await curl('-u', 'default:', engine.url, '-d', 'SELECT currentUser()')).toBe('default\n');
  const form = ['-F', 'query=SELECT sum(_1) FROM ids', '-F', 'ids_types=UInt8', '-F', 'ids=@/dev/stdin;filename=ids'];
  const asked = promisify(execFile)('sh', [
    '-c',
    'url=$1; shift; printf "1\\n2\\n" | curl -sS "$url" "$@"',
    'sh',
    engine.url,
    ...form,
  ]);
  expect((await asked).stdout).toBe('3\n');
});

it('reads compressed answers and sends compressed data', async () => {
  expect(await curl('--compressed', engine.url, '-d', "SELECT repeat('a', 100)")).toBe(`${'a'.repeat(100)}\n`);
  await curl(engine.url, '-d', 'CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a');
  const to = `${engine.url}/?query=INSERT%20INTO%20t%20FORMAT%20CSV`;
  const shell = `printf '1\\n2\\n' | gzip | curl -sS -H 'Content-Encoding: gzip' --data-binary @- '${to}'`;
  await promisify(execFile)('sh', ['-c', shell]);
  expect(await curl(engine.url, '-d', 'SELECT sum(a) FROM t')).toBe('3\n');
});

it('shows status and headers', async () => {
  const shown = await curl('-i', engine.url, '-d', 'SELECT * FROM nosuch');
  expect(shown).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
  expect(shown).toMatch(/\r\nX-ClickHouse-Exception-Code: 60\r\n/);
  expect(await curl('-I', `${engine.url}/?query=SELECT%201`)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

it('ends with an error of its own where an answer was cut off', async () => {
  const query = 'SELECT throwIf(number = 2000000) FROM numbers(3000000) SETTINGS max_threads = 1';
  await expect(curl(engine.url, '-d', query)).rejects.toMatchObject({
    stdout: expect.stringContaining('__exception__'),
  });
});
