import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { dayNumber } from '../../testing/law/calendar';
import type { Expected } from '../../testing/law/expected';
import { historyOf } from '../../testing/product/histories';
import { lifecycle, lifecycleColumns } from '../../testing/product/lifecycle';
import type { Calendar } from '../../testing/product/spans';
import { nextOf } from '../../testing/product/spans';
import { differences, productWorld } from '../../testing/product/world';
import { productWorlds } from '../../testing/product/worlds';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

/** span (day number) → sums over the numbers of days, in the order of {@link lifecycleColumns}. */
function sums(rows: Expected): ReadonlyMap<number, readonly number[]> {
  const out = new Map<number, number[]>();
  for (const [place, values] of rows) {
    const span = Date.parse(place.split('|')[0] ?? '') / 86_400_000;
    const sum = out.get(span) ?? lifecycleColumns.map(() => 0);
    out.set(
      span,
      sum.map((n, i) => n + (values[i] ?? 0)),
    );
  }
  return out;
}

/** new + returning + resurrected = active; active(t) - active(t - 1) = new + resurrected - dormant. Returns the spans looked at. */
function expectIdentities(rows: Expected, calendar: Calendar): number {
  const spans = sums(rows);
  const active = (span: number) => spans.get(span)?.[0] ?? 0;
  for (const [span, [users = 0, fresh = 0, returning = 0, again = 0]] of spans) {
    expect([span, fresh + returning + again]).toEqual([span, users]);
    const next = nextOf(span, calendar);
    const [, freshNext = 0, , againNext = 0, gone = 0] = spans.get(next) ?? [];
    expect([span, active(next) - users]).toEqual([span, freshNext + againNext - gone]);
  }
  return spans.size;
}

test.each(productWorlds('spans'))(
  'weeks and months of random histories equal those counted user by user after every refresh: $name',
  async (world) => {
    const eras = await productWorld(engine.db, world);
    const tables = eras.finished('activeSpans');
    expect(tables.map((t) => [t.rollup.span, t.rollup.timezone])).toEqual(
      ['week', 'month'].flatMap((span) => world.zones.map((zone) => [span, zone])),
    );
    for (let round = 0; round < 4; round++) {
      await eras.arrive(round);
      for (const { table, rollup } of tables) {
        const zone = rollup.timezone;
        const activity = eras.histories.rows().map((r) => ({ user: r.user, day: dayNumber(r.timeMs, zone) }));
        const calendar = { span: rollup.span ?? 'week', weekStart: world.weekStart } as const;
        const held = await eras.held(table);
        expect([table, differences(held, lifecycle(activity, calendar))]).toEqual([table, []]);
        expect(expectIdentities(held, calendar)).toBeGreaterThan(world.histories);
        const told = new Set([...held.keys()].map((k) => historyOf(Date.parse(k.slice(0, 10)) / 86_400_000)));
        expect(told.size).toBe(world.histories);
        // Nothing is proven where a column is never filled.
        for (const i of lifecycleColumns.keys()) expect([...held.values()].some((v) => (v[i] ?? 0) > 0)).toBe(true);
      }
    }
  },
  120_000,
);
