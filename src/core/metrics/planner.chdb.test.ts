import { TidemarkError } from '../errors';
import { plannerCatalogue, watermarksOf } from '../../schema/plannerCatalogue';
import { runStep } from '../../schema/refresh';
import { readStatus } from '../../schema/status';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import type { Delivery, Version } from '../../testing/law/history';
import { finalRows, randomDeliveries } from '../../testing/law/history';
import { install } from '../../testing/law/installed';
import { Random } from '../../testing/law/random';
import type { Subject } from '../../testing/law/tables';
import { subjectRow } from '../../testing/law/tables';
import type { AnswerRow } from '../../testing/planner/oracle';
import { oracleAnswer, sortAnswer } from '../../testing/planner/oracle';
import { randomQuestion } from '../../testing/planner/questions';
import type { Plan, PlannerCatalogue, Question } from '.';
import { planQuestion } from '.';

/** Questions per zone and phase; `TIDEMARK_QUESTIONS=2000 npx jest planner.chdb` soaks. */
const questions = Number(process.env['TIDEMARK_QUESTIONS'] ?? 60);
const seed = Number(process.env['TIDEMARK_SEED'] ?? 1);
const steps = 9;
const stepMs = 10_000;
const startMs = Date.UTC(2026, 3, 11);
const nowMs = Date.UTC(2026, 3, 9, 13, 30);
const dayOf = (ms: number) => Math.floor(ms / 86_400_000);
const times = {
  fromMs: Date.UTC(2026, 1, 20),
  toMs: Date.UTC(2026, 3, 10),
  busyFromMs: Date.UTC(2026, 2, 28),
  busyToMs: Date.UTC(2026, 3, 6),
};
const otherZones = [
  'UTC',
  'Europe/Berlin',
  'Europe/Paris',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/New_York',
];

type CaseSubject = Subject & { readonly sourceClass: 'append' | 'fixed' | 'moving' };
interface Case {
  readonly zone: string;
  readonly subjects: readonly CaseSubject[];
}

const cases: readonly Case[] = [
  {
    zone: 'UTC',
    subjects: [
      { role: 'events', sourceClass: 'append', engine: 'replacing' },
      { role: 'orders', sourceClass: 'moving', engine: 'replacing' },
    ],
  },
  {
    zone: 'Europe/Berlin',
    subjects: [
      { role: 'events', sourceClass: 'moving', engine: 'replacing' },
      { role: 'orders', sourceClass: 'moving', engine: 'plain' },
    ],
  },
  {
    zone: 'Asia/Kathmandu',
    subjects: [
      { role: 'events', sourceClass: 'fixed', engine: 'plain' },
      { role: 'orders', sourceClass: 'append', engine: 'plain' },
    ],
  },
  {
    zone: 'Australia/Lord_Howe',
    subjects: [
      { role: 'events', sourceClass: 'moving', engine: 'plain' },
      { role: 'orders', sourceClass: 'fixed', engine: 'replacing' },
    ],
  },
];

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

test.each(cases)(
  'the answer of every random question equals that of the raw rows, or is refused with a reason: $zone',
  async ({ zone, subjects }) => {
    const { db } = engine;
    const database = `plan_${zone.replace(/\W/g, '_').toLowerCase()}`;
    const installed = await install(db, database, subjects, { timezone: zone });
    const deliveries = subjects.map((s) => deliveriesOf(s, database.length));
    const sent = subjects.map((): Delivery[] => []);
    const deliver = async (step: number) => {
      for (const [i, subject] of subjects.entries()) {
        const rows = (deliveries[i] ?? []).filter((d) => d.step === step);
        sent[i]?.push(...rows);
        if (rows.length > 0) {
          await db.insert(
            `${database}.${subject.role}`,
            rows.map((d) => subjectRow(subject, d.row)),
          );
        }
      }
    };
    const random = new Random(seed * 1009 + zone.length);
    const told: Told = { chosen: new Map(), refused: 0, mixed: 0 };
    const ask = async () => {
      const { installation } = installed;
      const catalogue = plannerCatalogue(installation, watermarksOf(await readStatus(installation, db)));
      for (let n = 0; n < questions; n++) await askOne(catalogue, random, zone, subjects, sent, told);
    };

    for (let step = 0; step < steps; step++) {
      await deliver(step);
      await installed.tick(startMs + (step + 1) * stepMs - 1);
      // Rows of the last three steps lie beyond a watermark: of all rollups, then of the finished numbers alone.
      if (step === steps - 4) {
        await installed.refresh();
        await ask();
      } else if (step === steps - 2) {
        await ask();
        for (const s of installed.steps) if (s.name !== 'active_day') await runStep(installed.installation, db, s);
      } else if (step < steps - 4) {
        await installed.refresh();
      }
    }
    await ask();

    const total = 3 * questions;
    // So that agreement says something: rollups answer most questions, alone and united with raw rows; few are refused.
    const share = (n: number) => n / total;
    expect(share(total - told.refused - (told.chosen.get('raw') ?? 0))).toBeGreaterThan(0.2);
    expect(share(told.refused)).toBeLessThan(0.5);
    expect([...told.chosen.keys()].sort()).toEqual([
      'active_day',
      'customer_day',
      'event_day',
      'order_day',
      'raw',
      'user_day',
    ]);
    expect(told.mixed).toBeGreaterThan(total / 50);
  },
  600_000 + 100 * questions,
);

/** Histories over few users and names, so that they meet. */
function deliveriesOf(subject: CaseSubject, salt: number): Delivery[] {
  const shared = (row: Version): Version => ({
    ...row,
    user: row.user && `u${Number(row.user.replace(/\D/g, '')) % 13}`,
    name: row.name && `n${Number(row.name.replace(/\D/g, '')) % 5}`,
  });
  const options = { histories: 40, steps, stepMs, startMs, lateSteps: 0, seed: seed + salt, ...times };
  const { sourceClass } = subject;
  return randomDeliveries({ ...options, sourceClass }).map((d) => ({ ...d, row: shared(d.row) }));
}

interface Told {
  readonly chosen: Map<string, number>;
  refused: number;
  mixed: number;
}

async function askOne(
  catalogue: PlannerCatalogue,
  random: Random,
  zone: string,
  subjects: readonly Subject[],
  sent: readonly (readonly Delivery[])[],
  told: Told,
): Promise<void> {
  const question = randomQuestion(random, {
    // Of the many metrics this one alone is answered from user_day: asked more often.
    metrics: [...catalogue.metrics, ...catalogue.metrics.flatMap((m) => (m.name === 'active_users' ? [m, m, m] : []))],
    values: ['n0', 'n1', 'n2', 'n3', 'n4', '^n[12]$', ''],
    zone,
    otherZones,
    firstDay: dayOf(times.fromMs) - 3,
    lastDay: dayOf(times.toMs) + 5,
  });
  let plan: Plan;
  try {
    plan = planQuestion(question, catalogue, nowMs);
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError)) throw thrown;
    expect(['interval_not_for_metric', 'top_not_for_metric']).toContain(thrown.code);
    told.refused++;
    return;
  }
  const role = catalogue.metrics.find((m) => m.name === question.metric)?.role;
  const rows = finalRows(sent[subjects.findIndex((s) => s.role === role)] ?? []);
  const expected = oracleAnswer(question, rows, catalogue.weekStart, nowMs);
  const actual = await answer(plan, question).catch((cause: unknown) => {
    throw new Error(`${JSON.stringify(question)}\n${plan.sql}\n${String(cause)}`);
  });
  const wrong = differences(actual, expected);
  if (wrong.length > 0) throw new Error(`${JSON.stringify(question)}\n${wrong.slice(0, 6).join('\n')}\n${plan.sql}`);
  told.chosen.set(plan.chosen, (told.chosen.get(plan.chosen) ?? 0) + 1);
  if (plan.chosen !== 'raw' && plan.parts.some((p) => p.from === 'raw')) told.mixed++;
}

async function answer(plan: Plan, { by = [], interval }: Question): Promise<AnswerRow[]> {
  const groups = by.map((d) => `toString(\`${d}\`)`).join(', ');
  const t = interval === 'all' ? 'NULL' : 'toUnixTimestamp(t)';
  const rows = await engine.db.query<{ t: number | null; g: string[]; v: number | string | null; open: number }>(
    `SELECT ${t} AS t, [${groups}]::Array(String) AS g, toFloat64(value) AS v, open FROM (${plan.sql}) SETTINGS output_format_json_quote_64bit_floats = 0`,
  );
  return sortAnswer(rows.map((r) => ({ t: r.t, groups: r.g, value: r.v === null ? null : Number(r.v), open: r.open })));
}

function differences(actual: readonly AnswerRow[], expected: readonly AnswerRow[]): string[] {
  const out: string[] = [];
  const same = (a: number | null | undefined, b: number | null | undefined) =>
    a === b || (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)));
  for (let i = 0; i < Math.max(actual.length, expected.length); i++) {
    const [a, b] = [actual[i], expected[i]];
    const equal =
      a && b && a.t === b.t && a.groups.join() === b.groups.join() && same(a.value, b.value) && a.open === b.open;
    if (!equal) out.push(`is ${JSON.stringify(a)}, expected ${JSON.stringify(b)}`);
  }
  return out;
}
