/**
 * Everything a browser test needs: the engine, the demo data in it, the preview's server and a real Chromium. Whatever
 * it starts it ends, by its own pid.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import type { PanelSnapshot } from '../../src/preview/page/previewWindow';
import type { Problem } from '../../src/preview/problems';
import type { PreviewServer } from '../../src/preview/server';
import { demos } from '../../src/preview/demos';
import { startPreviewServer } from '../../src/preview/server';
import type { TestEngine } from '../../src/testing/engine';
import { startEngine } from '../../src/testing/engine';
import { ensureBuilt } from './ensureBuilt';

const root = join(__dirname, '..', '..');

/** Where Debian, Ubuntu and this project's test script put the browser. */
const browsers = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const browserArgs = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Preview {
  readonly engine: TestEngine;
  readonly server: PreviewServer;
  readonly browser: Browser;
  /** Opens a path of the preview in a window of its own and waits until it is settled. */
  open(path: string, size?: Size): Promise<PreviewPage>;
  /** As {@link open}, without waiting for anything but the page itself. */
  begin(path: string, size?: Size): Promise<PreviewPage>;
  stop(): Promise<void>;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface PreviewOptions {
  /** Fills the engine with this demo, as `npm start` does. */
  readonly demo?: 'cdnow' | 'product';
  readonly dashboardsDir: string;
  /** Statements to run before the page is opened. */
  readonly setup?: readonly string[];
  /** Instead of the engine's address, for tests of what cannot be reached. */
  readonly engineUrl?: string;
}

async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${String(code)}:\n${output}`);
}

/** Fills an engine with a demo by the commands that users type. */
export async function fillDemo(engine: TestEngine, demo: 'cdnow' | 'product'): Promise<void> {
  const env = { ...process.env, TIDEMARK_URL: engine.url };
  const config = ['--config', `demo/${demo}/tidemark.yaml`];
  await run(['bin/tidemark.js', 'seed', '--demo', demo, ...config], env);
  await run(['bin/tidemark.js', 'migrate', ...config], env);
  await run(['bin/tidemark.js', 'refresh', ...config], env);
}

/**
 * An engine with the data in it that lets nobody write or change a setting any more (`readonly = 1`): every dashboard has to
 * do with that.
 */
async function startFilled({ demo, setup = [] }: PreviewOptions, dataDir: string): Promise<TestEngine> {
  const writable = await startEngine({ dataDir });
  try {
    if (demo) await fillDemo(writable, demo);
    for (const sql of setup) await writable.db.command(sql);
  } finally {
    await writable.stop();
  }
  return startEngine({ dataDir, readonly: true });
}

/** Starts engine, server and browser: 6 s without a demo, more with one. Throws with the output of what failed. */
export async function startPreview(options: PreviewOptions): Promise<Preview> {
  await ensureBuilt(root);
  const dataDir = await mkdtemp(join(tmpdir(), 'tidemark-browser-'));
  const removed = () => rm(dataDir, { recursive: true, force: true });
  const engine = await startFilled(options, dataDir).catch(async (thrown: unknown) => {
    await removed();
    throw thrown;
  });
  const stops: Array<() => Promise<void>> = [removed, () => engine.stop()];
  const stop = async () => {
    for (const end of stops.reverse()) await end();
  };
  try {
    const demo = demos.find((one) => one.name === options.demo);
    const server = await startPreviewServer({
      pageDir: join(root, 'build', 'preview'),
      pluginDir: join(root, 'dist'),
      dashboardsDir: options.dashboardsDir,
      dataLabel: demo?.label ?? 'test data',
      range: demo?.range,
      port: 0,
      dataSources: [
        {
          uid: 'tidemark-clickhouse',
          name: 'Tidemark',
          type: 'tidemark-clickhouse-datasource',
          url: options.engineUrl ?? engine.url,
          isDefault: true,
        },
      ],
    });
    stops.push(() => server.close());
    const browsing = await browse(server.url);
    stops.push(browsing.stop);
    return { engine, server, ...browsing, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** A Chromium for a preview that runs already. */
export async function browse(url: string): Promise<Pick<Preview, 'browser' | 'open' | 'begin' | 'stop'>> {
  const executablePath = browsers.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error('No Chromium found. Install it or set CHROMIUM to its path.');
  const browser = await chromium.launch({ executablePath, args: browserArgs });
  const begin = async (path: string, size: Size = { width: 1400, height: 2600 }) => {
    const page = await openPage(browser, size);
    await page.page.goto(`${url}${path}`);
    return page;
  };
  const open = async (path: string, size?: Size) => {
    const page = await begin(path, size);
    await page.settled();
    return page;
  };
  return { browser, open, begin, stop: () => browser.close() };
}

/** One browser window with the preview in it. */
export interface PreviewPage {
  readonly page: Page;
  /** Errors and warnings of the console, exceptions and failed requests so far. */
  readonly complaints: string[];
  /** Waits until variables and visible panels have their answers. Throws with the states of those that have not. */
  settled(): Promise<void>;
  panels(): Promise<readonly PanelSnapshot[]>;
  panel(title: string): Promise<PanelSnapshot>;
  problems(): Promise<readonly Problem[]>;
  /** The text in a panel as a reader sees it, title aside. */
  text(title: string): Promise<string>;
  /** Chooses a value of a dashboard variable by its label, and waits for the answers. */
  choose(variable: string, option: string): Promise<void>;
  close(): Promise<void>;
}

const settleMs = 30_000;

/** Chromium itself asks for these or gives them up when a page moves on. */
const harmless = /ERR_ABORTED/;

async function openPage(browser: Browser, viewport: { width: number; height: number }): Promise<PreviewPage> {
  const context = await browser.newContext({ viewport, timezoneId: 'UTC', locale: 'en-US' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    if (!harmless.test(why)) complaints.push(`request: ${request.url()} ${why}`);
  });
  const panels = () => page.evaluate(() => window.__tidemarkPreview?.panels() ?? []);
  const opened: PreviewPage = {
    page,
    complaints,
    panels,
    async settled() {
      try {
        // Once more after a pause: a changed variable starts its queries a moment later.
        for (let i = 0; i < 2; i++) {
          await page.waitForFunction(() => window.__tidemarkPreview?.isSettled(), undefined, { timeout: settleMs });
          await page.waitForTimeout(150);
        }
      } catch {
        const states = (await panels()).map((panel) => `${panel.title}: ${panel.state} ${panel.error}`);
        throw new Error(
          `The page did not settle within ${settleMs / 1000} s.\n${states.join('\n')}\n${complaints.join('\n')}`,
        );
      }
    },
    async panel(title) {
      const all = await panels();
      const found = all.find((panel) => panel.title === title);
      if (!found) throw new Error(`No panel "${title}"; there are ${all.map((panel) => panel.title).join(', ')}.`);
      return found;
    },
    problems: () => page.evaluate(() => window.__tidemarkPreview?.problems ?? []),
    async text(title) {
      const { id } = await opened.panel(title);
      const body = page.locator(`[data-viz-panel-key="panel-${id}"] [data-testid="data-testid panel content"]`);
      return body.innerText();
    },
    async choose(variable, option) {
      await page.locator('label', { hasText: variable }).locator('xpath=following::input[1]').click();
      await page.getByRole('option', { name: option, exact: true }).click();
      await page.keyboard.press('Escape');
      await opened.settled();
    },
    close: () => context.close(),
  };
  return opened;
}
