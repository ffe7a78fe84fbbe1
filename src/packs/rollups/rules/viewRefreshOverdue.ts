import type { AlertRule } from '../../rule';
import { clockSql, lengthSql } from '../../ruleSql';
import { refreshTables, refreshViews } from './refreshes';

/** A refresh that should have run has not. */
export const viewRefreshOverdue: AlertRule = {
  name: 'view_refresh_overdue',
  title: 'Refresh overdue',
  description:
    'A refreshable view has had no good run for much longer than its period: it was switched off, dropped, waits for ever, or a run does not come to its end. After a restart of the server a view has until its next turn; a run under way has half an hour; while a table is being filled anew by migrate its view may be missing.',
  severity: 'critical',
  subjects: 'refreshable view',
  systemTables: refreshTables,
  limits: [
    { name: 'periods', value: 2, unit: 'times', description: 'Periods of the view since its last good run ended.' },
    { name: 'least', value: 300, unit: 'seconds', description: 'Shorter ages are not judged, however often it runs.' },
    { name: 'running', value: 1800, unit: 'seconds', description: 'Time that a run may take.' },
  ],
  unit: 'seconds',
  forSeconds: 120,
  keepFiringForSeconds: 900,
  missingEvals: 15,
  noData: 'KeepLast',
  summary: 'The refresh {subject} has had no good run for {value}; {threshold} may pass. What it keeps stands still.',
  watches: { page: 'rollups', panel: 'Every table and its refresh' },
  sql(kit) {
    const filling = `SELECT replaceRegexpOne(target, '__next$', '') FROM ${kit.table('backfills')} WHERE endsWith(target, '__next') AND at > ${kit.now} - toIntervalHour(1)`;
    return `
SELECT subject, value, threshold, multiIf(off, 1, waits, 0, runs AND tried < running, 0, value > threshold) AS firing, NOT there AND kept IN (${filling}) AS held, ${kit.now} AS as_of,
  concat(
    multiIf(NOT there, 'The view is not there. ', off, 'Somebody switched it off. ', runs, concat('A run has been under way for ', ${lengthSql('tried')}, '. '), waits, 'Its first run since the server started is still to come. ', ''),
    if(ran, 'Last good run ended at ', 'It never ran well since it was made at '), ${clockSql('since', kit.zone)}, ' (', ${kit.zone}, '); it should run each ', ${lengthSql('every_s')}, if(status = '', '', concat('. The server says: ', status)), '.') AS detail
FROM (
  SELECT subject, greatest(0, dateDiff('second', since, ${kit.now})) AS value, least + if(runs, running, 0) AS threshold, off, runs, waits, there, tried, running, kept, ran, since, every_s, status
  FROM (
    SELECT view AS subject, if(ran, ended, made_at) AS since, greatest(${kit.limit('periods', 'view')} * every_s, ${kit.limit('least', 'view')}) AS least, ${kit.limit('running', 'view')} AS running,
      status LIKE 'Disabled%' AS off, status LIKE 'Running%' AS runs,
      -- Not tried since the server started, and its turn is still to come.
      there AND isNull(tried_at) AND ifNull(next_at > ${kit.now} - toIntervalSecond(60), 0) AS waits,
      greatest(0, dateDiff('second', ifNull(tried_at, ${kit.now}), ${kit.now})) AS tried,
      replaceRegexpOne(view, '(_sweep)?_v$', '') AS kept, there, ran, every_s, status
    FROM ${refreshViews(kit)}
  )
)`;
  },
};
