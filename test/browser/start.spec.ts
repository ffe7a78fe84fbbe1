import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PreviewSettings } from '../../src/preview/api';
import { freePort } from '../../src/services/ports';
import { ensureBuilt } from './ensureBuilt';
import { endStarted, start } from './started';

jest.setTimeout(240_000);

const root = join(__dirname, '..', '..');
let dataDir: string;

beforeAll(async () => {
  await ensureBuilt(root);
  dataDir = mkdtempSync(join(tmpdir(), 'tidemark-start-'));
});

afterAll(() => {
  endStarted();
  rmSync(dataDir, { recursive: true, force: true });
});

const answers = (url: string) =>
  fetch(url).then(
    (answer) => answer.ok,
    () => false,
  );

test('shows the demo, ends clean on Ctrl-C sent twice, and the second time keeps the data and makes nothing anew', async () => {
  const args = ['--demo', 'cdnow', '--data', dataDir, '--no-build'];
  const made: string[] = [];
  for (let round = 0; round < 2; round++) {
    const run = start([...args, '--port', String(await freePort())]);
    const page = await run.says(/The preview is at (http:\/\/127\.0\.0\.1:\d+)/);
    const engine = await run.says(/ClickHouse answers at (http:\/\/127\.0\.0\.1:\d+)/);

    expect(await (await fetch(page)).text()).toContain('<div id="root">');
    const settings = (await (await fetch(`${page}/api/preview/settings`)).json()) as PreviewSettings;
    expect(settings.dataLabel).toContain('CDNOW');
    expect(settings.dashboards.map((entry) => entry.uid)).toContain('tidemark-home');
    const ask = async (body: string) => {
      const answer = await fetch(`${page}/api/datasources/proxy/uid/tidemark-clickhouse/`, { method: 'POST', body });
      return (await answer.text()).trim();
    };
    expect(await ask('SELECT sum(orders) FROM tidemark.order_day FINAL')).toBe('69659');
    // Which source table it is, when the newest object of ours was made, which row arrived last (one inserted since would have a stamp of now), how many there are.
    made.push(
      await ask(
        "SELECT uuid, (SELECT max(applied_at) FROM tidemark.schema_objects), (SELECT max(ingested_at) FROM shop.orders), (SELECT count() FROM shop.orders) FROM system.tables WHERE database = 'shop' AND name = 'orders'",
      ),
    );

    run.child.kill('SIGINT');
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect(run.output()).toMatch(/Stopped\. The data is kept\./);
    expect([await answers(page), await answers(`${engine}/ping`)]).toEqual([false, false]);
  }
  expect(made[0]).toMatch(/^[\da-f-]{36}\t20\d\d-.*\t1998-06-30.*\t69659$/);
  expect(made[1]).toBe(made[0]);
});

test('says which demo does not exist, with exit code 1 and nothing started', async () => {
  const run = start(['--demo', 'nowhere']);
  expect(await run.ended).toBe(1);
  expect(run.output().trim()).toBe(
    'There is no demo "nowhere". Known: cdnow, product, shop, shop-kafka. Example: npm start -- --demo cdnow',
  );
});

test('says that the port is taken before anything is started', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const run = start(['--port', String(port), '--data', join(dataDir, 'none')]);
  expect(await run.ended).toBe(1);
  expect(run.output().trim()).toMatch(new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken`));
  taken.close();
});
