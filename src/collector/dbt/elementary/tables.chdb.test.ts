import type { DbtConfig } from '../../../config/collectConfig';
import type { Db } from '../../../core/db';
import { healthDbtNode } from '../../../packs/pipeline/health/dbtNode';
import { healthDbtRun } from '../../../packs/pipeline/health/dbtRun';
import { healthDbtSource } from '../../../packs/pipeline/health/dbtSource';
import type { TestEngine } from '../../../testing/engine';
import { startEngine } from '../../../testing/engine';
import { rowsIn } from '../../../testing/health';
import { elementaryTables } from './layout';
import type { TableLayout } from './layout';
import { failures, makeElementary, makeShop, notes, tellRun, text } from '../../../testing/elementary';
import type { ElementaryShop } from '../../../testing/elementary';

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

const hours = (n: number) => Date.now() - n * 3_600_000;

test('every column that is read is one of Elementary’s', async () => {
  const rows = await engine.db.query<{ table: string; name: string }>(
    'SELECT table, name FROM system.columns WHERE database = {database:String}',
    { database: shop.elementary },
  );
  const there = new Set(rows.map(({ table, name }) => `${table}.${name}`));
  const read = Object.entries<TableLayout>(elementaryTables).flatMap(([table, { needs, may }]) =>
    [...needs, ...Object.keys(may)].map((column) => `${table}.${column}`),
  );
  expect(read.filter((column) => !there.has(column))).toEqual([]);
  expect(notes(await shop.look())).toEqual([]);
});

test('tables that are missing: a word in health_source of what is not known, and the other sources go on', async () => {
  const gone = shop.sourceOf({ name: 'gone', elementary: 'nowhere' } as Partial<DbtConfig>);
  await makeElementary(engine.db, shop.elementary, ['dbt_source_freshness_results', 'dbt_sources']);
  await shop.told('i1', hours(1), [['model.shop.a', 'success']]);
  const outcomes = await shop.collect([gone, shop.sourceOf()]);
  expect(outcomes.map(({ state }) => state)).toEqual(['ok', 'ok']);
  expect(await shop.stored('SELECT invocation_id FROM health_dbt_run')).toEqual([{ invocation_id: 'i1' }]);
  expect(
    await shop.stored(
      "SELECT part, state, code, message FROM health_source WHERE source = 'dbt gone' AND part != '' AND state = 'failed' ORDER BY part",
    ),
  ).toEqual([
    {
      part: 'dbt_invocations',
      state: 'failed',
      code: 'dbt_elementary_no_table',
      message:
        'There is no table nowhere.dbt_invocations in ClickHouse that user "default" may see, so collect.dbt.gone.elementary has nothing to read. Name the database in which dbt has made the tables of Elementary (dbt run --select elementary makes them), or GRANT SELECT ON nowhere.* TO default.',
    },
    expect.objectContaining({ part: 'dbt_run_results', code: 'dbt_elementary_no_table' }),
  ]);
  expect(
    await shop.stored(
      "SELECT part, state, message FROM health_source WHERE source = 'dbt marts' AND message != '' ORDER BY part LIMIT 1",
    ),
  ).toEqual([
    {
      part: 'dbt_source_freshness_results',
      state: 'ok',
      message: `Table ${shop.elementary}.dbt_source_freshness_results is not there, or user "default" may not see it. So it is not known how fresh sources are. Upgrade Elementary and let dbt run --select elementary, or GRANT SELECT ON \`${shop.elementary}\`.* TO default.`,
    },
  ]);
});

test('an older Elementary: what its columns do not tell is not known, and is said; without those that are needed it fails', async () => {
  const old = [
    'dbt_invocations.run_started_at',
    'dbt_invocations.git_sha',
    'dbt_run_results.failures',
    'dbt_run_results.adapter_response',
    'dbt_source_freshness_results.invocation_id',
    'dbt_source_freshness_results.warn_after',
  ];
  await makeElementary(engine.db, shop.elementary, old);
  await tellRun(engine.db, shop.elementary, {
    id: 'i1',
    endedMs: hours(1),
    results: [{ id: 'test.shop.unique_orders.f3', status: 'fail' }],
    own: { run_started_at: undefined },
  });
  await shop.put('dbt_source_freshness_results', [
    {
      source_freshness_execution_id: 'f1.source.shop.raw.orders',
      unique_id: 'source.shop.raw.orders',
      status: 'pass',
      generated_at: text(hours(1)),
    },
  ]);
  const collected = await shop.look();
  expect(failures(collected)).toEqual([]);
  expect(rowsIn(collected, healthDbtRun)).toMatchObject([
    { invocation_id: 'i1', status: 'failed', elapsed_s: 0, git_sha: '' },
  ]);
  expect(rowsIn(collected, healthDbtNode)).toMatchObject([{ unique_id: 'test.shop.unique_orders.f3', failures: null }]);
  expect(rowsIn(collected, healthDbtSource)).toMatchObject([{ invocation_id: 'f1', status: 'pass' }]);
  expect(notes(collected)).toEqual([
    [
      'dbt_invocations',
      `Column run_started_at, git_sha of ${shop.elementary}.dbt_invocations is not there, or user "default" may not see it. So it is not known when runs began and how long they took; which commit ran. Upgrade Elementary and let dbt run --select elementary, or GRANT SELECT ON \`${shop.elementary}\`.* TO default.`,
    ],
    ['dbt_run_results', expect.stringContaining('So it is not known how many rows did not pass a test. ')],
  ]);

  await engine.db.command(`ALTER TABLE \`${shop.elementary}\`.dbt_run_results DROP COLUMN status`);
  const without = await shop.look();
  expect(rowsIn(without, healthDbtRun)).toEqual([]);
  expect(rowsIn(without, healthDbtSource)).toHaveLength(1);
  expect(without.parts?.find(({ part }) => part === 'dbt_run_results')?.failure?.message).toBe(
    `${shop.elementary}.dbt_run_results, which collect.dbt.marts.elementary names, has no column status that user "default" may see, and cannot be read without. Upgrade Elementary and let dbt run --select elementary add it, or GRANT SELECT ON \`${shop.elementary}\`.dbt_run_results TO default.`,
  );
});

test('a table that may not be read is told with the GRANT, and asked for once', async () => {
  await makeElementary(engine.db, shop.elementary, ['dbt_invocations']);
  const asked: string[] = [];
  // Rights are what the engine lacks: the refusal is ClickHouse's own, by its number.
  const refusing: Db = {
    ...engine.db,
    query: (sql, params) => {
      if (!/^SELECT 1 FROM .*`dbt_invocations`/.test(sql)) return engine.db.query(sql, params);
      asked.push(sql);
      return Promise.reject(Object.assign(new Error('Not enough privileges'), { code: '497' }));
    },
  };
  const source = shop.sourceOf();
  await shop.look(source, refusing);
  const { parts } = await shop.look(source, refusing);
  expect(parts?.[0]?.failure).toMatchObject({
    code: 'dbt_elementary_right',
    message: `User "default" of ClickHouse may not read ${shop.elementary}.dbt_invocations, which collect.dbt.marts.elementary names. GRANT SELECT ON \`${shop.elementary}\`.* TO default.`,
  });
  expect(asked).toHaveLength(1);
});
