import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Preview, PreviewPage } from './harness';
import { startPreview } from './harness';

jest.setTimeout(240_000);

const root = join(__dirname, '..', '..');

/** Built for CDNOW, which has no requests: dashboards of roles that it lacks are left out. */
const built = mkdtempSync(join(tmpdir(), 'tidemark-dashboards-'));
const build = ['bin/tidemark.js', 'build', '--config', 'demo/cdnow/tidemark.yaml', '--out', built];
execFileSync(process.execPath, build, { cwd: root, env: { ...process.env, TIDEMARK_URL: '' } });
const dashboardsDir = join(built, 'dashboards');

interface Built {
  readonly uid: string;
  readonly title: string;
}

const dashboards = readdirSync(dashboardsDir)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(dashboardsDir, name), 'utf8')) as Built);

/** Panels that may be empty, by dashboard uid: in the first minutes no refresh is logged and no day swept. */
const mayBeEmpty: Readonly<Record<string, RegExp>> = {
  'tidemark-rollups': /^(Age|Refreshes|Drift|Days|Rows)/,
  // Nothing fires in the demo that is drawn here, and nobody was told anything yet.
  'tidemark-home': /^Alerts that fire/,
  'tidemark-alerts': /^(Firing|Messages|Last firings|Mutes)/,
};

let preview: Preview;
let page: PreviewPage;

beforeAll(async () => {
  preview = await startPreview({ demo: 'cdnow', dashboardsDir });
});

afterAll(async () => {
  await preview?.stop();
  rmSync(built, { recursive: true, force: true });
});
afterEach(() => page?.close());

const total = async (sql: string) => Number((await preview.engine.db.query<{ n: string }>(sql))[0]?.n);

/** What a stat shows, as a number: its last line is the value. */
const shown = async (title: string) => Number((await page.text(title)).replace(/[^\d.-]/g, ''));

/** One of several values of a stat, by the name that stands before it. */
const shownAs = async (title: string, name: string) => {
  const lines = (await page.text(title)).split('\n').map((line) => line.trim());
  return Number((lines[lines.indexOf(name) + 1] ?? '').replace(/[^\d.-]/g, ''));
};

test('there are dashboards to look at', () => {
  expect(dashboards.length).toBeGreaterThanOrEqual(3);
});

describe.each(dashboards)('$title', ({ uid }) => {
  test.each(['dark', 'light'])('draws every panel without a complaint in the %s theme', async (theme) => {
    page = await preview.open(`/d/${uid}?theme=${theme}`);
    expect(await page.problems()).toEqual([]);
    const panels = await page.panels();
    expect(panels.length).toBeGreaterThan(3);
    const bad = panels.filter((panel) => !['Done', 'static'].includes(panel.state));
    expect(bad.map((panel) => `${panel.title}: ${panel.state} ${panel.error}`)).toEqual([]);
    const empty = panels.filter((panel) => panel.state === 'Done' && panel.frames.every((frame) => frame.length === 0));
    const waiting = empty.filter((panel) => mayBeEmpty[uid]?.test(panel.title));
    expect(empty.map((panel) => panel.title)).toEqual(waiting.map((panel) => panel.title));
    expect(await page.page.getByTestId('preview-panel-empty').count()).toBe(waiting.length);
    expect(await page.page.getByTestId('preview-panel-error').allInnerTexts()).toEqual([]);
    expect(await page.page.getByLabel('Panel loading bar').count()).toBe(0);
    expect(page.complaints).toEqual([]);
  });
});

test('three numbers on Finance equal SQL asked of the source tables directly', async () => {
  page = await preview.open('/d/tidemark-finance');
  const source = `(SELECT argMax(user_id, _version) AS user_id, argMax(amount, _version) AS amount,
    argMax(_deleted, _version) AS deleted FROM shop.orders GROUP BY order_id HAVING deleted = 0)`;
  const orders = await total(`SELECT count() AS n FROM ${source}`);
  const buyers = await total(`SELECT uniqExact(user_id) AS n FROM ${source}`);
  const gross = await total(`SELECT sum(amount) AS n FROM ${source}`);
  expect({ orders, buyers, gross }).toEqual({ orders: 69_659, buyers: 23_570, gross: 2_500_315.63 });
  expect(await shownAs('Sold', 'Orders')).toBe(orders);
  expect(await shownAs('Sold', 'Buyers')).toBe(buyers);
  expect(await shown('Gross revenue, USD')).toBe(gross);
});

test('active users per day equal SQL over the raw events, day by day', async () => {
  page = await preview.open('/d/tidemark-active-users');
  const [frame] = (await page.panel('Active users per day')).frames;
  const times = frame?.fields.find((field) => field.type === 'time')?.values ?? [];
  const users = frame?.fields.find((field) => field.type === 'number')?.values ?? [];
  const drawn = new Map(times.map((time, i) => [Number(time), users[i]]));
  const rows = await preview.engine.db.query<{ ms: string; n: string }>(
    `SELECT toUnixTimestamp(toStartOfDay(occurred_at, 'UTC')) * 1000 AS ms, uniqExact(user_id) AS n
     FROM shop.events WHERE _deleted = 0 GROUP BY ms ORDER BY ms`,
  );
  expect(rows.length).toBeGreaterThan(500);
  expect(rows.map(({ ms }) => drawn.get(Number(ms)))).toEqual(rows.map(({ n }) => Number(n)));
});

test('a shorter range in the address changes what Finance counts', async () => {
  page = await preview.open('/d/tidemark-finance?from=1997-03-01T00:00:00.000Z&to=1997-03-31T23:59:59.999Z');
  const march = await total(
    "SELECT count() AS n FROM (SELECT order_id FROM shop.orders WHERE _deleted = 0 AND toStartOfMonth(ordered_at) = '1997-03-01' GROUP BY order_id)",
  );
  expect(march).toBeGreaterThan(0);
  expect(await shownAs('Sold', 'Orders')).toBe(march);
});
