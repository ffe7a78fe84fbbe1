import type { AlertRule } from '../../rule';
import { clockSql, lengthSql } from '../../ruleSql';
import { dbtRule, dbtRuns } from './common';

/** Earlier runs whose median is what is usual, and the fewest that make one. */
const usualRuns = 20;
const fewest = 5;

/** Days back that runs are looked at. */
const days = 90;

/** Days back in which the longest node of a run is looked for. */
const nodeDays = 8;

/** A job takes much longer than it used to, or longer than its own period. */
export const dbtSlow: AlertRule = {
  ...dbtRule,
  name: 'dbt_slow',
  title: 'dbt job slow',
  description: `Two runs of a job, one after the other, took more than twice as long as is usual (the median of the ${usualRuns} runs before) and more than a minute; or longer than the job’s own period, so that runs catch up with each other. Compared are runs of the same command and selection that succeeded, without full refreshes: one long run after an outage, a full refresh, or a test beside a build wakes nobody.`,
  severity: 'warning',
  subjects: 'project and job of dbt',
  limits: [
    { name: 'times', value: 2, unit: 'times', description: 'How many times the usual length a run may take.' },
    { name: 'least', value: 60, unit: 'seconds', description: 'Shorter runs are never slow.' },
    {
      name: 'longest',
      value: 86_400,
      unit: 'seconds',
      description: 'Length that is too long whatever is usual; of a job in tidemark.yaml its `every`.',
    },
    { name: 'runs', value: 2, unit: 'count', description: 'Runs one after the other that all have to be slow.' },
  ],
  unit: 'seconds',
  keepFiringForSeconds: 0,
  summary: 'dbt job {subject}: its last run took {value}, more than {threshold}, and so did the one before.',
  watches: { page: 'dbt', panel: 'How long runs take' },
  sql(kit) {
    const runs = dbtRuns(
      kit,
      `at > ${kit.now} - toIntervalDay(${days}) AND job != '' AND counts = 1 AND status IN ('success', 'warned') AND full_refresh = 0`,
    );
    const slowest = `SELECT project, invocation_id, argMax(unique_id, execution_s) AS node, max(execution_s) AS took
    FROM ${kit.table('health_dbt_node')} WHERE at > ${kit.now} - toIntervalDay(${nodeDays}) AND at <= ${kit.now} GROUP BY project, invocation_id`;
    return `
SELECT subject, judged[1] AS value, threshold, length(judged) >= needed AND arrayMin(judged) > threshold AS firing, 0 AS held, ${kit.now} AS as_of,
  concat('Run of ', ${clockSql('newest.1', kit.zone)}, ' (', ${kit.zone}, '): ', ${lengthSql('judged[1]')}, if(length(judged) > 1, concat(', the one before ', ${lengthSql('judged[2]')}), ''), '; ',
    if(enough, concat('usual is ', ${lengthSql('usual')}, ', the median of ', toString(length(before)), ' runs before'), concat('only ', toString(length(before)), ' runs before, too few to say what is usual')), '.',
    if(slowest.node = '', '', concat(' Longest: ', slowest.node, ', ', ${lengthSql('slowest.took')}, '.'))) AS detail
FROM (
  SELECT project, job, concat(project, ' ', job) AS subject, toUInt32(greatest(1, ${kit.limit('runs', 'subject')})) AS needed, of[1] AS newest,
    arrayMap(r -> r.2, arraySlice(of, 1, needed)) AS judged, arrayMap(r -> r.2, arraySlice(of, 1 + needed, ${usualRuns})) AS before,
    length(before) >= ${fewest} AS enough, if(enough, arrayReduce('quantileExact(0.5)', before), 0) AS usual,
    least(if(enough, greatest(${kit.limit('least', 'subject')}, ${kit.limit('times', 'subject')} * usual), inf), ${kit.limit('longest', 'subject')}) AS threshold
  FROM (
    SELECT project, job, argMax(sorted, sorted[1].1) AS of_same
    FROM (
      SELECT project, job, command, selects, arrayReverseSort(r -> r.1, groupArray((ended_at, elapsed_s, invocation_id))) AS sorted
      FROM ${runs} GROUP BY project, job, command, selects
    )
    GROUP BY project, job
  )
  ARRAY JOIN [of_same] AS of
) AS jobs
LEFT JOIN (${slowest}) AS slowest ON slowest.project = jobs.project AND slowest.invocation_id = jobs.newest.3`;
  },
};
