import type { RetentionSpec } from '../../core/retention/spec';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import type { Expected } from '../../testing/law/expected';
import { featureNames } from '../../testing/law/history';
import { classOf, featureNumbers } from '../../testing/product/adoption';
import { historyOf } from '../../testing/product/histories';
import type { Eras } from '../../testing/product/world';
import { differences, productWorld } from '../../testing/product/world';
import { productWorlds } from '../../testing/product/worlds';
import { tableOf } from './context';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

/** Sum of a table's first number by some parts of its keys. */
function sumBy(rows: Expected, keyOf: (keys: readonly string[]) => string): ReadonlyMap<string, number> {
  const out = new Map<string, number>();
  for (const [place, [users = 0]] of rows) {
    const key = keyOf(place.split('|'));
    out.set(key, (out.get(key) ?? 0) + users);
  }
  return out;
}

/**
 * Who adopts does so once and no sooner than they came, whatever tells them apart; every use is by a user of the week, and who
 * used n features is a user of each of them.
 */
async function expectIdentities(eras: Eras, suffix: string): Promise<void> {
  const held = (family: string) => eras.held(`${family}${suffix}`);
  const cohorts = await held('adoption_week');
  const perWeek = (rows: Expected) => sumBy(rows, ([week = '', event = '']) => `${week} ${event}`);
  expect(perWeek(cohorts)).toEqual(perWeek(await held('adoption_lag_week')));
  const newUsers = sumBy(
    new Map([...(await held('active_week'))].map(([k, v]) => [k, [v[1] ?? 0]])),
    ([week = '']) => week,
  );
  for (const [key, users] of sumBy(cohorts, ([, event = '', cohort = '']) => `${cohort} ${event}`))
    expect([key, users <= (newUsers.get(key.slice(0, 10)) ?? 0)]).toEqual([key, true]);
  for (const place of cohorts.keys()) {
    const [week = '', , cohort = ''] = place.split('|');
    expect([place, cohort <= week]).toEqual([place, true]);
  }
  const users = sumBy(await held('feature_week'), ([week = '']) => week);
  const breadth = await held('breadth_week');
  const byBreadth = new Map<string, number>();
  for (const [place, [n = 0]] of breadth) {
    const [week = '', features] = place.split('|');
    byBreadth.set(week, (byBreadth.get(week) ?? 0) + n * Number(features));
  }
  expect(byBreadth).toEqual(users);
}

test.each(productWorlds('features'))(
  'first uses, adoption, uses and breadth of random histories equal those counted user by user after every refresh: $name',
  async (world) => {
    const eras = await productWorld(engine.db, world);
    const tables = eras
      .finished('adoption', 'featureUses', 'featureBreadth', 'firstDays')
      .filter((t) => t.rollup.needs === 'features');
    expect(tables.map((t) => t.table)).toHaveLength(5 * world.zones.length);
    for (let round = 0; round < 4; round++) {
      await eras.arrive(round);
      for (const { table, rollup } of tables) {
        const calendar = { span: 'week', weekStart: world.weekStart } as const;
        const asked = { rows: eras.histories.rows(), features: featureNames, zone: rollup.timezone, calendar };
        const held = await eras.held(table);
        expect([table, differences(held, featureNumbers(asked, rollup) ?? new Map())]).toEqual([table, []]);
        const told = new Set([...held.keys()].map((k) => historyOf(Date.parse(k.slice(0, 10)) / 86_400_000)));
        expect(told.size).toBeGreaterThan(0.9 * world.histories);
      }
      for (const { rollup } of tables.filter((t) => t.rollup.method === 'featureUses'))
        await expectIdentities(eras, rollup.name.slice('feature_week'.length));
    }
  },
  120_000,
);

/** A retention that makes step rows of `share` carry the dimension. */
const byPlan: RetentionSpec = {
  name: 'by_plan',
  title: 'By plan',
  start: { event: 'share' },
  back: { event: 'share' },
  mode: 'recurring',
  interval: 'week',
  windows: 'calendar',
  by: 'user',
  breakdown: 'plan',
  periods: 4,
};

test('uses per user fall into the class of their count, whatever dimensions tell them apart', async () => {
  const [world] = productWorlds('classes');
  const eras = await productWorld(engine.db, { ...world, histories: 1, retentions: [byPlan] });
  const { db } = engine;
  const counts = [1, 2, 19, 20, 21, 30, 31, 100, 101, 200, 201, 999, 1000, 1001, 1300];
  // Two rows at each moment, of different values of the dimension.
  await db.command(`INSERT INTO ${world.name}.events (id, at, event_name, user_id, props, _version, ingested_at)
    SELECT 1000000 + 10000 * n + 2 * i + twice, toDateTime64('2001-01-03 12:00:00', 3, 'UTC') + i, 'share', concat('c', toString(n)), map('plan', if(twice = 1, 'pro', '')), 1, '2026-01-01 00:00:00'
    FROM (SELECT arrayJoin([${counts.join(', ')}]) AS n, arrayJoin(range(n)) AS i, arrayJoin([0, 1]) AS twice)`);
  await eras.arrive(0);
  const held = [...(await eras.held('feature_week'))].filter(([k]) => k.startsWith('2001-01-01|share'));
  const expected = new Map<string, number[]>();
  for (const n of counts) {
    const key = `2001-01-01|share|${classOf(n)}`;
    const [users = 0, uses = 0] = expected.get(key) ?? [];
    expected.set(key, [users + 1, uses + n]);
  }
  expect(differences(new Map(held), expected)).toEqual([]);
  const [row] = await db.query<{ n: number }>(
    `SELECT toFloat64(count()) AS n FROM ${tableOf(eras.installed.installation, 'step_day')} FINAL WHERE user LIKE 'c%'`,
  );
  expect(row?.n).toBe(2 * counts.reduce((a, b) => a + b));
});
