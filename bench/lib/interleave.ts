/** Something to measure: `run` does it once and returns a number that depends on all of its result. */
export interface Contestant {
  readonly name: string;
  readonly run: () => number;
}

export interface Measured {
  readonly name: string;
  /** Fastest round, in ms. */
  readonly bestMs: number;
  readonly medianMs: number;
  readonly rounds: number;
}

/**
 * Runs all contestants `rounds` times in turn (so that a slow moment of the machine hits all), after one round that
 * does not count, and keeps the fastest. Throws when a contestant's result changes between rounds.
 */
export function interleave(contestants: readonly Contestant[], rounds: number): Measured[] {
  const times = contestants.map(() => [] as number[]);
  const results = contestants.map((contestant) => contestant.run());
  for (let round = 0; round < rounds; round++)
    contestants.forEach(({ name, run }, i) => {
      globalThis.gc?.();
      const start = performance.now();
      const result = run();
      times[i]!.push(performance.now() - start);
      if (result !== results[i]) throw new Error(`${name} gave ${result} after ${results[i]}.`);
    });
  return contestants.map(({ name }, i) => {
    const sorted = times[i]!.sort((a, b) => a - b);
    return { name, rounds, bestMs: sorted[0]!, medianMs: sorted[Math.floor(sorted.length / 2)]! };
  });
}
