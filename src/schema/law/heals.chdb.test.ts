import { calendars, subject } from '../../testing/law/cases';
import { compareAll } from '../../testing/law/compare';
import type { Delivery, Version } from '../../testing/law/history';
import type { Installed } from '../../testing/law/installed';
import { install } from '../../testing/law/installed';
import { Random } from '../../testing/law/random';
import type { LawCase, LawSubject } from '../../testing/law/run';
import { deliveriesOf, promised, runHistories, sweepRound, truthOf } from '../../testing/law/run';
import { stamp, subjectRow } from '../../testing/law/tables';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

const options = { histories: 12, steps: 3, seed: Number(process.env['TIDEMARK_SEED'] ?? 1) };

interface Stage extends Installed {
  readonly name: string;
  readonly lawCase: LawCase;
  readonly deliveries: readonly (readonly Delivery[])[];
  compare(deliveries?: readonly (readonly Delivery[])[]): ReturnType<typeof compareAll>;
}

/** An installation that has lived through some histories. */
async function stage(name: string, subjects: readonly LawSubject[], more: Partial<LawCase> = {}): Promise<Stage> {
  const lawCase = { ...calendars[1]!, days: 3, ...more, subjects };
  const installed = await install(engine.db, name, subjects, lawCase);
  const deliveries = deliveriesOf(lawCase, options);
  await runHistories(engine.db, name, installed, lawCase, options, deliveries);
  const compare: Stage['compare'] = (now = deliveries) =>
    compareAll(installed.installation, engine.db, truthOf(subjects, now), promised(lawCase, options));
  return { ...installed, name, lawCase, deliveries, compare };
}

/** One round of the sweep over all roles, and what follows from it. */
async function sweep(s: Stage): Promise<number> {
  const mended = await sweepRound(engine.db, s);
  await s.tick(s.lawCase.startMs + 20 * 3_600_000 * options.steps);
  await s.refresh();
  return mended;
}

const alter = (table: string, what: string) =>
  engine.db.command(`ALTER TABLE ${table} ${what} SETTINGS mutations_sync = 1`);

test('rows that mutations deleted and changed are mended within one round of the sweep, and a second round finds nothing', async () => {
  const s = await stage('mutated', [
    subject('requests', 'fixed', 'plain'),
    subject('orders', 'moving', 'replacing'),
    subject('subscriptions', 'moving', 'plain'),
  ]);
  expect(await s.compare()).toMatchObject({ wrong: 0, sample: [] });
  const random = new Random(options.seed);
  const ids = new Set(s.deliveries.flatMap((d) => d.map(({ row }) => row.id)));
  const gone = [...ids].filter(() => random.chance(0.15));
  const dearer = [...ids].filter((id) => !gone.includes(id) && random.chance(0.15));
  const moved = [...ids].filter((id) => !gone.includes(id) && !dearer.includes(id) && random.chance(0.15));
  const toMs = s.lawCase.startMs - 4 * 86_400_000;
  for (const { role } of s.lawCase.subjects) {
    const table = `${s.name}.${role}`;
    await alter(table, `DELETE WHERE id IN (${gone.join(', ')})`);
    const cheap = {
      events: 'props = map()',
      requests: 'took_ms = 7',
      orders: 'amount = 7',
      subscriptions: 'mrr = 7, plan = NULL',
    };
    await alter(table, `UPDATE ${cheap[role]} WHERE id IN (${dearer.join(', ')})`);
    // The time stands in the sorting key of the classes append and fixed: no mutation can change it there.
    if (role === 'orders' || role === 'subscriptions')
      await alter(table, `UPDATE at = '${stamp(toMs)}' WHERE id IN (${moved.join(', ')}) AND NOT _deleted`);
  }
  const now = s.deliveries.map((deliveries, i) => {
    const role = s.lawCase.subjects[i]?.role;
    const amount = role === 'requests' ? 7000 : 700;
    const change = (row: Version): Version => ({
      ...row,
      ...(dearer.includes(row.id) && (role === 'events' ? { detail: '' } : { amount })),
      ...(moved.includes(row.id) && (role === 'orders' || role === 'subscriptions') && { timeMs: toMs }),
    });
    return deliveries.filter((d) => !gone.includes(d.row.id)).map((d) => ({ ...d, row: change(d.row) }));
  });
  expect((await s.compare(now)).wrong).toBeGreaterThan(40);
  expect(await sweep(s)).toBeGreaterThan(40);
  expect(await s.compare(now)).toMatchObject({ wrong: 0, sample: [] });
  expect(await sweep(s)).toBe(0);
}, 300_000);

test('a dropped partition is taken out of the rollups, but not where the source is known to keep no more', async () => {
  const partitioned = { ...subject('orders', 'fixed', 'plain'), wide: false, partition: 'toYYYYMM(at)' };
  const open = await stage('partition_lost', [partitioned], { startMs: Date.UTC(2026, 2, 2) });
  expect(await open.compare()).toMatchObject({ wrong: 0, sample: [] });
  // The law's clock stands in spring, the server's in the present, from which days are kept back: what is sealed is counted
  // by a first refresh, which has all rows before it.
  const keepsDays = Math.ceil((Date.now() - Date.UTC(2026, 2, 1)) / 86_400_000);
  const sealed = await install(engine.db, 'partition_sealed', [partitioned], { timezone: 'UTC', keepsDays });
  const rows = open.deliveries.flatMap((d) => d.map(({ row }) => subjectRow(partitioned, row)));
  await engine.db.insert('partition_sealed.orders', rows);
  await sealed.tick(open.lawCase.startMs + 86_400_000);
  await sealed.refresh();
  const february = async () => {
    const of = (table: string) =>
      engine.db.query(
        `SELECT * EXCEPT (run, swept_at) FROM partition_sealed_tidemark.${table} FINAL WHERE d < '2026-03-01' ORDER BY ALL`,
      );
    return [...(await of('order_day')), ...(await of('customer_day'))];
  };
  const before = await february();
  expect(before.length).toBeGreaterThan(1);
  for (const name of ['partition_lost', 'partition_sealed'])
    await engine.db.command(`ALTER TABLE ${name}.orders DROP PARTITION 202602`);

  const later = open.deliveries.map((d) => d.filter(({ row }) => row.timeMs >= Date.UTC(2026, 2, 1)));
  expect((await open.compare(later)).wrong).toBeGreaterThan(1);
  expect(await sweep(open)).toBeGreaterThan(1);
  expect(await open.compare(later)).toMatchObject({ wrong: 0, sample: [] });
  expect(await sweepRound(engine.db, sealed)).toBe(0);
  expect(await february()).toEqual(before);
}, 300_000);

test.each([
  ['append', ['events', 'orders']],
  ['fixed', ['requests', 'subscriptions']],
] as const)(
  'a source declared %s whose rows move is exact after one round of the sweep: %s',
  async (declared, roles) => {
    const wrongly = (role: LawSubject['role']): LawSubject => ({
      role,
      sourceClass: declared,
      rows: 'moving',
      engine: 'plain',
      wide: true,
    });
    const s = await stage(`declared_${declared}`, roles.map(wrongly));
    expect((await s.compare()).wrong).toBeGreaterThan(0);
    await sweep(s);
    expect(await s.compare()).toMatchObject({ wrong: 0, sample: [] });
  },
  300_000,
);
