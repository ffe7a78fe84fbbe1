import type { RollupSpec, SourceSpec } from './catalogue';
import { grainEdge, rollupZone, rowsRank, unfit } from './fits';
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
  readonly rollup: RollupSpec;
}

/** Which table answers which part of the range; raw rows answer what is left. */
export interface Cover {
  readonly pieces: readonly Piece[];
  readonly raw: readonly Stretch[];
  readonly reasons: readonly Reason[];
}

const width = ({ grain }: RollupSpec): number => (grain === 'day' ? 86_400 : grain);

/**
 * Fills the range with whole buckets of the rollups that merge into the exact answer: the coarsest first (of equal ones
 * the one with the fewest rows), a finer one only for the ends that it leaves, raw rows for what is left then.
 */
export function coverRange(asked: Asked, rollups: readonly RollupSpec[], source: SourceSpec): Cover {
  const reasons: Reason[] = [];
  const fit = rollups.filter((rollup) => {
    const why = unfit(rollup, source, asked);
    if (why) reasons.push(why);
    return !why && rollup.kind === 'places';
  });
  fit.sort((a, b) => width(b) - width(a) || rowsRank(a) - rowsRank(b));
  const pieces: Piece[] = [];
  let open: readonly Stretch[] = [{ fromMs: asked.fromMs, toMs: asked.toMs }];
  for (const rollup of fit) {
    const equal = pieces.find((p) => width(p.rollup) === width(rollup));
    if (equal) {
      reasons.push(reason('wider', rollup, { chosen: equal.rollup.name }));
      continue;
    }
    const zone = rollupZone(rollup, source, asked);
    const before = pieces.length;
    open = open.flatMap((stretch) => {
      const fromMs = grainEdge(stretch.fromMs, rollup, zone, 'after');
      const toMs = grainEdge(stretch.toMs, rollup, zone, 'before');
      if (fromMs >= toMs) return [stretch];
      pieces.push({ rollup, fromMs, toMs });
      return [
        { fromMs: stretch.fromMs, toMs: fromMs },
        { fromMs: toMs, toMs: stretch.toMs },
      ].filter((rest) => rest.fromMs < rest.toMs);
    });
    if (pieces.length === before) reasons.push(reason('range_too_short', rollup, {}));
  }
  return { pieces, raw: open, reasons };
}
