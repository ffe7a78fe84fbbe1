import { tableOf } from '../../rollups/context';
import type { Check } from '../check';
import { found } from '../words';
import { periodsOf } from '../periods';

/** Share of its period that a refresh may run. */
const most = 0.8;

/** Do refreshes end within their period: one that does not runs all the time, and everything is late. */
export const pace: Check = {
  name: 'pace',
  of: 'database',
  async run({ db, installation, migrated }) {
    if (!migrated) return undefined;
    const periods = await periodsOf(db, installation);
    const rows = await db.query<{ view: string; runMs: number }>(
      `SELECT view, round(quantile(0.9)(duration_ms)) AS runMs FROM ${tableOf(installation, 'refresh_log')}
WHERE ok AND at > now() - INTERVAL 6 HOUR GROUP BY view HAVING count() >= 3 ORDER BY view`,
    );
    return rows.flatMap(({ view, runMs }) => {
      const everySeconds = periods.get(view);
      if (everySeconds === undefined || runMs <= most * everySeconds * 1000) return [];
      return [found('refresh_slow', view, { view, runMs, everySeconds, ratio: runMs / 1000 / everySeconds })];
    });
  },
};
