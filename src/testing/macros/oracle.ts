import { bucketStart } from './buckets';
import type { BucketLength } from './buckets';
import type { Sample } from './series';

/** A bucket of a series: what statement macros yield. `metric` is '' where they have no key. */
export interface Point {
  readonly t: number;
  readonly metric: string;
  readonly value: number;
}

/** A range in whole seconds, both ends included, and the buckets. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly length: BucketLength;
  readonly zone: string;
}

type Value = (rows: readonly Sample[]) => number;

export const count: Value = (rows) => rows.length;
export const gaugeSum: Value = (rows) => rows.reduce((sum, { gauge }) => sum + gauge, 0);
export const highest =
  (column: 'counter' | 'gauge'): Value =>
  (rows) =>
    Math.max(...rows.map((row) => row[column]));

/** One point for each bucket and series, ordered by bucket, then by the bytes of the key. */
export function buckets(
  samples: readonly Sample[],
  { from, to, length, zone }: Range,
  seriesOf: (row: Sample) => string,
  value: Value,
): readonly Point[] {
  const groups = new Map<string, Sample[]>();
  for (const row of samples) {
    if (row.time < from || row.time > to) continue;
    const id = JSON.stringify([bucketStart(row.time, length, zone), seriesOf(row)]);
    groups.set(id, [...(groups.get(id) ?? []), row]);
  }
  const points = [...groups].map(([id, rows]) => {
    const [t, metric] = JSON.parse(id) as [number, string];
    return { t, metric, value: value(rows) };
  });
  return points.sort((a, b) => a.t - b.t || (a.metric < b.metric ? -1 : 1));
}

/** What becomes of a value by the one before it and the seconds between; NaN where nothing can be said. */
export const changes = {
  rate: (now: number, _: number, seconds: number) => now / seconds,
  perSecond: (now: number, before: number, seconds: number) => (now < before ? NaN : (now - before) / seconds),
  increase: (now: number, before: number) => (now < before ? NaN : now - before),
  delta: (now: number, before: number) => now - before,
} as const;

/** The change of each point since the one before of its series. */
export function changesOf(points: readonly Point[], kind: keyof typeof changes): readonly Point[] {
  const last = new Map<string, Point>();
  return points.map((point) => {
    const before = last.get(point.metric);
    last.set(point.metric, point);
    return {
      ...point,
      value: before ? changes[kind](point.value, before.value, point.t - before.t) : NaN,
    };
  });
}

/** The sum of the known values of all series whose name `keyOf` maps to one key. */
export function summed(points: readonly Point[], keyOf: (metric: string) => string): readonly Point[] {
  const sums = new Map<string, Point>();
  for (const { t, metric, value } of points) {
    const key = keyOf(metric);
    const id = JSON.stringify([t, key]);
    const sum = sums.get(id)?.value ?? NaN;
    sums.set(id, { t, metric: key, value: Number.isNaN(sum) ? value : Number.isNaN(value) ? sum : sum + value });
  }
  return [...sums.values()].sort((a, b) => a.t - b.t || (a.metric < b.metric ? -1 : 1));
}
