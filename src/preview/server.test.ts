import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PreviewSettings } from './api';
import type { PreviewServer } from './server';
import { startPreviewServer } from './server';

let folder: string;
let server: PreviewServer;

function write(path: string, content: string): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

const dashboard = (uid: string, title: string) => JSON.stringify({ uid, title, tags: ['t'], panels: [] });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-preview-'));
  write('secret.txt', 'not for the page');
  write('page/index.html', '<html>the page</html>');
  write('page/icons/unicons/bars.svg', '<svg>bars</svg>');
  write('plugin/module.js', 'define([], () => ({}))');
  write('dashboards/b.json', dashboard('b', 'Beta'));
  write('dashboards/Shop/a.json', dashboard('a', 'Alpha'));
  server = await startPreviewServer({
    pageDir: join(folder, 'page'),
    pluginDir: join(folder, 'plugin'),
    dashboardsDir: join(folder, 'dashboards'),
    port: 0,
    dataLabel: 'nothing',
    dataSources: [
      {
        uid: 'u',
        name: 'N',
        type: 'plugin-x',
        url: 'http://127.0.0.1:1',
        basicAuth: { user: 'r', password: 's3cret' },
      },
    ],
  });
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As typed, without the clean-up that `fetch` does to a path. */
function raw(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: server.port, path, headers }, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode, body }));
    })
      .on('error', reject)
      .end();
  });
}

test('lists dashboards by folder and the data sources without their secrets', async () => {
  const { body } = await raw('/api/preview/settings');
  const settings = JSON.parse(body) as PreviewSettings;
  expect(settings.dashboards.map(({ uid, folder: place, file }) => [uid, place, file])).toEqual([
    ['b', 'General', 'b.json'],
    ['a', 'Shop', 'Shop/a.json'],
  ]);
  expect(settings.dataSources).toEqual([{ uid: 'u', name: 'N', type: 'plugin-x', isDefault: true, jsonData: {} }]);
  expect(body).not.toContain('s3cret');
});

test('gives a dashboard as it lies on the disk at that moment', async () => {
  expect((await raw('/api/preview/dashboards/a')).body).toBe(dashboard('a', 'Alpha'));
  write('dashboards/Shop/a.json', dashboard('a', 'Changed'));
  expect((await raw('/api/preview/dashboards/a')).body).toBe(dashboard('a', 'Changed'));
  expect((await raw('/api/preview/dashboards/none')).status).toBe(404);
});

test('says which files have the same uid', async () => {
  write('dashboards/c.json', dashboard('a', 'Again'));
  const { status, body } = await raw('/api/preview/settings');
  expect(status).toBe(500);
  expect(body).toContain('Shop/a.json and c.json have the same uid "a"');
});

test('says which file is no dashboard', async () => {
  write('dashboards/c.json', '{"uid": ');
  expect((await raw('/api/preview/settings')).body).toMatch(
    /^dashboards\/c\.json is not a dashboard: .*tidemark build$/,
  );
});

test('serves page, plugin and icons, a dot for an icon that does not exist, and the page for every dashboard', async () => {
  expect((await raw('/public/plugins/plugin-x/module.js?_cache=1')).body).toContain('define');
  expect((await raw('/public/build/img/icons/unicons/bars.svg')).body).toBe('<svg>bars</svg>');
  expect((await raw('/public/build/img/icons/unicons/none.svg')).body).toContain('<circle');
  for (const path of ['/', '/d/a', '/d/a/alpha?from=now-1h']) expect((await raw(path)).body).toContain('the page');
  expect((await raw('/nowhere')).status).toBe(404);
});

test('serves nothing outside its folders', async () => {
  for (const path of [
    '/preview/../secret.txt',
    '/preview/%2e%2e/secret.txt',
    '/public/plugins/plugin-x/..%2f..%2fsecret.txt',
    '/preview/%00',
  ])
    expect([path, (await raw(path)).status]).toEqual([path, 404]);
});

test('refuses other names of this machine and pages of other sites', async () => {
  expect((await raw('/api/preview/settings', { host: 'evil.example' })).status).toBe(403);
  expect((await raw('/api/preview/settings', { origin: 'http://evil.example' })).status).toBe(403);
  expect((await raw('/api/preview/settings', { origin: server.url })).status).toBe(200);
  expect((await raw('/api/preview/settings', { host: `localhost:${server.port}` })).status).toBe(200);
});

test('knows only its own data sources', async () => {
  expect((await raw('/api/datasources/proxy/uid/other/')).status).toBe(404);
  expect((await raw('/api/datasources/proxy/uid/u/')).status).toBe(502);
});

test('says that the port is taken and which to try', async () => {
  const again = startPreviewServer({
    pageDir: folder,
    pluginDir: folder,
    dashboardsDir: folder,
    dataSources: [],
    port: server.port,
  });
  await expect(again).rejects.toThrow(`npm start -- --port ${server.port + 1}`);
});
