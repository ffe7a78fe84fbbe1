import type { RollupMeasure } from '../types';

/** Upper ends of the latency buckets in ms, each included; one more holds all that took longer. */
export const latencyBoundsMs = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const;

/** A bucket of durations: more than `overMs` (−∞ for the first), up to `upToMs` (∞ for the last). */
export interface LatencyBucket {
  readonly column: string;
  readonly overMs: number;
  readonly upToMs: number;
  /** As people read it: `≤ 250 ms`, `≤ 2.5 s`, `> 10 s`. */
  readonly title: string;
}

const spoken = (ms: number) => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`);

/** From the fastest on; each request is in exactly one. */
export const latencyBuckets: readonly LatencyBucket[] = [...latencyBoundsMs, Infinity].map((upToMs, i) => {
  const overMs = i === 0 ? -Infinity : latencyBoundsMs[i - 1]!;
  const isLast = upToMs === Infinity;
  return {
    column: isLast ? 'ms_more' : `ms_${upToMs}`,
    overMs,
    upToMs,
    title: isLast ? `> ${spoken(overMs)}` : `≤ ${spoken(upToMs)}`,
  };
});

const within = (overMs: number, upToMs: number) =>
  [
    ...(overMs === -Infinity ? [] : [`{durationMs} > ${overMs}`]),
    ...(upToMs === Infinity ? [] : [`{durationMs} <= ${upToMs}`]),
  ].join(' AND ');

/** Requests per bucket of durations, for the heatmap. */
export const bucketMeasures: readonly RollupMeasure[] = latencyBuckets.map(({ column, overMs, upToMs, title }) => ({
  column,
  type: 'UInt64',
  row: `toUInt64(${within(overMs, upToMs)})`,
  class: 'additive',
  description: `Requests that took ${title.replace('≤', 'up to').replace('>', 'more than')}${overMs > 0 && upToMs !== Infinity ? ` and more than ${spoken(overMs)}` : ''}.`,
}));
