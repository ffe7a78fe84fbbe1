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
 * Watches the refreshes of a database for some seconds. The server keeps only the last run of a view, so it is looked at
 * often; runs are told apart by their begin.
 */
export async function watchRuns(engine: Engine, database: string, seconds: number): Promise<ViewWork[]> {
  const seen = new Map<string, Map<number, { ms: number; written: number }>>();
  const before = new Map((await readViews(engine, database)).map((v) => [v.view, v.beganMs]));
  const endMs = performance.now() + seconds * 1000;
  while (performance.now() < endMs) {
    for (const { view, beganMs, durationMs, writtenRows } of await readViews(engine, database)) {
      if (beganMs <= (before.get(view) ?? 0)) continue;
      const runs = seen.get(view) ?? new Map<number, { ms: number; written: number }>();
      runs.set(beganMs, { ms: durationMs, written: writtenRows });
      seen.set(view, runs);
    }
    await sleep(400);
  }
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
