import type { Db } from '../../core/db';
import type { Random } from '../law/random';
import { dayText, median, wallOf } from './clock';
import type { Expected } from './product';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weeks = [1, 2, 3, 4];

interface Step {
  readonly title: string;
  readonly before: number;
}

interface Funnel {
  readonly name: string;
  readonly windowMs: number;
  readonly untilMs: number;
  readonly steps: readonly Step[];
  /** Day number → entries that reached each step. */
  readonly days: ReadonlyMap<number, readonly number[]>;
}

/** Saved funnels on the stage at one moment, each a subject. */
export interface FunnelWorld {
  readonly zone: string;
  readonly nowMs: number;
  readonly funnels: readonly Funnel[];
  readonly holidays: readonly number[];
  readonly limits: { readonly drop: number; readonly entries: number; readonly sigmas: number };
}

/** The newest day whose windows are over, two hours of grace included. */
const closedAt = (ms: number, windowMs: number, zone: string): number =>
  wallOf(ms - 2 * hourMs - windowMs, zone).day - 1;

function funnelAt(random: Random, name: string, zone: string, nowMs: number): Funnel {
  const windowMs = random.pick([hourMs, 5 * hourMs, dayMs, 2.5 * dayMs, 14 * dayMs]);
  const untilMs = nowMs - random.below(random.chance(0.15) ? 3 * dayMs : 60_000);
  const count = 2 + random.below(3);
  // The step in the middle may be left out: the one after it is held against the one before it.
  const optional = count >= 3 && random.chance(0.3) ? 2 : 0;
  const steps = Array.from({ length: count }, (_, i) => ({
    title: `${name} step ${i + 1}`,
    before: optional !== 0 && i === optional ? optional - 1 : i,
  }));
  const day = closedAt(untilMs, windowMs, zone);
  const entries = random.pick([20, 120, 400, 5000]);
  const shares = steps.map(() => 0.3 + 0.6 * random.next());
  const broken = random.pick([0, 0, 1 + random.below(count - 1)]);
  const kept = random.pick([0.85, 0.75, 0.5, 0.1]);
  const history = random.pick([40, 40, 40, 40, 20, 9]);
  const days = new Map<number, readonly number[]>();
  for (let ago = history; ago >= -3; ago--) {
    if (random.chance(0.05)) continue;
    const entered = Math.round(entries * (0.7 + 0.6 * random.next()));
    const reached: number[] = [];
    for (const [i, { before }] of steps.entries()) {
      const own = (shares[i] ?? 0) * (0.95 + 0.1 * random.next()) * (ago <= 0 && i === broken && broken > 0 ? kept : 1);
      reached.push(i === 0 ? entered : Math.round((reached[before - 1] ?? 0) * own));
    }
    days.set(day - ago, reached);
  }
  return { name, windowMs, untilMs, steps, days };
}

export function funnelWorld(random: Random, zone: string, nowMs: number, count: number): FunnelWorld {
  const today = wallOf(nowMs, zone).day;
  return {
    zone,
    nowMs,
    funnels: Array.from({ length: count }, (_, i) => funnelAt(random, `f${i}`, zone, nowMs)),
    holidays: Array.from({ length: 60 }, (_, ago) => today - ago).filter(() => random.chance(0.05)),
    limits: { drop: random.pick([0.2, 0.1]), entries: random.pick([100, 30]), sigmas: random.pick([4, 1, 0]) },
  };
}

export async function fillFunnels(db: Db, database: string, { funnels, holidays, limits }: FunnelWorld): Promise<void> {
  const tables = {
    funnel_steps: funnels.flatMap(({ name, steps, windowMs }) =>
      steps.map(({ title, before }, i) => ({
        funnel: name,
        title: `Way ${name}`,
        step: i + 1,
        step_title: title,
        steps: steps.length,
        before,
        window_ms: windowMs,
      })),
    ),
    // Two values of a breakdown, whose entries add up.
    funnels: funnels.flatMap(({ name, days }) =>
      [...days].flatMap(([day, reached]) =>
        reached.flatMap((entries, i) =>
          [Math.floor(entries / 3), entries - Math.floor(entries / 3)].map((part, grp) => ({
            funnel: name,
            d: dayText(day),
            grp: String(grp),
            step: i + 1,
            entries: part,
          })),
        ),
      ),
    ),
    completeness: funnels.map(({ name, untilMs }) => ({
      rollup: `funnel_${name}`,
      role: 'events',
      until: new Date(untilMs).toISOString().slice(0, 23).replace('T', ' '),
    })),
    holidays: holidays.map((day) => ({ day: dayText(day) })),
    thresholds: Object.entries(limits).map(([name, value]) => ({ rule: 'funnel_drop', subject: '', name, value })),
  };
  for (const [table, rows] of Object.entries(tables)) {
    await db.command(`TRUNCATE TABLE ${database}.${table}`);
    if (rows.length > 0) await db.insert(`${database}.${table}`, rows);
  }
}

/** Both ends of Wilson's interval, as textbooks have it. */
function wilson(good: number, all: number): readonly [least: number, most: number] {
  const z = 1.96;
  const p = good / all;
  const centre = (p + z ** 2 / (2 * all)) / (1 + z ** 2 / all);
  const half = (z / (1 + z ** 2 / all)) * Math.sqrt((p * (1 - p)) / all + z ** 2 / (4 * all ** 2));
  return [centre - half, centre + half];
}

/** What rule *funnel_drop* is to say, and the number of the step that fell most (0: none fell). */
export function expectedFunnels({ zone, nowMs, funnels, holidays, limits }: FunnelWorld) {
  return funnels.map(({ name, windowMs, untilMs, steps, days }): Expected & { readonly worst: number } => {
    const day = closedAt(Math.min(nowMs, untilMs), windowMs, zone);
    const at = (d: number, step: number) => days.get(d)?.[step - 1] ?? 0;
    const last = steps.length;
    const share = (d: number) => at(d, last) / at(d, 1);
    const before = weeks.map((w) => day - 7 * w).filter((d) => at(d, 1) > 0 && !holidays.includes(d));
    const usual = before.length < 2 ? 0 : median(before.map(share));
    const entered = at(day, 1);
    const value = entered === 0 || usual === 0 ? 0 : Math.max(0, 1 - at(day, last) / entered / usual);
    const pooled = (step: number) => before.reduce((sum, d) => sum + at(d, step), 0);
    const apart = value > 0 && wilson(at(day, last), entered)[1] < wilson(pooled(last), pooled(1))[0];
    const changes = Array.from({ length: 28 }, (_, i) => [day - i - 1, day - i - 8] as const)
      .filter((pair) => pair.every((d) => at(d, 1) > 0 && at(d, last) > 0 && !holidays.includes(d)))
      .map(([d, weekBefore]) => Math.abs(Math.log(share(d) / share(weekBefore))));
    // 0.6745: the median of the absolute value of a standard normal number; each change has the noise of two days.
    const noise = changes.length < 10 ? 0 : median(changes) / 0.6745 / Math.SQRT2;
    const unusual = share(day) === 0 || Math.log(usual / share(day)) > limits.sigmas * noise;
    const firing = value > limits.drop && entered >= limits.entries && apart && unusual;
    const falls = steps
      .map((step, i) => ({
        step: i + 1,
        to: at(day, i + 1) / at(day, step.before),
        from: pooled(i + 1) / pooled(step.before),
      }))
      .slice(1)
      .filter(({ to, from }) => to < from)
      .sort((a, b) => a.to / a.from - b.to / b.from);
    const held = day < closedAt(nowMs, windowMs, zone) || (firing && holidays.includes(day));
    return { subject: name, value, threshold: limits.drop, firing, held, worst: falls[0]?.step ?? 0 };
  });
}
