import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { dbtSource } from '../../src/collector/dbt';
import { pushTarget } from '../../src/collector/dbt/push';
import { instant } from '../../src/collector/source';
import type { Config } from '../../src/config/config';
import { parseConfig } from '../../src/config/parse';
import { alertRules } from '../../src/packs/rules';
import { applyMigration, inspect, planMigration } from '../../src/schema';
import type { TestEngine } from '../../src/testing/engine';
import { startEngine } from '../../src/testing/engine';
import { collectedOnce, lookAt } from '../../src/testing/health';
import { runTidemark } from '../../src/testing/tidemark';
import type { DbtProject } from './dbt';
import { dbtProject } from './dbt';

jest.setTimeout(120_000);

let engine: TestEngine;
let folder: string;
let project: DbtProject;
let config: Config;

const off = alertRules.map(({ name }) => name).filter((name) => !/^(dbt_|source_stale)/.test(name));
const yaml = (url: string) => `version: 1
connection: { url: "${url}", database: tm }
alerts:
  off: [${off.join(', ')}]
  thresholds: { dbt_slow: { least: 0.05 } }
collect:
  dbt:
    marts:
      target: project/target
      jobs:
        main: { every: 1h }
        nightly: { every: 2s, late: 2s, selects: "tag:nightly" }
`;

beforeAll(async () => {
  [engine, folder] = await Promise.all([startEngine(), mkdtemp(join(tmpdir(), 'tidemark-dbt-'))]);
  project = await dbtProject(join(__dirname, 'project'), join(folder, 'project'), engine.url);
  const { db } = engine;
  await db.command('CREATE DATABASE raw');
  await db.command('CREATE TABLE raw.orders (id UInt64, amount Int64, at DateTime) ENGINE = MergeTree ORDER BY id');
  await db.command('INSERT INTO raw.orders SELECT number, number, now() - 7200 FROM numbers(10)');
  const file = join(folder, 'tidemark.yaml');
  writeFileSync(file, yaml(engine.url));
  config = parseConfig(yaml(engine.url), { file, env: {} });
  const installation = await inspect(config, db);
  await applyMigration(installation, db, await planMigration(installation, db, 'test'), 'test');
});
afterAll(async () => {
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

const source = () => dbtSource(config.collect!.dbt[0]!, config);

/** Looks once and writes, as `tidemark collect --once` does: each time a process of its own, which remembers nothing. */
async function collect(): Promise<void> {
  const { sink } = await collectedOnce(engine.db, 'tm', [source()]);
  expect(sink.failing).toEqual([]);
}

interface Said {
  readonly subject: string;
  readonly value: number;
  readonly firing: number;
  readonly detail: string;
}
const alerts = async (rule: string): Promise<readonly Said[]> => {
  const rows = await engine.db.query<Said>(`SELECT subject, value, firing, detail FROM tm.alert_${rule}`);
  return rows.map((row) => ({ ...row, firing: Number(row.firing) }));
};
const firing = async (rule: string) => (await alerts(rule)).filter((row) => row.firing === 1).map((row) => row.subject);
const runs = () =>
  engine.db.query<Record<string, unknown>>(
    'SELECT command, job, status, counts, nodes, failed, skipped FROM tm.health_dbt_run ORDER BY at, ended_at',
  );
const parts = () =>
  engine.db.query<{ part: string; state: string; code: string; message: string }>(
    "SELECT part, argMax(state, health.at) AS state, argMax(code, health.at) AS code, argMax(message, health.at) AS message FROM tm.health_source AS health WHERE source = 'dbt marts' GROUP BY part ORDER BY part",
  );
const tidemark = (...args: readonly string[]) => runTidemark(args, { TIDEMARK_CONFIG: config.file }, folder);
const results = () => join(project.target, 'run_results.json');
/** A file as it is left for good: older than what may be half written. */
function leave(path: string, content: string): void {
  writeFileSync(path, content);
  utimesSync(path, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
}

test('before dbt has run, the missing folder is a failure that says what to do', async () => {
  await collect();
  expect(await parts()).toEqual([
    { part: '', state: 'failed', code: 'dbt_no_folder', message: expect.stringContaining('collect.dbt.marts.target') },
  ]);
});

test('a model that fails fires, with what waits behind it, and without the data in its message', async () => {
  const { code } = await project.dbt(['-q', 'build'], { BREAK: '1', DBT_ENV_CUSTOM_ENV_GIT_SHA: 'abcdef0123456789' });
  expect(code).toBe(1);
  await collect();
  expect(await runs()).toEqual([
    { command: 'build', job: 'main', status: 'failed', counts: 1, nodes: 4, failed: 1, skipped: 1 },
  ]);
  const [said, ...more] = (await alerts('dbt_failed')).filter((row) => row.firing === 1);
  expect(more).toEqual([]);
  expect(said).toMatchObject({ subject: 'marts model.shop.orders_daily', value: 1 });
  expect(said?.detail).toMatch(
    /^Job main, error since .* Database Error in model orders_daily .*Code: 6\. .* Skipped behind it: 1\. Commit abcdef0123\./,
  );
  expect(said?.detail).not.toMatch(/anna|example\.org|127\.0\.0\.1/);
  const nodes = await engine.db.query(
    "SELECT unique_id, resource_type, status, because, relation, query_id != '' AS asked, execution_s > 0 AS took FROM tm.health_dbt_node ORDER BY unique_id",
  );
  expect(nodes).toEqual([
    expect.objectContaining({
      unique_id: 'model.shop.orders',
      status: 'success',
      relation: 'analytics.orders',
      asked: 1,
    }),
    expect.objectContaining({ unique_id: 'model.shop.orders_daily', status: 'error', because: '', took: 1 }),
    expect.objectContaining({ unique_id: 'model.shop.revenue', status: 'skipped', because: 'model.shop.orders_daily' }),
    expect.objectContaining({ resource_type: 'test', status: 'pass', asked: 1 }),
  ]);
});

test('another look, also of a new process, brings nothing twice', async () => {
  await collect();
  expect(await runs()).toHaveLength(1);
});

test('dbt compile calls all a success and heals nothing', async () => {
  expect((await project.dbt(['-q', 'compile'])).code).toBe(0);
  await collect();
  expect((await runs()).at(-1)).toMatchObject({ command: 'compile', status: 'success', counts: 0 });
  expect(await firing('dbt_failed')).toEqual(['marts model.shop.orders_daily']);
});

test('where dbt cannot connect it writes nothing, and nothing is brought', async () => {
  expect((await project.dbt(['-q', 'run'], { CLICKHOUSE_PORT: '1' })).code).not.toBe(0);
  await collect();
  expect(await runs()).toHaveLength(2);
});

test('dbt run and dbt test between two looks are both seen; the model that works again ends its alert', async () => {
  const running = source();
  const first = await lookAt(running, { db: engine.db });
  expect(first.rows).toEqual([]);
  expect((await project.dbt(['-q', 'run'])).code).toBe(0);
  expect((await project.dbt(['-q', 'test'])).code).toBe(0);
  const { rows } = await lookAt(running, { db: engine.db });
  await running.close?.();
  for (const { table, rows: own } of rows)
    await engine.db.insert(
      `tm.${table}`,
      own.map((row) => ({ at: instant(Date.now()), ...row })),
    );
  expect((await runs()).slice(2)).toEqual([
    { command: 'run', job: 'main', status: 'success', counts: 1, nodes: 3, failed: 0, skipped: 0 },
    { command: 'test', job: 'main', status: 'success', counts: 0, nodes: 1, failed: 0, skipped: 0 },
  ]);
  expect(await firing('dbt_failed')).toEqual([]);
});

test('a job that never runs is overdue, the one that ran is not', async () => {
  const said = await alerts('dbt_sla_missed');
  expect(said.map(({ subject, firing: is }) => [subject, is])).toEqual([
    ['marts main', 0],
    ['marts nightly', 1],
  ]);
  expect(said[1]?.detail).toMatch(/^It never ran; it is expected since .* Nothing has run since/);
});

test('a source without new rows is stale; one that cannot be asked is told of when it is missing twice', async () => {
  await project.dbt(['-q', 'source', 'freshness']);
  await collect();
  expect(await firing('source_stale')).toEqual(['marts raw.orders']);
  const again = JSON.parse(readFileSync(join(project.target, 'sources.json'), 'utf8')) as { metadata: object };
  const metadata = { ...again.metadata, invocation_id: 'again', generated_at: new Date().toISOString() };
  leave(join(project.target, 'sources.json'), JSON.stringify({ ...again, metadata }));
  await collect();
  expect(await firing('source_stale')).toEqual(['marts raw.orders', 'marts raw.users']);
});

test('a file that is malformed is a part that fails; the other goes on', async () => {
  const whole = readFileSync(results(), 'utf8');
  leave(results(), whole.slice(0, whole.length / 2));
  await collect();
  expect(await parts()).toMatchObject([
    { part: '', state: 'ok' },
    { part: 'manifest.json', state: 'ok' },
    { part: 'run_results.json', state: 'failed', code: 'dbt_file_broken' },
    { part: 'sources.json', state: 'ok' },
  ]);
  await expect(pushTarget(config, engine.db, { path: project.target }, Date.now())).rejects.toThrow(
    /run_results\.json is malformed or half written \(it is no whole JSON\)/,
  );
  leave(results(), whole);
});

test('a newer version is read as far as it fits, and said', async () => {
  const before = (await runs()).length;
  const content = JSON.parse(readFileSync(results(), 'utf8')) as { metadata: object; results: object[] };
  const metadata = {
    ...content.metadata,
    dbt_schema_version: 'https://schemas.example.org/dbt/run-results/v99.json',
    invocation_id: 'of-the-future',
  };
  const unfit = { node: { id: 'model.shop.orders' } };
  leave(results(), JSON.stringify({ ...content, metadata, results: [...content.results, unfit], novelty: [] }));
  await collect();
  expect(await runs()).toHaveLength(before + 1);
  expect((await parts()).find(({ part }) => part === 'run_results.json')).toMatchObject({
    state: 'ok',
    code: 'dbt_version_newer',
    message: expect.stringMatching(/has version 99 .* 6 is the newest .* 1 results do not\. Upgrade Tidemark\.$/),
  });
});

test('tidemark dbt push writes each invocation once, and says what is wrong', async () => {
  expect((await project.dbt(['-q', 'run', '--select', 'orders'])).code).toBe(0);
  const before = (await runs()).length;
  const pushed = await tidemark('dbt', 'push', 'project/target', '--job', 'nightly', '--git-sha', 'c0ffee');
  expect([pushed.code, pushed.stderr]).toEqual([0, '']);
  expect(pushed.stdout).toMatch(/marts: invocation \S+ of run_results\.json is written\./);
  const again = await tidemark('dbt', 'push', results());
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('was written before') });
  expect((await runs()).slice(before)).toEqual([
    expect.objectContaining({ job: 'nightly', status: 'success', counts: 1 }),
  ]);
  expect(await engine.db.query("SELECT via, git_sha FROM tm.health_dbt_run WHERE via = 'push'")).toEqual([
    { via: 'push', git_sha: 'c0ffee' },
  ]);
  const nowhere = await tidemark('dbt', 'push', 'nowhere');
  expect([nowhere.code, nowhere.stderr]).toEqual([
    2,
    expect.stringMatching(/nowhere\/run_results\.json is not there\. Name the target folder/),
  ]);
  const wrong = (options: object) => pushTarget(config, engine.db, { path: project.target, ...options }, Date.now());
  await expect(wrong({ job: 'hourly' })).rejects.toThrow(
    '--job "hourly" is none that tidemark.yaml names: main, nightly',
  );
  await expect(wrong({ project: 'lab' })).rejects.toThrow('--project "lab" is none that tidemark.yaml names: marts.');
});

test('two runs that take much longer than usual are slow', async () => {
  const [run] = await engine.db.query<object>(
    "SELECT * FROM tm.health_dbt_run WHERE command = 'run' AND selects = '' AND via = 'collect' ORDER BY ended_at LIMIT 1",
  );
  expect(run).toMatchObject({ job: 'main', status: 'success' });
  const like = (invocation_id: string, own: object) => ({ ...run, invocation_id, ...own });
  const usual = [1, 2, 3, 4, 5].map((i) => like(`usual-${i}`, { elapsed_s: 0.01, ended_at: `2026-01-01 00:0${i}:00` }));
  await engine.db.insert('tm.health_dbt_run', usual);
  expect(await firing('dbt_slow')).toEqual([]);
  await engine.db.insert('tm.health_dbt_run', [like('before', { ended_at: '2026-01-02 00:00:00' })]);
  const said = (await alerts('dbt_slow')).find(({ subject }) => subject === 'marts main');
  expect(said).toMatchObject({
    firing: 1,
    detail: expect.stringMatching(/usual is 0 s, the median of 5 runs before\. Longest: model\.shop\./),
  });
});

test('a model that fails and is removed from the project is told to be gone', async () => {
  await project.dbt(['-q', 'run', '--select', 'orders_daily'], { BREAK: '1' });
  await collect();
  expect(await firing('dbt_failed')).toEqual(['marts model.shop.orders_daily']);
  for (const model of ['orders_daily', 'revenue']) rmSync(join(project.folder, 'models', `${model}.sql`));
  expect((await project.dbt(['-q', 'run'])).code).toBe(0);
  await collect();
  expect(await firing('dbt_failed')).toEqual([]);
});
