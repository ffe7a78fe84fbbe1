/** A change of what a rule says of a subject. */
export interface Change {
  readonly atMs: number;
  readonly firing: boolean;
}

/** What of a rule decides who hears of what it says. */
export interface Patience {
  readonly forSeconds: number;
  readonly keepFiringForSeconds: number;
}

/** Where a firing stands: see the view `firings`. */
export type EpisodeState = 'pending' | 'firing' | 'recovering' | 'over' | 'brief';

/** A time that a rule found something of a subject. Milliseconds since 1970; null as in the view `firings`. */
export interface Episode {
  readonly beganMs: number;
  readonly toldMs: number | null;
  readonly endedMs: number | null;
  readonly resolvedMs: number | null;
  readonly state: EpisodeState;
}

/**
 * The firings that the changes of one subject make, at a moment: what the view `firings` has rows of, and by the same rules. Changes
 * in the order of time; those that change nothing do not matter. Never throws.
 */
export function episodesOf(changes: readonly Change[], patience: Patience, nowMs: number): Episode[] {
  const keepMs = 1000 * patience.keepFiringForSeconds;
  const islands: Span[][] = [];
  for (const span of spansOf(changes)) {
    const last = islands.at(-1);
    const endedMs = last?.at(-1)?.endedMs;
    if (last && endedMs !== undefined && endedMs !== null && span.beganMs <= endedMs + keepMs) last.push(span);
    else islands.push([span]);
  }
  return islands.map((spans) => episodeOf(spans, patience, nowMs));
}

interface Span {
  readonly beganMs: number;
  readonly endedMs: number | null;
}

function spansOf(changes: readonly Change[]): Span[] {
  const spans: Span[] = [];
  let beganMs: number | undefined;
  for (const { atMs, firing } of changes) {
    if (firing) beganMs ??= atMs;
    else if (beganMs !== undefined) {
      spans.push({ beganMs, endedMs: atMs });
      beganMs = undefined;
    }
  }
  return beganMs === undefined ? spans : [...spans, { beganMs, endedMs: null }];
}

function episodeOf(spans: readonly Span[], patience: Patience, nowMs: number): Episode {
  const forMs = 1000 * patience.forSeconds;
  const keepMs = 1000 * patience.keepFiringForSeconds;
  const long = spans.find(({ beganMs, endedMs }) => (endedMs ?? nowMs) - beganMs >= forMs);
  const beganMs = (long ?? spans[0])?.beganMs ?? nowMs;
  const endedMs = spans.at(-1)?.endedMs ?? null;
  if (!long) return { beganMs, toldMs: null, endedMs, resolvedMs: null, state: endedMs === null ? 'pending' : 'brief' };
  const resolvedMs = endedMs !== null && endedMs + keepMs <= nowMs ? endedMs + keepMs : null;
  const state = endedMs === null ? 'firing' : resolvedMs === null ? 'recovering' : 'over';
  return { beganMs, toldMs: beganMs + forMs, endedMs, resolvedMs, state };
}
