/** When a partition's end stood where: seen at one look, or through several while nothing came. */
export interface EndPoint {
  /** Offset after the last message. */
  readonly end: number;
  /** First and last moment it was seen there, ms since 1970. */
  readonly from: number;
  readonly to: number;
}

/** Lag in time. */
export interface LagTime {
  readonly seconds: number;
  /** Whether it is only known to be at least that: the message is older than all that was seen. */
  readonly atLeast: boolean;
}

/** Points that are kept of a partition. */
export const keptPoints = 60;

/**
 * The points with one more look. Looks that saw the same end are one point. Of more than {@link keptPoints}, every second of the older
 * half goes: the reach doubles, the newest stay exact. Begins anew where the end went back: the topic was made again.
 */
export function withEnd(points: readonly EndPoint[], at: number, end: number): readonly EndPoint[] {
  const last = points.at(-1);
  if (last && end < last.end) return [{ end, from: at, to: at }];
  if (last && end === last.end) return [...points.slice(0, -1), { ...last, to: at }];
  const all = [...points, { end, from: at, to: at }];
  if (all.length <= keptPoints) return all;
  const half = Math.floor(all.length / 2);
  return all.filter((_, i) => i === 0 || i >= half || i % 2 === 1);
}

/**
 * How long ago the next message to be read was written: between two looks its time is taken from the line between them. Nothing
 * waits: 0. Off by at most the time between the two looks around it, which grows with age where points were dropped.
 */
export function lagTime(points: readonly EndPoint[], committed: number, now: number): LagTime {
  const last = points.at(-1);
  if (!last || committed >= last.end) return { seconds: 0, atLeast: false };
  const after = points.findIndex(({ end }) => end > committed);
  const [before, next] = [points[after - 1], points[after]!];
  if (!before) return { seconds: seconds(now - next.from), atLeast: true };
  const share = (committed + 1 - before.end) / (next.end - before.end);
  return { seconds: seconds(now - (before.to + share * (next.from - before.to))), atLeast: false };
}

const seconds = (ms: number): number => Math.max(0, ms) / 1_000;
