// `npm test`: everything. Installs what the machine lacks, checks form and types, builds, runs every Jest project with the
// real engine and a real Chromium. Goes on after a failure, so that one run tells all; ends non-zero if anything failed.
// Last line: "N passed, M failed".
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const bin = (name) => join(root, 'node_modules', '.bin', name);
const totals = { passed: 0, failed: 0, skipped: 0 };

function check(title, command, args, env = {}) {
  const started = Date.now();
  console.log(`\n── ${title}`);
  const { status, signal } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`── ${title}: ${status === 0 ? 'ok' : `failed (${signal ?? `exit ${status}`})`}, ${seconds} s`);
  return status === 0;
}

function count(ok) {
  totals[ok ? 'passed' : 'failed'] += 1;
  return ok;
}

count(check('tools of the tests', process.execPath, ['scripts/installTestTools.mjs']));
count(check('form', bin('prettier'), ['--check', '--log-level', 'warn', '.']));
count(check('lint', bin('eslint'), ['.', '--max-warnings', '0']));
count(check('types', bin('tsc'), ['-p', '.']));
// Purity by compiler: these rooms know neither Node nor (core) the browser.
for (const room of ['core', 'native']) count(check(`types of ${room}`, bin('tsc'), ['-p', join('src', room)]));
count(check('plugin builds', bin('webpack'), ['--mode', 'production']));
count(check('preview builds', process.execPath, ['scripts/buildPreview.mjs']));

const folder = mkdtempSync(join(tmpdir(), 'tidemark-totals-'));
const file = join(folder, 'totals.json');
const jestOk = check('tests', bin('jest'), ['--maxWorkers=2', ...process.argv.slice(2)], {
  TIDEMARK_TEST_TOTALS: file,
});
if (existsSync(file)) {
  const jest = JSON.parse(readFileSync(file, 'utf8'));
  for (const key of Object.keys(totals)) totals[key] += jest[key];
  // A leaked handle or a failed teardown ends Jest non-zero although every test passed.
  if (!jestOk && jest.failed === 0) totals.failed += 1;
} else {
  totals.failed += 1;
}
rmSync(folder, { recursive: true, force: true });

const ok = totals.failed === 0 && totals.skipped === 0;
if (totals.skipped > 0) console.log(`\n${totals.skipped} tests were skipped: that counts as a failure here.`);
console.log(`\n${totals.passed} passed, ${totals.failed + totals.skipped} failed`);
process.exit(ok ? 0 : 1);
