import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { testConfig, testRole } from '../../testing/config';
import { applyMigration, planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';
import type { Installation } from '../installation';
import { drainQueue } from '../refresh/drain';
import { refreshOnce } from '../refresh/refresh';
import { verify } from '../refresh/verify';
import { capKeys, nextListsSelect } from './rank';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

const config = (database: string, sourceClass: 'append' | 'moving') =>
  testConfig({
    database: `${database}_tidemark`,
    reporting: { timezone: 'Asia/Kathmandu' },
    roles: {
      events: {
        ...testRole({
          table: `${database}.events`,
          sourceClass,
          columns: {
            id: 'id',
            time: 'at',
            event: 'event',
            user: 'user',
            ingestedAt: 'seen',
            version: 'v',
            deleted: 'gone',
          },
        }),
        tops: { event: 3 },
      },
    },
  });

async function migrated(database: string, sourceClass: 'append' | 'moving'): Promise<Installation> {
  const installation = await capKeys(await inspect(config(database, sourceClass), engine.db), engine.db);
  const plan = (await planMigration(installation, engine.db, 'test')).filter((a) => a.kind !== 'refresh');
  await applyMigration(installation, engine.db, plan, 'test');
  return installation;
}

const rows = (database: string, values: string) =>
  engine.db.command(`INSERT INTO ${database}.events (id, at, event, user) ${values}`);

async function source(database: string, orderBy: string): Promise<void> {
  await engine.db.command(`CREATE DATABASE ${database}`);
  await engine.db.command(
    `CREATE TABLE ${database}.events (id UInt64, at DateTime64(3, 'UTC'), event String, user UInt64, seen DateTime64(3) DEFAULT now64(3), v UInt64 DEFAULT 1, gone UInt8 DEFAULT 0) ENGINE = ReplacingMergeTree(v, gone) ORDER BY (${orderBy})`,
  );
}

const days = (database: string) =>
  engine.db.query<{ e: string; n: number }>(
    `SELECT event AS e, toUInt32(sum(n)) AS n FROM ${database}_tidemark.event_day FINAL GROUP BY e ORDER BY e`,
  );

test.each([
  ['append', 'event, at, id'],
  ['moving', 'id'],
] as const)(
  'class %s: a key with more values than are kept apart is capped, rest in (other), totals kept',
  async (sourceClass, orderBy) => {
    const database = `capped_${sourceClass}`;
    await source(database, orderBy);
    // a: 50, b: 40, c: 30, and 20 names once each, all yesterday.
    const name = "multiIf(number < 50, 'a', number < 90, 'b', number < 120, 'c', concat('x', toString(number)))";
    await rows(database, `SELECT number, now64(3) - toIntervalDay(1), ${name}, number % 7 FROM numbers(140)`);
    const installation = await migrated(database, sourceClass);
    expect(installation.sources.events?.capped).toEqual(['event']);
    await refreshOnce(installation, engine.db, { hi: 'now64(3)' });
    const expected = [
      { e: '(other)', n: 20 },
      { e: 'a', n: 50 },
      { e: 'b', n: 40 },
      { e: 'c', n: 30 },
    ];
    expect(await days(database)).toEqual(expected);

    // A list for tomorrow changes nothing of the days before it.
    await rows(database, "SELECT 1000 + number, now64(3) - toIntervalDay(1), 'late', 1 FROM numbers(100)");
    const next = nextListsSelect(installation);
    await engine.db.command(
      `INSERT INTO ${database}_tidemark.top_values (role, dimension, since, value, at) ${next ?? ''}`,
    );
    const lists = await engine.db.query(
      `SELECT since > today() AS later, arraySort(groupArray(value)) AS list FROM ${database}_tidemark.top_values GROUP BY since ORDER BY since`,
    );
    expect(lists).toEqual([
      { later: 0, list: ['a', 'b', 'c'] },
      { later: 1, list: ['a', 'b', 'late'] },
    ]);
    await refreshOnce(installation, engine.db, { hi: 'now64(3)' });
    await drainQueue(installation, engine.db);
    expect(await days(database)).toEqual([{ e: '(other)', n: 120 }, ...expected.slice(1)]);
    const wrong = (await verify(installation, engine.db, (all) => all)).filter((f) => f.wrong.length > 0);
    expect(wrong).toEqual([]);

    // From the list's day on its values count: a row three days ahead.
    await rows(
      database,
      "SELECT 5000 + number, now64(3) + toIntervalDay(3), if(number = 0, 'late', 'c'), 1 FROM numbers(3)",
    );
    await refreshOnce(installation, engine.db, { hi: 'now64(3)' });
    expect(await days(database)).toEqual([{ e: '(other)', n: 122 }, ...expected.slice(1), { e: 'late', n: 1 }]);
  },
  120_000,
);

test('a key within its number of values is not capped, and asked again keeps its list', async () => {
  await source('few', 'event, at, id');
  await rows('few', "SELECT number, now64(3) - toIntervalDay(1), ['a', 'b', 'c'][1 + number % 3], 1 FROM numbers(30)");
  expect((await migrated('few', 'append')).sources.events?.capped).toEqual([]);
  await rows(
    'few',
    "SELECT 100 + number, now64(3) - toIntervalDay(1), concat('n', toString(number)), 1 FROM numbers(30)",
  );
  const dry = await capKeys(await inspect(config('few', 'append'), engine.db), engine.db, { dryRun: true });
  expect(dry.sources.events?.capped).toEqual(['event']);
  expect((await inspect(config('few', 'append'), engine.db)).sources.events?.capped).toEqual([]);
}, 60_000);
