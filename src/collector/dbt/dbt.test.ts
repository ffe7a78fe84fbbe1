import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { DbtConfig } from '../../config/collectConfig';
import type { Db } from '../../core/db';
import { columnProblems } from '../../testing/health';
import { parseManifest, parseRunResults, parseSources } from './artifacts';
import { askedOf, isJobsWork, isProof, jobOf } from './jobs';
import { shortMessage } from './message';
import { TargetReader } from './reader';
import { runRows, sourceRows } from './rows';
import { FileWatch } from './watch';

const marts = (jobs: DbtConfig['jobs'] = []): DbtConfig => ({
  name: 'marts',
  target: 'target',
  everySeconds: 15,
  jobs,
});
const job = (name: string, own: Partial<DbtConfig['jobs'][number]> = {}) => ({
  name,
  everyMs: 3_600_000,
  lateMs: 5_400_000,
  ...own,
});
const metadata = (own: object = {}) => ({
  dbt_schema_version: 'https://schemas.example.org/dbt/run-results/v6.json',
  dbt_version: '1.11.16',
  generated_at: '2026-03-02T12:00:10.5Z',
  invocation_id: 'i1',
  invocation_started_at: '2026-03-02T12:00:00.25+00:00',
  env: { GIT_SHA: 'abc', JOB: '' },
  ...own,
});
const results = (own: { metadata?: object; args?: object; results?: readonly unknown[] } = {}) =>
  JSON.stringify({
    metadata: metadata(own.metadata),
    elapsed_time: 9.5,
    args: { which: 'build', select: [], invocation_command: 'dbt build', ...own.args },
    results: own.results ?? [{ unique_id: 'model.shop.orders', status: 'success', execution_time: 1.5 }],
  });
const run = (own: Parameters<typeof results>[0] = {}) => parseRunResults(results(own)).value;

describe('what dbt wrote', () => {
  test('every shorter piece of a file is malformed, and says so without quoting it', () => {
    const whole = results();
    for (let end = 0; end < whole.length; end += 7)
      expect(() => parseRunResults(whole.slice(0, end))).toThrow(/^it is (empty|no whole JSON)$/);
    expect(() => parseRunResults(results({ metadata: { invocation_id: '' } }))).toThrow(/^metadata\.invocation_id: /);
    expect(() => parseSources('[]')).toThrow(/^its content: /);
    expect(() => parseManifest('{"metadata": {}}')).toThrow(/^nodes: /);
  });

  test('what is not known yet is left as it is, what does not fit is left out and counted', () => {
    const { value, version, unfit } = parseRunResults(
      results({
        metadata: { dbt_schema_version: 'https://schemas.example.org/dbt/run-results/v7.json', env: 'none' },
        results: [
          { unique_id: 'model.shop.a', status: 'success', execution_time: 'fast', message: { text: 'OK' }, novelty: 1 },
          { unique_id: 'model.shop.b' },
          'c',
        ],
      }),
    );
    expect([version, unfit]).toEqual([7, 2]);
    expect(value.results).toEqual([expect.objectContaining({ unique_id: 'model.shop.a', status: 'success' })]);
    const { nodes } = runRows(marts(), value, undefined, { via: 'collect' });
    expect(nodes).toEqual([
      expect.objectContaining({ execution_s: 0, message: '', name: 'a', resource_type: 'model' }),
    ]);
  });
});

describe('messages', () => {
  test.each([
    [
      "Database Error in model b (models/b.sql)\n  Received ClickHouse exception, code: 6, server response: Code: 6. DB::Exception: Cannot parse string 'anna0' as Int32: syntax error: while executing 'FUNCTION toInt32(concat('anna'_String, s) :: 3)'. (CANNOT_PARSE_TEXT) (version 26.7.2.1) (for url http://ch:8123)\n  compiled code at target/run/b.sql",
      "Database Error in model b (models/b.sql) Received ClickHouse exception, code: 6, server response: Code: 6. DB::Exception: Cannot parse string '…' as Int32: syntax error (CANNOT_PARSE_TEXT)",
    ],
    [
      "Code: 60. DB::Exception: Unknown table expression identifier 'raw.orders' in scope SELECT max(at) FROM raw.orders WHERE mail = 'x'. (UNKNOWN_TABLE)",
      "Code: 60. DB::Exception: Unknown table expression identifier '…' (UNKNOWN_TABLE)",
    ],
    [
      'Code: 395. DB::Exception: amount of anna@example.org is wrong',
      'Code: 395. DB::Exception: amount of …@… is wrong',
    ],
    [
      "Compilation Error in model a\n  Model 'model.shop.a' depends on a node named 'orders' which was not found",
      "Compilation Error in model a Model 'model.shop.a' depends on a node named 'orders' which was not found",
    ],
    [
      'cannot connect to http://dbt:hunter2@ch:8123, password=hunter3',
      'cannot connect to http://dbt:…@ch:8123, password=…',
    ],
    ['Got 3 results, configured to fail if != 0', 'Got 3 results, configured to fail if != 0'],
    [null, ''],
  ])('%s', (message, short) => {
    expect(shortMessage(message)).toBe(short);
  });

  test('are 500 characters long at most', () => {
    expect(shortMessage('x'.repeat(900))).toHaveLength(500);
  });
});

describe('jobs', () => {
  test('an invocation is of the job that selects the same, else of the one that takes all, else of none', () => {
    const jobs = marts([job('hourly'), job('nightly', { selects: 'tag:nightly  tag:heavy' })]);
    const of = (args: object, project = jobs) => jobOf(askedOf(run({ args })), project, undefined);
    expect(of({ select: ['tag:heavy', 'tag:nightly'] })).toBe('nightly');
    expect(of({ select: 'tag:heavy tag:nightly' })).toBe('nightly');
    expect(of({ select: ['orders'] })).toBe('hourly');
    expect(of({}, marts([job('nightly', { selects: 'tag:nightly' })]))).toBe('');
    expect(of({}, marts())).toBe('all');
    expect(jobOf(askedOf(run()), jobs, 'nightly')).toBe('nightly');
  });

  test('DBT_ENV_CUSTOM_ENV_JOB names it, tidemark dbt push --job before it', () => {
    const named = run({ metadata: { env: { JOB: 'nightly' } } });
    const jobs = marts([job('hourly'), job('nightly', { selects: 'x' })]);
    expect(runRows(jobs, named, undefined, { via: 'collect' }).run.job).toBe('nightly');
    expect(runRows(jobs, named, undefined, { via: 'push', job: 'hourly' }).run.job).toBe('hourly');
  });

  test('retry calls itself by what it repeats: its command line tells', () => {
    for (const [line, command] of [
      ['dbt retry', 'retry'],
      ['dbt -q retry --threads 2', 'retry'],
      ['dbt build --select retry_queue', 'build'],
    ])
      expect(askedOf(run({ args: { invocation_command: line } })).command).toBe(command);
  });

  test.each([
    ['build', true],
    ['run', true],
    ['seed', true],
    ['test', false],
    ['compile', false],
    ['generate', false],
  ])('%s is work of a job: %s', (which, is) => {
    expect(isJobsWork(askedOf(run({ args: { which } })), 'hourly', marts([job('hourly')]))).toBe(is);
  });

  test('a job may be one of tests; compile and --empty prove nothing', () => {
    const tests = marts([job('checks', { command: 'test' })]);
    const asked = (args: object) => askedOf(run({ args }));
    expect(isJobsWork(asked({ which: 'test' }), 'checks', tests)).toBe(true);
    expect(isJobsWork(asked({ which: 'run' }), 'checks', tests)).toBe(false);
    const rows = (args: object) => runRows(marts(), run({ args }), undefined, { via: 'collect' });
    for (const args of [{ which: 'compile' }, { which: 'generate' }, { which: 'run', empty: true }]) {
      expect(isProof(asked(args), run({ args }))).toBe(false);
      expect(rows(args)).toMatchObject({ run: { counts: 0, nodes: 1 }, nodes: [] });
    }
  });
});

const manifest = parseManifest(
  JSON.stringify({
    metadata: {},
    nodes: {
      'model.shop.a': { name: 'a', resource_type: 'model' },
      'test.shop.unique_a.1': { name: 'unique_a', resource_type: 'test' },
    },
    parent_map: {
      'test.shop.unique_a.1': ['model.shop.a'],
      'model.shop.b': ['model.shop.a'],
      'model.shop.c': ['model.shop.b', 'model.shop.x'],
      'model.shop.x': ['model.shop.c'],
    },
    sources: {
      'source.shop.raw.orders': { freshness: { warn_after: { count: 2, period: 'hour' }, error_after: {} } },
      'source.shop.raw.plain': { freshness: { warn_after: { count: null, period: null } } },
    },
  }),
).value;

test('rows of a run: counts, times, and the nearest failure before what was skipped, a test of a parent too', () => {
  const failed = run({
    results: [
      {
        unique_id: 'model.shop.a',
        status: 'success',
        execution_time: 2,
        relation_name: '`db`.`a`',
        adapter_response: { query_id: 'q', rows_affected: 7 },
      },
      { unique_id: 'test.shop.unique_a.1', status: 'fail', failures: 3, message: 'Got 3 results' },
      { unique_id: 'model.shop.b', status: 'skipped' },
      { unique_id: 'model.shop.c', status: 'skipped' },
      { unique_id: 'model.shop.lonely', status: 'skipped' },
      { unique_id: 'test.shop.soft', status: 'warn' },
    ],
  });
  const rows = runRows(marts(), failed, manifest, { via: 'collect' });
  expect(rows.run).toEqual({
    project: 'marts',
    job: 'all',
    invocation_id: 'i1',
    command: 'build',
    status: 'failed',
    counts: 1,
    started_at: '2026-03-02 12:00:00.250',
    ended_at: '2026-03-02 12:00:10.500',
    elapsed_s: 9.5,
    nodes: 6,
    succeeded: 1,
    warned: 1,
    failed: 1,
    skipped: 3,
    selects: '',
    full_refresh: 0,
    dbt_version: '1.11.16',
    git_sha: 'abc',
    via: 'collect',
  });
  expect(rows.nodes.map(({ name, status, because }) => [name, status, because])).toEqual([
    ['a', 'success', ''],
    ['unique_a', 'fail', ''],
    ['b', 'skipped', 'test.shop.unique_a.1'],
    ['c', 'skipped', 'test.shop.unique_a.1'],
    ['lonely', 'skipped', ''],
    ['soft', 'warn', ''],
  ]);
  expect(rows.nodes[0]).toMatchObject({ relation: 'db.a', query_id: 'q', rows_affected: 7, execution_s: 2 });
  expect(rows.nodes[1]).toMatchObject({ failures: 3, resource_type: 'test' });
});

test('sources: limits in seconds; those with limits that are not told of are missing', () => {
  const { value } = parseSources(
    JSON.stringify({
      metadata: metadata(),
      results: [
        {
          unique_id: 'source.shop.raw.users',
          status: 'warn',
          max_loaded_at: '2026-03-02T10:00:00+00:00',
          max_loaded_at_time_ago_in_s: 7210.5,
          criteria: { warn_after: { count: 30, period: 'minute' }, error_after: { count: 1, period: 'day' } },
        },
        { unique_id: 'source.shop.raw.gone', status: 'runtime error', error: "Code: 60. DB::Exception: 'x'" },
      ],
    }),
  );
  expect(
    sourceRows(marts(), value, manifest).map(({ source_table, status, age_s, warn_after_s, error_after_s }) => [
      source_table,
      status,
      age_s,
      warn_after_s,
      error_after_s,
    ]),
  ).toEqual([
    ['raw.users', 'warn', 7210.5, 1800, 86_400],
    ['raw.gone', 'runtime error', null, null, null],
    ['raw.orders', 'missing', null, 7200, null],
  ]);
  expect(sourceRows(marts(), value, undefined)).toHaveLength(2);
});

describe('a target folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-target-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const nowMs = Date.parse('2026-03-02T12:01:00Z');
  const leave = (file: string, content: string, ageMs = 60_000) => {
    writeFileSync(join(folder, file), content);
    utimesSync(join(folder, file), (nowMs - ageMs) / 1000, (nowMs - ageMs) / 1000);
  };
  /** A ClickHouse that knows some invocations, or is away. */
  const db = (known: readonly string[] | 'away') =>
    ({
      query: (sql: string) => {
        if (known === 'away') return Promise.reject(new Error('away'));
        return Promise.resolve(known.some((id) => sql.includes(`'${id}'`)) ? [{ known: 1 }] : []);
      },
    }) as unknown as Db;
  const read = (reader: TargetReader, known: readonly string[] | 'away' = [], missed: readonly string[] = []) =>
    reader.read({ db: db(known), now: nowMs }, { via: 'collect' }, missed);
  const reader = () => new TargetReader(marts(), folder, 'tm');

  test('what is half written is waited for while it is young, and a failure after that', async () => {
    const half = results().slice(0, 80);
    leave('run_results.json', half, 1000);
    const one = reader();
    expect(await read(one)).toMatchObject({ rows: [], parts: [{ part: 'run_results.json' }] });
    leave('run_results.json', half, 10_000);
    const [part] = (await read(one)).parts;
    expect(part?.failure?.code).toBe('dbt_file_broken');
    leave('run_results.json', results());
    const whole = await read(one);
    expect(whole.parts).toEqual([{ part: 'run_results.json' }]);
    expect(whole.rows).toHaveLength(2);
    expect(columnProblems(whole)).toEqual([]);
  });

  test('an invocation is brought once: by this reader, and where the tables know it', async () => {
    leave('run_results.json', results());
    const one = reader();
    expect((await read(one)).rows).toHaveLength(2);
    expect((await read(one)).rows).toEqual([]);
    // Touched, and the same.
    leave('run_results.json', results(), 30_000);
    expect((await read(one)).rows).toEqual([]);
    expect((await read(reader(), ['i1'])).rows).toEqual([]);
  });

  test('while ClickHouse is away rows wait, unless it was never asked what it knows', async () => {
    leave('run_results.json', results());
    await expect(read(reader(), 'away')).rejects.toThrow('away');
    const one = reader();
    await read(one);
    leave('run_results.json', results({ metadata: { invocation_id: 'i2' } }), 10_000);
    expect((await read(one, 'away')).invocations).toEqual([{ id: 'i2', file: 'run_results.json', isNew: true }]);
  });

  test('what was caught between two looks comes with the file, each invocation once, halves left out', async () => {
    leave('run_results.json', results({ metadata: { invocation_id: 'i3' } }));
    const caught = ['i1', 'i2', 'i2', 'i3'].map((invocation_id) => results({ metadata: { invocation_id } }));
    const { invocations, rows } = await read(reader(), ['i1'], [...caught, results().slice(0, 50)]);
    expect(invocations.map(({ id, isNew }) => [id, isNew])).toEqual([
      ['i1', false],
      ['i2', true],
      ['i3', true],
    ]);
    expect(rows.map((table) => table.rows.length)).toEqual([2, 2]);
  });

  test('a look that was given up is made again', async () => {
    leave('run_results.json', results());
    const one = reader();
    const gone = AbortSignal.abort();
    await expect(one.read({ db: db([]), now: nowMs, signal: gone }, { via: 'collect' })).rejects.toThrow();
    expect((await read(one)).rows).toHaveLength(2);
  });

  test('what is written between two looks is caught whole, also after dbt clean', async () => {
    const target = join(folder, 'target');
    const watched = new FileWatch(target, 'run_results.json');
    const caught = async () => {
      for (let tries = 0; tries < 200; tries++) {
        const contents = watched.take();
        if (contents.length > 0) return contents;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return [];
    };
    watched.start();
    for (let round = 0; round < 2; round++) {
      mkdirSync(target);
      watched.start();
      writeFileSync(join(target, 'run_results.json'), results());
      writeFileSync(join(target, 'other.json'), '{}');
      expect((await caught()).at(-1)).toBe(results());
      rmSync(target, { recursive: true });
    }
    watched.stop();
  });

  test('a manifest that is malformed fails alone', async () => {
    leave('run_results.json', results());
    leave('manifest.json', '{');
    const { parts, rows } = await read(reader());
    expect(rows).toHaveLength(2);
    expect(parts.map(({ part, failure }) => [part, failure?.code])).toEqual([
      ['run_results.json', undefined],
      ['manifest.json', 'dbt_file_broken'],
    ]);
  });
});
