import { TidemarkError } from '../../core/errors';
import { offsetMs, offsetText } from './offset';
import { parseRuleTests } from './parse';
import { cellOf } from './rows';

const whole = (body: string) => `tests:
  - name: a
    rule: error_rate
    start: 2026-03-02T12:00:00Z
${body}    expect: [{ at: 0m, state: Normal }]
`;

function problemsOf(text: string): readonly string[] {
  try {
    parseRuleTests(text, 'f.yaml');
  } catch (thrown) {
    if (thrown instanceof TidemarkError) return thrown.facts['problems'] as readonly string[];
    throw thrown;
  }
  return [];
}

test('a file is read with its defaults, offsets in milliseconds, limits in their own measure', () => {
  const { timezone, tests } = parseRuleTests(
    whole(`    thresholds: { rate: 3 %, subjects: { billing: { requests: 7 } } }
    input:
      - { restart: true, at: 6m }
      - { table: request_minute, rows: [{ m: -3m }] }
`),
    'f.yaml',
  );
  expect(timezone).toBe('UTC');
  expect(tests[0]).toMatchObject({
    place: 'f.yaml:2',
    startMs: Date.UTC(2026, 2, 2, 12),
    intervalMs: 60_000,
    thresholds: [
      { subject: '', name: 'rate', value: 0.03 },
      { subject: 'billing', name: 'requests', value: 7 },
    ],
    input: [
      { kind: 'rows', atMs: 0, table: 'request_minute', replace: false, place: 'f.yaml:8' },
      { kind: 'restart', atMs: 360_000, place: 'f.yaml:7' },
    ],
    expect: [{ atMs: 0, others: 'Normal', alerts: [], place: 'f.yaml:9' }],
  });
});

test.each<[string, string, string | RegExp]>([
  ['no YAML', 'tests: [', /^f\.yaml:1:\d+ This is not valid YAML/],
  ['no cases', 'timezone: UTC', 'f.yaml:1:1 tests: This key is missing. Add it: Cases.'],
  [
    'unknown zone',
    `timezone: Europe/Berln\n${whole('')}`,
    /^f\.yaml:1:11 timezone: .*Did you mean "Europe\/Berlin"\?$/,
  ],
  ['unknown key', whole('    inputs: []\n'), /^f\.yaml:5:5 tests\.0\.inputs: .*Did you mean "input"\?$/],
  [
    'unknown rule',
    whole('').replace('error_rate', 'eror_rate'),
    /^f\.yaml:3:11 tests\.0\.rule: .*Did you mean "error_rate"\?$/,
  ],
  [
    'unknown limit',
    whole('    thresholds: { rat: 1 }\n'),
    /^f\.yaml:5:19 tests\.0\.thresholds\.rat: .*Accepted: rate, requests\.$/,
  ],
  [
    'wrong unit',
    whole('    thresholds: { rate: 3 s }\n'),
    /^f\.yaml:5:25 .*"3 s" does not fit\. Write it like 3 % or 0\.03\.$/,
  ],
  [
    'no moment',
    whole('').replace('2026-03-02T12:00:00Z', 'noon'),
    /^f\.yaml:4:12 tests\.0\.start: .*a moment with its zone/,
  ],
  [
    'no offset',
    whole('    input: [{ restart: true, at: soon }]\n'),
    /^f\.yaml:5:34 tests\.0\.input\.0\.at: .*a distance from the start/,
  ],
  [
    'two things at once',
    whole('    input: [{ restart: true, away: 1m }]\n'),
    /Write exactly one of table, replace, complete, restart, away; found restart, away\.$/,
  ],
  ['nothing', whole('    input: [{ at: 1m }]\n'), /found none\.$/],
  [
    'rows without table',
    whole('    input: [{ restart: true, rows: [] }]\n'),
    /rows and select go with table or replace/,
  ],
  ['table without rows', whole('    input: [{ table: request_minute }]\n'), /Write rows or select/],
  ['both', whole("    input: [{ table: x, rows: [], select: 'SELECT 1' }]\n"), /not both\.$/],
  ['too many evaluations', whole('').replace('0m, state', '9d, state'), /takes 12961 evaluations, more than 5000/],
])('%s is refused with its place', (_, text, expected) => {
  const problems = problemsOf(text);
  expect(problems).toHaveLength(1);
  if (typeof expected === 'string') expect(problems[0]).toBe(expected);
  else expect(problems[0]).toMatch(expected);
});

test('two cases of one name are refused', () => {
  expect(problemsOf(whole('') + whole('').replace('tests:\n', ''))).toEqual([
    'f.yaml:6:11 tests.1.name: Another case has this name. Names tell cases apart.',
  ]);
});

test.each<[string, number | undefined]>([
  ['5m', 300_000],
  ['-3m', -180_000],
  ['+2h', 7_200_000],
  ['0', 0],
  ['0m', 0],
  ['-1d', -86_400_000],
  ['soon', undefined],
  ['1.5h', undefined],
])('offset %s', (text, ms) => {
  expect(offsetMs(text)).toBe(ms);
  if (ms !== undefined && ms !== 0) expect(offsetMs(offsetText(ms))).toBe(ms);
});

const clock = { startMs: Date.UTC(2026, 2, 30, 1), timezone: 'America/New_York' };
test.each<[unknown, string, unknown]>([
  ['-3m', "DateTime('UTC')", String(Date.UTC(2026, 2, 30, 0, 57) / 1000)],
  ['-3m', "Nullable(DateTime64(3, 'UTC'))", `${Date.UTC(2026, 2, 30, 0, 57) / 1000}.000`],
  ['0m', 'Date', '2026-03-29'],
  ['-2d', 'Date', '2026-03-27'],
  ['-30h', 'Date', '2026-03-28'],
  ['2026-03-01', 'Date', '2026-03-01'],
  ['2026-03-02T12:00:00Z', 'DateTime', '1772452800'],
  ['2026-03-02 12:00:00', 'DateTime', '2026-03-02 12:00:00'],
  ['-3m', 'LowCardinality(String)', '-3m'],
  [7, 'Date', 7],
])('a cell %p of type %s is %p', (value, type, expected) => expect(cellOf(value, type, clock)).toBe(expected));
