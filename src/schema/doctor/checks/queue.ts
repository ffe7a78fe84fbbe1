import { literal } from '../../../core/sql/quote';
import { pendingDays, recountsViewName } from '../../refresh/recounts';
import { tableOf } from '../../rollups/context';
import type { Check } from '../check';
import { periodsOf } from '../periods';
import { found } from '../words';

/** Minutes without a batch after which a queue is called stuck; three periods where that is longer. */
const stuckMinutes = 15;

/** Do queued days get worked off. */
export const queue: Check = {
  name: 'queue',
  of: 'role',
  async run({ role, context }, { db, installation, migrated }) {
    if (!context || !migrated) return undefined;
    const [row] = await db.query<{ days: number; oldest: string; minutes: number }>(
      `SELECT toFloat64(count()) AS days, toString(min(d)) AS oldest,
  toFloat64(dateDiff('minute', (SELECT greatest(max(taken), min(queued)) FROM (
    SELECT (SELECT max(at) FROM ${tableOf(installation, 'recounts')} WHERE role = ${literal(role)}) AS taken, max(at) AS queued
    FROM ${tableOf(installation, 'late')} WHERE role = ${literal(role)} AND sealed = 0 AND d IN (${pendingDays(context)}) GROUP BY d)), now64(3))) AS minutes
FROM (${pendingDays(context)})`,
    );
    if (!row || row.days === 0) return [];
    const every =
      (await periodsOf(db, installation)).get(recountsViewName(context.source)) ?? installation.everySeconds;
    if (row.minutes > Math.max(stuckMinutes, (3 * every) / 60)) return [found('queue_stuck', role, row)];
    const minutes = Math.max(1, Math.ceil((row.days / installation.lateDaysPerRun) * (every / 60)));
    return [found('catching_up', role, { ...row, minutes })];
  },
};
