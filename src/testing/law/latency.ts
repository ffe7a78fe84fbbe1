import type { Db } from '../../core/db';
import type { Installation } from '../../schema/installation';
import type { Places } from '../../schema/rollups/installed';
import type { Truth } from './oracle';
import { placesOf } from './oracle';

const levels = [0.5, 0.95, 0.99] as const;

/**
 * Relative accuracy of quantilesDD(0.01): what its parameter says from 1 on. Below 1 the engine takes the next higher bucket
 * (measured over 10,000 single values of each decade: at most +3.04 %, 26.7), so durations under a millisecond are told less well.
 */
const accuracyOf = (ms: number): number => (ms < 1 ? 0.0305 : 0.01);

/**
 * Places of a table of requests whose quantiles lie outside the bound: between the two ranks beside the level, give or take
 * the sketch's relative accuracy.
 */
export async function latencyWrong(
  installation: Installation,
  db: Db,
  rollup: Places,
  truth: Truth,
  keep: (place: string) => boolean,
): Promise<{ readonly cells: number; readonly wrong: readonly string[] }> {
  const bucket = rollup.grain === 'day' ? 'toString(d)' : 'toString(toUnixTimestamp(m))';
  const keys = [bucket, ...rollup.keys.map((k) => `toString(${k.column})`)];
  const rows = await db.query<{ k: string; q: number[] }>(
    `SELECT concatWithSeparator('|', ${keys.join(', ')}) AS k, arrayMap(x -> toFloat64(x), finalizeAggregation(latency)) AS q FROM ${installation.database}.${rollup.name} FINAL`,
  );
  const held = new Map(rows.map((r) => [r.k, r.q] as const));
  const wrong: string[] = [];
  let cells = 0;
  for (const [place, versions] of placesOf(truth, rollup.family, rollup.grain, rollup.timezone)) {
    if (!keep(place)) continue;
    const sorted = versions.map((v) => v.amount / 1000).sort((a, b) => a - b);
    const quantiles = held.get(place);
    for (const [i, level] of levels.entries()) {
      cells += 1;
      const rank = level * (sorted.length - 1);
      const below = sorted[Math.floor(rank)] ?? 0;
      const above = sorted[Math.ceil(rank)] ?? 0;
      const least = below * (1 - accuracyOf(below));
      const most = above * (1 + accuracyOf(above));
      const is = quantiles?.[i] ?? NaN;
      if (!(is >= least - 1e-9 && is <= most + 1e-9))
        wrong.push(`${place}: p${level * 100} is ${is}, not in [${least}, ${most}]`);
    }
  }
  return { cells, wrong };
}
