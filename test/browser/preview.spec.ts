import { join } from 'node:path';
import type { Preview, PreviewPage } from './harness';
import { startPreview } from './harness';

jest.setTimeout(120_000);

let preview: Preview;
let page: PreviewPage;

beforeAll(async () => {
  preview = await startPreview({ dashboardsDir: join(__dirname, 'fixtures') });
});

afterAll(() => preview?.stop());
afterEach(() => page?.close());

const values = async (title: string, field: string) =>
  (await page.panel(title)).frames[0]?.fields.find((one) => one.name === field)?.values ?? [];

const rangeOf = (url: string) => {
  const query = new URL(url).searchParams;
  return { from: query.get('from'), to: query.get('to') };
};

/** How many pixels of a panel's canvas are near a colour: what a series leaves on the screen. */
async function pixelsNear(panelId: number, [red, green, blue]: readonly [number, number, number]): Promise<number> {
  return page.page.evaluate(
    ([id, r, g, b]) => {
      const canvas = document.querySelector<HTMLCanvasElement>(`[data-viz-panel-key="panel-${id}"] canvas`);
      const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let count = 0;
      for (let i = 0; i < data.length; i += 4) {
        const isNear = [r, g, b].every((want, k) => Math.abs((data[i + k] ?? 0) - (want ?? 0)) < 30);
        if (isNear && (data[i + 3] ?? 0) > 100) count++;
      }
      return count;
    },
    [panelId, red, green, blue] as const,
  );
}

const green = [115, 191, 105] as const;
const yellow = [242, 204, 12] as const;

describe('a dashboard with everything the preview draws', () => {
  beforeEach(async () => {
    page = await preview.open('/d/fixture-all');
  });

  test('says that it is a preview, reports no problem, and only the broken query complains', async () => {
    expect(await page.page.getByTestId('preview-banner').innerText()).toContain('Preview: this is not Grafana.');
    expect(await page.problems()).toEqual([]);
    const states = Object.fromEntries((await page.panels()).map((panel) => [panel.title, panel.state]));
    expect(states).toMatchObject({ Orders: 'Done', 'Visitors and buyers': 'Done', Fails: 'Error', About: 'static' });
    // Chromium itself writes a line for ClickHouse's answer to an unknown column.
    expect(page.complaints.filter((text) => !/status of (404|500)/.test(text))).toEqual([]);
    expect(page.complaints).toHaveLength(1);
  });

  test('draws numbers, units, texts and coloured cells as the JSON asks', async () => {
    expect((await page.text('Orders')).replace(/\s+/g, '')).toBe('70K');
    expect(await page.text('About')).toContain('Word: tide');
    expect(await page.text('Nothing')).toBe('Nothing yet');
    expect(await page.text('Cohorts')).toContain('60%');
    const cell = page.page.locator('[data-viz-panel-key="panel-8"] [role="gridcell"]', { hasText: '60%' }).first();
    const background = await cell.evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(background).toMatch(/^rgb\(\d+, \d+, \d+\)$/);
    expect(background).not.toBe('rgb(24, 27, 31)');
    expect(await page.page.locator('[data-viz-panel-key="panel-9"] rect[data-series="orders"]').count()).toBe(4);
  });

  test("shows ClickHouse's error in the panel and no spinner", async () => {
    expect(await page.text('Fails')).toMatch(/no_such_column.*UNKNOWN_IDENTIFIER/s);
    expect(await page.page.getByLabel('Panel loading bar').count()).toBe(0);
  });

  test('runs queries again when a variable changes, and keeps it in the address', async () => {
    expect(await values('By country', 'orders')).toEqual([30, 20, 50, 10]);
    await page.choose('Factor', '10');
    expect(await values('By country', 'orders')).toEqual([300, 200, 500, 100]);
    expect(new URL(page.page.url()).searchParams.get('var-factor')).toBe('10');
    await page.page.reload();
    await page.settled();
    expect(await values('By country', 'orders')).toEqual([300, 200, 500, 100]);
  });

  test('runs queries again when the time range changes, and goes back with the browser', async () => {
    const before = await values('Visitors and buyers', 'time');
    await page.page.getByTestId('data-testid TimePicker Open Button').click();
    await page.page.getByText('Last 1 hour', { exact: true }).click();
    await page.settled();
    expect(rangeOf(page.page.url())).toEqual({ from: 'now-1h', to: 'now' });
    const after = await values('Visitors and buyers', 'time');
    const spanMs = (times: readonly unknown[]) => Number(times.at(-1)) - Number(times[0]);
    expect(spanMs(before) / spanMs(after)).toBeGreaterThan(20);
    await page.page.goBack();
    await page.settled();
    expect(rangeOf(page.page.url())).toEqual({ from: 'now-24h', to: 'now' });
    expect(spanMs(await values('Visitors and buyers', 'time'))).toBeGreaterThan(23 * 3600_000);
  });

  test('zooms by dragging over a graph', async () => {
    const over = page.page.locator('[data-viz-panel-key="panel-5"] .u-over');
    const box = await over.boundingBox();
    if (!box) throw new Error('The graph has no box.');
    const y = box.y + box.height / 2;
    await page.page.mouse.move(box.x + box.width * 0.25, y);
    await page.page.mouse.down();
    await page.page.mouse.move(box.x + box.width * 0.5, y, { steps: 8 });
    await page.page.mouse.up();
    await page.settled();
    const { from, to } = rangeOf(page.page.url());
    const hours = (Date.parse(to ?? '') - Date.parse(from ?? '')) / 3600_000;
    expect(hours).toBeGreaterThan(5.5);
    expect(hours).toBeLessThan(6.5);
  });

  test('shows one series alone when its name in the legend is clicked, and all again on the next click', async () => {
    expect(await pixelsNear(6, yellow)).toBeGreaterThan(500);
    const legend = page.page.locator('[data-viz-panel-key="panel-6"]').getByText('visitors', { exact: true });
    await legend.click();
    await page.settled();
    expect(await pixelsNear(6, yellow)).toBe(0);
    expect(await pixelsNear(6, green)).toBeGreaterThan(500);
    await legend.click();
    await page.settled();
    expect(await pixelsNear(6, yellow)).toBeGreaterThan(500);
  });

  test('shows values under the cursor', async () => {
    await page.page.locator('[data-viz-panel-key="panel-5"] .u-over').hover();
    const tooltip = page.page.locator('#grafana-portal-container');
    await tooltip.getByText('Buyers').waitFor();
    expect(await tooltip.innerText()).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d/);
  });

  test('unfolds a row and asks for what is in it only then', async () => {
    expect((await page.panel('Inside')).state).toBe('off');
    await page.page.getByTestId('data-testid dashboard-row-title-Folded').click();
    await page.page.waitForFunction(
      () => window.__tidemarkPreview?.panels().find((panel) => panel.title === 'Inside')?.state === 'Done',
    );
    expect(await values('Inside', 'n')).toEqual([7]);
  });

  test('follows a link to another dashboard without loading the page again, with range and variables', async () => {
    await page.page.evaluate(() => Object.assign(window, { stayed: true }));
    await page.page.getByRole('link', { name: 'Elsewhere' }).click();
    await page.page.waitForFunction(() => window.__tidemarkPreview?.dashboard === 'fixture-unknown');
    expect(new URL(page.page.url()).searchParams.get('from')).toBe('now-24h');
    expect(await page.page.evaluate(() => 'stayed' in window)).toBe(true);
  });
});

describe('a dashboard with ad hoc filters', () => {
  beforeEach(async () => {
    page = await preview.open('/d/fixture-filters');
  });

  test('filters the panels that have the column, and says on the panel that has not', async () => {
    expect(await values('Databases', 'name')).toEqual(['system']);
    expect(await values('Numbers', 'n')).toHaveLength(3);
    const notices = page.page.getByTestId('preview-panel-notice');
    expect(await notices.count()).toBe(1);
    expect(await notices.getAttribute('aria-label')).toMatch(/filter on "name" was not applied/);
    await notices.hover();
    await page.page.getByRole('tooltip').getByText('was not applied').waitFor();
  });

  test('takes a value of a table as a filter', async () => {
    const cell = page.page.getByRole('gridcell', { name: 'system' });
    await cell.hover();
    await cell.getByLabel('Filter out value').click();
    await page.settled();
    expect(await values('Databases', 'name')).not.toContain('system');
    expect(new URL(page.page.url()).searchParams.getAll('var-Filters')).toContain('name|!=|system');
  });
});

describe('a dashboard with what the preview cannot draw', () => {
  test('is reported on the page, one line for each property', async () => {
    page = await preview.open('/d/fixture-unknown');
    const problems = await page.problems();
    const texts = problems.map(({ where, text }) => `${where}: ${text}`).join('\n');
    for (const expected of [
      /A candlestick: The preview cannot draw panels of type "candlestick"/,
      /dashboard: somethingNew = true/,
      /variable g: Variables of type "galactic"/,
      /A stat: repeat = "country"/,
      /A stat: options sparkle.size = 3/,
      /A stat: fieldConfig custom.fillOpacity = 3/,
      /A stat: fieldConfig glow = true/,
      /A stat: An override matches by "byMoon"/,
      /A stat: fieldConfig custom.wave = 1/,
      /A stat: The transformation "unheard"/,
      /A table: options footer.show = true/,
      /A table: Table cells of type "hologram"/,
      /A series: options timeCompare.enabled = true/,
      /A series: fieldConfig custom.showValues = true/,
    ])
      expect(texts).toMatch(expected);
    expect(problems.filter((problem) => problem.kind === 'unknown_panel')).toHaveLength(1);
    expect(await page.page.getByTestId('preview-problems').innerText()).toContain('candlestick');
    expect(await page.text('A candlestick')).toBe('The preview cannot draw panels of type "candlestick"; Grafana can.');
  });
});

describe('the list of dashboards', () => {
  test('names every dashboard, narrows by words and by tag, and opens one', async () => {
    page = await preview.open('/d/fixture-all');
    await page.page.getByRole('link', { name: 'Dashboards' }).click();
    const cards = page.page.getByTestId('data-testid Card heading').getByRole('link');
    await cards.first().waitFor();
    expect(await cards.count()).toBe(3);
    await page.page.getByPlaceholder('Search dashboards').fill('cannot');
    expect(await cards.count()).toBe(1);
    await page.page.getByPlaceholder('Search dashboards').fill('');
    await page.page.getByRole('button', { name: 'all', exact: true }).click();
    expect(await cards.allInnerTexts()).toEqual(['Everything the preview draws']);
    await cards.first().click();
    await page.settled();
    expect(await page.page.evaluate(() => window.__tidemarkPreview?.dashboard)).toBe('fixture-all');
  });

  test('keeps the theme that was chosen', async () => {
    page = await preview.open('/d/fixture-all?theme=light');
    const background = () => page.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.page.getByRole('button', { name: 'Switch to the dark theme' }).click();
    await page.settled();
    expect(await background()).not.toBe(light);
  });
});

describe('a ClickHouse that cannot be reached', () => {
  test('is one sentence in every panel, and no spinner stays', async () => {
    const alone = await startPreview({ dashboardsDir: join(__dirname, 'fixtures'), engineUrl: 'http://127.0.0.1:1' });
    try {
      page = await alone.open('/d/fixture-all');
      expect(await page.text('Visitors and buyers')).toMatch(/reached no ClickHouse .*HTTP 502.*\.$/s);
      expect((await page.panel('Orders')).state).toBe('Error');
      expect(await page.page.getByLabel('Panel loading bar').count()).toBe(0);
    } finally {
      await alone.stop();
    }
  });
});
