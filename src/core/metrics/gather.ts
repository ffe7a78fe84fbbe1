import type { Notice } from '../notice';
import { bucketStart } from './interval';
import type { RollupSpec, SourceSpec } from './catalogue';
import { inStretches } from './conditions';
import type { Cover, Piece, Stretch } from './cover';
import { grainEdge, rollupZone } from './fits';
import type { RowsSql, RowsWanted } from './rows';
import { rawRows, rollupRows } from './rows';
import { inTouched, touchedBuckets } from './touched';

/** Rows of all tables that cover a range, and the expressions (for WITH) that they name. */
export interface Gathered {
  readonly with: readonly string[];
  readonly branches: readonly RowsSql[];
  readonly notices: readonly Notice[];
  /** The rows are complete up to here; undefined: up to now. */
  readonly completeToMs: number | undefined;
}

/** A rollup's watermark as people read it. */
export const watermarkText = ({ watermarkMs }: Pick<RollupSpec, 'watermarkMs'>): string =>
  `${new Date(watermarkMs ?? 0).toISOString().replace('T', ' ').replace('Z', '')} UTC`;

/**
 * The rows of a cover: of each rollup the buckets that no row beyond its watermark touches, of the source the rest.
 * @param since SQL condition on a rollup's `d` that leaves out days nobody needs.
 */
export function gatherRows(wanted: RowsWanted, cover: Cover, source: SourceSpec, since?: string): Gathered {
  const { asked } = wanted;
  const names: string[] = [];
  const branches: RowsSql[] = [];
  const notices: Notice[] = [];
  const raw: Stretch[] = [...cover.raw];
  let completeToMs: number | undefined;
  for (const [i, piece] of cover.pieces.entries()) {
    const { rollup } = piece;
    const zone = rollupZone(rollup, source, asked);
    const only = since && rollup.grain === 'day' ? [since] : [];
    const touched = asked.freshness === 'exact' ? touchedBuckets(rollup, source, zone) : undefined;
    if (source.sourceClass === 'window') {
      notices.push({
        code: 'window_source',
        message: `The source of ${rollup.name} has class window: days older than its window are as they were when last in it.`,
      });
    }
    if (touched !== undefined) {
      const name = `tm_touched_${i}`;
      names.push(`(SELECT groupUniqArray(b) FROM (${touched})) AS ${name}`);
      const bucket = rollup.grain === 'day' ? 'd' : 'm';
      branches.push(rollupRows(wanted, piece, source, [...only, `${bucket} NOT IN (SELECT arrayJoin(${name}))`]));
      branches.push(
        rawRows(wanted, source, [
          inStretches(source, [piece], asked.timezone),
          ...inTouched(name, rollup, source, zone),
        ]),
      );
    } else if (asked.freshness === 'exact') {
      branches.push(...openDayRaw(wanted, piece, source, zone, only, raw));
      notices.push({
        code: 'no_arrival_stamp',
        message: `The source of ${rollup.name} has no arrival stamp: days before ${watermarkText(rollup)} are as its last refresh found them.`,
      });
    } else {
      branches.push(rollupRows(wanted, piece, source, only));
      notices.push({
        code: 'watermark',
        message: `${rollup.name} counts all rows that arrived up to ${watermarkText(rollup)}; later ones are not in the answer.`,
      });
      completeToMs = Math.min(completeToMs ?? Infinity, rollup.watermarkMs ?? 0);
    }
  }
  if (raw.length > 0) branches.push(rawRows(wanted, source, [inStretches(source, raw, asked.timezone)]));
  return { with: names, branches, notices, completeToMs };
}

/** Without an arrival stamp: the day of the watermark and later ones raw, older ones from the rollup. */
function openDayRaw(
  wanted: RowsWanted,
  piece: Piece,
  source: SourceSpec,
  zone: string,
  only: readonly string[],
  raw: Stretch[],
): readonly RowsSql[] {
  const dayMs = bucketStart(piece.rollup.watermarkMs ?? 0, { count: 1, unit: 'day' }, { zone, weekStart: 'monday' });
  const openMs = grainEdge(dayMs, piece.rollup, zone, 'before');
  const closed = { ...piece, toMs: Math.min(piece.toMs, Math.max(openMs, piece.fromMs)) };
  if (closed.toMs < piece.toMs) raw.push({ fromMs: closed.toMs, toMs: piece.toMs });
  return closed.fromMs < closed.toMs ? [rollupRows(wanted, closed, source, only)] : [];
}
