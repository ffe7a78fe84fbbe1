import type { AlertRule } from '../../rule';
import { clockSql, lengthSql } from '../../ruleSql';
import { causeSql, refreshTables, refreshViews } from './refreshes';

/** Minutes in which a view that fails now and then is looked at. */
const minutes = 15;

/** A refresh ends in an error, again and again. */
export const viewRefreshFailed: AlertRule = {
  name: 'view_refresh_failed',
  title: 'Refresh failing',
  description:
    'A refreshable view ends in an error, and what it keeps stands still. ClickHouse goes on calling it Scheduled: what tells is its error, its retries and the age of its last good run. One failure that the next run makes good wakes nobody: two periods have to pass; a view that runs every ten minutes or less often is told of at its first failure.',
  severity: 'critical',
  subjects: 'refreshable view',
  systemTables: refreshTables,
  limits: [
    { name: 'periods', value: 2, unit: 'times', description: 'Periods of the view since its last good run.' },
    {
      name: 'longest',
      value: 600,
      unit: 'seconds',
      description: 'This time since its last good run is enough, however long its periods are.',
    },
    {
      name: 'looks',
      value: 3,
      unit: 'count',
      description: `Of the looks of the last ${minutes} minutes (one a minute) as many that found it failing are enough, though it works in between.`,
    },
  ],
  unit: 'seconds',
  forSeconds: 120,
  keepFiringForSeconds: 900,
  missingEvals: 15,
  noData: 'KeepLast',
  summary: 'The refresh {subject} fails. Its last good run began {value} ago; the numbers that it keeps stand still.',
  watches: { page: 'rollups', panel: 'Every table and its refresh' },
  sql(kit) {
    const looks = `SELECT toString(view) AS view, countIf(ok = 0) AS bad, argMaxIf(exception, at, ok = 0) AS error FROM ${kit.table('refresh_log')}
      WHERE at > ${kit.now} - toIntervalMinute(${minutes}) AND at <= ${kit.now} GROUP BY view`;
    return `
SELECT subject, value, threshold, firing, 0 AS held, ${kit.now} AS as_of,
  if(fails OR firing, concat(if(ran, concat('Last good run began at ', ${clockSql('started', kit.zone)}, ' (', ${kit.zone}, ')'), 'It never ran well'), ', it should run each ', ${lengthSql('every_s')}, '; ',
      toString(bad), ' of the looks of the last ${minutes} minutes found it failing. ', ${causeSql('said')}),
    concat('Last good run ', ${lengthSql('value')}, ' ago.')) AS detail
FROM (
  SELECT subject, value, threshold, (fails AND value >= threshold) OR bad >= looks AS firing, fails, ran, started, every_s, bad, said
  FROM (
    SELECT view AS subject, greatest(0, dateDiff('second', if(ran, started, made_at), ${kit.now})) AS value, exception != '' OR retry > 0 AS fails, if(exception != '', exception, error) AS said,
      least(${kit.limit('periods', 'view')} * every_s, ${kit.limit('longest', 'view')}) AS threshold, ${kit.limit('looks', 'view')} AS looks, ran, started, every_s, bad
    FROM ${refreshViews(kit)} AS refreshes
    LEFT JOIN (${looks}) AS looks USING (view)
  )
)`;
  },
};
