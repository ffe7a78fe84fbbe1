import type { Db } from '../../core/db';
import type { Installation } from '../../schema/installation';
import type { Comparison } from './compare';
import { compareAll } from './compare';
import type { Subject } from './tables';
import { readTruth } from './truth';

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Waits until the running views have counted everything that is in the sources now and the tables equal the oracle, and
 * returns the last comparison: where that does not come about in time a wrong one, with how far each table is. Nothing is run here, and nothing may arrive.
 * @param without tables that are not looked at.
 */
export async function settled(
  installation: Installation,
  db: Db,
  name: string,
  subjects: readonly Subject[],
  options: { readonly withinMs: number; readonly without?: readonly string[] },
): Promise<Comparison> {
  const truth = await readTruth(db, name, subjects);
  const deadline = Date.now() + options.withinMs;
  for (;;) {
    await pause(2000);
    const found = await compareAll(installation, db, truth, {
      hiMs: Date.now(),
      ...(options.without && { without: options.without }),
    });
    if (found.wrong === 0) return found;
    if (Date.now() > deadline) return { ...found, sample: [...found.sample, ...(await standing(installation, db))] };
  }
}

/** How far every table is, a line each: why a comparison may be wrong. */
async function standing({ database }: Installation, db: Db): Promise<readonly string[]> {
  const rows = await db.query<{ line: string }>(
    `SELECT concat('status of ', rollup, ': ', verdict, ', to ', ifNull(toString(hi), 'nothing'), ', ', ifNull(toString(round(lag_s)), '?'), ' s behind, last success ',
       ifNull(toString(last_success_time), 'never'), ', ', toString(queued_days), ' days queued ', exception) AS line FROM ${database}.rollup_status`,
  );
  return rows.map(({ line }) => line);
}
