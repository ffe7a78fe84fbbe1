import type { AlertRule } from '../../rule';
import { clockSql, countSql, ratePerSecondSql } from '../../ruleSql';
import { medianSql, quartersBefore, weekOf, weeksBack } from '../../ruleWeeks';
import { knownServices, knownWeek, lastMinute, serviceName } from './services';

/** Minutes judged at once. */
const minutes = 10;

const weeks = Array.from({ length: weeksBack }, (_, i) => i + 1);

/** A service is asked much less than at the same time of other weeks, or not at all. */
export const throughputDrop: AlertRule = {
  name: 'throughput_drop',
  title: 'Throughput drop',
  description:
    'A service is asked much less than is usual at this time of the week (median of the same quarter hours of four weeks, on the clock of the reporting zone). Services that are seldom asked are left alone, a drop on a day off work is held, and a week without requests counts as zero, so that a young service wakes nobody.',
  severity: 'warning',
  subjects: 'service',
  needs: 'requests',
  reads: ['request_minute', 'request_quarter', 'request_day'],
  limits: [
    { name: 'share', value: 0.5, unit: 'ratio', description: 'Share of the usual requests below which it is a drop.' },
    {
      name: 'expected',
      value: 1,
      unit: 'rate',
      description: 'Usual requests per second below which nothing is judged.',
    },
  ],
  unit: 'rate',
  forSeconds: 600,
  keepFiringForSeconds: 600,
  missingEvals: 15,
  noData: 'KeepLast',
  summary: '{subject}: {value} in the last ten whole minutes; at this time of the week {threshold} is the least.',
  watches: { page: 'operations', panel: 'Throughput' },
  missing: 'fires',
  sql(kit) {
    const before = quartersBefore(kit.zone, 'begins', 'ends');
    // Weeks that had the quarter hours, as often as they had them: a clock set forward takes some away.
    const had = `(SELECT groupArray(week) FROM ${before})`;
    const off = `has(${kit.holidays}, toDate(ends, ${kit.zone}))`;
    return `
WITH ${lastMinute(kit)} AS ends, ends - toIntervalMinute(${minutes}) AS begins, ${off} AS off
SELECT subject, value, threshold, usual >= ${kit.limit('expected', 'subject')} AND value < threshold AS firing,
  ${kit.late(300, 'request_minute')} OR (firing AND off) AS held, ends AS as_of,
  concat(if(firing AND off, 'Held on a day off work. ', ''), ${countSql('n')}, ' requests (', ${ratePerSecondSql('value')}, ') from ', ${clockSql('begins', kit.zone)},
    ' to ', formatDateTime(ends, '%H:%i', ${kit.zone}), ' (', ${kit.zone}, '). Usual at this time of the week: ', ${ratePerSecondSql('usual')},
    ' (the weeks before: ', arrayStringConcat(arrayMap(r -> toString(round(r, 2)), rates), ', '), ').') AS detail
FROM (
  SELECT subject, n, n / ${minutes * 60} AS value, rates, ${medianSql('rates')} AS usual, ${kit.limit('share', 'subject')} * usual AS threshold
  FROM (
    WITH ${had} AS had
    SELECT ${serviceName} AS subject, sumIf(asked, week = 0) AS n, [${weeks.map((w) => `sumIf(asked, week = ${w})`).join(', ')}] AS counts,
      arrayMap(w -> counts[w] / (900 * countEqual(had, w)), arraySort(arrayDistinct(had))) AS rates
    FROM (
      SELECT service, requests AS asked, 0 AS week FROM ${kit.rollup('request_minute')}
      ${kit.where} m >= begins AND m < ends
      UNION ALL
      SELECT service, requests AS asked, ${weekOf('m', 'begins')} AS week FROM ${kit.rollup('request_quarter')}
      ${kit.where} m IN (SELECT m FROM ${before})
      UNION ALL${knownServices(kit, 'ends', '0 AS asked')}
    )
    GROUP BY service
    HAVING max(week) = ${knownWeek}
  )
)`;
  },
};
