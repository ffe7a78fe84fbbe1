import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import type { RetentionSpec } from '../../core/retention';
import type { RetentionRow } from '../../testing/retention/oracle';
import { retentionCells, retentionMeans } from '../../testing/retention/oracle';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { runTidemark } from '../../testing/tidemark';
import type { RetentionCell } from '../retention';

const root = join(__dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'tidemark-retention-'));
const config = join(folder, 'tidemark.yaml');
let engine: TestEngine;

/** The independent side: the file itself. Each order of a customer is an event at noon of its day. */
const rows: readonly RetentionRow[] = gunzipSync(readFileSync(join(root, 'test/data/cdnow.csv.gz')))
  .toString('utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [user = '', day = ''] = line.split(',');
    return { user, account: '', timeMs: Date.parse(`${day}T12:00:00Z`), event: 'purchase', plan: '' };
  });

const tidemark = (...args: readonly string[]) =>
  runTidemark(args, { TIDEMARK_URL: engine.url, TIDEMARK_CONFIG: config });

beforeAll(async () => {
  // Without its funnel no step rows are kept: what names events is counted from the source.
  const demo = readFileSync(join(root, 'demo', 'cdnow', 'tidemark.yaml'), 'utf8');
  writeFileSync(config, demo.replace(/\nfunnels:[\s\S]*$/, '\n'));
  engine = await startEngine();
  for (const args of [['seed', '--demo', 'cdnow'], ['migrate'], ['refresh']]) {
    const { code, stderr } = await tidemark(...args);
    if (code !== 0) throw new Error(stderr);
  }
}, 120_000);
afterAll(async () => {
  await engine.stop();
  rmSync(folder, { recursive: true });
});

const base: RetentionSpec = {
  name: 'asked',
  title: '',
  mode: 'first-time',
  interval: 'month',
  windows: 'calendar',
  by: 'user',
  periods: 12,
};
const range = ['--from', '1997-01-01', '--to', '1997-03-31'] as const;
/** The file ends with June 1998. */
const coveredMs = Date.UTC(1998, 6, 1);

async function asked(...args: readonly string[]) {
  const { code, stdout, stderr } = await tidemark('retention', ...args, '--json');
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as {
    tables: string[];
    cost: number;
    cells: RetentionCell[];
    means: Record<string, number>[];
  };
}

const expectedOf = (spec: RetentionSpec, zone = 'UTC') =>
  retentionCells(rows, spec, { zone, weekStart: 'monday', coveredMs })
    .filter((c) => c.cohort >= '1996-12-20' && c.cohort <= '1997-03-31')
    .sort((a, b) => (a.cohort < b.cohort ? -1 : a.cohort > b.cohort ? 1 : a.k - b.k));

test.each([
  ['the saved table', ['buying_again'], base, ['retention_buying_again']],
  ['the days of users', ['--interval', 'month'], base, ['user_first', 'user_day']],
  ['the events', ['--interval', 'month', '--start', 'purchase', '--back', 'purchase'], base, ['raw']],
] as const)(
  'cohort retention by months of CDNOW equals the file, from %s',
  async (_, args, spec, tables) => {
    const answer = await asked(...args, ...range);
    expect(answer.tables).toEqual(tables);
    expect(answer.cells).toEqual(expectedOf(spec));
    expect(answer.cells.find((c) => c.cohort === '1997-01-01' && c.k === 0)?.size).toBe(7846);
    expect(answer.cost).toBeGreaterThan(0);
    const means = retentionMeans(expectedOf(spec)).map(({ cohorts: __, users: ___, ...mean }) => mean);
    for (const [i, mean] of means.entries())
      for (const [name, value] of Object.entries(mean)) expect(answer.means[i]?.[name]).toBeCloseTo(value, 9);
  },
  60_000,
);

test.each([
  ['recurring weeks', ['--mode', 'recurring', '--periods', '5'], { mode: 'recurring', interval: 'week', periods: 5 }],
  ['rolling weeks', ['--rolling', '--periods', '6'], { interval: 'week', windows: 'rolling', periods: 6 }],
] as const)(
  '%s of CDNOW equal the file',
  async (_, args, own) => {
    const cells = (await asked(...args, ...range)).cells;
    const expected = expectedOf({ ...base, ...own });
    expect(cells.length).toBeGreaterThan(70);
    expect(cells).toEqual(expected);
  },
  60_000,
);

test('another zone is counted from the events, and says so', async () => {
  const answer = await asked('--interval', 'month', '--tz', 'Pacific/Kiritimati', ...range);
  expect(answer.tables).toEqual(['raw']);
  // Noon of UTC is the next day there: some customers of January came in February.
  const expected = expectedOf(base, 'Pacific/Kiritimati').filter((c) => c.k < 12);
  expect(answer.cells.filter((c) => c.k < 12)).toEqual(expected);
  expect(expected.find((c) => c.k === 0)?.size).not.toBe(7846);
}, 60_000);

test('the grid is a table with its cost before it, blanks where an interval is not over, and both means', async () => {
  const { code, stdout } = await tidemark('retention', 'buying_again', '--from', '1997-12-01', '--to', '1998-03-31');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^Buying again \(first-time, calendar months of UTC\), cohorts from 1997-12-01 to 1998-03-31\.\n/,
  );
  expect(stdout).toMatch(/\nReads about [\d,]+ rows of retention_buying_again, complete up to .* UTC\.\n/);
  // The trial's customers came in the first quarter of 1997: nobody is new after it.
  expect(stdout).toContain('Nobody did anything for the first time between 1997-12-01 and 1998-03-31.');
  const whole = (
    await tidemark(
      'retention',
      '--interval',
      'month',
      '--mode',
      'recurring',
      '--from',
      '1998-03-01',
      '--to',
      '1998-06-30',
      '--periods',
      '3',
    )
  ).stdout;
  expect(whole).toMatch(/1998-04-01 +│ +[\d,]+ │ +[\d.]+ % │ +[\d.]+ % │ +│/);
  expect(whole).toMatch(/1998-06-01 +│ +[\d,]+ │ +│ +│ +│/);
  expect(whole).toMatch(/weighted mean │ +│ +[\d.]+ % │ +[\d.]+ % │ +[\d.]+ %/);
  expect(whole).toMatch(/simple mean +│ +│ +[\d.]+ % │ +[\d.]+ % │ +[\d.]+ %/);
  expect(whole).toContain('Blank: not over yet.');
}, 60_000);

test('--sql prints the statement and runs nothing', async () => {
  const { stdout } = await tidemark('retention', '--interval', 'month', '--sql', ...range);
  expect(stdout).toMatch(/rows of user_first and user_day/);
  expect(stdout).toMatch(/\nSELECT [^]*\nFROM \(\n/);
  const sql = stdout.slice(stdout.indexOf('\nSELECT'));
  expect(await engine.db.query(sql)).toHaveLength(39);
}, 60_000);

test('a table that is behind is never shown as fresh', async () => {
  const done = 'tidemark.done';
  // A run of the view would make it fresh again meanwhile; one that is under way is cancelled.
  await engine.db.command('SYSTEM STOP VIEW tidemark.retention_buying_again_v');
  await engine.db.command(
    `ALTER TABLE ${done} DELETE WHERE view = 'retention_buying_again' SETTINGS mutations_sync = 1`,
  );
  await engine.db.command(
    `INSERT INTO ${done} SELECT 'retention_buying_again', toDateTime64('1997-06-10 00:00:00', 3), now64(3)`,
  );
  const { stdout, stderr } = await tidemark('retention', 'buying_again', ...range, '--json');
  expect(stderr).toContain(
    'retention_buying_again is stale: what is shown is complete up to 1997-06-10 00:00:00.000 UTC only.',
  );
  const { cells } = JSON.parse(stdout) as { cells: RetentionCell[] };
  expect(cells.find((c) => c.cohort === '1997-03-01' && c.k === 2)?.on).toEqual(expect.any(Number));
  expect(cells.find((c) => c.cohort === '1997-03-01' && c.k === 3)?.on).toBeNull();
}, 60_000);

test.each([
  [['weekly'], 2, 'No retention "weekly" is saved in'],
  [['buying_agian'], 2, 'Did you mean buying_again?'],
  [['buying_again', '--start', 'x'], 2, '--start cannot change the saved retention buying_again.'],
  [['--interval', 'month', '--rolling'], 2, 'months have no fixed length, so they cannot roll.'],
  [['--interval', 'year'], 2, '--interval "year" is none of day, week, month.'],
  [['--periods', '0'], 2, '--periods "0" is none of the whole numbers from 1 to 400.'],
  [
    ['--breakdown', 'country'],
    2,
    'its rows have no dimension "country". They have none: add it under roles.events.dimensions.',
  ],
  [['--from', '2026-02-01', '--to', '2026-01-01'], 2, '--from 2026-02-01 lies after --to 2026-01-01.'],
  [['--start', 'nothing', ...range], 0, 'Nobody did "nothing" for the first time between 1997-01-01 and 1997-03-31.'],
])(
  'tidemark retention %j: a sentence',
  async (args, code, sentence) => {
    const ran = await tidemark('retention', ...args);
    expect(ran.code).toBe(code);
    expect(`${ran.stderr}${ran.stdout}`).toContain(sentence);
  },
  30_000,
);
