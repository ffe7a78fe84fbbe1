import { subject } from '../../testing/law/cases';
import { compareAll } from '../../testing/law/compare';
import { configOf } from '../../testing/law/installed';
import { stamp, subjectTable } from '../../testing/law/tables';
import { readTruth } from '../../testing/law/truth';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { inspect } from '../inspect';
import { refreshOnce } from '../refresh/refresh';
import { applyMigration, planMigration } from './migrate';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

test('a ledger made anew keeps the places that a refresh has still to empty, though the source shows them no more', async () => {
  const { db } = engine;
  const events = subject('events', 'moving', 'replacing');
  await db.command('CREATE DATABASE moved');
  await db.command(subjectTable(events, 'moved'));
  const migrate = async (wide: boolean) => {
    const installation = await inspect(configOf('moved', [{ ...events, wide }], { timezone: 'UTC' }), db);
    const plan = (await planMigration(installation, db, 'test')).filter((a) => a.kind !== 'refresh');
    await applyMigration(installation, db, plan, 'test');
    return installation;
  };
  const dayMs = 86_400_000;
  const event = (version: number, daysAgo: number) =>
    db.insert('moved.events', [
      { id: 1, at: stamp(Date.now() - daysAgo * dayMs), user_id: 'a', event_name: 'view', _version: version },
    ]);
  await event(1, 1);
  await refreshOnce(await migrate(false), db);
  // It moves to another day, a merge takes the former version, and before the next refresh the ledger gets another column.
  await event(2, 0);
  await db.command('OPTIMIZE TABLE moved.events FINAL');
  const installation = await migrate(true);
  await refreshOnce(installation, db);
  const truth = await readTruth(db, 'moved', [events]);
  expect(await compareAll(installation, db, truth, { hiMs: Date.now() })).toMatchObject({ wrong: 0, sample: [] });
});
