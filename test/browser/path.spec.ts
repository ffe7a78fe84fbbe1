import { join } from 'node:path';
import type { Request, Route } from 'playwright-core';
import type { Preview, PreviewPage } from './harness';
import { startPreview } from './harness';

jest.setTimeout(120_000);

let preview: Preview;
let page: PreviewPage;

beforeAll(async () => {
  preview = await startPreview({
    dashboardsDir: join(__dirname, 'pathDashboards'),
    setup: [
      'CREATE DATABASE shop',
      'CREATE TABLE shop.orders (id UInt64, city LowCardinality(String), amount Float64) ORDER BY id',
      `INSERT INTO shop.orders SELECT number, ['Oslo', 'Rom', 'O''Brien'][number % 3 + 1], number FROM numbers(10)`,
      // Forty parts that never merge: an answer that comes in pieces without any setting.
      'CREATE TABLE shop.drops (n UInt64) ENGINE = MergeTree PARTITION BY n ORDER BY n',
      'INSERT INTO shop.drops SELECT number FROM numbers(40)',
      'CREATE TABLE shop.people (name String) ORDER BY name',
      `INSERT INTO shop.people VALUES ('Ada'), ('Bob')`,
    ],
  });
}, 180_000);
afterAll(() => preview?.stop());
afterEach(() => page?.close());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `read` says something, and returns it with the ms that it took. */
async function soon<T>(read: () => Promise<T | undefined>, withinMs: number): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`nothing came within ${withinMs} ms`);
    await pause(40);
  }
}

const running = async (marker: string) => {
  const sql = `SELECT count() AS n FROM system.processes WHERE query LIKE '%${marker}%' AND query NOT LIKE '%system.processes%' FORMAT TSV`;
  const response = await fetch(`${preview.engine.url}/`, { method: 'POST', body: sql });
  return Number(await response.text());
};

/** Statements of panels among the requests of a page, as they were sent. */
function statementsOf(opened: PreviewPage): string[] {
  const bodies: string[] = [];
  opened.page.on('request', (request: Request) => {
    const body = request.postData() ?? '';
    if (body.startsWith('/* tidemark')) bodies.push(body);
  });
  return bodies;
}

describe('a query of ten seconds', () => {
  test('draws its first rows within a second of their coming, says how far it is, and ends whole', async () => {
    page = await preview.begin('/d/path-slow');
    const rows = async () => (await page.panel('Slow').catch(() => undefined))?.frames[0]?.length || undefined;
    const first = await soon(rows, 20_000);
    expect(first).toBeLessThan(40);
    const shown = await soon(async () => ((await page.text('Slow')) || undefined)?.match(/\d+/)?.[0], 1_000);
    expect(shown).toBeDefined();
    const notice = await soon(
      async () => (await page.panel('Slow')).notices.find((text) => /rows read/.test(text)),
      9_000,
    );
    expect(notice).toMatch(/^Still running for \d+ s: .*rows read, \d+ rows so far\.$/);
    expect((await page.panel('Slow')).state).toBe('Streaming');
    await page.settled();
    const { frames, notices, state } = await page.panel('Slow');
    expect([frames[0]?.length, notices, state]).toEqual([40, [], 'Done']);
  });

  test('is stopped on the server within a second of being cancelled, and the panel keeps what it had', async () => {
    page = await preview.begin('/d/path-slow');
    await soon(async () => ((await running('sleepEachRow')) === 1 ? true : undefined), 20_000);
    await soon(async () => (await page.panel('Slow').catch(() => undefined))?.frames[0]?.length || undefined, 10_000);
    // "Stop streaming", the only button of the panel's header.
    await page.page.locator('[data-testid="data-testid header-container"] button').first().click();
    await soon(async () => ((await running('sleepEachRow')) === 0 ? true : undefined), 1_000);
    await pause(300);
    const { frames, state } = await page.panel('Slow');
    expect(frames[0]!.length).toBeGreaterThan(0);
    expect(frames[0]!.length).toBeLessThan(40);
    expect(state).toBe('Done');
  });

  test('is stopped when the page is left', async () => {
    page = await preview.begin('/d/path-slow');
    await soon(async () => ((await running('sleepEachRow')) === 1 ? true : undefined), 20_000);
    await page.page.getByTestId('data-testid TimePicker Open Button').click();
    await page.page.getByText('Last 5 minutes', { exact: true }).click();
    // The query of the old range ends, that of the new one begins: one at any time.
    await pause(1_500);
    expect(await running('sleepEachRow')).toBe(1);
  });
});

test('twenty panels with the same query send one', async () => {
  page = await preview.begin('/d/path-same');
  const statements = statementsOf(page);
  await page.page.reload();
  await page.settled();
  const panels = await page.panels();
  expect(panels.map(({ state, frames }) => [state, frames[0]?.length])).toEqual(panels.map(() => ['Done', 5]));
  expect(panels.length).toBe(20);
  expect(statements.length).toBe(1);
});

describe('a filter from a table’s cell', () => {
  test('changes the panels that have the column and says why the others do not', async () => {
    page = await preview.open('/d/path-cells');
    const cell = page.page.locator('[data-viz-panel-key="panel-1"] [role="gridcell"]', { hasText: "O'Brien" }).first();
    await cell.hover();
    await cell.getByLabel('Filter for value').first().click();
    await page.settled();
    expect((await page.panel('Orders')).frames[0]?.fields[0]?.values).toEqual(["O'Brien", "O'Brien", "O'Brien"]);
    expect((await page.panel('Total')).frames[0]?.fields[0]?.values).toEqual([3]);
    const elsewhere = await page.panel('Elsewhere');
    expect(elsewhere.frames[0]?.fields[0]?.values).toEqual(['Ada', 'Bob']);
    expect(elsewhere.notices.join()).toMatch(/filter on "city" was not applied/i);
  });
});

describe('bad input', () => {
  test.each([
    ['Syntax', /Syntax error.*at position 8 .*line 1, col 8/s],
    ['Gone', /vanished.*UNKNOWN_TABLE.*Check database and table name/s],
    ['Two', /Multi-statements are not allowed|Syntax error/],
    ['State', /"s".*AggregateFunction.*finalizeAggregation/s],
    ['Writes', /READONLY.*code 164/s],
    ['Late', /too late|broke off/],
    ['Macro', /\$__timeGroup/],
  ])('%s: the panel says what is wrong', async (title, message) => {
    page = await preview.open('/d/path-bad');
    const panel = await page.panel(title);
    expect([panel.state, panel.error]).toEqual(['Error', expect.stringMatching(message)]);
    expect(await page.text(title)).not.toMatch(/No data/);
    expect(await page.text('Empty')).toMatch(/No data/);
  });

  const answers: readonly (readonly [string, RegExp, Parameters<Route['fulfill']>[0]])[] = [
    ['401', /session has ended.*log in again/, { status: 401, json: { message: 'Unauthorized' } }],
    ['403', /forbidden \(HTTP 403: no access\)/, { status: 403, json: { message: 'no access' } }],
    ['404', /Nothing answers at the address/, { status: 404, body: 'not here' }],
    ['413', /too large for a proxy/, { status: 413, body: '<html><title>413</title></html>' }],
    ['429', /Too many requests/, { status: 429, body: 'slow down' }],
    ['502', /reached no ClickHouse.*HTTP 502/, { status: 502, body: 'bad gateway' }],
    ['504', /gave up waiting.*HTTP 504/, { status: 504, body: '' }],
    [
      'HTML',
      /web page came back.*"Log in"/,
      { status: 200, contentType: 'text/html', body: '<!doctype html><title>Log in</title>' },
    ],
    [
      'a refused login',
      /did not accept the login/,
      { status: 400, json: { message: 'Authentication to data source failed' } },
    ],
    ['a cut answer', /broke off after \d+ bytes/, { status: 200, body: Buffer.from([2, 5, 1, 110, 6]) }],
    [
      'an unknown type',
      /Column "n" has type Quaternion/,
      {
        status: 200,
        body: Buffer.concat([Buffer.from([1, 1, 1, 110, 10]), Buffer.from('Quaternion'), Buffer.from([0])]),
      },
    ],
  ];
  test.each(answers)('%s: the panel says what is wrong, without a spinner', async (_, message, answer) => {
    page = await preview.begin('/');
    await page.page.route(/\/api\/datasources\/proxy\//, (route) => route.fulfill(answer));
    await page.page.goto(`${preview.server.url}/d/path-cells`);
    await page.settled();
    const panel = await page.panel('Total');
    expect([panel.state, panel.error]).toEqual(['Error', expect.stringMatching(message)]);
    expect(await page.text('Total')).not.toMatch(/No data/);
    expect(await page.page.getByLabel('Panel loading bar').count()).toBe(0);
  });
});
