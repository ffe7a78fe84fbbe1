import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Db } from '../../../core/db';
import { healthDbtNode } from '../../../packs/pipeline/health/dbtNode';
import { healthDbtRun } from '../../../packs/pipeline/health/dbtRun';
import { healthDbtSource } from '../../../packs/pipeline/health/dbtSource';
import type { TestEngine } from '../../../testing/engine';
import { startEngine } from '../../../testing/engine';
import { makeHealthTables, rowsIn } from '../../../testing/health';
import type { Collected } from '../../source';
import { failures, makeElementary, makeShop, notes, shopOver, tellRun, tellSources } from '../../../testing/elementary';
import type { ElementaryShop } from '../../../testing/elementary';

jest.setTimeout(60_000);

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine({ args: ['--no-query-log'] });
});
afterAll(async () => engine.stop());

let tests = 0;
let shop: ElementaryShop;
beforeEach(async () => {
  shop = await makeShop(engine.db, ++tests);
});

const nowMs = Math.floor(Date.now() / 1000) * 1000;
const hours = (n: number) => nowMs - n * 3_600_000;
const spelled = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');

const ids = (collected: Collected) => rowsIn(collected, healthDbtRun).map((row) => row.invocation_id);

const models: readonly object[] = [
  {
    unique_id: 'model.shop.a',
    name: 'a',
    schema_name: 'marts',
    alias: 'a_v2',
    depends_on_nodes: '["source.shop.raw.orders"]',
  },
  { unique_id: 'model.shop.b', name: 'b', schema_name: 'marts', alias: 'b', depends_on_nodes: '["model.shop.a"]' },
  { unique_id: 'model.shop.c', name: 'c', schema_name: 'marts', alias: 'c', depends_on_nodes: '["model.shop.b"]' },
];
const orders = 'test.shop.unique_orders.f3';

test('a failed build: the same rows as from its files, with what waits for the failure; a later one is good', async () => {
  await shop.put('dbt_models', models);
  await shop.put('dbt_tests', [{ unique_id: orders, name: 'unique_orders', depends_on_nodes: '["model.shop.a"]' }]);
  await shop.told(
    'i1',
    hours(2),
    [
      [
        'model.shop.a',
        'success',
        {
          execution_time: 1.5,
          query_id: 'q1',
          adapter_response: '{"_message": "OK", "rows_affected": 7}',
          message: 'OK',
        },
      ],
      [orders, 'fail', { failures: 3, message: 'Got 3 results, configured to fail if != 0' }],
      ['test.shop.soft.f4', 'warn', { failures: 1 }],
      [
        'model.shop.b',
        'error',
        { execution_time: 0.25, message: "Database Error\n  Code: 6. DB::Exception: Cannot parse 'anna'" },
      ],
      ['model.shop.c', 'skipped'],
    ],
    { selected: '["tag:b", "tag:a"]', git_sha: 'abc', full_refresh: true },
  );
  const first = await shop.look();
  expect(failures(first)).toEqual([]);
  expect(notes(first)).toEqual([]);
  expect(rowsIn(first, healthDbtRun)).toEqual([
    {
      project: 'marts',
      job: 'all',
      invocation_id: 'i1',
      command: 'build',
      status: 'failed',
      counts: 1,
      started_at: spelled(hours(2) - 60_000),
      ended_at: spelled(hours(2)),
      elapsed_s: 60,
      nodes: 5,
      succeeded: 1,
      warned: 1,
      failed: 2,
      skipped: 1,
      selects: 'tag:a tag:b',
      full_refresh: 1,
      dbt_version: '1.11.16',
      git_sha: 'abc',
      via: 'collect',
    },
  ]);
  const nodes = new Map(rowsIn(first, healthDbtNode).map((row) => [row.unique_id, row]));
  expect(nodes.get('model.shop.a')).toEqual({
    project: 'marts',
    job: 'all',
    invocation_id: 'i1',
    ended_at: spelled(hours(2)),
    unique_id: 'model.shop.a',
    name: 'a',
    resource_type: 'model',
    status: 'success',
    execution_s: 1.5,
    message: 'OK',
    failures: null,
    because: '',
    query_id: 'q1',
    relation: 'marts.a_v2',
    rows_affected: 7,
    git_sha: 'abc',
  });
  expect(nodes.get(orders)).toMatchObject({ name: 'unique_orders', status: 'fail', failures: 3, rows_affected: null });
  expect(nodes.get('test.shop.soft.f4')).toMatchObject({ name: 'soft', status: 'warn', failures: 1 });
  expect(nodes.get('model.shop.b')).toMatchObject({
    message: "Database Error Code: 6. DB::Exception: Cannot parse '…'",
    execution_s: 0.25,
    failures: null,
  });
  expect(nodes.get('model.shop.c')).toMatchObject({ status: 'skipped', because: 'model.shop.b' });

  await shop.collect();
  await shop.told('i2', hours(1), [
    ['model.shop.b', 'success'],
    ['model.shop.c', 'success'],
    [orders, 'pass'],
  ]);
  await shop.collect();
  expect(await shop.stored('SELECT invocation_id, status, failed FROM health_dbt_run ORDER BY ended_at')).toEqual([
    { invocation_id: 'i1', status: 'failed', failed: 2 },
    { invocation_id: 'i2', status: 'success', failed: 0 },
  ]);
  expect(
    await shop.stored(
      'SELECT unique_id, argMax(status, (ended_at, at)) AS last, argMax(failures, (ended_at, at)) AS bad FROM health_dbt_node GROUP BY unique_id ORDER BY unique_id',
    ),
  ).toEqual([
    { unique_id: 'model.shop.a', last: 'success', bad: null },
    { unique_id: 'model.shop.b', last: 'success', bad: null },
    { unique_id: 'model.shop.c', last: 'success', bad: null },
    { unique_id: 'test.shop.soft.f4', last: 'warn', bad: 1 },
    { unique_id: orders, last: 'pass', bad: 0 },
  ]);
});

test('each invocation is brought once: in one process, after a restart, and whatever its id is', async () => {
  const hostile = "i') OR 1 = 1 -- \\";
  await shop.told('i1', hours(3), [['model.shop.a', 'success']]);
  await shop.told(hostile, hours(2), [['model.shop.a', 'success']]);
  // Newer versions only append: what was tried twice is there twice.
  await shop.told('i1', hours(3), [['model.shop.a', 'success']]);
  const source = shop.sourceOf();
  expect(ids(await shop.look(source))).toEqual([hostile, 'i1']);
  // Brought, and not written yet.
  expect((await shop.look(source)).rows).toEqual([]);
  await shop.collect();
  await shop.collect();
  expect((await shop.look(source)).rows).toEqual([]);
  await shop.told('i3', hours(1), [['model.shop.a', 'success']]);
  expect(ids(await shop.look(source))).toEqual(['i3']);
  await shop.collect();
  await shop.collect();
  expect(
    await shop.stored(
      'SELECT invocation_id, count() AS n FROM health_dbt_run GROUP BY invocation_id ORDER BY n, invocation_id',
    ),
  ).toEqual([
    { invocation_id: hostile, n: 1 },
    { invocation_id: 'i1', n: 1 },
    { invocation_id: 'i3', n: 1 },
  ]);
  expect(await shop.stored('SELECT count() AS n FROM health_dbt_node')).toEqual([{ n: 3 }]);
});

test('a look brings so many, the newest first, and none that is older than thirty days', async () => {
  for (let n = 1; n <= 22; n++) await shop.told(`i${n}`, hours(n), [['model.shop.a', 'success']]);
  await shop.told('old', hours(31 * 24), [['model.shop.a', 'error']]);
  const source = shop.sourceOf();
  expect(ids(await shop.look(source))).toEqual(Array.from({ length: 20 }, (_, i) => `i${i + 1}`));
  expect(ids(await shop.look(source))).toEqual(['i21', 'i22']);
  expect(ids(await shop.look(source))).toEqual([]);
});

test('whose run it was: the job that dbt was told if tidemark.yaml names it, else by what it selects', async () => {
  const jobs = [
    { name: 'hourly', everyMs: 3_600_000, lateMs: 5_400_000 },
    { name: 'nightly', everyMs: 86_400_000, lateMs: 93_600_000, selects: 'tag:nightly' },
  ];
  const one: readonly [string, string][] = [['model.shop.a', 'success']];
  await shop.told('i1', hours(1), one, { job_name: 'nightly' });
  await shop.told('i2', hours(2), one, { job_name: 'Airflow 7', selected: "('tag:nightly',)" });
  await shop.told('i3', hours(3), one, { job_name: 'None', selected: 'orders' });
  await shop.told('i4', hours(4), one, { command: 'test', selected: '' });
  const rows = rowsIn(await shop.look(shop.sourceOf({ jobs })), healthDbtRun);
  expect(rows.map(({ invocation_id, job, selects, counts }) => [invocation_id, job, selects, counts])).toEqual([
    ['i1', 'nightly', '', 1],
    ['i2', 'nightly', 'tag:nightly', 1],
    ['i3', 'hourly', 'orders', 1],
    ['i4', 'hourly', '', 0],
  ]);
});

test('sources: limits and age; one that could not be asked, and one that is not told of', async () => {
  const limit = '{"count": 2, "period": "hour"}';
  await shop.put('dbt_sources', [
    { unique_id: 'source.shop.raw.users', freshness_warn_after: limit, freshness_error_after: '{}' },
    { unique_id: 'source.shop.raw.left', freshness_warn_after: "{'count': 30, 'period': 'minute'}" },
    { unique_id: 'source.shop.raw.plain', freshness_warn_after: '{"count": null, "period": null}' },
  ]);
  const error_after = '{"count": 1, "period": "day"}';
  await tellSources(engine.db, shop.elementary, 'f1', hours(1), [
    {
      unique_id: 'source.shop.raw.orders',
      status: 'warn',
      max_loaded_at: '2026-03-02T10:00:00+00:00',
      max_loaded_at_time_ago_in_s: 7200,
      warn_after: limit,
      error_after,
    },
    { unique_id: 'source.shop.raw.users', status: 'runtime error', error: "Code: 60. DB::Exception: no table 'x'" },
  ]);
  // Just written, and without the row of its invocation: there may be more to come.
  await tellSources(engine.db, shop.elementary, 'f2', Date.now(), [
    { unique_id: 'source.shop.raw.orders', status: 'pass' },
  ]);
  const first = await shop.look();
  const rows = rowsIn(first, healthDbtSource);
  expect(
    rows.map((r) => [r.source_table, r.status, r.max_loaded_at, r.age_s, r.warn_after_s, r.error_after_s, r.message]),
  ).toEqual([
    ['raw.orders', 'warn', '2026-03-02 10:00:00.000', 7200, 7200, 86_400, ''],
    ['raw.users', 'runtime error', null, null, 7200, null, "Code: 60. DB::Exception: no table '…'"],
    ['raw.left', 'missing', null, null, 1800, null, expect.stringContaining('says nothing of it')],
  ]);
  expect(new Set(rows.map((r) => `${String(r.invocation_id)} ${String(r.checked_at)}`))).toEqual(
    new Set([`f1 ${spelled(hours(1))}`]),
  );
  // The invocation is over; it ran no node, so it is no run.
  await shop.told('f2', Date.now(), [], { command: 'freshness' });
  await shop.collect();
  await shop.collect();
  expect(
    await shop.stored(
      "SELECT invocation_id, status FROM health_dbt_source WHERE source_table = 'raw.orders' ORDER BY invocation_id",
    ),
  ).toEqual([
    { invocation_id: 'f1', status: 'warn' },
    { invocation_id: 'f2', status: 'pass' },
  ]);
  expect(await shop.stored('SELECT count() AS n FROM health_dbt_run')).toEqual([{ n: 0 }]);
});

test('a failed node that leaves the project is over; one that the tables do not know yet is not', async () => {
  await shop.put('dbt_models', models);
  await shop.told('i1', hours(3), [
    ['model.shop.a', 'error'],
    ['model.other.x', 'error'],
    ['model.shop.b', 'success'],
    [orders, 'fail'],
  ]);
  await shop.collect();
  await engine.db.command(
    `ALTER TABLE \`${shop.elementary}\`.dbt_models DELETE WHERE unique_id = 'model.shop.a' SETTINGS mutations_sync = 1`,
  );
  const removed = (collected: Collected) =>
    rowsIn(collected, healthDbtNode).flatMap((row) => (row.status === 'removed' ? [row.unique_id] : []));
  // dbt did not upload what the project is: nobody knows.
  await shop.told('i2', hours(2), [
    ['model.shop.b', 'success'],
    ['model.shop.unheard', 'success'],
  ]);
  expect(removed(await shop.look())).toEqual([]);
  await shop.told('i3', hours(2) + 1000, [['model.shop.b', 'success']], {
    vars: '{"disable_dbt_artifacts_autoupload": true}',
  });
  expect(removed(await shop.look())).toEqual([]);
  await shop.collect();
  await shop.told('i4', hours(1), [['model.shop.b', 'success']]);
  const last = await shop.look();
  expect(removed(last)).toEqual(['model.shop.a']);
  await shop.collect();
  expect(await shop.stored("SELECT count() AS n FROM health_dbt_node WHERE status = 'removed'")).toEqual([{ n: 1 }]);
});

test('an invocation without results is waited for, then left out with a word, and taken when they come', async () => {
  await shop.told('young', Date.now());
  await shop.told('silent', hours(1));
  const source = shop.sourceOf();
  const first = await shop.look(source);
  expect(first.rows).toEqual([]);
  expect(notes(first)).toEqual([
    [
      'dbt_run_results',
      `1 invocations of ${shop.elementary}.dbt_invocations have no result in dbt_run_results, so nobody knows how they ended, and they are left out. They ran no node, or dbt has the variable disable_run_results: take that away.`,
    ],
  ]);
  await shop.put('dbt_run_results', [{ invocation_id: 'young', unique_id: 'model.shop.a', status: 'success' }]);
  expect(ids(await shop.look(source))).toEqual(['young']);
});

test('while ClickHouse is away the look fails; what ran meanwhile comes afterwards, once', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tidemark-elementary-'));
  const args = ['--no-query-log'];
  const run = (db: Db, id: string, endedMs: number) =>
    tellRun(db, shop.elementary, { id, endedMs, results: [{ id: 'model.shop.a', status: 'success' }] });
  const source = shop.sourceOf();
  try {
    const first = await startEngine({ dataDir, args });
    await makeHealthTables(first.db, shop.tm);
    await makeElementary(first.db, shop.elementary);
    await run(first.db, 'i1', hours(2));
    await shopOver(first.db, shop.tm, shop.elementary).collect([source]);
    await first.kill();
    await expect(shop.look(source, first.db)).rejects.toThrow();
    const second = await startEngine({ dataDir, args });
    await run(second.db, 'i2', hours(1));
    expect(ids(await shop.look(source, second.db))).toEqual(['i2']);
    const after = shopOver(second.db, shop.tm, shop.elementary);
    await after.collect();
    await after.collect();
    const counted =
      'SELECT invocation_id, count() AS n FROM health_dbt_run GROUP BY invocation_id ORDER BY invocation_id';
    expect(await after.stored(counted)).toEqual([
      { invocation_id: 'i1', n: 1 },
      { invocation_id: 'i2', n: 1 },
    ]);
    await second.stop();
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
