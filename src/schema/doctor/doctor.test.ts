import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { failureKind, shortCause } from './cause';
import { checks } from './checks';
import { words } from './words';

test('every file in checks/ is a check in the table, by its name', () => {
  const files = readdirSync(join(__dirname, 'checks')).map((file) => file.replace(/\.ts$/, ''));
  expect(checks.map((c) => c.name).sort()).toEqual(files.sort());
});

const docs = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'doctor.md'), 'utf8');

test('docs/doctor.md lists every finding with its state, and none that does not exist', () => {
  const listed = [...docs.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, code, state]) => `${code} ${state}`);
  expect(listed.sort()).toEqual(
    Object.entries(words)
      .map(([code, { state }]) => `${code} ${state}`)
      .filter((line) => line !== 'ok ok')
      .sort(),
  );
});

test('docs/doctor.md names every check', () => {
  expect(checks.map((c) => c.name).filter((name) => !docs.includes(`**${name}**`))).toEqual([]);
});

test.each([
  [
    'refresh_memory',
    'Code: 241. DB::Exception: (total) memory limit exceeded: would use 12.00 MiB. (MEMORY_LIMIT_EXCEEDED)',
  ],
  [
    'group_limit',
    'Code: 158. DB::Exception: Limit for rows to GROUP BY exceeded: has 200000 rows, maximum: 5. (TOO_MANY_ROWS)',
  ],
  ['refresh_source_broken', 'Code: 47. DB::Exception: Missing columns: who. (UNKNOWN_IDENTIFIER)'],
  ['refresh_source_broken', 'Code: 60. DB::Exception: Table s.t does not exist. (UNKNOWN_TABLE)'],
  [
    'refresh_failing',
    'Code: 395. DB::Exception: Value passed to throwIf is non-zero. (FUNCTION_THROW_IF_VALUE_IS_NON_ZERO)',
  ],
])('%s is told by the exception', (kind, exception) => {
  expect(failureKind(exception)).toBe(kind);
});

test("a cause is the server's sentence without its stack and version", () => {
  const text =
    'Code: 47. DB::Exception: Missing columns: who. (UNKNOWN_IDENTIFIER) (version 26.7.2.1), Stack trace: 0. at\n1. at';
  expect(shortCause(text)).toBe('Code 47: Missing columns: who. (UNKNOWN_IDENTIFIER)');
  expect(shortCause('x'.repeat(500))).toHaveLength(241);
});
