import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { Random } from '../../testing/law/random';
import { subjectMapping, subjectTable } from '../../testing/law/tables';
import { asUser, runWithUsers } from '../../testing/rights';
import { inspect } from '../inspect';
import { pendingDays, recountedSteps, recountViewName, unfinishedDays } from '../refresh/recounts';
import { refreshSteps, sourceContexts } from '../refresh/steps';
import { applyMigration, planMigration } from './migrate';

const subject = { role: 'events', sourceClass: 'append', engine: 'replacing' } as const;

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine.stop());

test('who may read rollup_status alone reads it, and nothing that it reads', async () => {
  const made = ['CREATE DATABASE shop', subjectTable(subject, 'shop')];
  for (const sql of made) await engine.db.command(sql);
  const config = testConfig({ database: 'tm', roles: { events: subjectMapping(subject, 'shop') } });
  const plan = await planMigration(await inspect(config, engine.db), engine.db, 'test');
  const statements = [...made, ...plan.flatMap((a) => (a.kind === 'refresh' ? [] : a.statements))];
  const watcher = `<clickhouse><users><watcher><password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>
<grants><query>GRANT SELECT ON tm.rollup_status</query></grants></watcher></users></clickhouse>`;
  const asked = [
    asUser('watcher', "SELECT verdict AS k FROM tm.rollup_status WHERE rollup = 'user_day'"),
    asUser('watcher', 'SELECT count() AS k FROM tm.done'),
    asUser('watcher', 'SELECT count() AS k FROM shop.events'),
  ].flat();
  const outcomes = runWithUsers([watcher], [...statements, ...asked]);
  outcomes.slice(0, statements.length).forEach((outcome) => expect(outcome).not.toHaveProperty('error'));
  const denied = { error: expect.stringContaining('ACCESS_DENIED') as string };
  const answers = outcomes.slice(statements.length);
  expect([answers[1], answers[3], answers[5]]).toEqual([{ rows: ['filling'] }, denied, denied]);
}, 60_000);

test('days that wait are those that the recounts would take, whatever was queued, taken and left', async () => {
  const orders = { role: 'orders', sourceClass: 'moving', engine: 'replacing' } as const;
  await engine.db.command('CREATE DATABASE queued');
  for (const s of [subject, orders]) await engine.db.command(subjectTable(s, 'queued'));
  const roles = {
    events: subjectMapping(subject, 'queued'),
    orders: { ...subjectMapping(orders, 'queued'), keepsDays: 40 },
  };
  const installation = await inspect(testConfig({ database: 'queued_tm', roles }), engine.db);
  const plan = (await planMigration(installation, engine.db, 'test')).filter((a) => a.kind !== 'refresh');
  await applyMigration(installation, engine.db, plan, 'test');
  const recounted = recountedSteps(refreshSteps(installation));
  const views = recounted.map((r) => `queued_tm.${recountViewName(r.step)}`);
  // They run when the test says so, and write nothing: what counts is when they ran.
  for (const view of views)
    await engine.db.command(
      `CREATE MATERIALIZED VIEW ${view} REFRESH EVERY 1 YEAR APPEND TO queued_tm.backfills AS SELECT 'x' AS target WHERE 0`,
    );
  const expected = sourceContexts(installation).map((c) => {
    const { role } = c.source;
    const own = recounted.filter((r) => r.context.source.role === role);
    return `SELECT '${role}' AS role, count() AS n, min(d) AS first FROM (${pendingDays(c)} UNION DISTINCT ${unfinishedDays(c, own)})`;
  });
  const random = new Random(7);
  const seen = new Set<string>();
  for (let round = 0; round < 8; round++) {
    const at = () => `now64(3) - ${random.below(30)}`;
    const day = () => `today() - ${random.below(50)}`;
    for (let i = 0; i < 8; i++) {
      const role = random.pick(['events', 'orders']);
      await engine.db.command(
        random.chance(0.5)
          ? `INSERT INTO queued_tm.late (role, d, hi, at, rows, sealed) SELECT '${role}', ${day()}, now64(3), ${at()}, 1, ${random.pick([0, 0, 0, 1])}`
          : `INSERT INTO queued_tm.recounts (at, role, d, why) SELECT ${at()}, '${role}', ${day()}, '${random.pick(['late', 'sweep', 'asked'])}'`,
      );
    }
    if (random.chance(0.4))
      for (const view of views) {
        await engine.db.command(`SYSTEM REFRESH VIEW ${view}`);
        await engine.db.command(`SYSTEM WAIT VIEW ${view}`);
      }
    const queues = await engine.db.query<object>(
      `SELECT role, toString(n) AS days, if(n = 0, '', toString(first)) AS oldest FROM (${expected.join(' UNION ALL ')}) ORDER BY role`,
    );
    const told = await engine.db.query<object>(
      `SELECT role, toString(any(queued_days)) AS days, ifNull(toString(any(oldest_queued)), '') AS oldest FROM queued_tm.rollup_status AS status
       INNER JOIN (SELECT name, role FROM queued_tm.catalog_rollups WHERE name IN ('event_day', 'order_day')) AS known ON known.name = status.rollup GROUP BY role ORDER BY role`,
    );
    expect(told).toEqual(queues);
    seen.add(JSON.stringify(told));
  }
  expect(seen.size).toBeGreaterThan(4);
}, 120_000);
