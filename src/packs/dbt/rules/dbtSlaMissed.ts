import type { AlertRule } from '../../rule';
import { clockInZoneSql } from '../../ruleSql';
import { failedStatuses, goodRun, lookbackDays } from '../sql';
import { dbtRule, dbtRuns } from './common';

/** Looks of the collector that are older than this tell nothing of the present, in seconds. */
const blindSeconds = 600;

/** A job has not succeeded for longer than its schedule allows, or never did. */
export const dbtSlaMissed: AlertRule = {
  ...dbtRule,
  name: 'dbt_sla_missed',
  title: 'dbt job overdue',
  description:
    'The last success of a job is older than its schedule allows: its runs fail, or nothing runs at all. Nobody reports a scheduler that is off or a runner that is dead, so the age is what is judged, of every job that tidemark.yaml names, also of one that never ran: that counts from when the job was made known by `tidemark migrate`, or from its first run. `dbt compile`, `dbt docs` and tests are no success of a job, nor is a run with --empty.',
  severity: 'critical',
  subjects: 'project and job of dbt',
  limits: [
    {
      name: 'late',
      value: 93_600,
      unit: 'seconds',
      description:
        'Age of the last success; of a job in tidemark.yaml its `late`: half of `every` longer than it, at least 10 m, at most 2 h.',
    },
  ],
  unit: 'seconds',
  keepFiringForSeconds: 900,
  summary: 'dbt job {subject}: its last success is {value} old, more than {threshold}.',
  watches: { page: 'dbt', panel: 'Jobs' },
  sql(kit) {
    const never = "toDateTime64(0, 3, 'UTC')";
    const good = `counts = 1 AND ${goodRun}`;
    const day = (instant: string) => clockInZoneSql(instant, kit.zone);
    // A clock of dbt's machine that is ahead must not make a job young.
    const runs = `SELECT concat(project, ' ', job) AS subject, min(started_at) AS first, maxIf(least(ended_at, at), ${good}) AS success, max(least(ended_at, at)) AS last,
      argMax(status, (ended_at, at)) AS last_status, argMax(invocation_id, (ended_at, at)) AS last_id, groupArray(least(ended_at, at)) AS ends
    FROM ${dbtRuns(kit, "job != ''")} GROUP BY subject`;
    const looks = `SELECT source, max(at) AS at, argMax(state, health.at) AS state, argMax(message, health.at) AS message
    FROM ${kit.table('health_source')} AS health WHERE part = '' AND startsWith(source, 'dbt ') AND health.at <= ${kit.now} GROUP BY source`;
    const failures = `SELECT project, invocation_id, argMin(concat(unique_id, ': ', message), (execution_s = 0, unique_id)) AS first
    FROM ${kit.table('health_dbt_node')} WHERE at > ${kit.now} - toIntervalDay(${lookbackDays}) AND at <= ${kit.now} AND status IN ${failedStatuses} GROUP BY project, invocation_id`;
    return `
SELECT subject, greatest(0, dateDiff('second', since, ${kit.now})) AS value, ${kit.limit('late', 'subject')} AS threshold, value > threshold AS firing, 0 AS held, ${kit.now} AS as_of,
  trimRight(concat(multiIf(success > ${never}, concat('Last success at ', ${day('success')}), last > ${never}, concat('It never succeeded; its first run began at ', ${day('since')}),
      concat('It never ran; it is expected since ', ${day('since')})), '. ',
    multiIf(value <= threshold, '',
      last > greatest(success, ${never}), concat(toString(ran), if(ran = 1, ' run', ' runs'), ' since, the last at ', ${day('last')}, ': ', last_status, if(error = '', '', concat('. ', replaceRegexpOne(error, '[.]$', ''))), '. '),
      'Nothing has run since: look at the scheduler and the machine that dbt runs on. '),
    multiIf(value <= threshold OR looked = ${never}, '',
      looked < ${kit.now} - toIntervalSecond(${blindSeconds}), concat('tidemark collect has not looked since ', ${day('looked')}, ': what ran later is not known. '),
      state != 'ok', concat('tidemark collect sees nothing: ', said), ''))) AS detail
FROM (
  SELECT jobs.subject AS subject, runs.success AS success, runs.last AS last, runs.last_status AS last_status, arrayCount(t -> t > runs.success, runs.ends) AS ran,
    multiIf(success > ${never}, success, last > ${never}, runs.first, made) AS since, looks.at AS looked, looks.state AS state, looks.message AS said, failures.first AS error,
    assumeNotNull((SELECT ifNull(toDateTime64(max(applied_at), 3, 'UTC'), ${kit.now}) FROM ${kit.table('schema_objects')} WHERE name = 'catalog_subjects')) AS made
  FROM ${kit.expected} AS jobs
  LEFT JOIN (${runs}) AS runs ON runs.subject = jobs.subject
  LEFT JOIN (${looks}) AS looks ON looks.source = concat('dbt ', splitByChar(' ', jobs.subject)[1])
  LEFT JOIN (${failures}) AS failures ON failures.project = splitByChar(' ', jobs.subject)[1] AND failures.invocation_id = runs.last_id
)`;
  },
};
