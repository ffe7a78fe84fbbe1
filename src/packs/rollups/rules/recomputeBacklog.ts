import type { AlertRule } from '../../rule';

/** Minutes between the counts that have to rise one after the other. */
const step = 10;
const steps = [0, 1, 2, 3] as const;

/** Days that wait to be recounted become more and more. */
export const recomputeBacklog: AlertRule = {
  name: 'recompute_backlog',
  title: 'Queue of days grows',
  description:
    'Days for which rows came late wait to be counted again, and become more for half an hour though the views that work them off run well: more comes than they manage, or days are never taken. A heap that is queued at once (a first filling, an import) and becomes smaller wakes nobody. While the view that takes them does not run this rule is held: another tells.',
  severity: 'warning',
  subjects: 'role',
  systemTables: ['view_refreshes'],
  limits: [
    {
      name: 'days',
      value: 5,
      unit: 'count',
      description: `Days that the queue may have grown by within ${step * (steps.length - 1)} minutes.`,
    },
  ],
  unit: 'count',
  forSeconds: 0,
  keepFiringForSeconds: 1800,
  missingEvals: 15,
  noData: 'KeepLast',
  summary:
    '{subject}: the queue of days to be counted again grew by {value} within half an hour, more than {threshold}, though its views run.',
  watches: { page: 'rollups', panel: 'What waits, what was wrong' },
  sql(kit) {
    const counts = steps.map(
      (i) => `toInt64(argMaxIf(value, at, at <= ${kit.now} - toIntervalMinute(${step * i}))) AS days_${i}`,
    );
    return `
SELECT role AS subject,
  if(known, greatest(0, days_0 - days_3), 0) AS value,
  ${kit.limit('days', 'role')} AS threshold,
  known AND days_0 > days_1 AND days_1 > days_2 AND days_2 > days_3 AND value > threshold AS firing,
  newest < ${kit.now} - toIntervalMinute(5) OR NOT (view != '' AND exception = '' AND ifNull(last_success_time > ${kit.now} - toIntervalMinute(15), 0)) AS held,
  newest AS as_of,
  concat(toString(days_0), ' days wait now; ${step} minutes ago ', toString(days_1), ', ${step * 2} minutes ago ', toString(days_2), ', ${step * 3} minutes ago ', toString(days_3), if(known, '.', ' (not known that long).'),
    if(held, ' The view that works them off does not run.', '')) AS detail
FROM (
  SELECT toString(name) AS role, ${counts.join(', ')}, max(at) AS newest, min(at) <= ${kit.now} - toIntervalMinute(${step * (steps.length - 1)}) AS known
  FROM ${kit.table('samples')}
  WHERE kind = 'queue' AND host = hostName() AND at > ${kit.now} - toIntervalMinute(60) AND at <= ${kit.now}
  GROUP BY name
) AS queues
LEFT JOIN (
  SELECT view, exception, last_success_time FROM ${kit.system('view_refreshes')} WHERE database = ${kit.database}
) AS views ON views.view = concat('recounts_', queues.role, '_v')`;
  },
};
