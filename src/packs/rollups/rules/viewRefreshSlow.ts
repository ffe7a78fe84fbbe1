import type { AlertRule } from '../../rule';
import { lengthSql, percentSql } from '../../ruleSql';
import { madeViews } from './refreshes';

/** A refresh takes nearly as long as it has. */
export const viewRefreshSlow: AlertRule = {
  name: 'view_refresh_slow',
  title: 'Refresh slow',
  description:
    'A refresh takes most of its period, run after run: soon it is late for ever, as refreshes do not overlap. Judged is the shortest of the last three good runs that were looked at, so that one run beside a large merge wakes nobody. Views that recount old days are left out: they may take their time.',
  severity: 'warning',
  subjects: 'refreshable view',
  limits: [
    { name: 'share', value: 0.8, unit: 'ratio', description: 'Share of its period that a run may take.' },
    { name: 'looks', value: 3, unit: 'count', description: 'Good runs, seen one a minute, that all took so long.' },
  ],
  unit: 'ratio',
  forSeconds: 0,
  keepFiringForSeconds: 900,
  missingEvals: 15,
  noData: 'KeepLast',
  summary: 'The refresh {subject} takes {value} of its period, more than {threshold}: soon it is late for ever.',
  watches: { page: 'rollups', panel: 'Refreshes: share of their period' },
  sql(kit) {
    // Runs of a view that stood still since are no news; those that run seldom are seen as seldom.
    const recent = `at > ${kit.now} - toIntervalMinute(30) OR (view IN (SELECT view FROM ${madeViews(kit)} WHERE every_s > 450) AND at > ${kit.now} - toIntervalDay(4))`;
    return `
SELECT subject, value, threshold, value >= threshold AS firing, 0 AS held, as_of,
  if(seen < looks, concat('Only ', toString(seen), ' good runs were seen of late.'),
    concat('The last ', toString(seen), ' good runs that were seen took ', ${lengthSql('fastest / 1000')}, ' (', ${percentSql('value')}, ' of its period of ', ${lengthSql('every_s')}, ') or more.')) AS detail
FROM (
  SELECT subject, if(seen < looks, 0, fastest / 1000 / every_s) AS value, threshold, seen, looks, fastest, every_s, as_of
  FROM (
    SELECT view AS subject, ${kit.limit('share', 'view')} AS threshold, ${kit.limit('looks', 'view')} AS looks, arraySlice(runs, 1, toUInt32(looks)) AS last, length(last) AS seen, arrayMin(r -> r.2, last) AS fastest, every_s,
      ifNull(newest, ${kit.now}) AS as_of
    FROM ${madeViews(kit)} AS made
    LEFT JOIN (
      SELECT toString(view) AS view, arrayReverseSort(groupArray((at, duration_ms))) AS runs, max(toNullable(at)) AS newest
      FROM ${kit.table('refresh_log')}
      WHERE ok = 1 AND at <= ${kit.now} AND (${recent})
      GROUP BY view
    ) AS seen USING (view)
    WHERE NOT endsWith(view, '_sweep_v')
  )
)`;
  },
};
