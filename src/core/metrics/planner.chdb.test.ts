import { TidemarkError } from '../errors';
import { plannerCatalogue, watermarksOf } from '../../schema/ddl/plannerCatalogue';
import { readStatus } from '../../schema/refresh/status';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import type { Delivery, Version } from '../../testing/law/history';
import { finalRows, randomDeliveries } from '../../testing/law/history';
import { Random } from '../../testing/law/random';
import type { Subject } from '../../testing/law/tables';
import { subjectRow } from '../../testing/law/tables';
import type { AnswerRow } from '../../testing/planner/oracle';
import { isOfMrr, mrrAnswer } from '../../testing/planner/mrrOracle';
import { isOfProduct, perOf, productAnswer } from '../../testing/planner/productOracle';
import { oracleAnswer, sortAnswer } from '../../testing/planner/oracle';
import { randomQuestion } from '../../testing/planner/questions';
import { installWorld, rowsOfRole } from '../../testing/planner/world';
import type { Plan, PlannerCatalogue, Question } from '.';
import { planQuestion } from '.';

/** Questions per zone and phase; `TIDEMARK_QUESTIONS=2000 npx jest planner.chdb` soaks. */
const questions = Number(process.env['TIDEMARK_QUESTIONS'] ?? 25);
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
  /** Another zone whose days are kept. */
  readonly second: string;
  readonly subjects: readonly CaseSubject[];
}
// Shorter than by default, so that ranges lie before, in and across the tiers' lives.
const lives = { minuteDays: 7, quarterDays: 25 };

const cases: readonly Case[] = [
  {
    zone: 'UTC',
    second: 'Asia/Kathmandu',
    subjects: [
      { role: 'subscriptions', sourceClass: 'moving', engine: 'plain' },
      { role: 'requests', sourceClass: 'append', engine: 'plain', wide: true },
      { role: 'events', sourceClass: 'append', engine: 'replacing', wide: true },
      { role: 'orders', sourceClass: 'moving', engine: 'replacing', wide: true },
    ],
  },
  {
    zone: 'Europe/Berlin',
    second: 'America/New_York',
    subjects: [
      { role: 'subscriptions', sourceClass: 'append', engine: 'plain' },
      { role: 'requests', sourceClass: 'append', engine: 'replacing', wide: true },
      { role: 'events', sourceClass: 'moving', engine: 'replacing', wide: true },
      { role: 'orders', sourceClass: 'moving', engine: 'plain', wide: true },
    ],
  },
  {
    zone: 'Asia/Kathmandu',
    second: 'UTC',
    subjects: [
      { role: 'subscriptions', sourceClass: 'fixed', engine: 'plain' },
      { role: 'requests', sourceClass: 'moving', engine: 'replacing', wide: true },
      { role: 'events', sourceClass: 'fixed', engine: 'plain', wide: true },
      { role: 'orders', sourceClass: 'append', engine: 'plain', wide: true },
    ],
  },
  {
    zone: 'Australia/Lord_Howe',
    second: 'Europe/Berlin',
    subjects: [
      { role: 'subscriptions', sourceClass: 'moving', engine: 'replacing' },
      { role: 'requests', sourceClass: 'fixed', engine: 'plain', wide: true },
      { role: 'events', sourceClass: 'moving', engine: 'plain', wide: true },
      { role: 'orders', sourceClass: 'fixed', engine: 'replacing', wide: true },
    ],
  },
];

/** Tables that gave a part of an answer in any zone. */
const answered = new Set<string>();
let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

test.each(cases)(
  'the answer of every random question equals that of the raw rows, or is refused with a reason: $zone',
  async ({ zone, second, subjects }) => {
    const { db } = engine;
    const database = `plan_${zone.replace(/\W/g, '_').toLowerCase()}`;
    const world = await installWorld(db, database, subjects, {
      timezone: zone,
      zones: [second],
      tiers: lives,
      refresh: { freshDays: 3 },
    });
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
    const told: Told = { chosen: new Map(), parts: new Set(), refused: 0, mixed: 0 };
    const toldOfUsers: Told = { chosen: new Map(), parts: new Set(), refused: 0, mixed: 0 };
    const ask = async (isComplete = false) => {
      const { installation } = world;
      const catalogue = plannerCatalogue(installation, watermarksOf(await readStatus(installation, db)));
      // Finished numbers are those of the last refresh: no raw row can answer.
      const metrics = catalogue.metrics.filter((m) => isComplete || !isFinished(m.name));
      for (let n = 0; n < questions; n++)
        await askOne({ ...catalogue, metrics }, random, [zone, second], subjects, sent, told);
      // Each metric of finished numbers of users, whatever was drawn: no raw row could answer instead.
      const own = new Random(seed + zone.length);
      for (const metric of isComplete ? catalogue.metrics.filter((m) => isOfProduct(m.name)) : [])
        for (let n = 0; n < 2; n++)
          await askOne({ ...catalogue, metrics: [metric] }, own, [zone, second], subjects, sent, toldOfUsers);
    };

    for (let step = 0; step < steps; step++) {
      await deliver(step);
      await world.tick(startMs + (step + 1) * stepMs - 1);
      // Rows of the last three steps lie beyond a watermark of all rollups; then of the finished numbers alone, while late
      // days are queued, and taken by a batch that has not begun.
      if (step === steps - 4) {
        await world.refresh();
        await ask(true);
      } else if (step === steps - 2) {
        await ask();
        await world.refreshFresh();
      } else if (step === 1) {
        // One refresh over a part of the rows before; how refreshes add up is the law's matter.
        await world.refresh();
      }
    }
    await world.beginRecounts();
    await ask();

    const total = 3 * questions;
    // So that agreement says something: rollups answer most questions, alone and united with raw rows; few are refused.
    const share = (n: number) => n / total;
    expect(share(total - told.refused - (told.chosen.get('raw') ?? 0))).toBeGreaterThan(0.2);
    expect(share(told.refused)).toBeLessThan(0.5);
    for (const table of [...told.parts, ...toldOfUsers.parts]) answered.add(table.replace(/__.*/, '__zone'));
    expect(told.mixed).toBeGreaterThan(total / 50);
  },
  600_000 + 100 * questions,
);

test('every tier, also of other zones, gave a part of some answer', () => {
  const tiers = ['event', 'request'].flatMap((name) => ['minute', 'quarter', 'day'].map((tier) => `${name}_${tier}`));
  const days = ['mrr_day', 'order_day', 'customer_day', 'refund_day', 'user_day', 'active_day'];
  const spans = ['active_week', 'active_month', 'adoption_week', 'feature_week'];
  const zones = ['event_day', 'request_day', 'active_day'].map((name) => `${name}__zone`);
  const tables = [...tiers, 'order_quarter', ...days, ...spans, ...zones, 'raw'];
  expect(tables.filter((table) => !answered.has(table))).toEqual([]);
});

/** Histories over few users and names, so that they meet. */
function deliveriesOf(subject: CaseSubject, salt: number): Delivery[] {
  const few = (text: string, letter: string, n: number) =>
    /\d/.test(text) ? `${letter}${Number(text.replace(/\D/g, '')) % n}` : text;
  const shared = (row: Version): Version => ({ ...row, user: few(row.user, 'u', 13), name: few(row.name, 'n', 5) });
  const options = {
    histories: 40,
    steps,
    stepMs,
    startMs,
    lateSteps: 0,
    seed: seed + salt + subject.role.length,
    ...times,
  };
  const { sourceClass, role } = subject;
  return randomDeliveries({ ...options, sourceClass, role }).map((d) => ({ ...d, row: shared(d.row) }));
}

/** Values and patterns to filter dimensions by. */
const values = {
  name: ['n0', 'n1', 'n2', 'n3', 'n4', '^n[12]$', '', 'signup'],
  plan: ['basic', 'pro', '', 'o$'],
  endpoint: ['u0', 'u1', '^u1', '2$'],
  release: ['r1', 'r2', ''],
} as const;

/** Metrics that finished numbers alone answer. */
const isFinished = (metric: string): boolean => isOfMrr(metric) || isOfProduct(metric);

interface Told {
  readonly chosen: Map<string, number>;
  /** Tables that gave a part of an answer. */
  readonly parts: Set<string>;
  refused: number;
  mixed: number;
}

async function askOne(
  catalogue: PlannerCatalogue,
  random: Random,
  zones: readonly [string, string],
  subjects: readonly CaseSubject[],
  sent: readonly (readonly Delivery[])[],
  told: Told,
): Promise<void> {
  const [zone, second] = zones;
  const drawn = randomQuestion(random, {
    // The only ones that are answered from tables of users and from the tiers of events: asked more often.
    metrics: catalogue.metrics.flatMap((m) => (/^(active_users|buyers|events)$/.test(m.name) ? [m, m, m, m, m] : [m])),
    values: (dimension) => (dimension in values ? values[dimension as keyof typeof values] : values.name),
    zone,
    otherZones: [...otherZones, second, second, second],
    firstDay: dayOf(times.fromMs) - 3,
    lastDay: dayOf(times.toMs) + 5,
    recentDay: dayOf(nowMs) - lives.minuteDays - 1,
  });
  const trusted = isFinished(drawn.metric);
  const { topN: _, ...whole } = drawn;
  const per = perOf(drawn.metric);
  const interval = per && random.chance(0.9) ? ({ count: 1, unit: per } as const) : drawn.interval;
  const question = trusted ? { ...whole, interval, timezone: random.pick(zones) } : drawn;
  let plan: Plan;
  try {
    plan = planQuestion(question, catalogue, nowMs);
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError)) throw thrown;
    const codes = ['interval_not_for_metric', 'top_not_for_metric', 'too_many_buckets', 'mixed_values'];
    expect([...codes, ...(trusted ? ['no_answer'] : [])]).toContain(thrown.code);
    told.refused++;
    return;
  }
  const role = catalogue.metrics.find((m) => m.name === question.metric)?.role;
  const of = role === 'refunds' ? 'orders' : role;
  const rows = rowsOfRole(role ?? '', finalRows(sent[subjects.findIndex((s) => s.role === of)] ?? []));
  const oracle = isOfMrr(question.metric) ? mrrAnswer : trusted ? productAnswer : oracleAnswer;
  const expected = sortAnswer(oracle(question, rows, catalogue.weekStart, nowMs));
  const actual = await answer(plan, question).catch((cause: unknown) => {
    throw new Error(`${JSON.stringify(question)}\n${plan.sql}\n${String(cause)}`);
  });
  // How many days with nothing lie about is not the planner's business.
  const shown = (answers: readonly AnswerRow[]) => (trusted ? answers.filter((r) => r.value !== 0) : answers);
  const wrong = differences(shown(actual), shown(expected));
  if (wrong.length > 0) throw new Error(`${JSON.stringify(question)}\n${wrong.slice(0, 6).join('\n')}\n${plan.sql}`);
  told.chosen.set(plan.chosen, (told.chosen.get(plan.chosen) ?? 0) + 1);
  for (const part of plan.parts) told.parts.add(part.from);
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
    const v = a?.value ?? NaN;
    const isValue = b?.between ? v >= b.between[0] && v <= b.between[1] : same(a?.value, b?.value);
    const equal = a && b && a.t === b.t && a.groups.join() === b.groups.join() && isValue && a.open === b.open;
    if (!equal) out.push(`is ${JSON.stringify(a)}, expected ${JSON.stringify(b)}`);
  }
  return out;
}
