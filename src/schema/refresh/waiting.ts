import { literal } from '../../core/sql/quote';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import type { RecountedStep } from './recounts';
import { byHand, recountViewName, unsealed } from './recounts';

const never = 'toDateTime64(0, 3)';

/**
 * Rows (role, days, oldest): days that wait to be recounted, of roles that have any. Queued days that no batch has taken, and those
 * of the newest batch while a view has not ended a good run over it: `pendingDays` and `unfinishedDays` of recounts.ts for all roles
 * at once, from the projections of `late` and `recounts`, so that it may be asked at any time.
 */
export function waitingSelect(installation: Installation, recounted: readonly RecountedStep[]): string {
  const table = (name: string) => tableOf(installation, name);
  const contexts = new Map(recounted.map(({ context }) => [context.source.role, context] as const));
  const names = recounted.map((r) => literal(recountViewName(r.step)));
  const roles = recounted.map((r) => literal(r.context.source.role));
  const sealed = [...contexts].flatMap(([role, context]) =>
    context.source.keepsDays === null ? [] : [` AND NOT (role = ${literal(role)} AND d < ${unsealed(context)})`],
  );
  return `
SELECT role, count() AS days, min(d) AS oldest
FROM (
  SELECT role, d, maxIf(tm_at, why = 'queued') AS tm_queued, maxIf(tm_at, why NOT IN ('queued', 'ran')) AS tm_taken, maxIf(tm_at, why = 'late') AS tm_late,
    max(maxIf(tm_at, why NOT IN ('queued', 'ran', ${literal(byHand)}))) OVER (PARTITION BY role) AS tm_newest,
    min(minOrNullIf(tm_at, why = 'ran')) OVER (PARTITION BY role) AS tm_ran
  FROM (
    SELECT toString(role) AS role, d, 'queued' AS why, max(at) AS tm_at FROM ${table('late')} WHERE sealed = 0 GROUP BY role, d
    UNION ALL
    SELECT toString(role) AS role, d, toString(why) AS why, max(at) AS tm_at FROM ${table('recounts')} GROUP BY role, d, why
    UNION ALL
    SELECT transform(view, [${names.join(', ')}], [${roles.join(', ')}], '') AS role, toDate(0) AS d, 'ran' AS why, ifNull(toDateTime64(last_success_time, 3), ${never}) AS tm_at
    FROM system.view_refreshes WHERE database = ${literal(installation.database)} AND view IN (${names.join(', ')})
  )
  GROUP BY role, d
)
WHERE role IN (${[...contexts.keys()].map((role) => literal(role)).join(', ')})
  AND ((tm_queued > ${never} AND tm_queued >= tm_taken${sealed.join('')}) OR (tm_late > ${never} AND tm_late = tm_newest AND ifNull(tm_ran <= tm_newest, 0)))
GROUP BY role`.trim();
}
