import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprint, isUpToDate, markBuilt } from './builds';

const build = { name: 'thing', inputs: ['src', 'one.js'], output: 'out/thing.js', command: [] };
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tidemark-builds-'));
  for (const folder of ['src', 'out']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'src', 'a.ts'), 'a');
  writeFileSync(join(root, 'one.js'), '1');
  writeFileSync(join(root, 'out', 'thing.js'), 'built');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test('a build is up to date from when it was marked until a source changes, appears or goes', () => {
  expect(isUpToDate(root, build)).toBe(false);
  markBuilt(root, build, fingerprint(root, build));
  expect(isUpToDate(root, build)).toBe(true);
  writeFileSync(join(root, 'src', 'a.ts'), 'changed');
  expect(isUpToDate(root, build)).toBe(false);
  writeFileSync(join(root, 'src', 'a.ts'), 'a');
  expect(isUpToDate(root, build)).toBe(true);
  writeFileSync(join(root, 'src', 'b.ts'), '');
  expect(isUpToDate(root, build)).toBe(false);
  rmSync(join(root, 'src', 'b.ts'));
  rmSync(join(root, 'one.js'));
  expect(isUpToDate(root, build)).toBe(false);
});

test('tests among the sources do not count, a missing output does', () => {
  markBuilt(root, build, fingerprint(root, build));
  writeFileSync(join(root, 'src', 'a.test.ts'), 'anything');
  expect(isUpToDate(root, build)).toBe(true);
  rmSync(join(root, 'out', 'thing.js'));
  expect(isUpToDate(root, build)).toBe(false);
});
