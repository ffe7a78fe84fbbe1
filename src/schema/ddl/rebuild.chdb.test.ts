import { pause } from '../../testing/law/settled';
import { subject } from '../../testing/law/cases';
import { compareAll } from '../../testing/law/compare';
import { configOf } from '../../testing/law/installed';
import type { Subject } from '../../testing/law/tables';
import { stamp, subjectTable } from '../../testing/law/tables';
import { readTruth } from '../../testing/law/truth';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { inspect } from '../inspect';
import type { Installation } from '../installation';
import { refreshOnce } from '../refresh/refresh';
import { refreshSteps } from '../refresh/steps';
import type { Action } from './action';
import type { MigrationOptions } from './migrate';
import { applyMigration, planMigration } from './migrate';
import { doneView } from './views';

const dayMs = 86_400_000;

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

/** A source of its own, and ways to change it and to migrate what stands over it. */
async function source(name: string, events: Subject, withViews = false) {
  const { db } = engine;
  await db.command(`CREATE DATABASE ${name}`);
  await db.command(subjectTable(events, name));
  // Views that run once in an hour do not meddle.
  const refresh = { everySeconds: 3600, delaySeconds: 1, overlapSeconds: 1 };
  const insert = (id: number, version: number, daysAgo: number) =>
    db.insert(`${name}.events`, [
      { id, at: stamp(Date.now() - daysAgo * dayMs), user_id: `u${id}`, event_name: 'view', _version: version },
    ]);
  const plan = async (wide: boolean, options?: MigrationOptions) => {
    const installation = await inspect(configOf(name, [{ ...events, wide }], { timezone: 'UTC', refresh }), db);
    const actions = await planMigration(installation, db, 'test', options);
    return { installation, actions: actions.filter((a) => withViews || a.kind !== 'refresh') };
  };
  return {
    insert,
    plan,
    /** Installs, and counts an event of yesterday. */
    async begin(wide: boolean) {
      const { installation, actions } = await plan(wide);
      await apply(installation, actions);
      await insert(1, 1, 1);
      await refreshOnce(installation, db);
      return installation;
    },
    async compared(installation: Installation) {
      return compareAll(installation, db, await readTruth(db, name, [events]), { hiMs: Date.now() });
    },
  };
}

const apply = (installation: Installation, actions: readonly Action[]) =>
  applyMigration(installation, engine.db, actions, 'test');

test('a ledger made anew keeps the places that a refresh has still to empty, though the source shows them no more', async () => {
  const { begin, insert, plan, compared } = await source('moved', subject('events', 'moving', 'replacing'));
  await begin(false);
  // It moves to another day, a merge takes the former version, and before the next refresh the ledger gets another column.
  await insert(1, 2, 0);
  await engine.db.command('OPTIMIZE TABLE moved.events FINAL');
  const { installation, actions } = await plan(true);
  await apply(installation, actions);
  await refreshOnce(installation, engine.db);
  expect(await compared(installation)).toMatchObject({ wrong: 0, sample: [] });
});

test('rows that arrive after the ledger was filled anew and long before its tables are, are counted by the first refresh', async () => {
  const { begin, insert, plan, compared } = await source('meanwhile', subject('events', 'moving', 'replacing'));
  await begin(false);
  const { installation, actions } = await plan(true);
  const after = actions.findIndex((a) => a.kind === 'ledger') + 1;
  expect(after).toBeGreaterThan(0);
  await apply(installation, actions.slice(0, after));
  await insert(2, 1, 0);
  // Longer than delay and overlap.
  await pause(4000);
  await apply(installation, actions.slice(after));
  await refreshOnce(installation, engine.db);
  expect(await compared(installation)).toMatchObject({ wrong: 0, sample: [] });
});

test('a table made anew alone has what the ledger had not seen when it was filled', async () => {
  const { begin, insert, plan, compared } = await source('alone', subject('events', 'moving', 'replacing'));
  await begin(true);
  await insert(2, 1, 0);
  await pause(4000);
  const { installation, actions } = await plan(true, { rebuild: ['user_day'] });
  await apply(installation, actions);
  await refreshOnce(installation, engine.db);
  expect(await compared(installation)).toMatchObject({ wrong: 0, sample: [] });
});

describe('what the table before had proven, by a look that is still being written down when it is exchanged', () => {
  /** Views and marks of an installation whose `done_v` writes seconds after it looked. */
  async function slowProof(name: string) {
    const { db } = engine;
    const { begin, insert, plan, compared } = await source(name, subject('events', 'append', 'replacing'), true);
    const installation = await begin(true);
    const proof = doneView(installation, refreshSteps(installation));
    const slow = proof.replace(/(?<= AS\n)SELECT[^]*$/, '\nSELECT * FROM ($&\nLIMIT 1) WHERE sleepEachRow(2.5) = 0');
    expect(slow).not.toBe(proof);
    await db.command(`DROP VIEW ${name}_tidemark.done_v SYNC`);
    await db.command(slow);
    const run = async (view: string) => {
      await db.command(`SYSTEM REFRESH VIEW ${name}_tidemark.${view}`);
      await db.command(`SYSTEM WAIT VIEW ${name}_tidemark.${view}`);
      // The next one begins in a later second, as in their schedules.
      await pause(1100);
    };
    return {
      insert,
      plan,
      compared,
      /** The table's view counts all that is there; `done_v` looks, and has still to write. */
      async prove() {
        await run('tick_v');
        await run('user_day_v');
        await db.command(`SYSTEM REFRESH VIEW ${name}_tidemark.done_v`);
        await pause(500);
      },
    };
  }

  test('is not taken for the new one: rows that came while it was filled are counted', async () => {
    const { insert, plan, compared, prove } = await slowProof('raced');
    const { installation, actions } = await plan(true, { rebuild: ['user_day'] });
    let filled = 0;
    const onFill = async ({ step }: { readonly step: string }) => {
      if (step !== 'user_day') return;
      filled += 1;
      await insert(2, 1, 0);
      await pause(4000);
      await prove();
    };
    await applyMigration(installation, engine.db, actions, 'test', { onFill });
    expect(filled).toBe(1);
    await pause(3000);
    await refreshOnce(installation, engine.db);
    expect(await compared(installation)).toMatchObject({ wrong: 0, sample: [] });
  });

  test('is not taken for one that is made again after somebody dropped it by hand', async () => {
    const { plan, compared, prove } = await slowProof('lost');
    await pause(4000);
    await prove();
    await engine.db.command('DROP TABLE lost_tidemark.user_day SYNC');
    const { installation, actions } = await plan(true);
    const made = actions.filter((a) => a.action !== 'unchanged').map((a) => `${a.action} ${a.object}`);
    expect(made).toContain('create user_day');
    expect(made).toContain('replace user_day_v');
    await apply(installation, actions);
    await pause(3000);
    await refreshOnce(installation, engine.db);
    expect(await compared(installation)).toMatchObject({ wrong: 0, sample: [] });
    // What is remembered is what is there: nothing is left to do.
    const again = await plan(true);
    expect(again.actions.filter((a) => a.action !== 'unchanged')).toEqual([]);
  });
});
