import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { expandLine, expandStream } from './sql';

const program = join(__dirname, '..', '..', '..', 'bin', 'tidemark.js');
const request = (sql: string, more: object = {}) =>
  JSON.stringify({ sql, fromMs: 0, toMs: 86_400_000, intervalMs: 60_000, timezone: 'UTC', ...more });

const answerTo = (line: string) => JSON.parse(expandLine(line)) as Record<string, unknown>;

/** What the stream answers to chunks, one entry per write. */
async function streamed(chunks: readonly (string | Buffer)[]): Promise<string[]> {
  const writes: string[] = [];
  await expandStream(Readable.from(chunks), { write: (text) => writes.push(text) > 0, once: () => undefined });
  return writes;
}

test('a line is answered with the statement and its notices', () => {
  expect(
    answerTo(request('SELECT $__fromTime FROM t', { adhoc: [{ key: 'k', operator: '=', value: "it's" }] })),
  ).toEqual({
    sql: "SELECT toDateTime(0) FROM t WHERE `k` = 'it\\'s'",
    notices: [],
  });
  expect(answerTo(request('SELECT 1', { adhoc: [{ key: 'k', operator: '=', value: 'v' }] }))).toEqual({
    sql: 'SELECT 1',
    notices: [{ code: 'adhoc_not_applied', subject: 'k', message: expect.stringContaining('reads from no table') }],
  });
});

test.each([
  ['nonsense', 'bad_input', 'The line is not JSON'],
  ['', 'bad_input', 'The line is not JSON'],
  ['{}', 'bad_input', '"sql"'],
  [request('SELECT 1', { timezone: 'Mars/Base' }), 'bad_zone', '"timezone"'],
  [request('$__timeFilter'), 'macro_arguments', '$__timeFilter at line 1, column 1'],
  [request('$v', { variables: { v: { value: '$__all' } } }), 'all_unknown', '"v"'],
])('%j is answered with an error object', (line, code, part) => {
  expect(answerTo(line)).toEqual({ error: { code, message: expect.stringContaining(part) } });
});

test('lines cut anywhere are put together, also within a character, and each has its answer in order', async () => {
  const lines = [request('SELECT 1'), 'broken', '', request("SELECT 'ü\u2028🙂'"), request('SELECT 2')];
  const bytes = Buffer.from(`${lines.join('\r\n')}`);
  const whole = (await streamed([bytes])).join('');
  expect(
    whole
      .trim()
      .split('\n')
      .map((line) => Object.keys(JSON.parse(line) as object)[0]),
  ).toEqual(['sql', 'error', 'error', 'sql', 'sql']);
  expect(whole).toContain("SELECT 'ü\u2028🙂'");
  for (const size of [1, 2, 3, 7]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    expect((await streamed(chunks)).join('')).toBe(whole);
  }
});

test('nothing in is nothing out, and the line feed at the end begins no line', async () => {
  expect(await streamed([])).toEqual([]);
  expect(await streamed([`${request('SELECT 1')}\n`])).toHaveLength(1);
});

test('the command ends with 0 when all lines were read, whatever they held', () => {
  const input = `${request('SELECT $__interval_s')}\nbroken\n`;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'sql', 'expand'], {
    input,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const [first, second] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(first).toEqual({ sql: 'SELECT 60', notices: [] });
  expect(second).toMatchObject({ error: { code: 'bad_input' } });
}, 30_000);

test('on a pipe that stays open each line is answered at once', async () => {
  const child = spawn(process.execPath, [program, 'sql', 'expand'], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const next = () =>
      new Promise<string>((resolve) => child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    for (const n of [1, 2, 3]) {
      const answer = next();
      child.stdin.write(`${request(`SELECT ${n}`)}\n`);
      expect(JSON.parse(await answer)).toEqual({ sql: `SELECT ${n}`, notices: [] });
    }
    const code = new Promise((resolve) => child.once('exit', resolve));
    child.stdin.end();
    expect(await code).toBe(0);
  } finally {
    child.kill();
  }
}, 30_000);
