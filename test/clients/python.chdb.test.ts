import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { startEngine } from '../../src/testing/engine';

import type { TestEngine } from '../../src/testing/engine';

const run = promisify(execFile);
const venv = join(__dirname, '../../.cache/python');
const python = join(venv, 'bin', 'python');
const requirements = join(__dirname, 'requirements.txt');

let engine: TestEngine;
let seen: Record<string, unknown>;
beforeAll(async () => {
  // `npm test` has it ready; a test run by itself makes it.
  if (!existsSync(python)) await run('python3', ['-m', 'venv', venv]);
  const installed = run(python, ['-c', 'import clickhouse_connect, lz4']).catch(() =>
    run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]),
  );
  engine = await startEngine();
  await installed;
  const { stdout } = await run(python, [join(__dirname, 'pythonClient.py'), engine.url], { timeout: 60_000 });
  seen = JSON.parse(stdout) as Record<string, unknown>;
}, 180_000);
afterAll(() => engine.stop());

it('connects, queries and binds parameters', () => {
  expect(seen['version']).toMatch(/^26\./);
  expect(seen['query']).toEqual([
    [0, '0'],
    [1, '1'],
    [2, '2'],
  ]);
  expect(seen['bound']).toEqual([['x', "y'z"], '2024-02-03', null]);
  expect(seen['client_side']).toEqual(["it's"]);
  expect(seen['form']).toEqual(['f']);
});

it.each(['lz4', 'zstd', 'gzip', 'False'])('inserts Native blocks, compression %s', (compression) => {
  const sums = [3000, 4_498_500, 3000, 1000, 1_124_250, '37500.0000'];
  expect((seen['written'] as Record<string, unknown>)[compression]).toEqual([3000, sums]);
});

it('reads back every type that it wrote', () => {
  expect(seen['row']).toEqual([
    '4',
    's4',
    'l4',
    '2.0',
    '2024-01-01',
    expect.stringContaining('2024-01-01 12:00:00.123'),
    '[1, 4]',
    "{'k': 4}",
    expect.stringContaining("'q'"),
    '12.5000',
    '00000000-0000-0000-0000-0000000000ff',
    'True',
  ]);
});

it('streams, counts, keeps its session, sends settings and external tables', () => {
  expect(seen).toMatchObject({ streamed: 300_000, summary: '1000', session: [3], settings: [1], external: [2] });
});

it('gets ClickHouse’s errors: before, behind and instead of an answer', () => {
  expect(seen['missing']).toEqual([true, expect.stringMatching(/Code: 60\b.*UNKNOWN_TABLE/s)]);
  expect(seen['password']).toEqual([true, expect.stringMatching(/516.*AUTHENTICATION_FAILED/s)]);
  expect(seen['late']).toEqual([expect.any(Boolean), expect.stringContaining('throwIf')]);
});
