import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { subjectMapping, subjectTable } from '../../testing/law/tables';
import { asUser, runWithUsers } from '../../testing/rights';
import { inspect } from '../inspect';
import { planMigration } from './migrate';

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
