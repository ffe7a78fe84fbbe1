import type { AlertRule } from '../../rule';
import { clockSql, countSql, msSql } from '../../ruleSql';
import { medianSql, quartersBefore, weekOf, weeksBack } from '../../ruleWeeks';
import { knownServices, knownWeek, lastMinute, serviceName } from './services';

/** Minutes judged at once. */
const minutes = 5;
/** Weeks before that must have enough requests, so that one odd week is not taken for what is usual. */
const leastWeeks = 2;

const p95 = 'quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(latency)[2]';

/** A service answers slowly: slower than promised, or much slower than at the same time of other weeks. */
export const latencyP95: AlertRule = {
  name: 'latency_p95',
  title: 'Latency p95',
  description:
    'A service is slow: one request in twenty takes longer than it may, or much longer than at the same time of the week before (median of four weeks, on the clock of the reporting zone). With few requests a p95 says little, so nothing is judged then; and below the floor nothing is called slow, whatever is usual.',
  severity: 'warning',
  subjects: 'service',
  needs: 'requests',
  reads: ['request_minute', 'request_quarter', 'request_day'],
  limits: [
    { name: 'slo', value: 1000, unit: 'ms', description: 'Time within which 95 % of the requests are to be answered.' },
    {
      name: 'times',
      value: 1.5,
      unit: 'times',
      description: 'How many times the p95 that is usual at this time of the week it may be.',
    },
    { name: 'floor', value: 50, unit: 'ms', description: 'A p95 up to this is not compared with what is usual.' },
    {
      name: 'requests',
      value: 200,
      unit: 'count',
      description: 'Requests in five minutes below which nothing is judged.',
    },
  ],
  unit: 'ms',
  forSeconds: 900,
  keepFiringForSeconds: 600,
  missingEvals: 15,
  noData: 'KeepLast',
  summary:
    '{subject}: in the last five whole minutes one request in twenty took longer than {value}; {threshold} is the limit.',
  watches: { page: 'operations', panel: 'Latency' },
  sql(kit) {
    return `
WITH ${lastMinute(kit)} AS ends, ends - toIntervalMinute(${minutes}) AS begins
SELECT subject, value, round(least(slo, unusual), 1) AS threshold, n >= least_n AND value > threshold AS firing,
  ${kit.late(300, 'request_minute')} AS held, ends AS as_of,
  concat(if(n = 0, 'No requests', concat('p95 of ', ${countSql('n')}, ' requests: ', ${msSql('value')})),
    ', from ', ${clockSql('begins', kit.zone)}, ' to ', formatDateTime(ends, '%H:%i', ${kit.zone}), ' (', ${kit.zone}, ')',
    if(n < least_n, ', too few to judge', ''), '. The limit is ', ${msSql('slo')},
    if(known_weeks < ${leastWeeks}, '; what is usual at this time of the week is not known yet.',
      concat('; usual at this time of the week are ', ${msSql('usual')}, ' (median of ', toString(known_weeks), ' weeks).'))) AS detail
FROM (
  SELECT subject, n, round(p95, 1) AS value, least_n, ${kit.limit('slo', 'subject')} AS slo, length(usuals) AS known_weeks, ${medianSql('usuals')} AS usual,
    if(known_weeks < ${leastWeeks}, inf, greatest(${kit.limit('times', 'subject')} * usual, ${kit.limit('floor', 'subject')})) AS unusual
  FROM (
    SELECT ${serviceName} AS subject, ${kit.limit('requests', 'subject')} AS least_n,
      sumIf(asked, week = 0) AS n, sumIf(high, week = 0) AS p95, groupArrayIf(high, week BETWEEN 1 AND ${weeksBack} AND asked >= least_n) AS usuals
    FROM (
      SELECT service, sum(requests) AS asked, ${p95} AS high, week
      FROM (
        SELECT service, requests, latency, 0 AS week FROM ${kit.rollup('request_minute')}
        ${kit.where} m >= begins AND m < ends
        UNION ALL
        SELECT service, requests, latency, ${weekOf('m', 'begins')} AS week FROM ${kit.rollup('request_quarter')}
        ${kit.where} m IN (SELECT m FROM ${quartersBefore(kit.zone, 'begins', 'ends')})
      )
      GROUP BY service, week
      UNION ALL${knownServices(kit, 'ends', '0 AS asked, 0 AS high')}
    )
    GROUP BY service
    HAVING max(week) = ${knownWeek}
  )
)`;
  },
};
