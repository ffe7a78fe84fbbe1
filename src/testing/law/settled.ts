import type { Db } from '../../core/db';
import type { Installation } from '../../schema/installation';
import type { Comparison } from './compare';
import { compareAll } from './compare';
import type { Subject } from './tables';
import { readTruth } from './truth';

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Waits until the running views have counted everything that is in the sources now and the tables equal the oracle, and
 * returns the last comparison: a wrong one where that does not come about in time. Nothing is run here, and nothing may arrive.
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
    if (found.wrong === 0 || Date.now() > deadline) return found;
  }
}
