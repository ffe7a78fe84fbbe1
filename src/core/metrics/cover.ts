import type { LiveRollup, RollupSpec, SourceSpec } from './catalogue';
import { grainEdge, onGrain, rollupZone, rowsRank, unfit } from './fits';
import type { Asked } from './question';
import type { Reason } from './reasons';
import { reason } from './reasons';

/** A stretch of time, ms since 1970: from inclusive, to exclusive. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A stretch that a rollup's whole buckets fill. */
export interface Piece extends Stretch {
  readonly rollup: LiveRollup;
  /** Rollups of finer buckets that fill the rollup's whole, the coarsest first: they answer where it cannot. */
  readonly finer: readonly LiveRollup[];
}

/** Which table answers which part of the range; raw rows answer what is left. */
export interface Cover {
  readonly pieces: readonly Piece[];
  readonly raw: readonly Stretch[];
  readonly reasons: readonly Reason[];
}

const width = ({ grain }: RollupSpec): number => (grain === 'day' ? 86_400 : grain);

/** Days of every zone begin on quarter hours of UTC. */
const quarterSeconds = 900;

/** Whether each bucket of a rollup consists of whole buckets of another. */
function nests(inner: RollupSpec, outer: RollupSpec): boolean {
  if (inner.grain === 'day' || width(inner) >= width(outer)) return false;
  return (outer.grain === 'day' ? quarterSeconds : outer.grain) % inner.grain === 0;
}

/**
 * Fills the range with whole buckets of the rollups that merge into the exact answer: the coarsest first (of equal ones
 * the one with the fewest rows, then the one on whose buckets the range begins and ends), a finer one only for the ends
 * that it leaves, raw rows for what is left then. A rollup answers from the beginning of its life on.
 */
export function coverRange(asked: Asked, rollups: readonly LiveRollup[], source: SourceSpec): Cover {
  const reasons: Reason[] = [];
  const fit = rollups.filter((rollup) => {
    const why = unfit(rollup, source, asked);
    if (why) reasons.push(why);
    // Finished numbers of a window are no rows to be merged: rolling.ts takes them as they are.
    return !why && !(asked.metric.windows && rollup.kind === 'finished');
  });
  const ragged = (rollup: LiveRollup) =>
    [asked.fromMs, asked.toMs].filter((ms) => !onGrain(ms, rollup, rollupZone(rollup, source, asked))).length;
  fit.sort((a, b) => width(b) - width(a) || rowsRank(a) - rowsRank(b) || ragged(a) - ragged(b));
  const pieces: Piece[] = [];
  let open: readonly Stretch[] = [{ fromMs: asked.fromMs, toMs: asked.toMs }];
  for (const [i, rollup] of fit.entries()) {
    const equal = pieces.find((p) => width(p.rollup) === width(rollup));
    if (equal) {
      reasons.push(reason('wider', rollup, { chosen: equal.rollup.name }));
      continue;
    }
    const finer = fit.slice(i + 1).filter((f, j, rest) => {
      return nests(f, rollup) && f.fromMs < asked.toMs && rest.findIndex((r) => width(r) === width(f)) === j;
    });
    const zone = rollupZone(rollup, source, asked);
    const before = pieces.length;
    let older = false;
    open = open.flatMap((stretch) => {
      const firstMs = grainEdge(stretch.fromMs, rollup, zone, 'after');
      const fromMs = Math.max(firstMs, grainEdge(rollup.fromMs, rollup, zone, 'after'));
      const toMs = grainEdge(stretch.toMs, rollup, zone, 'before');
      if (firstMs < toMs && fromMs >= toMs) older = true;
      if (fromMs >= toMs) return [stretch];
      pieces.push({ rollup, finer, fromMs, toMs });
      return [
        { fromMs: stretch.fromMs, toMs: fromMs },
        { fromMs: toMs, toMs: stretch.toMs },
      ].filter((rest) => rest.fromMs < rest.toMs);
    });
    if (pieces.length === before) reasons.push(reason(older ? 'too_old' : 'range_too_short', rollup, {}));
  }
  return { pieces, raw: open, reasons };
}
