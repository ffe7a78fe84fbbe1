import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { tidemark } from './spawn';

jest.setTimeout(60_000);

let folder: string;
const servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-cli-'));
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** Answers every request as a server of that kind does: logins and old versions are what the embedded engine has not. */
async function answering(status: number, headers: Record<string, string>, body: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { connection: 'close', ...headers }).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function freeUrl(): Promise<string> {
  const url = await answering(200, {}, '');
  await new Promise((resolve) => servers.pop()!.close(resolve));
  return url;
}

const seedAgainst = (url: string) =>
  tidemark(['seed', '--demo', 'cdnow'], {
    cwd: folder,
    env: { TIDEMARK_URL: url, TIDEMARK_USER: 'me', TIDEMARK_PASSWORD: 'hunter2' },
  });

test('ClickHouse unreachable: one sentence, exit code 3', async () => {
  const url = await freeUrl();
  expect(await seedAgainst(url)).toEqual({
    code: 3,
    stdout: '',
    stderr: `tidemark: ClickHouse at ${url} cannot be reached (ECONNREFUSED). Start it (npx tidemark serve starts an embedded one) or correct connection.url.\n`,
  });
});

test('wrong password: one sentence that does not repeat it, exit code 3', async () => {
  const url = await answering(
    403,
    { 'x-clickhouse-exception-code': '516' },
    'Code: 516. DB::Exception: me: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED) (version 26.7.2.1)\n',
  );
  expect(await seedAgainst(url)).toEqual({
    code: 3,
    stdout: '',
    stderr:
      `tidemark: ClickHouse at ${url} refused user "me": no such user or wrong password. Correct connection.user and connection.password ` +
      '(password: ${TIDEMARK_PASSWORD} reads an environment variable).\n',
  });
});

test('a server that is too old is told by its version, exit code 3', async () => {
  const url = await answering(200, {}, '{"meta":[{"name":"v","type":"String"}],"data":[{"v":"23.8.1.1"}],"rows":1}');
  expect(await seedAgainst(url)).toEqual({
    code: 3,
    stdout: '',
    stderr: `tidemark: ClickHouse at ${url} is version 23.8.1.1; refreshable views that append need 24.10 or newer. Upgrade the server.\n`,
  });
});

test('a web page instead of ClickHouse is told as such, exit code 3', async () => {
  const url = await answering(404, {}, '<html><body>Not here</body></html>');
  const { code, stderr } = await seedAgainst(url);
  expect([code, stderr]).toEqual([
    3,
    `tidemark: What answers at ${url} is not ClickHouse's HTTP interface (<html><body>Not here</body></html>). Correct connection.url; the HTTP port is usually 8123 or 8443.\n`,
  ]);
});

test('no configuration: the next step is named, exit code 2', async () => {
  expect(await tidemark(['config', 'check'], { cwd: folder })).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'tidemark: There is no tidemark.yaml. tidemark init looks at your tables and writes one. Or copy tidemark.example.yaml to tidemark.yaml and edit it, or name another file with --config FILE (demo/product/tidemark.yaml shows the demo).\n',
  });
});

test.each([
  [
    ['--demo', 'cdnow', '--scale', '3'],
    '--scale is only for the product demo: "cdnow" has the rows that it has. Leave it out.',
  ],
  [['--demo', 'product', '--scale', '51'], '--scale 51 is out of range: write 1 to 50.'],
])('seed %p: one sentence, exit code 2', async (args, sentence) => {
  expect(await tidemark(['seed', ...args], { cwd: folder })).toEqual({
    code: 2,
    stdout: '',
    stderr: `tidemark: ${sentence}\n`,
  });
});

test('broken YAML: line and column, exit code 2, nothing written', async () => {
  writeFileSync(join(folder, 'tidemark.yaml'), 'version: 1\nconnection: [\n');
  const { code, stdout, stderr } = await tidemark(['config', 'check'], { cwd: folder });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(
    /^tidemark: tidemark\.yaml has \d problems?\. .*\n {2}tidemark\.yaml:\d:\d+ This is not valid YAML: /,
  );
  expect(readdirSync(folder)).toEqual(['tidemark.yaml']);
});

test('TIDEMARK_CONFIG names the file where --config does not', async () => {
  writeFileSync(join(folder, 'mine.yaml'), 'version: 1\nconnection:\n  url: http://127.0.0.1:1\n');
  const env = { TIDEMARK_CONFIG: 'mine.yaml' };
  expect(await tidemark(['config', 'check', '--offline', '--json'], { cwd: folder, env })).toEqual({
    code: 0,
    stdout: '{"ok":true,"file":"mine.yaml","server":null,"roles":[]}\n',
    stderr: '',
  });
});
