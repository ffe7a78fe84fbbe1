/**
 * Writes docs/img/*.png: every dashboard that a demo's configuration builds, in the preview, whole, as a reader sees it.
 *   npm run screenshots -- [--demo cdnow|product] [--theme dark|light] [--width 1400] [--out docs/img]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
require('tsx/cjs/api').register();
const { startPreview } = require('../test/browser/harness.ts');

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

async function main() {
  const { values } = parseArgs({
    options: {
      demo: { type: 'string', default: 'cdnow' },
      theme: { type: 'string', default: 'dark' },
      width: { type: 'string', default: '1400' },
      out: { type: 'string', default: join(root, 'docs', 'img') },
    },
  });
  const demo = values.demo === 'product' ? 'product' : 'cdnow';
  const built = mkdtempSync(join(tmpdir(), 'tidemark-dashboards-'));
  const build = ['bin/tidemark.js', 'build', '--config', `demo/${demo}/tidemark.yaml`, '--out', built];
  execFileSync(process.execPath, build, { cwd: root });
  const dashboardsDir = join(built, 'dashboards');
  mkdirSync(values.out, { recursive: true });
  const preview = await startPreview({ demo, dashboardsDir });
  try {
    for (const file of readdirSync(dashboardsDir).filter((name) => name.endsWith('.json'))) {
      const { uid } = JSON.parse(readFileSync(join(dashboardsDir, file), 'utf8'));
      const page = await preview.open(`/d/${uid}?theme=${values.theme}`, { width: Number(values.width), height: 2600 });
      const height = await page.page.evaluate(() => {
        const items = [...document.querySelectorAll('[data-griditem-key]')];
        return Math.ceil(Math.max(...items.map((item) => item.getBoundingClientRect().bottom))) + 16;
      });
      await page.page.setViewportSize({ width: Number(values.width), height });
      await page.settled();
      const name = `${demo}-${file.replace('.json', '')}${values.theme === 'dark' ? '' : `-${values.theme}`}.png`;
      await page.page.screenshot({ path: join(values.out, name) });
      console.log(`${join(values.out, name)}  ${values.width} × ${height}`);
      for (const complaint of page.complaints) console.log(`  ${complaint}`);
      await page.close();
    }
  } finally {
    await preview.stop();
    rmSync(built, { recursive: true, force: true });
  }
}

await main();
