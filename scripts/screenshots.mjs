/**
 * Writes docs/img/*.png: every dashboard that a demo's configuration builds, in the preview, whole, as a reader sees it.
 *   npm run screenshots -- [--demo cdnow|product] [--pages home,alerts] [--theme dark|light] [--width 1400] [--out docs/img]
 *   npm run screenshots -- --url http://127.0.0.1:3300 --demo shop --pages cdc-postgres --query from=now-1h   (of a preview that runs)
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
require('tsx/cjs/api').register();
const { browse, startPreview } = require('../test/browser/harness.ts');

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

async function main() {
  const { values } = parseArgs({
    options: {
      demo: { type: 'string', default: 'cdnow' },
      url: { type: 'string' },
      pages: { type: 'string' },
      query: { type: 'string', default: '' },
      theme: { type: 'string', default: 'dark' },
      width: { type: 'string', default: '1400' },
      out: { type: 'string', default: join(root, 'docs', 'img') },
    },
  });
  mkdirSync(values.out, { recursive: true });
  if (values.url) return draw(await browse(values.url), (values.pages ?? '').split(','), values);
  const built = mkdtempSync(join(tmpdir(), 'tidemark-dashboards-'));
  try {
    const build = ['bin/tidemark.js', 'build', '--config', `demo/${values.demo}/tidemark.yaml`, '--out', built];
    execFileSync(process.execPath, build, { cwd: root });
    const dashboardsDir = join(built, 'dashboards');
    const there = readdirSync(dashboardsDir).map((name) => name.replace(/\.json$/, ''));
    const preview = await startPreview({ demo: values.demo, dashboardsDir });
    await draw(preview, values.pages?.split(',') ?? there, values);
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
}

/** Draws pages, named as their files are, and ends the browser. */
async function draw(preview, pages, { demo, theme, width, out, query }) {
  try {
    for (const name of pages) {
      const path = `/d/tidemark-${name}?theme=${theme}${query && `&${query}`}`;
      const page = await preview.open(path, { width: Number(width), height: 2600 });
      const height = await page.page.evaluate(() => {
        const items = [...document.querySelectorAll('[data-griditem-key]')];
        return Math.ceil(Math.max(...items.map((item) => item.getBoundingClientRect().bottom))) + 16;
      });
      await page.page.setViewportSize({ width: Number(width), height });
      await page.settled();
      const file = join(out, `${demo}-${name}${theme === 'dark' ? '' : `-${theme}`}.png`);
      await page.page.screenshot({ path: file });
      console.log(`${file}  ${width} × ${height}`);
      for (const complaint of page.complaints) console.log(`  ${complaint}`);
      await page.close();
    }
  } finally {
    await preview.stop();
  }
}

await main();
