import { dayNumber, dayText } from '../../testing/law/calendar';
import { lawOptions } from '../../testing/law/cases';
import { compareAll } from '../../testing/law/compare';
import type { Delivery } from '../../testing/law/history';
import { install } from '../../testing/law/installed';
import { Random } from '../../testing/law/random';
import type { LawSubject } from '../../testing/law/run';
import { deliveriesOf, promised, runHistories, truthOf } from '../../testing/law/run';
import { told } from '../../testing/law/tests';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

const windowed = (role: LawSubject['role'], bare: boolean): LawSubject => ({
  role,
  sourceClass: 'window',
  rows: bare ? 'append' : 'moving',
  engine: bare ? 'plain' : 'replacing',
  bare,
  wide: true,
});

/** The first delivery of each id: a table without ids cannot tell copies. */
function once(deliveries: readonly Delivery[]): readonly Delivery[] {
  const seen = new Set<number>();
  return deliveries.filter(({ row }) => !seen.has(row.id) && seen.add(row.id));
}

const cases = [
  { windowDays: 5, bare: false, timezone: 'Europe/Berlin', zones: ['Asia/Kathmandu'] },
  { windowDays: 4, bare: true, timezone: 'Australia/Lord_Howe', zones: [] },
  { windowDays: 60, bare: false, timezone: 'Asia/Kathmandu', zones: [] },
] as const;

// The window moves with the server's clock: these histories lie about the present.
test.each(cases)(
  'class window: every table is exact inside its $windowDays days after a refresh, whatever the rows do (without ids: $bare)',
  async ({ windowDays, bare, timezone, zones }) => {
    const { db } = engine;
    const name = `window_${windowDays}`;
    const { histories, seed } = lawOptions;
    const roles = ['events', 'requests', 'orders', 'subscriptions'] as const;
    const subjects = roles.map((role) => windowed(role, bare));
    const lawCase = { timezone, zones, windowDays, lateSteps: 0, startMs: Date.now() - 24 * 3_600_000, subjects };
    const options = { histories: Math.ceil(histories / 3), steps: 3, seed };
    const installed = await install(db, name, subjects, lawCase);
    const all = deliveriesOf(lawCase, options);
    const deliveries = bare ? all.map(once) : all;
    await runHistories(db, name, installed, lawCase, options, deliveries);

    // Rows vanish without a trace, and the next refresh knows.
    const random = new Random(seed);
    const gone = new Set(deliveries.flatMap((d) => d.flatMap(({ row }) => (random.chance(0.1) ? [row.id] : []))));
    for (const role of roles) {
      await db.command(
        `ALTER TABLE ${name}.${role} DELETE WHERE id IN (${[...gone].join(', ')}) SETTINGS mutations_sync = 1`,
      );
    }
    await installed.tick(Date.now());
    await installed.refresh();
    const left = deliveries.map((d) => d.filter(({ row }) => !gone.has(row.id)));
    // A day of another zone begins on the day before: the first of the window is not looked at.
    const fromDay = dayText(dayNumber(Date.now(), timezone) - windowDays + 2);
    const finished = installed.steps.filter((s) => s.of.kind === 'finished').map((s) => s.name);
    // Users of 30 days need 30 days of window.
    const without = windowDays > 50 ? [] : finished;
    const found = await compareAll(installed.installation, db, truthOf(subjects, left), {
      ...promised(lawCase, options),
      fromDay,
      without,
    });
    told(`${options.histories} histories of all roles (window of ${windowDays} days, ${timezone})`, found);
    expect(found).toMatchObject({ wrong: 0, sample: [] });
    expect(found.cells).toBeGreaterThan(10 * options.histories);
  },
  180_000 + lawOptions.histories * 2000,
);
