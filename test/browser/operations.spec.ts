import { join } from 'node:path';
import type { Preview, PreviewPage } from './harness';
import { startPreview } from './harness';

jest.setTimeout(400_000);

let preview: Preview;
let page: PreviewPage;

beforeAll(async () => {
  preview = await startPreview({ demo: 'product', dashboardsDir: join(__dirname, '..', '..', 'dashboards') });
});

afterAll(() => preview?.stop());
afterEach(() => page?.close());

test.each([
  ['dark', 'now-24h'],
  ['light', 'now-90d'],
  ['dark', 'now-4h'],
])('Operations draws every panel without a complaint in the %s theme from %s on', async (theme, from) => {
  page = await preview.open(`/d/tidemark-operations?theme=${theme}&from=${from}&to=now`);
  expect(await page.problems()).toEqual([]);
  const panels = await page.panels();
  expect(panels.length).toBe(12);
  expect(panels.filter((panel) => panel.state !== 'Done')).toEqual([]);
  expect(panels.filter((panel) => panel.frames.every((frame) => frame.length === 0))).toEqual([]);
  expect(page.complaints).toEqual([]);
});

test('a click on an endpoint keeps only that endpoint, and the range', async () => {
  page = await preview.open('/d/tidemark-operations?from=now-90d&to=now');
  await page.page.getByRole('link', { name: '/payments' }).first().click();
  await page.settled();
  const { searchParams } = new URL(page.page.url());
  expect([searchParams.get('var-endpoint'), searchParams.get('from')]).toEqual(['/payments', 'now-90d']);
  const [frame] = (await page.panel('Endpoints: failing first, then slow')).frames;
  expect(frame?.fields.find((field) => field.name === 'Endpoint')?.values).toEqual(['/payments']);
});
