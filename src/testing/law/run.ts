import { literal } from '../../core/sql/quote';
import type { Db } from '../../core/db';
import { queuedDays } from '../../schema/refresh/days';
import { drainQueue, recountDays } from '../../schema/refresh/drain';
import { healColumns, healSelect, nextBatchSelect, recountedSteps } from '../../schema/refresh/recounts';
import { runStep } from '../../schema/refresh/refresh';
import { statementSettings } from '../../schema/refresh/settings';
import { sourceContexts } from '../../schema/refresh/steps';
import type { SourceContext } from '../../schema/rollups/context';
import type { Comparison, Promised } from './compare';
import { compareAll } from './compare';
import type { Delivery, HistoryOptions } from './history';
import { finalRows, randomDeliveries } from './history';
import type { InstallOptions, Installed } from './installed';
import { install } from './installed';
import type { Truth } from './oracle';
import { Random } from './random';
import type { Subject } from './tables';
import { stamp, subjectRow } from './tables';

/** A subject and what its rows really do, whatever class it is declared to have. */
export type LawSubject = Subject & { readonly rows: HistoryOptions['sourceClass'] };

/** One combination of the law: subjects, zones and how much goes wrong on the way. */
export interface LawCase extends InstallOptions {
  readonly subjects: readonly LawSubject[];
  /** Server clock at step 0. The days around it are the busy ones. */
  readonly startMs: number;
  /** How many steps after its stamp a row may become visible. */
  readonly lateSteps: number;
  /** D in steps, where it is less than {@link lateSteps} and `refresh.overlapSeconds` has to make up for it. */
  readonly delaySteps?: number;
  /** Days before {@link startMs} on which the oldest rows lie; 40 when absent. */
  readonly days?: number;
}

export interface LawOptions {
  readonly histories: number;
  readonly steps: number;
  readonly seed: number;
}

/** Length of a step on the test's clock. */
export const stepMs = 4 * 3_600_000;
const dayMs = 86_400_000;

/** Rows of each role after some deliveries. */
export const truthOf = (subjects: readonly Subject[], deliveries: readonly (readonly Delivery[])[]): Truth =>
  Object.fromEntries(subjects.map((s, i) => [s.role, finalRows(deliveries[i] ?? [])]));

/** Random deliveries of every subject. */
export function deliveriesOf(
  { subjects, startMs, lateSteps, days = 40 }: LawCase,
  { histories, steps, seed }: LawOptions,
): readonly (readonly Delivery[])[] {
  const times = {
    fromMs: startMs - days * dayMs,
    toMs: startMs + Math.min(9, days) * dayMs,
    busyFromMs: startMs - 3 * dayMs,
    busyToMs: startMs + 2 * dayMs,
  };
  return subjects.map(({ role, rows: sourceClass }, i) =>
    randomDeliveries({ role, sourceClass, histories, steps, stepMs, startMs, lateSteps, seed: seed + i, ...times }),
  );
}

/**
 * Runs random histories side by side through one installation on the test's clock: rows arrive before and inside refreshes,
 * merges happen anywhere, tables are left out of a refresh now and then (a view that was slow, or failed), the queue of late
 * days is worked off now and then, a batch or all of it. Then one whole refresh, and every table is compared with the oracle.
 */
export async function runLaw(db: Db, name: string, lawCase: LawCase, options: LawOptions): Promise<Comparison> {
  const installed = await install(db, name, lawCase.subjects, lawCase);
  const deliveries = deliveriesOf(lawCase, options);
  await runHistories(db, name, installed, lawCase, options, deliveries);
  return compareAll(installed.installation, db, truthOf(lawCase.subjects, deliveries), promised(lawCase, options));
}

/** What the law promises after the last refresh of a case. */
export const promised = ({ startMs }: LawCase, { steps }: LawOptions): Promised => ({
  hiMs: startMs + (steps + 1) * stepMs,
});

/** The part of {@link runLaw} before the comparison, over given deliveries. */
export async function runHistories(
  db: Db,
  name: string,
  installed: Installed,
  { subjects, startMs, lateSteps, delaySteps = lateSteps }: LawCase,
  { steps, seed }: LawOptions,
  deliveries: readonly (readonly Delivery[])[],
): Promise<void> {
  const { installation, steps: tables, tick, refresh } = installed;
  const random = new Random(seed);
  const finished = tables.filter((t) => t.of.kind === 'finished');
  const others = tables.filter((t) => !finished.includes(t));
  const deliver = (step: number, during: boolean) => insertStep(db, name, subjects, deliveries, step, during);
  const merge = async () => {
    for (const { role } of subjects) if (random.chance(0.5)) await db.command(`OPTIMIZE TABLE ${name}.${role} FINAL`);
  };
  for (let step = 0; step < steps; step++) {
    await deliver(step, false);
    await merge();
    // D: a row stamped in step s, its first millisecond included, is visible at the latest when the refresh of step
    // s + lateSteps is over: so the watermark of that refresh ends before step s.
    await tick(startMs + (step - delaySteps) * stepMs - 1);
    // Rows arrive, and merges happen, between the tables of one refresh: often right after the ledgers, else anywhere.
    const during = random.chance(0.4) ? 1 : random.below(others.length);
    const merged = random.below(others.length);
    for (const [i, table] of others.entries()) {
      if (i === during) await deliver(step, true);
      if (i === merged) await merge();
      if (!random.chance(0.1)) await runStep(installation, db, table);
    }
    const nowMs = startMs + (step + 1) * stepMs;
    if (random.chance(0.5)) await lateLane(db, installed, random, nowMs);
    for (const table of finished) if (random.chance(0.4)) await runStep(installation, db, table);
  }
  await tick(startMs + (steps + 1) * stepMs);
  await refresh();
}

async function insertStep(
  db: Db,
  name: string,
  subjects: readonly Subject[],
  deliveries: readonly (readonly Delivery[])[],
  step: number,
  during: boolean,
): Promise<void> {
  for (const [i, subject] of subjects.entries()) {
    const rows = (deliveries[i] ?? []).filter((d) => d.step === step && d.during === during);
    if (rows.length === 0) continue;
    await db.insert(
      `${name}.${subject.role}`,
      rows.map((d) => subjectRow(subject, d.row)),
    );
  }
}

/** Works off queued days as the views do: all at once, or one batch of some role, on the test's clock or on the server's. */
async function lateLane(db: Db, installed: Installed, random: Random, nowMs: number): Promise<void> {
  const { installation } = installed;
  if (random.chance(0.2)) return drainQueue(installation, db);
  const asViews = random.chance(0.4);
  for (const context of sourceContexts(installation)) {
    if (!random.chance(0.7)) continue;
    const days = (await queuedDays(context, db)).map((d) => d.day);
    if (days.length === 0) continue;
    if (asViews) await runBatch(db, installed, context);
    else await recountOn(db, installed, context, days.slice(0, 1 + random.below(days.length)), nowMs);
  }
}

/** What the views do over one batch of a role: choose days, recount every table on them. */
export async function runBatch(db: Db, { installation, steps }: Installed, context: SourceContext): Promise<void> {
  const recounted = recountedSteps(steps);
  await db.command(`INSERT INTO ${installation.database}.recounts ${nextBatchSelect(context, recounted)}`);
  for (const own of recounted.filter((r) => r.context.source.role === context.source.role)) {
    const columns = healColumns(own.step).join(', ');
    await db.command(
      `INSERT INTO ${installation.database}.${own.step.table} (${columns})\n${healSelect(installation, own)}\n${statementSettings(installation, own.step)}`,
    );
  }
}

/** Recounts days at a moment of the test's clock, so that what follows from healed rows finds them by that moment alone. */
async function recountOn(
  db: Db,
  { installation, steps }: Installed,
  context: SourceContext,
  days: readonly string[],
  nowMs: number,
): Promise<void> {
  const { role } = context.source;
  const [clock] = await db.query<{ at: string }>('SELECT toString(now64(3)) AS at');
  const own = recountedSteps(steps).filter((r) => r.context.source.role === role);
  await recountDays(context, own, db, days, stamp(nowMs));
  const list = days.map((d) => `toDate(${literal(d)})`).join(', ');
  await db.command(
    `INSERT INTO ${installation.database}.recounts (at, role, d, why) SELECT toDateTime64(${literal(clock?.at ?? '')}, 3), ${literal(role)}, arrayJoin([${list}]), 'late'`,
  );
}

/**
 * One round of the sweep over every role, day after day as the views go, whatever time it takes them.
 * @returns how many rows were wrong.
 */
export async function sweepRound(db: Db, installed: Installed): Promise<number> {
  const { database } = installed.installation;
  let mended = 0;
  for (const context of sourceContexts(installed.installation)) {
    const role = literal(context.source.role);
    const tables = recountedSteps(installed.steps).filter((r) => r.context.source.role === context.source.role);
    for (let days = 0; ; days++) {
      if (days > 1000) throw new Error(`The sweep of ${role} comes to no end.`);
      // A minute passes.
      await db.command(
        `CREATE OR REPLACE TABLE ${database}.recounts ENGINE = MergeTree ORDER BY (role, at) AS SELECT if(why = 'sweep', at - toIntervalMinute(2), at) AS at, role, d, why FROM ${database}.recounts`,
      );
      await runBatch(db, installed, context);
      const batch = await db.query<{ day: string; why: string; moment: string }>(
        `SELECT toString(d) AS day, why, toString(at) AS moment FROM ${database}.recounts WHERE role = ${role} AND at = (SELECT max(at) FROM ${database}.recounts WHERE role = ${role})`,
      );
      const [first] = batch;
      // The day that nothing has ends a round.
      if (!first || first.day === '1970-01-01') break;
      if (first.why !== 'sweep') continue;
      const found = tables.map(
        ({ step }) =>
          `SELECT count() AS n FROM ${database}.${step.table} WHERE swept_at = toDateTime64('${first.moment}', 3)`,
      );
      const [row] = await db.query<{ n: number }>(`SELECT toFloat64(sum(n)) AS n FROM (${found.join(' UNION ALL ')})`);
      mended += row?.n ?? 0;
    }
  }
  return mended;
}
