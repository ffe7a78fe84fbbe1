import { alertRules } from '../../packs/rules';
import { testConfig, watchedPipeline } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { applyMigration, planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';

const events = {
  table: 'shop.events',
  sourceClass: 'append',
  columns: { id: 'id', time: 'at', user: 'who', event: 'event', ingestedAt: 'seen' },
} as const;
const orders = {
  table: 'shop.orders',
  sourceClass: 'append',
  columns: { id: 'id', time: 'at', user: 'who', amount: 'amount', currency: 'currency', ingestedAt: 'seen' },
} as const;

/** Only these: a view of each rule takes its time. */
const asked = ['dau_drop', 'cdc_replication_lag'];

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE DATABASE shop');
  const seen = 'seen DateTime64(3) DEFAULT now64(3)';
  await engine.db.command(
    `CREATE TABLE shop.events (id UInt64, at DateTime64(3), who UInt64, event String, ${seen}) ENGINE = ReplacingMergeTree ORDER BY (event, at, id)`,
  );
  await engine.db.command(
    `CREATE TABLE shop.orders (id UInt64, at DateTime64(3), who UInt64, amount Decimal(18, 4), currency String, ${seen}) ENGINE = ReplacingMergeTree ORDER BY (at, id)`,
  );
  // Three hundred users a day for five weeks, and a hundred on the last days, whichever of them is closed.
  await engine.db.command(
    `INSERT INTO shop.events (id, at, who, event) SELECT number, toStartOfDay(now64(3, 'UTC'), 'UTC') - toIntervalDay(intDiv(number, 300)) + toIntervalMinute(number % 300 % 60), number % 300, 'x'
     FROM numbers(40 * 300) WHERE intDiv(number, 300) > 3 OR number % 300 < 100`,
  );
  const [shop] = watchedPipeline.pipelines;
  const config = testConfig({
    database: 'tm',
    alerts: { off: alertRules.map(({ name }) => name).filter((name) => !asked.includes(name)) },
    refresh: { everySeconds: 3 },
    roles: { events, orders },
    ...watchedPipeline,
    pipelines: [{ ...shop!, roles: ['events'] }],
  });
  const installation = await inspect(config, engine.db);
  await applyMigration(installation, engine.db, await planMigration(installation, engine.db, 'test'), 'test');
}, 180_000);
afterAll(() => engine.stop());

/** A look at the heartbeat: how old the newest beat in ClickHouse is. */
const beat = (ageSeconds: number | null, agoSeconds = 0) =>
  engine.db.command(
    `INSERT INTO tm.health_heartbeat (at, pipeline, age_s, lag_s, every_s) SELECT now64(3) - toIntervalSecond(${agoSeconds}), 'shop', ${ageSeconds ?? 'NULL'}, ${ageSeconds ?? 'NULL'}, 10`,
  );
const said = async (rule = 'dau_drop') =>
  (
    await engine.db.query<{ firing: number; held: number; detail: string }>(
      `SELECT toUInt8(firing) AS firing, toUInt8(held) AS held, detail FROM tm.alert_${rule}`,
    )
  )[0]!;
const complete = () =>
  engine.db.query<{ role: string; pipeline: string; late: number }>(
    "SELECT role, any(pipeline) AS pipeline, max(dateDiff('second', until, now64(3, 'UTC'))) AS late FROM tm.completeness WHERE rollup IN ('active_day', 'order_day') GROUP BY role ORDER BY role",
  );

/** Waits for the rollups: their refreshes run each three seconds. */
async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 240; i++) {
    if (await ask()) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`${what} never came: ${JSON.stringify([await said(), await complete()])}`);
}

test('a rule about numbers is held while the pipeline that feeds them is late, says why, and judges when it caught up', async () => {
  await until('everything is filled', async () => {
    const [fed, free] = await complete();
    return fed?.pipeline === 'shop' && Number(free?.late) < 60;
  });
  expect(await said()).toMatchObject({
    held: 1,
    detail: expect.stringMatching(
      /^Held: replication shop is late\. No beat of it is known; judged is what came before\. /,
    ),
  });
  await beat(3 * 86_400 + 3600, 30);
  const [behind, free] = await complete();
  expect(behind).toMatchObject({ role: 'events', pipeline: 'shop' });
  expect(Math.abs(Number(behind!.late) - 3 * 86_400 - 3600 - 30)).toBeLessThan(60);
  // What another pipeline feeds, or none, goes on.
  expect(free).toMatchObject({ role: 'orders', pipeline: '' });
  expect(await said()).toMatchObject({
    held: 1,
    detail: expect.stringMatching(/^Held: replication shop is late\. It is 3 d behind; judged is what came before\. /),
  });
  expect(await said('cdc_replication_lag')).toMatchObject({ firing: 1, held: 0 });
  await beat(0.4);
  await until('the rule judges', async () => (await said()).held === 0);
  expect(await said()).toMatchObject({ firing: 1, held: 0, detail: expect.stringMatching(/^100 users on .* fewer$/) });
  expect(await said('cdc_replication_lag')).toMatchObject({ firing: 0, held: 0 });
}, 120_000);

test('a beat proves no more than its own moment, whatever the clock of the collector says', async () => {
  // The collector's clock is an hour ahead of ClickHouse's, which it knows.
  await engine.db.command(
    "INSERT INTO tm.health_heartbeat (at, pipeline, age_s, lag_s, every_s, target_skew_ms) SELECT now64(3) + INTERVAL 1 HOUR, 'shop', 0.4, 0.4, 10, -3600000",
  );
  const [events_] = await complete();
  expect(Number(events_!.late)).toBeLessThan(60);
}, 60_000);
