import { withSample, windowSize } from './burrow';
import type { Sample } from './burrow';
import { withEnd } from './lagTime';
import type { EndPoint } from './lagTime';
import type { ClusterFacts } from './read';

/** What is kept of a partition from look to look. */
export interface PartitionPast {
  /** For lag in seconds. */
  readonly points: readonly EndPoint[];
  /** Its end at the last looks, oldest first, one more than the window has. */
  readonly ends: readonly { readonly at: number; readonly end: number }[];
}

/** What is kept of a cluster from look to look; nothing of what is gone. */
export interface Memory {
  /** By {@link partitionKey}. */
  readonly partitions: ReadonlyMap<string, PartitionPast>;
  /** By {@link groupKey}. */
  readonly windows: ReadonlyMap<string, readonly Sample[]>;
}

export const emptyMemory: Memory = { partitions: new Map(), windows: new Map() };

export const partitionKey = (topic: string, partition: number): string => `${topic} ${partition}`;
export const groupKey = (group: string, topic: string, partition: number): string => `${group} ${topic} ${partition}`;

/** Ends of the past by partition, for topics that were never seen before. */
export type PastEnds = ReadonlyMap<string, ReadonlyMap<number, readonly EndPoint[]>>;

/** The memory with one more look. */
export function remembered(memory: Memory, facts: ClusterFacts, past: PastEnds, now: number): Memory {
  const partitions = new Map<string, PartitionPast>();
  for (const [topic, found] of facts.topics)
    for (const { partition, end } of found) {
      const key = partitionKey(topic, partition);
      const before = memory.partitions.get(key);
      const points = before?.points ?? past.get(topic)?.get(partition) ?? [];
      const wasMadeAgain = end < (before?.ends.at(-1)?.end ?? 0);
      const ends = [...(wasMadeAgain ? [] : (before?.ends ?? [])), { at: now, end }];
      partitions.set(key, { points: withEnd(points, now, end), ends: ends.slice(-windowSize - 1) });
    }
  const windows = new Map<string, readonly Sample[]>();
  for (const { group, topic, committed, assigned } of facts.groups)
    for (const { partition, begin, end } of facts.topics.get(topic) ?? []) {
      const key = groupKey(group, topic, partition);
      const at = { at: now, end, committed: committed.get(partition) ?? begin };
      windows.set(key, withSample(memory.windows.get(key) ?? [], { ...at, hasMember: assigned.has(partition) }));
    }
  return { partitions, windows };
}

/** Change per second between the last two of a series, never below 0; 0 where there is one only. */
export function perSecond<T extends { readonly at: number }>(series: readonly T[], value: (of: T) => number): number {
  const [before, last] = series.slice(-2);
  if (!before || !last || last.at <= before.at) return 0;
  return Math.max(0, ((value(last) - value(before)) * 1_000) / (last.at - before.at));
}
