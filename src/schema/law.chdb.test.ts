import type { HistoryOptions } from '../testing/law/history';
import { randomDeliveries, finalRows } from '../testing/law/history';
import type { Expected } from '../testing/law/oracle';
import { activeDays, customerDays, eventDays, orderDays, userDays } from '../testing/law/oracle';
import { Random } from '../testing/law/random';
import type { Subject } from '../testing/law/tables';
import { install } from '../testing/law/installed';
import { subjectRow } from '../testing/law/tables';
import type { TestEngine } from '../testing/engine';
import { startEngine } from '../testing/engine';

/** Histories per combination; `TIDEMARK_HISTORIES=2000 npx jest law` soaks. */
const histories = Number(process.env['TIDEMARK_HISTORIES'] ?? 120);
const seed = Number(process.env['TIDEMARK_SEED'] ?? 1);
const steps = 10;
const stepMs = 10_000;
const startMs = Date.UTC(2026, 3, 1);
const times = {
  fromMs: Date.UTC(2026, 1, 20),
  toMs: Date.UTC(2026, 3, 10),
  busyFromMs: Date.UTC(2026, 2, 28),
  busyToMs: Date.UTC(2026, 3, 6),
};

type CaseSubject = Omit<Subject, 'role'> & { readonly sourceClass: HistoryOptions['sourceClass'] };

interface Case {
  readonly zone: string;
  /** How many steps after its stamp a row may become visible. */
  readonly lateSteps: number;
  readonly events: CaseSubject;
  readonly orders: CaseSubject;
}

// Each zone changes its clock, or is off the full hour, inside the days of the rows.
const cases: readonly Case[] = [
  {
    zone: 'UTC',
    lateSteps: 0,
    events: { sourceClass: 'append', engine: 'replacing' },
    orders: { sourceClass: 'moving', engine: 'replacing' },
  },
  {
    zone: 'Europe/Berlin',
    lateSteps: 2,
    events: { sourceClass: 'moving', engine: 'replacing' },
    orders: { sourceClass: 'moving', engine: 'plain' },
  },
  {
    zone: 'Australia/Lord_Howe',
    lateSteps: 2,
    events: { sourceClass: 'append', engine: 'plain' },
    orders: { sourceClass: 'fixed', engine: 'replacing' },
  },
  {
    zone: 'Asia/Kathmandu',
    lateSteps: 0,
    events: { sourceClass: 'fixed', engine: 'plain' },
    orders: { sourceClass: 'append', engine: 'plain' },
  },
];

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

test.each(cases)(
  'after a refresh every rollup equals its aggregate over deduplicated rows: $zone, events $events.sourceClass, orders $orders.sourceClass',
  async ({ zone, events, orders, lateSteps }) => {
    const { db } = engine;
    const source = `law_${zone.replace(/\W/g, '_').toLowerCase()}`;
    const subjects: readonly (CaseSubject & Subject)[] = [
      { role: 'events', ...events },
      { role: 'orders', ...orders },
    ];
    const { installation, steps: refreshes, tick, refresh } = await install(db, source, subjects, { timezone: zone });

    const random = new Random(seed);
    const options = { histories, steps, stepMs, startMs, lateSteps, seed, ...times };
    const deliveries = subjects.map((s) =>
      randomDeliveries({ ...options, sourceClass: s.sourceClass, seed: seed + s.role.length }),
    );
    const deliver = async (step: number, during: boolean) => {
      for (const [i, subject] of subjects.entries()) {
        const rows = (deliveries[i] ?? []).filter((d) => d.step === step && d.during === during);
        if (rows.length > 0)
          await db.insert(
            `${source}.${subject.role}`,
            rows.map((d) => subjectRow(subject, d.row)),
          );
      }
    };
    const merge = async () => {
      for (const { role } of subjects)
        if (random.chance(0.6)) await db.command(`OPTIMIZE TABLE ${source}.${role} FINAL`);
    };
    expect(refreshes.length).toBeGreaterThan(4);
    for (let step = 0; step < steps; step++) {
      await deliver(step, false);
      await merge();
      // D: a row stamped in step s, its first millisecond included, is visible at the latest when the refresh of step
      // s + lateSteps is over: so the watermark of that refresh ends before step s.
      await tick(startMs + (step - lateSteps) * stepMs - 1);
      // Rows arrive, and merges happen, between the steps of one refresh.
      await refresh(async (i) => {
        if (i === 1) await deliver(step, true);
        if (i === 2) await merge();
      });
    }
    await tick(startMs + (steps + 1) * stepMs);
    await refresh();

    const [eventRows = [], orderRows = []] = deliveries.map(finalRows);
    expect(eventRows.length).toBeGreaterThan(histories);
    expect(orderRows.length).toBeGreaterThan(histories);
    const actual = async (table: string, keys: string, values: string): Promise<Expected> => {
      const rows = await db.query<{ k: string; v: (string | number)[] }>(
        `SELECT concatWithSeparator('|', ${keys}) AS k, [${values}] AS v FROM ${installation.database}.${table} FINAL`,
      );
      return new Map(rows.map((r) => [r.k, r.v.map(Number)]));
    };
    const money = ['orders', 'gross * 100', 'refunds', 'refunded * 100'].map((m) => `toInt64(${m})`).join(', ');
    expectEqual(await actual('user_day', 'toString(d), user', 'n'), userDays(eventRows, zone));
    expectEqual(await actual('event_day', 'toString(d), event', 'n'), eventDays(eventRows, zone));
    expectEqual(await actual('order_day', 'toString(d), currency', money), orderDays(orderRows, zone));
    expectEqual(await actual('customer_day', 'toString(d), user, currency', money), customerDays(orderRows, zone));
    const finished = await actual(
      'active_day',
      'toString(d)',
      'dau, wau, mau, new_users, returning_users, resurrected_users, dormant_users',
    );
    expectEqual(nonZero(finished), nonZero(activeDays(eventRows, zone, 30)));
  },
  300_000,
);

/** Days on which anything is counted: how many zero days lie about them is not the law's business. */
const nonZero = (days: Expected): Expected => new Map([...days].filter(([, v]) => v.some((n) => n > 0)));

/** Maps equal, said in a handful of lines rather than in thousands. */
function expectEqual(actual: Expected, expected: Expected): void {
  const wrong = [...new Set([...actual.keys(), ...expected.keys()])].filter(
    (k) => JSON.stringify(actual.get(k)) !== JSON.stringify(expected.get(k)),
  );
  const sample = wrong
    .slice(0, 5)
    .map((k) => `${k}: is ${actual.get(k) ?? 'absent'}, expected ${expected.get(k) ?? 'absent'}`);
  expect({ wrong: wrong.length, sample }).toEqual({ wrong: 0, sample: [] });
}
