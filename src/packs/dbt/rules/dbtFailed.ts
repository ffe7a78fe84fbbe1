import type { AlertRule } from '../../rule';
import { clockInZoneSql } from '../../ruleSql';
import { failedNodes, lookbackDays } from '../sql';
import { dbtRule, dbtRuns } from './common';

/** A model or a test of a job failed, and has not succeeded since. */
export const dbtFailed: AlertRule = {
  ...dbtRule,
  name: 'dbt_failed',
  title: 'dbt model or test failing',
  description:
    'A model, test, seed or snapshot failed in a run of a job, and has not succeeded since: one alert for each, from its first failure to its first success, however often the job runs meanwhile. What is only skipped is told of with the one that it waits for; warnings are no failures. A failure in somebody’s own run wakes nobody, a success there ends the alert; so does removing the node from the project. `dbt compile` and `dbt docs` prove nothing.',
  severity: 'critical',
  subjects: 'project and node of dbt, or project and job',
  limits: [{ name: 'failures', value: 0, unit: 'count', description: 'Failures of a node, one after the other.' }],
  unit: 'count',
  keepFiringForSeconds: 0,
  summary: '{subject} fails in dbt; failures in a row: {value}. What is made of it keeps its old rows.',
  watches: { page: 'dbt', panel: 'Failing now' },
  sql(kit) {
    const day = (instant: string) => clockInZoneSql(instant, kit.zone);
    // A job has a row also where nothing of it ever failed.
    return `
SELECT concat(project, ' ', unique_id) AS subject, toFloat64(times) AS value, ${kit.limit('failures', 'subject')} AS threshold,
  value > threshold AS firing, 0 AS held, ${kit.now} AS as_of,
  if(times = 0, concat('Its last result, of ', ${day('last.5')}, ': ', last.1, '.'),
    concat('Job ', last.3, ', ', last.1, ' since ', ${day('since')}, ', last at ', ${day('last.5')}, '. ', if(last.2 = '', 'dbt says nothing of it.', last.2),
      if(skipped > 0, concat(' Skipped behind it: ', toString(skipped), '.'), ''),
      if(last.4 = '', '', concat(' Commit ', substring(last.4, 1, 10), '.')), if(last.6 = '', '', concat(' Query ', last.6, '.')))) AS detail
FROM ${failedNodes(kit)}
UNION ALL
SELECT concat(project, ' ', job) AS subject, 0 AS value, 0 AS threshold, 0 AS firing, 0 AS held, ${kit.now} AS as_of,
  concat('Last run at ', ${day('argMax(ended_at, (ended_at, at))')}, ': ', argMax(status, (ended_at, at)), ', ', toString(argMax(failed, (ended_at, at))), ' failed. Each node that failed is told of by itself.') AS detail
FROM ${dbtRuns(kit, `at > ${kit.now} - toIntervalDay(${lookbackDays}) AND job != ''`)}
GROUP BY project, job`;
  },
};
