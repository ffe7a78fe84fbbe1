/**
 * How a consumer group does on one partition, by the rules of LinkedIn's Burrow (its page "Consumer Lag Evaluation Rules"): not by a
 * number of messages, which fits no two topics, but by whether it goes on.
 *
 * - `OK`: it keeps up, or gets nearer.
 * - `WARN`: it reads, and falls behind: the lag never fell in the whole window.
 * - `STALL`: it is there and does not get on: the offset stood still in the whole window.
 * - `STOP`: it has not committed for longer than what the window has seen it commit.
 * - `REWIND`: it went back, and is not yet where it was.
 */
export const partitionStates = ['OK', 'WARN', 'STALL', 'STOP', 'REWIND'] as const;
export type PartitionState = (typeof partitionStates)[number];

/** What one look saw of a partition. */
export interface Sample {
  /** ms since 1970. */
  readonly at: number;
  /** Next offset that the group will read; the first one there is where it never committed. */
  readonly committed: number;
  /** Offset after the last message. */
  readonly end: number;
  /**
   * Whether this counts as a commit. Kafka tells offsets, not when they were committed, so a look counts where the offset moved since
   * the last look, or where a living member of the group has the partition.
   */
  readonly commit: boolean;
}

/** Looks that a window holds. STALL and WARN speak of a whole window, so they need a full one. */
export const windowSize = 10;
/** Looks without which nothing is said but OK and REWIND: a collector that just started knows too little. */
const fewest = 3;

const lagOf = ({ end, committed }: Sample): number => Math.max(0, end - committed);

/**
 * The state at `now`, by the samples of the last looks, oldest first. `floor`: messages of lag that do not count, for topics with
 * transactions, whose end is behind a marker that nobody reads. Never throws; OK where there are no samples.
 *
 * In this order: lag at most the floor: OK. No commit for longer than the commits in the window reach, and not at the end of the
 * partition recently: STOP. Further back than it was: REWIND. Lag at most the floor anywhere in the window: OK. Offset the same
 * throughout: STALL. Lag never fell: WARN.
 */
export function judge(samples: readonly Sample[], now: number, floor = 0): PartitionState {
  const last = samples.at(-1);
  if (!last || lagOf(last) <= floor) return 'OK';
  if (samples.length >= fewest && hasStopped(samples, now) && !wasAtEnd(samples, floor)) return 'STOP';
  if (samples.some(({ committed }) => committed > last.committed)) return 'REWIND';
  if (samples.length < windowSize || samples.some((sample) => lagOf(sample) <= floor)) return 'OK';
  if (samples.every(({ committed }) => committed === last.committed)) return 'STALL';
  const fell = samples.some((sample, i) => i > 0 && lagOf(sample) < lagOf(samples[i - 1]!));
  return fell ? 'OK' : 'WARN';
}

function hasStopped(samples: readonly Sample[], now: number): boolean {
  const commits = samples.filter(({ commit }) => commit);
  const [first, last] = [commits[0], commits.at(-1)];
  return !first || !last || now - last.at > last.at - first.at;
}

/** A slow topic: what the group has read was all there was, at one of the last looks. */
function wasAtEnd(samples: readonly Sample[], floor: number): boolean {
  const { committed } = samples.at(-1)!;
  return samples.some(({ end }) => end <= committed + floor);
}

/** The window with one more look; the oldest falls out. Begins anew where the end went back: the topic was made again. */
export function withSample(
  samples: readonly Sample[],
  seen: Omit<Sample, 'commit'> & { readonly hasMember: boolean },
): readonly Sample[] {
  const { hasMember, ...sample } = seen;
  const last = samples.at(-1);
  const kept = last && sample.end < last.end ? [] : samples;
  const commit = hasMember || last === undefined || last.committed !== sample.committed;
  return [...kept, { ...sample, commit }].slice(-windowSize);
}
