import type { Notice } from '../notice';
import { bucketStart } from './interval';
import type { LiveRollup, LiveSource, RollupSpec } from './catalogue';
import { inStretches, instantSql } from './conditions';
import type { Cover, Piece, Stretch } from './cover';
import { grainEdge, rollupZone } from './fits';
import type { RowsSql, RowsWanted } from './rows';
import { rawRows, rollupRows } from './rows';
import type { TimeColumn } from './touched';
import { inTouched, touchedBounds, touchedBuckets } from './touched';

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

/** Says up to where a rollup counts, where the answer ends there. */
export const watermarkNotice = (rollup: RollupSpec): Notice => ({
  code: 'watermark',
  message: `${rollup.name} counts all rows that arrived up to ${watermarkText(rollup)}; later ones are not in the answer.`,
});

/**
 * The rows of a cover: of each rollup the buckets that no row beyond its watermark touches, of finer ones those parts of the
 * touched buckets that are not touched there, of the source the rest.
 * @param since SQL condition on a rollup's `d` that leaves out days nobody needs.
 */
export function gatherRows(wanted: RowsWanted, cover: Cover, source: LiveSource, since?: string): Gathered {
  const { asked } = wanted;
  const names = new Map<string, string>();
  const branches: RowsSql[] = [];
  const notices: Notice[] = [];
  const raw: Stretch[] = [...cover.raw];
  let completeToMs: number | undefined;
  /** Name of the array of a rollup's touched buckets; undefined where nobody can know. */
  const touchedOf = (rollup: LiveRollup): string | undefined => {
    const sql = touchedBuckets(rollup, source, rollupZone(rollup, source, asked), asked);
    if (sql === undefined) return undefined;
    const expression = `(SELECT groupUniqArray(b) FROM (${sql})) AS `;
    const name = names.get(expression) ?? `tm_touched_${names.size}`;
    names.set(expression, name);
    return name;
  };
  for (const piece of cover.pieces) {
    const { rollup } = piece;
    const only = since && rollup.grain === 'day' ? [since] : [];
    const exact = asked.freshness === 'exact' && asked.metric.raw;
    const touched = exact ? touchedOf(rollup) : undefined;
    if (source.sourceClass === 'window') {
      notices.push({
        code: 'window_source',
        message: `The source of ${rollup.name} has class window: days older than its window are as they were when last in it.`,
      });
    }
    if (touched !== undefined) {
      const finer = piece.finer.flatMap((own): readonly Tier[] => {
        const name = own.watermarkMs === null ? undefined : touchedOf(own);
        return name === undefined ? [] : [{ rollup: own, touched: name }];
      });
      branches.push(...pieceRows(wanted, piece, [{ rollup, touched }, ...finer], source, only));
    } else if (exact) {
      branches.push(...openDayRaw(wanted, piece, source, only, raw));
      notices.push({
        code: 'no_arrival_stamp',
        message: `The source of ${rollup.name} has no arrival stamp: days before ${watermarkText(rollup)} are as its last refresh found them.`,
      });
    } else {
      branches.push(rollupRows(wanted, rollup, piece, source, only));
      notices.push(watermarkNotice(rollup));
      completeToMs = Math.min(completeToMs ?? Infinity, rollup.watermarkMs ?? 0);
    }
  }
  if (raw.length > 0) branches.push(rawRows(wanted, source, [inStretches(source, raw, asked.timezone)]));
  return { with: [...names].map(([sql, name]) => `${sql}${name}`), branches, notices, completeToMs };
}

/** A rollup with the name of the array of its touched buckets. */
interface Tier {
  readonly rollup: LiveRollup;
  readonly touched: string;
}

/** Rows of a stretch from tiers, the coarsest first: each gives what the ones before do not answer, raw rows the rest. */
function pieceRows(
  wanted: RowsWanted,
  piece: Piece,
  tiers: readonly Tier[],
  source: LiveSource,
  only: readonly string[],
): readonly RowsSql[] {
  /** Conditions on rows that the tiers leave to others. */
  const left = (before: readonly Tier[], time: TimeColumn) =>
    before.flatMap(({ rollup, touched }) => {
      const zone = rollupZone(rollup, source, wanted.asked);
      const inside = inTouched(touched, time, rollup, source, zone);
      return rollup.fromMs > piece.fromMs
        ? [`(${time.bare} < ${instantSql(rollup.fromMs)} OR ${inside})`]
        : [touchedBounds(touched, time, rollup, source, zone), inside];
    });
  const rows = tiers.map(({ rollup, touched }, i) => {
    const bucket = rollup.grain === 'day' ? 'd' : 'm';
    const stretch = { fromMs: Math.max(piece.fromMs, rollup.fromMs), toMs: piece.toMs };
    const open = `${bucket} NOT IN (SELECT arrayJoin(${touched}))`;
    const others = left(tiers.slice(0, i), { value: 'm', bare: 'm' });
    return rollupRows(wanted, rollup, stretch, source, [...(i === 0 ? only : []), ...others, open]);
  });
  // Not bare: the engine prunes by toDate(time, zone) as if it always grew, although the first hours of 1970 (a tombstone
  // without a time) wrap round to 2149 west of Greenwich: it then leaves out whole parts.
  const time = { value: `identity(${source.time})`, bare: source.timeColumn };
  return [
    ...rows,
    rawRows(wanted, source, [inStretches(source, [piece], wanted.asked.timezone), ...left(tiers, time)]),
  ];
}

/** Without an arrival stamp: the day of the watermark and later ones raw, older ones from the rollup. */
function openDayRaw(
  wanted: RowsWanted,
  piece: Piece,
  source: LiveSource,
  only: readonly string[],
  raw: Stretch[],
): readonly RowsSql[] {
  const { rollup } = piece;
  const zone = rollupZone(rollup, source, wanted.asked);
  const dayMs = bucketStart(rollup.watermarkMs ?? 0, { count: 1, unit: 'day' }, { zone, weekStart: 'monday' });
  const openMs = grainEdge(dayMs, rollup, zone, 'before');
  const closed = { ...piece, toMs: Math.min(piece.toMs, Math.max(openMs, piece.fromMs)) };
  if (closed.toMs < piece.toMs) raw.push({ fromMs: closed.toMs, toMs: piece.toMs });
  return closed.fromMs < closed.toMs ? [rollupRows(wanted, rollup, closed, source, only)] : [];
}
