import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { literal } from '../../src/core/sql/quote';
import { until } from '../../src/testing/drill/fault';
import { pause } from '../../src/testing/law/settled';
import { freePort } from '../../src/services/ports';
import { ensureBuilt } from './ensureBuilt';
import type { PreviewPage } from './harness';
import { browse } from './harness';
import { endStarted, start } from './started';

jest.setTimeout(240_000);

let dataDir: string;
let browser: Awaited<ReturnType<typeof browse>>;
let page: PreviewPage;
let ended: () => Promise<number | null>;
let ask: (sql: string) => Promise<string>;

beforeAll(async () => {
  await ensureBuilt(join(__dirname, '..', '..'));
  dataDir = mkdtempSync(join(tmpdir(), 'tidemark-product-'));
  const args = ['--demo', 'product', '--data', dataDir, '--no-build', '--port', String(await freePort())];
  const run = start(args);
  ended = () => {
    run.child.kill('SIGINT');
    return run.ended;
  };
  const url = await run.says(/The preview is at (http:\/\/127\.0\.0\.1:\d+)/);
  await run.says(/A collector looks at PostgreSQL and its copy/);
  ask = async (sql) => {
    const body = `${sql} FORMAT TSV`;
    const answer = await fetch(`${url}/api/datasources/proxy/uid/tidemark-clickhouse/`, { method: 'POST', body });
    return (await answer.text()).trim();
  };
  browser = await browse(url);
}, 240_000);

afterEach(() => page?.close());
afterAll(async () => {
  await browser?.stop();
  endStarted();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Values of a panel's column, by its name on the page. */
async function column(panel: string, name: string): Promise<readonly unknown[]> {
  const { frames } = await page.panel(panel);
  return frames.flatMap(({ fields }) => fields.filter((field) => field.name === name).flatMap(({ values }) => values));
}

/** Longest time from the arrival of a row to its being counted, on a busy machine. */
const refreshSeconds = 12;

test('the incident of the product demo fires: Alerts says why, by the numbers of the raw rows, and what would be sent', async () => {
  page = await browser.open('/d/tidemark-alerts');
  expect(await page.problems()).toEqual([]);
  const rules = await column('Firing now, and why', 'Rule');
  const i = rules.indexOf('Error rate');
  expect(rules).toContain('Error rate');
  expect((await column('Firing now, and why', 'State'))[i]).toBe('firing');
  const why = String((await column('Firing now, and why', 'Why'))[i]);
  const said = /^([\d.]+) % of ([\d,]+) requests failed from (\S+ \S+) to (\S+) \(UTC\)/.exec(why);
  expect([why, said === null]).toEqual([why, false]);
  const [, percent, requests, from = '', to] = said!;
  const end = `${from.slice(0, 11)}${to}`;
  const release = String((await column('Firing now, and why', 'Subject'))[i]).split(' ')[1];
  const looked = await ask(
    `SELECT min(at) FROM tidemark.alerts_now WHERE rule = 'error_rate' AND detail = ${literal(why)}`,
  );
  const raw = await ask(
    `SELECT count(), countIf(arrived < toDateTime64('${looked}', 3, 'UTC') - ${refreshSeconds}), round(100 * avg(status >= 500), 1) FROM (SELECT argMax(status, _version) AS status, min(ingested_at) AS arrived FROM shop.requests
      WHERE service = 'checkout' AND version = '${release}' AND requested_at >= '${from}:00' AND requested_at < '${end}:00' GROUP BY request_id)`,
  );
  // The rule knows what had arrived a refresh before it looked, and maybe some rows that came since.
  const [rows = 0, inTime = 0, share = 0] = raw.split('\t').map(Number);
  const counted = Number(requests?.replace(',', ''));
  expect(inTime).toBeGreaterThan(100);
  expect(counted).toBeGreaterThanOrEqual(inTime);
  expect(counted).toBeLessThanOrEqual(rows);
  expect(Math.abs(share - Number(percent))).toBeLessThan(0.02 * 100);
  expect(await column('Messages as they would be sent', 'Title')).toContain(`Error rate: checkout ${release}`);
  expect(await page.text('Messages as they would be sent')).toMatch(
    /checkout \S+: [\d.]+ % of the requests failed in the last five whole minutes, more than 2 % may\./,
  );
  expect(page.complaints).toEqual([]);
});

test('Home tells of the alert, and how late the copy of the real PostgreSQL is', async () => {
  // The collector began with the preview: on a busy machine its first beat may be on its way still.
  await until('a beat', 90, async () => Number(await ask('SELECT count() FROM tidemark.health_heartbeat')) > 0);
  page = await browser.open('/d/tidemark-home');
  expect(await page.problems()).toEqual([]);
  expect(await page.text('Alerts that fire')).toContain('Error rate');
  expect(await page.text('Data and alerts')).toMatch(/(Fresh|Catching up)[^]*Replication lag\s*[\d.]+ ?(ms|s)/);
  expect(page.complaints).toEqual([]);
});

test('CDC: Postgres shows the slot and the tables of a PostgreSQL at work', async () => {
  // The collector's first look comes while the pages are open already.
  for (let second = 0; second < 60 && (await ask('SELECT count() > 2 FROM tidemark.health_table')) !== '1'; second++)
    await pause(1000);
  page = await browser.open('/d/tidemark-cdc-postgres');
  expect(await page.problems()).toEqual([]);
  expect(await column('Tables and their copies', 'Copy')).toEqual(['crm.articles', 'crm.customers', 'crm.orders']);
  expect(await column('Tables and their copies', 'State')).toEqual(['same', 'same', 'same']);
  expect(await column('Replication slots', 'Status')).toEqual(['reserved']);
  const rows = await column('Tables and their copies', 'Rows');
  expect(Number(rows[2])).toBeGreaterThan(1000);
  expect(Number(await ask('SELECT count() FROM crm.orders'))).toBeGreaterThanOrEqual(Number(rows[2]) - 100);
  expect(page.complaints).toEqual([]);
});

test('Ctrl-C ends all of it', async () => {
  expect(await ended()).toBe(0);
});
