import type { Db } from '../core/db';
import { messageOf } from '../core/errors';
import { literal, qualified } from '../core/sql/quote';
import { fail } from './errors';
import type { Installation } from './installation';
import type { Step } from './steps';
import { provenSpan, refreshSteps, stepInsert } from './steps';

/**
 * Runs every refresh once, now, with the statements that the views run, and proves each: after it the rollups hold all
 * rows stamped up to `hi`. Safe beside the running views (all of it is idempotent, later runs win).
 * @param hi SQL of type DateTime64(3); by default D seconds ago, as the views take it.
 * @throws TidemarkError refresh_failed naming the step; earlier steps stay done.
 */
export async function refreshOnce(
  installation: Installation,
  db: Db,
  options: { readonly hi?: string; readonly onStep?: (step: Step) => void } = {},
): Promise<void> {
  const table = (name: string) => qualified(`${installation.database}.${name}`);
  const hi = options.hi ?? `now64(3) - toIntervalSecond(${installation.delaySeconds})`;
  await db.command(`INSERT INTO ${table('tick')} SELECT now64(3) AS at, ${hi} AS hi`);
  for (const step of refreshSteps(installation)) {
    options.onStep?.(step);
    await runStep(installation, db, step);
  }
}

/** One refresh of one step, and its proof. */
export async function runStep(installation: Installation, db: Db, step: Step): Promise<void> {
  const [mark] = await db.query<{ hi: string }>(`SELECT ${provenSpan(installation, step).hi} AS hi`);
  const hi = `toDateTime64(${literal(mark?.hi ?? '1970-01-01 00:00:00')}, 3)`;
  const span = { lo: provenSpan(installation, step).lo, hi };
  try {
    await db.command(`${stepInsert(installation, step, span)}\nSETTINGS max_partitions_per_insert_block = 0`);
  } catch (cause) {
    throw fail('refresh_failed', { step: step.name, cause: messageOf(cause) }, { cause });
  }
  const done = qualified(`${installation.database}.done`);
  await db.command(`INSERT INTO ${done} SELECT ${literal(step.name)} AS view, ${hi} AS hi, now64(3) AS at`);
}
