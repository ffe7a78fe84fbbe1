import type { Config } from '../../config/config';
import type { TestRole } from '../../testing/config';
import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { applyMigration, planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';
import { refreshOnce } from '../refresh/refresh';
import { doctor } from './doctor';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const mapped = { id: 'id', time: 'at', event: 'name', user: 'who', ingestedAt: 'seen' };

interface Installed {
  readonly config: Config;
  refresh(): Promise<void>;
  insert(rows: string): Promise<void>;
  /** Events that event_day has. */
  events(): Promise<number>;
  /** rollup_status: table → verdict. */
  verdicts(): Promise<Readonly<Record<string, string>>>;
  /** Problems and warnings: code → finding's text. */
  told(): Promise<Readonly<Record<string, string>>>;
}

/** Role events over table `<name>.events` (or the view named), installed in `<name>_tm`; views run once an hour. */
async function installed(
  name: string,
  role: Partial<TestRole> = {},
  refresh: Partial<Config['refresh']> = {},
): Promise<Installed> {
  const { db } = engine;
  await db.command(`CREATE DATABASE ${name}`);
  await db.command(`CREATE TABLE ${name}.raw (id UInt64, at DateTime64(3, 'UTC'), name LowCardinality(String), who String, land String,
    seen DateTime64(3) DEFAULT now64(3), INDEX arrival seen TYPE minmax GRANULARITY 1) ENGINE = MergeTree ORDER BY (at, id)`);
  await db.command(`CREATE VIEW ${name}.events AS SELECT * FROM ${name}.raw`);
  const events: TestRole = { table: `${name}.events`, sourceClass: 'append', columns: mapped, ...role };
  const config = testConfig({ database: `${name}_tm`, refresh, roles: { events } });
  const migrate = async () => {
    const installation = await inspect(config, db);
    await applyMigration(installation, db, await planMigration(installation, db, 'test'), 'test');
    return installation;
  };
  const installation = await migrate();
  return {
    config,
    refresh: () => refreshOnce(installation, db),
    insert: (rows) => db.command(`INSERT INTO ${name}.raw (id, at, name, who, land) ${rows}`),
    async events() {
      const [row] = await db.query<{ n: number }>(`SELECT toFloat64(sum(n)) AS n FROM ${name}_tm.event_day FINAL`);
      return row?.n ?? 0;
    },
    async verdicts() {
      const rows = await db.query<{ rollup: string; verdict: string }>(
        `SELECT rollup, verdict FROM ${name}_tm.rollup_status`,
      );
      return Object.fromEntries(rows.map((r) => [r.rollup, r.verdict]));
    },
    async told() {
      const all = await doctor(config, db, { version: 'test' });
      const bad = all.filter((f) => f.state === 'problem' || f.state === 'warning' || f.code === 'not_checked');
      return Object.fromEntries(bad.map((f) => [f.code, f.what]));
    },
  };
}

/** Runs a refreshable view as its timer would and waits for the end of the run. */
async function runView(view: string): Promise<void> {
  const { db } = engine;
  const [database = '', name = ''] = view.split('.');
  const state = async () =>
    (
      await db.query<{ busy: number; run: string; exception: string }>(
        `SELECT toUInt8(status IN ('Running', 'RunningOnAnotherReplica')) AS busy, toString(last_refresh_time) AS run, exception FROM system.view_refreshes WHERE database = '${database}' AND view = '${name}'`,
      )
    )[0];
  await db.command(`SYSTEM REFRESH VIEW ${view}`);
  for (let i = 0; i < 200; i++) {
    const now = await state();
    if (now && now.busy === 0 && (now.exception !== '' || now.run !== '')) return;
    await pause(100);
  }
  throw new Error(`${view} did not run: ${JSON.stringify(await state())}`);
}

const three = "SELECT number, now64(3) - 60, 'x', 'u', 'DE' FROM numbers(3)";

test('a view that loses a column after migrate: source_broken, refresh_source_broken, old numbers stay, and it heals', async () => {
  const { insert, refresh, events, verdicts, told } = await installed('broken');
  await insert(three);
  await refresh();
  expect([await events(), await told()]).toEqual([3, {}]);
  await engine.db.command('ALTER TABLE broken.raw DROP COLUMN who');
  await engine.db.command("INSERT INTO broken.raw (id, at, name) VALUES (9, now64(3), 'x')");
  await expect(refresh()).rejects.toThrow(/Refresh of \w+ failed; the numbers of its last good run stay/);
  await runView('broken_tm.user_day_v');
  expect((await verdicts())['user_day']).toBe('failing');
  const bad = await told();
  expect(Object.keys(bad)).toEqual(['source_broken', 'refresh_source_broken']);
  expect(bad['refresh_source_broken']).toMatch(
    /^Refreshes of .*user_day.* cannot read their source any more\. Old numbers stay\. Code 47: /,
  );
  expect(await events()).toBe(3);
  await engine.db.command("ALTER TABLE broken.raw ADD COLUMN who String DEFAULT 'back'");
  await runView('broken_tm.user_day_v');
  await refresh();
  expect([await events(), (await verdicts())['user_day'], await told()]).toEqual([4, 'fresh', {}]);
}, 60_000);

test('a mapped column dropped from a table: column_missing, refreshes told by role, old numbers stay', async () => {
  const { insert, refresh, events, told } = await installed('dropped', { table: 'dropped.raw' });
  await insert(three);
  await refresh();
  await engine.db.command('ALTER TABLE dropped.raw DROP COLUMN who');
  await runView('dropped_tm.user_day_v');
  const bad = await told();
  expect(Object.keys(bad)).toEqual(['column_missing', 'refresh_source_broken']);
  expect(bad['column_missing']).toMatch(/^roles\.events\.columns\.user: table dropped\.raw has no column "who"/);
  expect(await events()).toBe(3);
}, 60_000);

test('a refresh that runs out of memory: refresh_memory, old numbers stay', async () => {
  const { config, insert, refresh, events, verdicts, told } = await installed('memory', {}, { memoryMb: 30 });
  await insert(three);
  await refresh();
  await insert(
    "SELECT 10 + number, now64(3) - number % 3600, 'x', toString(cityHash64(number)), 'DE' FROM numbers(1000000)",
  );
  await runView('memory_tm.tick_v');
  await runView('memory_tm.user_day_v');
  expect((await verdicts())['user_day']).toBe('failing');
  const bad = await told();
  expect(Object.keys(bad)).toEqual(['refresh_memory']);
  expect(bad['refresh_memory']).toMatch(/ran out of memory \(refresh\.memoryMb: 30\)\. Old numbers stay\./);
  expect([await events(), config.refresh.memoryMb]).toEqual([3, 30]);
}, 120_000);

test('a dimension that explodes: group_limit and dimension_exploded, old numbers stay', async () => {
  const { db } = engine;
  const land = { name: 'land', from: 'land', column: 'land', path: [] };
  const { insert, refresh, events, verdicts, told } = await installed('exploded', { dimensions: [land] });
  await insert(three);
  await refresh();
  // The limit is five million groups: more than a test can fill. The same view with a smaller one.
  const [view] = await db.query<{ ddl: string }>(
    "SELECT ddl FROM exploded_tm.schema_objects FINAL WHERE name = 'event_minute_v'",
  );
  expect(view?.ddl).toMatch(/max_rows_to_group_by = 5000000\b/);
  await db.command('DROP VIEW exploded_tm.event_minute_v SYNC');
  const create = view?.ddl.slice(view.ddl.indexOf('CREATE MATERIALIZED VIEW')) ?? '';
  await db.command(create.replace('max_rows_to_group_by = 5000000', 'max_rows_to_group_by = 1000'));
  await insert("SELECT 10 + number, now64(3) - number % 86400, 'x', 'u', toString(number) FROM numbers(200000)");
  await runView('exploded_tm.tick_v');
  await runView('exploded_tm.event_minute_v');
  expect((await verdicts())['event_minute']).toBe('failing');
  const bad = await told();
  expect(Object.keys(bad).sort()).toEqual(['dimension_exploded', 'group_limit']);
  expect(bad['dimension_exploded']).toMatch(
    /^land has about (19\d|20\d),\d{3} values in 200,003 rows .* 100 are kept apart\.$/,
  );
  expect(bad['group_limit']).toMatch(
    /^Refreshes of event_minute stop at the limit of groups: .* Old numbers stay\. Code 158: /,
  );
  expect(await events()).toBe(3);
}, 120_000);

test('a clock that jumps back: clock_back while the watermark is ahead, old numbers stay, new ones come', async () => {
  const { insert, refresh, events, verdicts, told } = await installed('clock', {}, { overlapSeconds: 60 });
  await insert(three);
  await refresh();
  await engine.db.command('INSERT INTO clock_tm.tick SELECT now64(3), now64(3) + 7200');
  expect(Object.keys(await told())).toEqual(['clock_back']);
  await engine.db.command(
    'INSERT INTO clock_tm.done SELECT view, now64(3) + 7200, now64(3) FROM clock_tm.done GROUP BY view',
  );
  expect(new Set(Object.values(await verdicts()))).toEqual(new Set(['clock back']));
  const bad = await told();
  expect(Object.keys(bad)).toEqual(['clock_back']);
  expect(bad['clock_back']).toMatch(
    /^A watermark stands 7,(19\d|200) s ahead of the server's clock: the clock was set back\./,
  );
  await insert("SELECT 100 + number, now64(3) - 60, 'x', 'u', 'DE' FROM numbers(2)");
  await refresh();
  expect(await events()).toBe(5);
}, 60_000);

test('refreshes that are switched off or dropped are told by name', async () => {
  const { told } = await installed('off');
  await engine.db.command('SYSTEM STOP VIEW off_tm.event_minute_v');
  await engine.db.command('DROP VIEW off_tm.event_quarter_v SYNC');
  expect(await told()).toMatchObject({
    view_missing: 'Refreshable views are gone: event_quarter_v. What they keep stands still.',
    view_disabled: 'Refreshes do not run (Disabled): event_minute_v.',
  });
}, 60_000);

test('drift, late rows, sealed days and a slow refresh are read from the tables that the refreshes write', async () => {
  const { told, insert } = await installed('health', { keepsDays: 30 });
  const { db } = engine;
  await insert(three);
  // Its first run, as it is made, may come late on a busy machine, and sweep a day: then nothing is stuck.
  await runView('health_tm.recounts_events_v');
  await db.command('TRUNCATE TABLE health_tm.recounts');
  await db.command(
    "INSERT INTO health_tm.drift (at, rollup, d, rows) VALUES (now64(3), 'event_day', '2026-01-01', 4), (now64(3), 'event_day', '2026-01-02', 3), (now64(3), 'user_day', '2026-01-02', 0)",
  );
  await db.command(
    "INSERT INTO health_tm.late VALUES ('events', '2020-01-01', now64(3), now64(3) + 1200, 5, 1), ('events', '2020-01-02', now64(3), now64(3), 9, 1), ('events', today() - 9, now64(3), now64(3) - 259200, 2, 0)",
  );
  await db.command(
    "INSERT INTO health_tm.refresh_log SELECT now64(3) - number, 'user_day_v', now() - number, 3300000, 1, '', 0, 0, 0, 0 FROM numbers(5)",
  );
  const bad = await told();
  expect(bad['drift']).toBe(
    'The sweep found and mended 7 wrong rows on 2 days (2026-01-01 to 2026-01-02) in the last 24 h.',
  );
  expect(bad['sealed_late_rows']).toBe(
    '5 late rows of the last 24 h belong to sealed days (2020-01-01) and are not counted.',
  );
  expect(bad['refresh_slow']).toBe('user_day_v runs 3,300,000 ms (p90 of 6 h) of its 3600 s: 92 % of the time.');
  expect(bad['queue_stuck']).toMatch(
    /^1 days are queued to be recounted, the oldest 2\d{3}-\d\d-\d\d, and none was taken for 4,3\d\d min\.$/,
  );
  expect(Object.keys(bad).sort()).toEqual(['drift', 'queue_stuck', 'refresh_slow', 'sealed_late_rows']);
}, 60_000);
