import { subject } from '../../testing/law/cases';
import { compareAll } from '../../testing/law/compare';
import { configOf } from '../../testing/law/installed';
import { subjectTable } from '../../testing/law/tables';
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

const events = subject('events', 'append', 'replacing');
const options = { timezone: 'UTC', tiers: { minuteDays: 30 } };

/** Ten events on each of four days, each delivered three times. */
async function source(name: string): Promise<void> {
  await engine.db.command(`CREATE DATABASE ${name}`);
  await engine.db.command(subjectTable(events, name));
  await engine.db.command(`SYSTEM STOP MERGES ${name}.events`);
  for (let copy = 0; copy < 3; copy++) {
    await engine.db.command(`INSERT INTO ${name}.events (id, at, event_name, user_id, props, _version)
      SELECT number, toDateTime64(today() - 5 + intDiv(number, 10), 3, 'UTC') + toIntervalHour(3), 'view', toString(number % 3), map('plan', toString(number % 2)), 1 FROM numbers(40)`);
  }
}

/** tidemark.yaml with and without the dimension, migrated to. */
async function migrate(name: string, wide: boolean, stopAfter?: string) {
  const installation = await inspect(configOf(name, [{ ...events, wide }], options), engine.db);
  const plan = await planMigration(installation, engine.db, 'test', { chunkRows: 60 });
  let stopped = false;
  const applied = applyMigration(
    installation,
    engine.db,
    plan.filter((a) => a.kind !== 'refresh'),
    'test',
    {
      onFill: ({ step }) => {
        if (step !== stopAfter) return;
        stopped = true;
        throw new Error('killed');
      },
    },
  );
  await applied.catch((error: unknown) => {
    if (!stopped) throw error;
  });
  return installation;
}

async function wrong(name: string, installation: Awaited<ReturnType<typeof migrate>>) {
  await refreshOnce(installation, engine.db);
  const truth = await readTruth(engine.db, name, [events]);
  const found = await compareAll(installation, engine.db, truth, { hiMs: Date.now() });
  expect(found.cells).toBeGreaterThan(40);
  return found.sample;
}

test('a filling that was killed goes on although merges made the same first day begin a longer chunk', async () => {
  await source('shrunk');
  await refreshOnce(await migrate('shrunk', false), engine.db);
  await migrate('shrunk', true, 'event_minute');
  await engine.db.command('SYSTEM START MERGES shrunk.events');
  await engine.db.command('OPTIMIZE TABLE shrunk.events FINAL');
  expect(await wrong('shrunk', await migrate('shrunk', true))).toEqual([]);
});

test('a dimension that is added, taken away and added again fills its tables each time', async () => {
  await source('again');
  await refreshOnce(await migrate('again', true), engine.db);
  await migrate('again', false);
  await migrate('again', true);
  await migrate('again', false);
  expect(await wrong('again', await migrate('again', true))).toEqual([]);
});
