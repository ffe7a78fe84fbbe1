import type { TestEngine } from '../testing/engine';
import { startEngine } from '../testing/engine';
import { install } from '../testing/law/installed';
import type { Subject } from '../testing/law/tables';
import { subjectRow } from '../testing/law/tables';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

const t0 = Date.UTC(2026, 3, 1);
const dayMs = 86_400_000;
const moving: Subject = { role: 'orders', sourceClass: 'moving', engine: 'replacing' };

interface Order {
  readonly id: number;
  readonly version?: number;
  readonly day: number;
  readonly stamp: number;
  readonly deleted?: boolean;
}

const orderRow = (subject: Subject, { id, version = 1, day, stamp, deleted = false }: Order) =>
  subjectRow(subject, {
    id,
    version,
    deleted,
    timeMs: t0 + day * dayMs,
    user: 'u',
    name: 'USD',
    amount: 100,
    refund: 0,
    stampMs: t0 + stamp * 1000,
  });

const ordersPerDay = async (database: string) =>
  Object.fromEntries(
    (
      await engine.db.query<{ d: string; n: number }>(
        `SELECT toString(d) AS d, toUInt32(orders) AS n FROM ${database}.order_day FINAL`,
      )
    ).map(({ d, n }) => [d, n]),
  );

test('a version whose place was never written down is not counted, so that its bucket can shrink again', async () => {
  const { installation, tick, refresh } = await install(engine.db, 'unplaced', [moving], { timezone: 'UTC' });
  const insert = (order: Order) => engine.db.insert('unplaced.orders', [orderRow(moving, order)]);
  await insert({ id: 1, day: 1, stamp: 1 });
  await tick(t0 + 2000);
  await refresh();
  await insert({ id: 2, day: 2, stamp: 3 });
  await tick(t0 + 4000);
  // Order 1 moves to the day of order 2 after the ledger of this refresh was written …
  await refresh(async (step) => (step === 0 ? insert({ id: 1, version: 2, day: 2, stamp: 5 }) : undefined));
  // … and on to a third day before the next; a merge leaves no trace of the second.
  await insert({ id: 1, version: 3, day: 3, stamp: 6 });
  await engine.db.command('OPTIMIZE TABLE unplaced.orders FINAL');
  await tick(t0 + 7000);
  await refresh();
  expect(await ordersPerDay(installation.database)).toEqual({ '2026-04-03': 1, '2026-04-04': 1 });
});

test('a row under constant update does not drop out while its newest version is younger than the watermark', async () => {
  const { installation, tick, refresh } = await install(engine.db, 'busy', [moving], { timezone: 'UTC' });
  for (let version = 1; version <= 4; version++) {
    await engine.db.insert('busy.orders', [orderRow(moving, { id: 1, version, day: 0, stamp: version * 10 })]);
    await engine.db.command('OPTIMIZE TABLE busy.orders FINAL');
    await tick(t0 + version * 10_000 - (version === 1 ? 0 : 5000));
    await refresh();
    expect(await ordersPerDay(installation.database)).toEqual({ '2026-04-01': 1 });
  }
});

test('a delete that carries only the key empties the bucket that the row had', async () => {
  const { installation, tick, refresh } = await install(engine.db, 'keyonly', [moving], { timezone: 'UTC' });
  await engine.db.insert('keyonly.orders', [orderRow(moving, { id: 1, day: 5, stamp: 1 })]);
  await tick(t0 + 2000);
  await refresh();
  expect(await ordersPerDay(installation.database)).toEqual({ '2026-04-06': 1 });
  await engine.db.insert('keyonly.orders', [
    { id: 1, _version: 2, _deleted: 1, ingested_at: new Date(t0 + 3000).toISOString().slice(0, 19).replace('T', ' ') },
  ]);
  await tick(t0 + 4000);
  await refresh();
  expect(await ordersPerDay(installation.database)).toEqual({});
});

test('one absurd time does not shut out the other days of its refresh', async () => {
  const { installation, tick, refresh } = await install(engine.db, 'absurd', [moving], { timezone: 'Europe/Berlin' });
  await engine.db.insert('absurd.orders', [
    orderRow(moving, { id: 1, day: 0, stamp: 1 }),
    orderRow(moving, { id: 2, day: 65_000, stamp: 1 }),
  ]);
  await tick(t0 + 2000);
  await refresh();
  expect(await ordersPerDay(installation.database)).toMatchObject({ '2026-04-01': 1 });
});

test('class window recomputes its last days whole, without any stamp', async () => {
  const subject = { role: 'orders', sourceClass: 'window', engine: 'replacing' } as const;
  const { installation, tick, refresh } = await install(engine.db, 'windowed', [subject], {
    timezone: 'UTC',
    windowDays: 3,
  });
  const today = Math.floor(Date.now() / dayMs) * dayMs;
  const at = (id: number, daysAgo: number) => ({
    ...orderRow(moving, { id, day: 0, stamp: 0 }),
    at: new Date(today - daysAgo * dayMs).toISOString().slice(0, 19).replace('T', ' '),
  });
  const day = (daysAgo: number) => new Date(today - daysAgo * dayMs).toISOString().slice(0, 10);
  await engine.db.insert('windowed.orders', [at(1, 0), at(2, 2), at(3, 30)]);
  await tick(Date.now());
  await refresh();
  expect(await ordersPerDay(installation.database)).toEqual({ [day(0)]: 1, [day(2)]: 1 });
  await engine.db.command('ALTER TABLE windowed.orders DELETE WHERE id = 2 SETTINGS mutations_sync = 1');
  await tick(Date.now());
  await refresh();
  expect(await ordersPerDay(installation.database)).toEqual({ [day(0)]: 1 });
});
