import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { install } from '../../testing/law/installed';
import type { Subject } from '../../testing/law/tables';
import { subjectRow } from '../../testing/law/tables';
import { driftSelect } from './drift';
import { nextBatchSelect, recountedSteps } from './recounts';
import { refreshSteps, sourceContexts } from './steps';
import { runStep } from './refresh';
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
  const { installation, steps, tick, refresh } = await install(engine.db, 'mutated', [moving], {
    timezone: 'Europe/Berlin',
  });
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
    order_quarter: ['2026-04-01: 1', '2026-04-02: 1'],
    order_day: ['2026-04-01: 1', '2026-04-02: 1'],
    customer_day: ['2026-04-01: 1', '2026-04-02: 1'],
  });
  await healDay(installation, engine.db, '2026-04-01');
  expect(wrongDays(await verify(installation, engine.db, everything))).toEqual({
    order_quarter: ['2026-04-02: 1'],
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
  // Once the sweep has gone on: so many rows were wrong, of so many that the day has now.
  await engine.db.command(
    "INSERT INTO mutated_tidemark.recounts (at, role, d, why) SELECT now64(3) + 60, 'orders', '2026-04-03', 'sweep'",
  );
  const drift = await engine.db.query<{ rollup: string; d: string; rows: number; total: number }>(
    `SELECT rollup, toString(d) AS d, toUInt32(rows) AS rows, toUInt32(total) AS total FROM (${driftSelect(installation, recountedSteps(steps))}) ORDER BY d, rollup`,
  );
  expect(drift.map(({ d, rollup, rows, total }) => `${d} ${rollup}: ${rows} of ${total}`)).toEqual([
    '2026-04-01 customer_day: 1 of 1',
    '2026-04-01 order_day: 1 of 1',
    '2026-04-01 order_quarter: 1 of 1',
    '2026-04-02 customer_day: 1 of 2',
    '2026-04-02 order_day: 1 of 1',
    '2026-04-02 order_quarter: 1 of 1',
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

/** What the view that chooses the next days would write now, after `minutes` have passed since the last time. */
async function nextBatch(
  name: string,
  installed: Awaited<ReturnType<typeof install>>,
  minutes: number,
): Promise<string[]> {
  const database = `${name}_tidemark`;
  if (minutes > 0)
    await engine.db.command(
      `CREATE OR REPLACE TABLE ${database}.recounts ENGINE = MergeTree ORDER BY (role, at) AS SELECT at - toIntervalMinute(${minutes}) AS at, role, d, why FROM ${database}.recounts`,
    );
  const [context] = sourceContexts(installed.installation);
  if (!context) throw new Error('No source.');
  const select = nextBatchSelect(context, recountedSteps(installed.steps));
  await engine.db.command(`INSERT INTO ${database}.recounts ${select}`);
  const rows = await engine.db.query<{ t: string }>(
    `SELECT concat(toString(d), ' ', why) AS t FROM ${database}.recounts WHERE at = (SELECT max(at) FROM ${database}.recounts) ORDER BY d`,
  );
  return rows.map((r) => r.t);
}

test('the sweep goes from day to day, over days only the source has too, and starts again', async () => {
  const installed = await install(engine.db, 'round', [moving], { timezone: 'UTC' });
  const { tick, refresh } = installed;
  await engine.db.insert('round.orders', [row(moving, 1, 0, 1), row(moving, 2, 9, 1)]);
  await tick(t0 + 2000);
  await refresh();
  await engine.db.insert('round.orders', [row(moving, 3, 4, 90)]);
  const visited: string[] = [];
  for (let i = 0; i < 5; i++) visited.push(...(await nextBatch('round', installed, 2)));
  expect(visited).toEqual([
    '2026-04-01 sweep',
    '2026-04-05 sweep',
    '2026-04-10 sweep',
    '1970-01-01 sweep',
    '2026-04-01 sweep',
  ]);
});

test.each([
  ['a small source all at once', 'queue', 0, [['2026-04-02 late', '2026-04-03 late', '2026-04-04 late']]],
  [
    'a larger one oldest first, so many a run',
    'queue_large',
    2_600_000,
    [['2026-04-02 late', '2026-04-03 late'], ['2026-04-04 late']],
  ],
] as const)('late days are queued and worked off before the sweep goes on: %s', async (_, name, more, batches) => {
  const installed = await install(engine.db, name, [moving], { timezone: 'UTC' });
  const { tick, refresh, steps } = installed;
  const installation = { ...installed.installation, lateDaysPerRun: 2 };
  await engine.db.insert(`${name}.orders`, [row(moving, 1, 20, 1)]);
  await tick(t0 + 20 * dayMs);
  await refresh();
  // Rows that were stamped long before: they only make the source large.
  await engine.db.command(
    `INSERT INTO ${name}.orders (id, at, customer_id, currency, amount, _version, ingested_at) SELECT 1000 + number, toDateTime64('2026-04-21', 3, 'UTC'), 'u', 'x', 1, 1, toDateTime64('2026-04-01', 3, 'UTC') FROM numbers(${more})`,
  );
  await engine.db.insert(
    `${name}.orders`,
    [3, 1, 2, 19].map((day, i) => row(moving, 10 + i, day, 20 * 86_400 + 5)),
  );
  await tick(t0 + 20 * dayMs + 10_000);
  for (const step of steps.filter((s) => s.of.kind === 'ledger' || s.of.kind === 'late'))
    await runStep(installation, engine.db, step);
  // The nineteenth is one of the fresh days: no queue for it.
  for (const batch of batches)
    expect(await nextBatch(name, { ...installed, steps: refreshSteps(installation), installation }, 0)).toEqual(batch);
  expect(await nextBatch(name, installed, 0)).toEqual(['2026-04-02 sweep']);
});
