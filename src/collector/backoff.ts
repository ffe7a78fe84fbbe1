/** How long is waited after failures, in ms. */
export interface Pauses {
  /** After the first failure. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Pause before the next try after so many failures in a row, in ms: twice as long each time up to the longest, give or take a fifth,
 * so that collectors that failed together do not come back together.
 * @param random a number from 0 up to 1.
 */
export function pauseMs(failures: number, { firstMs, longestMs }: Pauses, random: number): number {
  // A source may fail for months: 2 ** 30 is beyond every longest pause.
  const doubled = firstMs * 2 ** Math.min(failures - 1, 30);
  return Math.round(Math.min(doubled, longestMs) * (0.8 + 0.4 * random));
}

/** Pauses of a source: from 5 s to a minute, or as long as its interval where that is shorter, or longer. */
export const sourcePauses = (intervalMs: number): Pauses => ({
  firstMs: Math.min(5000, intervalMs),
  longestMs: Math.max(60_000, intervalMs),
});

/** Pauses between tries to write a table: rows wait meanwhile, so they are short. */
export const writePauses: Pauses = { firstMs: 1000, longestMs: 15_000 };
