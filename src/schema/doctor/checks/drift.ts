import { tableOf } from '../../rollups/context';
import type { Check } from '../check';
import { found } from '../words';

/** What the sweep found wrong in the last day: 0 is the proof that the refreshes miss nothing. */
export const drift: Check = {
  name: 'drift',
  of: 'database',
  async run({ db, installation, migrated, steps }) {
    if (!migrated) return undefined;
    const rows = await db.query<{ name: string; rows: number; days: number; first: string; last: string }>(
      `SELECT drift.rollup AS name, toFloat64(sum(drift.rows)) AS rows, toFloat64(uniqExact(d)) AS days, toString(min(d)) AS first, toString(max(d)) AS last
FROM ${tableOf(installation, 'drift')} AS drift WHERE at > now() - INTERVAL 1 DAY AND drift.rows > 0 GROUP BY name ORDER BY name`,
    );
    return rows.filter((r) => steps.some((s) => s.name === r.name)).map((r) => found('drift', r.name, r));
  },
};
