import { setTimeout as sleep } from 'node:timers/promises';

import type { Engine } from '../lib/engine';
import { median } from '../lib/numbers';
import { readViews } from '../lib/views';

/** What a view's runs took in a stretch of time. */
export interface ViewWork {
  readonly view: string;
  /** Longest run, ms: the one that had the work. */
  readonly mostMs: number;
  /** Median of all runs, ms: of runs without work where most have none. */
  readonly medianMs: number;
  readonly runs: number;
  readonly writtenRows: number;
}

/**
 * Watches the refreshes of a database until `end`. The server keeps only the last run of a view, so it is looked at
 * often; runs are told apart by their begin.
 */
export async function watchRuns(engine: Engine, database: string, end: Promise<unknown>): Promise<ViewWork[]> {
  let ended = false;
  const ending = end.finally(() => (ended = true));
  // Thrown below, after the look that is under way.
  ending.catch(() => undefined);
  const seen = new Map<string, Map<number, { ms: number; written: number }>>();
  const before = new Map((await readViews(engine, database)).map((v) => [v.view, v.beganMs]));
  for (let last = false; !last;) {
    last = ended;
    for (const { view, beganMs, durationMs, writtenRows } of await readViews(engine, database)) {
      if (beganMs <= (before.get(view) ?? 0)) continue;
      const runs = seen.get(view) ?? new Map<number, { ms: number; written: number }>();
      runs.set(beganMs, { ms: durationMs, written: writtenRows });
      seen.set(view, runs);
    }
    await Promise.race([sleep(400), ending]);
  }
  await ending;
  return [...seen].map(([view, runs]) => {
    const all = [...runs.values()];
    return {
      view,
      mostMs: Math.max(...all.map((r) => r.ms)),
      medianMs: median(all.map((r) => r.ms)),
      runs: all.length,
      writtenRows: Math.max(...all.map((r) => r.written)),
    };
  });
}
