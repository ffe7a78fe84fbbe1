import type { Config } from '../config/config';
import { testConfig } from '../testing/config';
import type { TestEngine } from '../testing/engine';
import { startEngine } from '../testing/engine';
import type { Subject } from '../testing/law/tables';
import { subjectMapping, subjectRow, subjectTable } from '../testing/law/tables';
import { applyMigration, planMigration } from './ddl/migrate';
import { applyDrop, planDrop } from './drop';
import { inspect } from './inspect';
import { refreshOnce } from './refresh/refresh';

const subjects: readonly Subject[] = [
  { role: 'events', sourceClass: 'append', engine: 'replacing' },
  { role: 'orders', sourceClass: 'moving', engine: 'replacing' },
];

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

async function installed(name: string, database = `${name}_tm`) {
  const { db } = engine;
  await db.command(`CREATE DATABASE ${name}`);
  for (const subject of subjects) await db.command(subjectTable(subject, name));
  const [events] = subjects;
  await db.insert(
    `${name}.events`,
    [1, 2].map((id) =>
      subjectRow(events!, {
        ...{ id, version: 1, deleted: false, user: 'u', name: 'x', amount: 0, refund: 0 },
        timeMs: Date.UTC(2026, 3, 1),
        stampMs: Date.now() - 5000,
      }),
    ),
  );
  const config = testConfig({
    database,
    roles: Object.fromEntries(subjects.map((s) => [s.role, subjectMapping(s, name)])),
  });
  await migrate(config);
  return config;
}

async function migrate(config: Config) {
  const installation = await inspect(config, engine.db);
  const plan = await planMigration(installation, engine.db, 'test');
  await applyMigration(installation, engine.db, plan, 'test');
  await refreshOnce(installation, engine.db);
  return plan.filter((a) => a.action !== 'unchanged').map((a) => a.object);
}

const tablesOf = async (database: string) =>
  (
    await engine.db.query<{ name: string }>(
      `SELECT name FROM system.tables WHERE database = '${database}' ORDER BY name`,
    )
  ).map((t) => t.name);
const databases = async (name: string) =>
  (
    await engine.db.query<{ name: string }>(
      `SELECT name FROM system.databases WHERE startsWith(name, '${name}') ORDER BY name`,
    )
  ).map((d) => d.name);
const count = async (from: string) =>
  Number((await engine.db.query<{ n: number }>(`SELECT toFloat64(count()) AS n FROM ${from}`))[0]?.n);

test('a plan changes nothing; all goes, views first, the sources stay', async () => {
  await installed('whole');
  const plan = await planDrop({ database: 'whole_tm' }, engine.db, { all: true });
  const before = await tablesOf('whole_tm');
  expect(plan.drops.map((d) => d.object).sort()).toEqual([...before, 'whole_tm'].sort());
  const kinds = plan.drops.map((d) => d.kind);
  expect(kinds.lastIndexOf('view')).toBeLessThan(kinds.indexOf('table'));
  expect(plan.drops.slice(-2).map((d) => d.object)).toEqual(['schema_objects', 'whole_tm']);
  expect(plan.foreign).toEqual([]);
  await applyDrop(plan, engine.db);
  expect(await databases('whole')).toEqual(['whole']);
  expect(await tablesOf('whole')).toEqual(['events', 'orders']);
  expect(await count('whole.events')).toBe(2);
});

test('what Tidemark did not make is named and kept, with its database', async () => {
  await installed('shared');
  await engine.db.command('CREATE TABLE shared_tm.mine (a UInt8) ENGINE = MergeTree ORDER BY a');
  await engine.db.command('CREATE VIEW shared_tm.also_mine AS SELECT * FROM shared_tm.mine');
  const plan = await planDrop({ database: 'shared_tm' }, engine.db, { all: true });
  expect(plan.foreign).toEqual(['also_mine', 'mine']);
  await applyDrop(plan, engine.db);
  expect(await tablesOf('shared_tm')).toEqual(['also_mine', 'mine']);
});

test('a source in the database of Tidemark is never dropped, even if it is remembered as its own', async () => {
  await installed('mixed', 'mixed');
  await engine.db.insert('mixed.schema_objects', [{ name: 'orders', kind: 'rollup', hash: '', ddl: '', version: '' }]);
  const plan = await planDrop({ database: 'mixed' }, engine.db, { all: true }, ['mixed.events', 'mixed.orders']);
  expect(plan.foreign).toEqual(['events', 'orders']);
  await applyDrop(plan, engine.db);
  expect(await tablesOf('mixed')).toEqual(['events', 'orders']);
});

test('a drop that was killed is completed by the next one', async () => {
  await installed('killed');
  const plan = await planDrop({ database: 'killed_tm' }, engine.db, { all: true });
  for (const { statement } of plan.drops.slice(0, 30)) await engine.db.command(statement);
  await applyDrop(await planDrop({ database: 'killed_tm' }, engine.db, { all: true }), engine.db);
  expect(await databases('killed')).toEqual(['killed']);
});

test('one rollup goes with the views that would fail without it; migrate makes both again, and its numbers', async () => {
  const config = await installed('single');
  const plan = await planDrop({ database: 'single_tm' }, engine.db, { rollup: 'user_day' });
  const named = plan.drops.filter((d) => d.because === undefined).map((d) => d.object);
  expect(named.sort()).toEqual(['user_day', 'user_day_sweep_v', 'user_day_v']);
  const others = plan.drops.filter((d) => d.because !== undefined);
  expect(others.every((d) => d.kind === 'view' && d.because === 'reads user_day')).toBe(true);
  expect(others.map((d) => d.object)).toContain('active_day_v');
  await applyDrop(plan, engine.db);
  const failing = await engine.db.query(
    "SELECT view FROM system.view_refreshes WHERE database = 'single_tm' AND exception != ''",
  );
  expect(failing).toEqual([]);
  expect(await count("single_tm.done WHERE view = 'user_day'")).toBe(0);
  expect(await count("single_tm.schema_objects WHERE name = 'user_day'")).toBe(0);
  expect((await migrate(config)).sort()).toEqual(plan.drops.map((d) => d.object).sort());
  expect(await count('single_tm.user_day FINAL')).toBe(1);
});

test('a table kept at insert time goes with its view, and so do tables over all shards', async () => {
  const { db } = engine;
  await installed('inserted');
  await db.command(
    'CREATE MATERIALIZED VIEW inserted_tm.event_minute_mv TO inserted_tm.event_minute AS SELECT * FROM inserted_tm.event_minute WHERE 0',
  );
  const whole = await planDrop({ database: 'inserted_tm' }, db, { all: true });
  expect(whole.foreign).toEqual([]);
  const plan = await planDrop({ database: 'inserted_tm' }, db, { rollup: 'event_minute' });
  expect(plan.drops.find((d) => d.object === 'event_minute_mv')).toMatchObject({ kind: 'view' });
  expect(plan.drops.find((d) => d.object === 'event_quarter_v')?.because).toBe('reads event_minute');
  const placed = await planDrop({ database: 'inserted_tm', cluster: "c's" }, db, { all: true });
  for (const { statement } of placed.drops) {
    expect(statement).toMatch(/ ON CLUSTER .* SYNC$/);
    await db.query(`EXPLAIN AST ${statement}`);
  }
});

test('a family is all its tiers; an unknown one is refused with what there is', async () => {
  await installed('family');
  const plan = await planDrop({ database: 'family_tm' }, engine.db, { rollup: 'event' });
  const tables = plan.drops.filter((d) => d.kind === 'table').map((d) => d.object);
  expect(tables.sort()).toEqual(['event_day', 'event_minute', 'event_quarter']);
  await expect(planDrop({ database: 'family_tm' }, engine.db, { rollup: 'evnt' })).rejects.toThrow(
    /^There is no rollup "evnt"\. Write one of: .*event_day/,
  );
  await expect(planDrop({ database: 'family_tmx' }, engine.db, { all: true })).rejects.toThrow(
    'holds nothing of Tidemark yet',
  );
});
