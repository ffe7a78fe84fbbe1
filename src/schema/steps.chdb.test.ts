import type { TestEngine } from '../testing/engine';
import { startEngine } from '../testing/engine';
import { testConfig } from '../testing/config';
import { applyMigration, planMigration } from './ddl/migrate';
import { inspect } from './inspect';
import { runStep } from './refresh/refresh';
import { refreshSteps } from './refresh/steps';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

test.each(['append', 'moving'] as const)(
  'step rows of class %s carry the dimensions that saved funnels ask for, and follow their changes',
  async (sourceClass) => {
    const name = `steps_${sourceClass}`;
    const { db } = engine;
    await db.command(`CREATE DATABASE ${name}`);
    await db.command(`CREATE TABLE ${name}.e (id UInt64, at DateTime64(6, 'Europe/Berlin'), event String, who UUID, props Map(String, String), account Nullable(String), v UInt64, gone UInt8,
      seen DateTime64(3) DEFAULT now64(3)) ENGINE = ReplacingMergeTree(v, gone) ORDER BY ${sourceClass === 'moving' ? 'id' : '(event, at, who, id)'}`);
    const config = testConfig({
      database: `${name}_tm`,
      refresh: { freshDays: 3650 },
      roles: {
        events: {
          table: `${name}.e`,
          sourceClass,
          columns: {
            id: 'id',
            time: 'at',
            event: 'event',
            user: 'who',
            ingestedAt: 'seen',
            version: 'v',
            deleted: 'gone',
          },
          dimensions: [
            { name: 'plan', from: 'props.plan', column: 'props', path: ['plan'] },
            { name: 'account', from: 'account', column: 'account', path: [] },
          ],
        },
      },
      funnels: [
        {
          name: 'f',
          title: 'f',
          steps: [{ event: 'a', where: { plan: ['pro'] } }, { event: 'b' }],
          order: 'ordered',
          windowMs: 60_000,
          exclusions: [],
          by: 'account',
          attribution: 'first',
        },
      ],
    });
    const installation = await inspect(config, db);
    const plan = (await planMigration(installation, db, 'test')).filter((a) => a.kind !== 'refresh');
    await applyMigration(installation, db, plan, 'test');
    const refresh = async () => {
      await db.command(`INSERT INTO ${name}_tm.tick SELECT now64(3), now64(3)`);
      for (const step of refreshSteps(installation).filter((s) => ['places_events', 'step_day'].includes(s.name)))
        await runStep(installation, db, step);
    };
    const rows = () =>
      db.query(
        `SELECT toString(d) AS d, event, toString(at) AS at, account, plan FROM ${name}_tm.step_day FINAL ORDER BY at`,
      );
    const who = '6f0c1c46-1f7e-4d6a-9b57-3b1f2a0d9c11';
    const event = (id: number, text: string, own: object = {}) => ({
      id,
      at: `2026-03-29 0${id}:30:00.123456`,
      event: text,
      who,
      v: 1,
      gone: 0,
      ...own,
    });
    await db.insert(`${name}.e`, [
      event(1, 'a', { props: { plan: 'pro' }, account: 'acme' }),
      event(4, 'b', {}),
      event(5, 'c', { account: 'acme' }),
    ]);
    await refresh();
    expect(await rows()).toEqual([
      { d: '2026-03-29', event: 'a', at: '2026-03-29 00:30:00.123', account: 'acme', plan: 'pro' },
      { d: '2026-03-29', event: 'b', at: '2026-03-29 02:30:00.123', account: '', plan: '' },
    ]);
    if (sourceClass === 'append') return;
    await db.insert(`${name}.e`, [
      event(1, 'a', { props: { plan: 'free' }, account: 'other', v: 2 }),
      event(4, 'b', { v: 2, gone: 1 }),
    ]);
    await refresh();
    expect(await rows()).toEqual([
      { d: '2026-03-29', event: 'a', at: '2026-03-29 00:30:00.123', account: 'other', plan: 'free' },
    ]);
  },
);
