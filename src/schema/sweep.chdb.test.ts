import type { TestEngine } from '../testing/engine';
import { startEngine } from '../testing/engine';
import { install } from '../testing/law/installed';
import type { Subject } from '../testing/law/tables';
import { subjectRow } from '../testing/law/tables';
import { nextDaySelect, sweptSteps } from './sweep';
import { healDay, verify } from './verify';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

const t0 = Date.UTC(2026, 3, 1);
const dayMs = 86_400_000;
const row = (subject: Subject, id: number, day: number, stamp: number, version = 1) =>
  subjectRow(subject, {
    id,
    version,
    deleted: false,
    timeMs: t0 + day * dayMs,
    user: `u${id % 3}`,
    name: 'x',
    amount: 100 * id,
    refund: 0,
    stampMs: t0 + stamp * 1000,
  });

const everything = (days: readonly string[]) => days;
const wrongDays = (found: Awaited<ReturnType<typeof verify>>) =>
  Object.fromEntries(
    found.filter((f) => f.wrong.length > 0).map((f) => [f.rollup, f.wrong.map((w) => `${w.day}: ${w.rows}`)]),
  );

const moving: Subject = { role: 'orders', sourceClass: 'moving', engine: 'replacing' };

test('what a mutation took away without a row arriving is found and healed, and nothing else is touched', async () => {
  const { installation, tick, refresh } = await install(engine.db, 'mutated', [moving], { timezone: 'Europe/Berlin' });
  await engine.db.insert(
    'mutated.orders',
    [1, 2, 3, 4].map((id) => row(moving, id, id % 2, 1)),
  );
  await tick(t0 + 2000);
  await refresh();
  expect(wrongDays(await verify(installation, engine.db, everything))).toEqual({});

  await engine.db.command('ALTER TABLE mutated.orders DELETE WHERE id = 2 SETTINGS mutations_sync = 1');
  await engine.db.command('ALTER TABLE mutated.orders UPDATE amount = 7 WHERE id = 3 SETTINGS mutations_sync = 1');
  expect(wrongDays(await verify(installation, engine.db, everything))).toEqual({
    order_day: ['2026-04-01: 1', '2026-04-02: 1'],
    customer_day: ['2026-04-01: 1', '2026-04-02: 1'],
  });
  await healDay(installation, engine.db, '2026-04-01');
  expect(wrongDays(await verify(installation, engine.db, everything))).toEqual({
    order_day: ['2026-04-02: 1'],
    customer_day: ['2026-04-02: 1'],
  });
  await healDay(installation, engine.db, '2026-04-02');
  expect(wrongDays(await verify(installation, engine.db, everything))).toEqual({});
  const marked = await engine.db.query(
    "SELECT toString(d) AS d, toUInt32(count()) AS n FROM mutated_tidemark.order_day WHERE swept_at > '2000-01-01' GROUP BY d ORDER BY d",
  );
  expect(marked).toEqual([
    { d: '2026-04-01', n: 1 },
    { d: '2026-04-02', n: 1 },
  ]);
});

test('a wrongly declared class is healed: rows that move in a source declared fixed', async () => {
  const fixed: Subject = { role: 'orders', sourceClass: 'fixed', engine: 'plain' };
  const { installation, tick, refresh } = await install(engine.db, 'declared', [fixed], { timezone: 'UTC' });
  await engine.db.insert('declared.orders', [row(fixed, 1, 0, 1), row(fixed, 2, 0, 1)]);
  await tick(t0 + 2000);
  await refresh();
  await engine.db.insert('declared.orders', [row(fixed, 1, 5, 3, 2)]);
  await tick(t0 + 4000);
  await refresh();
  expect(wrongDays(await verify(installation, engine.db, everything))).toMatchObject({ order_day: ['2026-04-01: 1'] });
  await healDay(installation, engine.db, '2026-04-01');
  expect(wrongDays(await verify(installation, engine.db, everything))).toEqual({});
  const days = await engine.db.query(
    'SELECT toString(d) AS d, toUInt32(orders) AS n FROM declared_tidemark.order_day FINAL ORDER BY d',
  );
  expect(days).toEqual([
    { d: '2026-04-01', n: 1 },
    { d: '2026-04-06', n: 1 },
  ]);
});

test('the sweep goes from day to day, over days only the source has too, and starts again', async () => {
  const { installation, steps, tick, refresh } = await install(engine.db, 'round', [moving], { timezone: 'UTC' });
  await engine.db.insert('round.orders', [row(moving, 1, 0, 1), row(moving, 2, 9, 1)]);
  await tick(t0 + 2000);
  await refresh();
  await engine.db.insert('round.orders', [row(moving, 3, 4, 90)]);
  const visited: string[] = [];
  for (let i = 0; i < 5; i++) {
    await engine.db.command(`INSERT INTO round_tidemark.sweep_days ${nextDaySelect(installation, sweptSteps(steps))}`);
    const [at] = await engine.db.query<{ d: string }>(
      'SELECT toString(argMax(d, at)) AS d FROM round_tidemark.sweep_days',
    );
    visited.push(at?.d ?? '');
  }
  expect(visited).toEqual(['2026-04-01', '2026-04-05', '2026-04-10', '1970-01-01', '2026-04-01']);
});
