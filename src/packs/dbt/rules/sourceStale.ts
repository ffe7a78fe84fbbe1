import type { AlertRule } from '../../rule';
import { clockInZoneSql, lengthSql, orNothing } from '../../ruleSql';
import { lookbackDays } from '../sql';
import { dbtRule } from './common';

/** Checks without the source after which it is not for chance that it is missing. */
const misses = 2;

/** A source of dbt has no new rows, as dbt's own freshness check finds. */
export const sourceStale: AlertRule = {
  ...dbtRule,
  name: 'source_stale',
  title: 'dbt source stale',
  description:
    'The newest check of `dbt source freshness` found no row of a source that is young enough for the limits in the dbt project (warn_after, error_after), or could not ask it. dbt leaves a source that cannot be asked out of sources.json: one that is missing twice counts as unchanged since it was last seen. A check that is old tells nothing of the present and is held.',
  severity: 'warning',
  subjects: 'project and source table of dbt',
  limits: [
    { name: 'checked', value: 86_400, unit: 'seconds', description: 'Age of a check from which on it is not judged.' },
  ],
  unit: 'seconds',
  keepFiringForSeconds: 900,
  summary: 'dbt source {subject}: its newest row is {value} old, {threshold} may pass.',
  watches: { page: 'dbt', panel: 'Freshness of sources' },
  sql(kit) {
    const rows = `${kit.table('health_dbt_source')} WHERE at > ${kit.now} - toIntervalDay(${lookbackDays}) AND at <= ${kit.now}`;
    const day = (instant: string) => clockInZoneSql(instant, kit.zone);
    const never = "toDateTime64(0, 3, 'UTC')";
    return orNothing(
      `
  SELECT subject, age AS value, if(word = 'error' AND error_after > 0, error_after, warn_after) AS threshold,
    (NOT is_lost AND word NOT IN ('pass', 'missing', '')) OR (is_lost AND (told_at = ${never} OR age > warn_after)) AS firing,
    newest_at < ${kit.now} - toIntervalSecond(${kit.limit('checked', 'subject')}) AS held, newest_at AS as_of,
    trimRight(concat(if(told_at = ${never}, 'It was never found', concat('Found ', word, ' at ', ${day('told_at')}, if(loaded = ${never}, ', without a row that tells its age', concat(', its newest row of ', ${day('loaded')})))), '. ',
      if(warn_after > 0, concat('Warns after ', ${lengthSql('warn_after')}, if(error_after > 0, concat(', error after ', ${lengthSql('error_after')}), ''), '. '), ''),
      if(is_lost, concat('The last ', toString(missed), ' checks say nothing of it: the table may be gone or not granted; the log of dbt source freshness says why. '), ''), said)) AS detail
  FROM (
    SELECT concat(project, ' ', source_table) AS subject, max(checked_at) AS newest_at, max(last_told) AS told_at,
      argMax((status, max_loaded_at, age_s, message), (checked_at, at)) AS any_row, argMaxIf((status, max_loaded_at, age_s, message), (checked_at, at), status != 'missing') AS told,
      uniqExactIf(invocation_id, status = 'missing' AND checked_at > last_told) AS missed, missed >= ${misses} AS is_lost,
      ifNull(argMax(warn_after_s, (checked_at, at)), 0) AS warn_after, ifNull(argMax(error_after_s, (checked_at, at)), 0) AS error_after,
      told.1 AS word, ifNull(told.2, ${never}) AS loaded, if(told.1 = '', any_row.4, told.4) AS said,
      if(is_lost AND loaded > ${never}, toFloat64(dateDiff('second', loaded, newest_at)), ifNull(told.3, 0)) AS age
    FROM (SELECT *, maxIf(checked_at, status != 'missing') OVER (PARTITION BY project, unique_id) AS last_told FROM ${rows})
    GROUP BY project, source_table
  )`,
      `SELECT count() FROM ${rows}`,
      { subject: 'dbt', now: kit.now, detail: 'dbt source freshness has not been seen.' },
    );
  },
};
