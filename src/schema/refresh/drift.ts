import { literal } from '../../core/sql/quote';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import type { RecountedStep } from './recounts';

/**
 * Rows (at, rollup, d, rows, total): how many rows of each table each ended sweep found wrong, once per sweep, day and table; and
 * how many it has of that day now, where any was wrong.
 */
export function driftSelect(installation: Installation, recounted: readonly RecountedStep[]): string {
  const table = (name: string) => tableOf(installation, name);
  const zone = literal(installation.timezone);
  const sweeps = `(SELECT at FROM ${table('recounts')} WHERE at > tm_known AND why = 'sweep')`;
  const parts = recounted.map(({ step, rollup }) => {
    const byDay = rollup.grain === 'day';
    const day = byDay ? 'd' : `toDate(m, ${zone})`;
    const swept = `FROM ${table(step.table)} WHERE swept_at > tm_known AND swept_at IN ${sweeps}`;
    const edge = (f: string) => `(SELECT ${f}(${day}) ${swept})`;
    // Bounds that hold nothing where nothing was wrong: then nothing is read.
    const within = byDay
      ? `d >= ${edge('min')} AND d <= ${edge('max')}`
      : `m >= toDateTime(${edge('min')}, ${zone}) AND m < toDateTime(${edge('max')} + 1, ${zone})`;
    const name = literal(step.name);
    return {
      healed: `SELECT ${name} AS rollup, ${day} AS day, swept_at AS healed_at, count() AS healed ${swept} GROUP BY swept_at, day`,
      whole: `SELECT ${name} AS rollup, ${day} AS day, count() AS total FROM ${table(step.table)} FINAL WHERE ${within} GROUP BY day`,
    };
  });
  const union = (of: 'healed' | 'whole') => parts.map((part) => part[of]).join(' UNION ALL ');
  const names = recounted
    .map(({ step, context }) => `(${literal(step.name)}, ${literal(context.source.role)})`)
    .join(', ');
  return [
    // The last sweep may be running still: it is counted when the next has begun.
    `WITH ifNull((SELECT max(at) FROM ${table('drift')}), toDateTime64(0, 3)) AS tm_known`,
    'SELECT sweeps.at AS at, sweeps.rollup AS rollup, sweeps.d AS d, sum(ifNull(found.healed, 0)) AS rows, if(rows = 0, 0, any(ifNull(whole.total, 0))) AS total',
    `FROM (SELECT at, d, of.1 AS rollup FROM ${table('recounts')} ARRAY JOIN [${names}] AS of WHERE at > tm_known AND why = 'sweep' AND of.2 = role AND (role, at) NOT IN (SELECT role, max(at) FROM ${table('recounts')} GROUP BY role)) AS sweeps`,
    `LEFT JOIN (${union('healed')}) AS found ON found.rollup = sweeps.rollup AND found.healed_at = sweeps.at`,
    `LEFT JOIN (${union('whole')}) AS whole ON whole.rollup = sweeps.rollup AND whole.day = sweeps.d`,
    'GROUP BY at, rollup, d',
  ].join('\n');
}
