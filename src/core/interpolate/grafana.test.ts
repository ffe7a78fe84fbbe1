import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';

import { applyFormat, formats } from './formats';
import { formatDate } from '../time/formatDate';

type GrafanaFormat = {
  readonly id: string;
  formatter(value: unknown, args: string[], variable: object): string;
};

const root = join(__dirname, '..', '..', '..');
let grafana: Map<string, GrafanaFormat>;

/** Grafana's own formats, cut out of its published package: the whole of it needs a browser. */
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-formats-'));
  try {
    const file = join(folder, 'formats.cjs');
    const source = join(root, 'node_modules/@grafana/scenes/dist/esm/variables/interpolation/formatRegistry.js');
    const flags = ['--bundle', '--platform=node', '--format=cjs', '--loader:.css=empty', '--log-level=error'];
    const esbuild = join(root, 'node_modules/esbuild/bin/esbuild');
    execFileSync(esbuild, [source, ...flags, '--define:process.env.NODE_ENV="production"', `--outfile=${file}`]);
    const { formatRegistry } = jest.requireActual<{ formatRegistry: { list(): GrafanaFormat[] } }>(file);
    grafana = new Map(formatRegistry.list().map((format) => [format.id, format]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);

const value = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 10 }),
  fc.array(fc.string({ unit: 'grapheme', maxLength: 10 }), { maxLength: 3 }),
  fc.constantFrom<string | string[]>('42', ['1', '-2.5'], "O'B", ['a"b', 'c d'], '<&>', '', [''], '/a?b=c#d', [
    '*',
    'e!',
  ]),
);

const hasBackslash = (given: unknown) => JSON.stringify(given).includes('\\\\');

test('there is a format of ours for each of Grafana’s', () => {
  expect(Object.keys(formats).sort()).toEqual([...grafana.keys()].sort());
});

test.each(Object.keys(formats).filter((name) => name !== 'text'))('%s writes what Grafana writes', (name) => {
  fc.assert(
    fc.property(value, fc.constantFrom<string[]>([], ['p'], ['p', 'x-']), (given, args) => {
      // In ClickHouse a backslash escapes: see the next test.
      fc.pre(!['singlequote', 'doublequote', 'sqlstring'].includes(name) || !hasBackslash(given));
      const variable = { state: { name: 'v' } };
      const theirs = grafana.get(name)!.formatter(given, name === 'date' ? [] : args, variable);
      const format = name === 'date' ? name : [name, ...args].join(':');
      expect(applyFormat(format, { name: 'v', value: given, text: '', timezone: 'UTC' })).toBe(theirs);
    }),
    { numRuns: 500 },
  );
});

test('the quoting formats double backslashes, unlike Grafana’s', () => {
  const write = (format: string) => applyFormat(format, { name: 'v', value: "\\' OR 1", text: '', timezone: 'UTC' });
  expect(write('singlequote')).toBe("'\\\\\\' OR 1'");
  expect(write('sqlstring')).toBe("'\\\\'' OR 1'");
  expect(write('doublequote')).toBe('"\\\\\' OR 1"');
});

test('dates are written as Grafana writes them in the machine’s zone', () => {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const date = grafana.get('date')!;
  const patterns =
    'iso,seconds,YYYY-MM-DD HH:mm:ss.SSS,YY M D H h:m s A a,MMMM MMM dddd ddd dd d,Do DDD DDDD,Q,GGGG W WW E,Z ZZ,X x,[at] HH,SS S';
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5e12 }), fc.constantFrom(...patterns.split(',')), (ms, pattern) => {
      expect(formatDate(ms, pattern, zone)).toBe(date.formatter(ms, pattern.split(':'), {}));
    }),
    { numRuns: 3000 },
  );
});

test('dates are written in the zone that is asked for', () => {
  const ms = Date.UTC(2024, 6, 1, 23, 30);
  expect(formatDate(ms, 'YYYY-MM-DD HH:mm Z', 'Europe/Berlin')).toBe('2024-07-02 01:30 +02:00');
  expect(formatDate(String(ms), 'YYYY-MM-DD HH:mm ZZ', 'America/St_Johns')).toBe('2024-07-01 21:00 -0230');
  expect(formatDate('x', 'YYYY', 'UTC')).toBe('NaN');
});
