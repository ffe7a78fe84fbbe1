import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const docs = join(__dirname, '..', 'docs');
const text = readFileSync(join(docs, 'compare.md'), 'utf8');
const rows = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| |'));

test('every row of the comparison is shown by a test or a benchmark', () => {
  expect(rows.length).toBeGreaterThan(25);
  const unshown = rows.filter((row) => !/\]\(\.\.\/(?:src|test|bench)\/[^)]+\)[^|]*\|$/.test(row));
  expect(unshown).toEqual([]);
});

test('everything that it links to is there', () => {
  const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, path]) => path!);
  expect(links.length).toBeGreaterThan(40);
  expect(links.filter((path) => !existsSync(join(docs, path)))).toEqual([]);
});
