import type { Db } from '../../core/db';
import { messageOf } from '../../core/errors';
import { literal } from '../../core/sql/quote';
import { fail } from '../errors';
import { insertedOf, markInserted } from '../insert/step';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import type { DrainOptions } from './drain';
import { drainQueue } from './drain';
import { provenSpan } from './progress';
import { statementSettings } from './settings';
import type { Step } from './steps';
import { refreshSteps, stepInsert } from './steps';

/** What a refresh by hand may be told. */
export interface RefreshOptions {
  /** SQL of type DateTime64(3); by default D seconds ago, as the views take it. */
  readonly hi?: string;
  readonly onStep?: (step: Step) => void;
  /** How queued late days are worked off. */
  readonly drain?: DrainOptions;
}

/**
 * Runs every refresh once, now, with the statements that the views run, proves each, and works off the queue of late days:
 * after it the rollups hold all rows stamped up to `hi`. Safe beside the running views (all of it is idempotent, later runs win).
 * @throws TidemarkError refresh_failed naming the step; earlier steps stay done.
 */
export async function refreshOnce(installation: Installation, db: Db, options: RefreshOptions = {}): Promise<void> {
  const hi = options.hi ?? `now64(3) - toIntervalSecond(${installation.delaySeconds})`;
  await db.command(`INSERT INTO ${tableOf(installation, 'tick')} SELECT now64(3) AS at, ${hi} AS hi`);
  const steps = refreshSteps(installation);
  const finished = steps.filter((s) => s.of.kind === 'finished');
  for (const step of steps) {
    if (finished.includes(step)) continue;
    options.onStep?.(step);
    await runStep(installation, db, step);
  }
  const [clock] = await db.query<{ at: string }>('SELECT toString(now64(3)) AS at');
  const drainedSince = `toDateTime64(${literal(clock?.at ?? '')}, 3)`;
  await drainQueue(installation, db, options.drain);
  for (const step of finished) {
    options.onStep?.(step);
    await runStep(installation, db, step, drainedSince);
  }
}

/**
 * One refresh of one step, and its proof.
 * @param since SQL of type DateTime64(3): what was written from this moment on is looked at, whatever was proven meanwhile.
 */
export async function runStep(installation: Installation, db: Db, step: Step, since?: string): Promise<void> {
  const { lo: own, hi: proven } = provenSpan(installation, step);
  const lo = since === undefined ? own : `least(${own}, ${since})`;
  const [mark] = await db.query<{ hi: string }>(`SELECT ${proven} AS hi`);
  const hi = `toDateTime64(${literal(mark?.hi ?? '1970-01-01 00:00:00')}, 3)`;
  if (insertedOf(step)) return markInserted(installation, db, step.name, hi);
  try {
    await db.command(`${stepInsert(installation, step, { lo, hi })}\n${statementSettings(installation, step)}`);
  } catch (cause) {
    throw fail('refresh_failed', { step: step.name, cause: messageOf(cause) }, { cause });
  }
  await markDone(installation, db, step.name, hi);
}

/** Writes down that a step has counted all rows stamped up to hi (SQL of type DateTime64(3)). */
export async function markDone(installation: Installation, db: Db, step: string, hi: string): Promise<void> {
  const done = tableOf(installation, 'done');
  await db.command(`INSERT INTO ${done} SELECT ${literal(step)} AS view, ${hi} AS hi, now64(3) AS at`);
}
