import type { AlertRule } from '../../rule';
import { clockSql, countSql, percentSql, wilsonLower } from '../../ruleSql';
import { lastMinute, serviceName } from './services';

/** Minutes judged at once. */
const minutes = 5;

/** More requests fail than may, by service and release. */
export const errorRate: AlertRule = {
  name: 'error_rate',
  title: 'Error rate',
  description:
    'A release of a service fails more requests than it may. Judged is the lower bound of the rate that the requests of five whole minutes prove (Wilson, 95 %), so that three errors among fifty requests wake nobody.',
  severity: 'critical',
  subjects: 'service and release',
  needs: 'requests',
  reads: ['request_minute'],
  limits: [
    { name: 'rate', value: 0.02, unit: 'ratio', description: 'Share of requests that may fail.' },
    {
      name: 'requests',
      value: 100,
      unit: 'count',
      description: 'Requests in five minutes below which nothing is judged.',
    },
  ],
  unit: 'ratio',
  forSeconds: 300,
  keepFiringForSeconds: 600,
  missingEvals: 15,
  noData: 'KeepLast',
  summary: '{subject}: {value} of the requests failed in the last five whole minutes, more than {threshold} may.',
  watches: { page: 'operations', panel: 'Error rate by release' },
  sql(kit) {
    return `
WITH ${lastMinute(kit)} AS ends, ends - toIntervalMinute(${minutes}) AS begins
SELECT subject, value, threshold, n >= least_n AND surely > threshold AS firing, ${kit.late(300, 'request_minute')} AS held, ends AS as_of,
  concat(if(n = 0, 'No requests', concat(${percentSql('value')}, ' of ', ${countSql('n')}, ' requests failed')), ' from ', ${clockSql('begins', kit.zone)},
    ' to ', formatDateTime(ends, '%H:%i', ${kit.zone}), ' (', ${kit.zone}, ')', if(n < least_n, ', too few to judge', concat('; surely more than ', ${percentSql('surely')}))) AS detail
FROM (
  SELECT subject, n, if(n = 0, 0, failed / n) AS value, ${wilsonLower('failed', 'n')} AS surely, ${kit.limit('rate', 'subject')} AS threshold, ${kit.limit('requests', 'subject')} AS least_n
  FROM (
    SELECT concat(${serviceName}, if(release = '', '', ' '), release) AS subject, sumIf(requests, m >= begins) AS n, sumIf(errors, m >= begins) AS failed
    FROM ${kit.rollup('request_minute')}
    ${kit.where} m >= ends - toIntervalHour(1) AND m < ends
    GROUP BY service, release
  )
)`;
  },
};
