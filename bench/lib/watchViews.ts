import { setTimeout as sleep } from 'node:timers/promises';

import type { Engine } from './engine';
import { percent, short } from './numbers';
import { readViews } from './views';

/** What the runs of a view took within a stretch. */
export interface ViewShare {
  readonly view: string;
  readonly runs: number;
  readonly msPerRun: number;
  /** Time of its runs ÷ the stretch: its share of one core, where a run keeps one busy. */
  readonly share: number;
}

/** Milliseconds between two looks: less than the shortest period of a view, so that no run is missed. */
const everyMs = 1_000;

/** Looks at the runs of all refreshable views until it is stopped; dearest first. */
export function watchViews(engine: Engine): { stop(): Promise<readonly ViewShare[]> } {
  const startMs = performance.now();
  const began = new Map<string, number>();
  const sums = new Map<string, { runs: number; ms: number }>();
  let stopped = false;
  const look = async () => {
    for (const { view, beganMs, durationMs } of await readViews(engine)) {
      const before = began.get(view);
      began.set(view, beganMs);
      if (before === undefined || before === beganMs) continue;
      const sum = sums.get(view) ?? { runs: 0, ms: 0 };
      sums.set(view, { runs: sum.runs + 1, ms: sum.ms + durationMs });
    }
  };
  const running = (async () => {
    while (!stopped) {
      await look();
      await sleep(everyMs);
    }
  })();
  // Told when it is stopped; until then nobody waits for it.
  running.catch(() => undefined);
  return {
    async stop() {
      stopped = true;
      await running;
      const ms = performance.now() - startMs;
      return [...sums]
        .map(([view, sum]) => ({ view, runs: sum.runs, msPerRun: sum.ms / sum.runs, share: sum.ms / ms }))
        .sort((a, b) => b.share - a.share);
    },
  };
}

/** Views that are told of in the report. */
const dearestViews = 12;

/** Lines of a report's table of the dearest views. */
export const viewLines = (views: readonly ViewShare[]): string[][] => [
  ['view', 'runs', 'ms a run', 'share of one core, at most'],
  ...views.slice(0, dearestViews).map((v) => [v.view, String(v.runs), short(v.msPerRun), percent(v.share)]),
];
