import type { AlertRule } from '../../rule';
import { countSql, percentSql } from '../../ruleSql';
import { medianSql } from '../../ruleWeeks';
import { daySql, enoughWeeks, firstSql, mediansOfSql, weeks } from './weeks';

/** Far fewer users came on the last closed day than usually do on that weekday. */
export const dauDrop: AlertRule = {
  name: 'dau_drop',
  title: 'Daily active users drop',
  description:
    'Far fewer users came than on this weekday in the four weeks before. Judged is the last day that is over and complete; weekends are compared with weekends, holidays are left out on both sides, and a small number must fall by more than chance does.',
  severity: 'warning',
  subjects: 'daily active users',
  needs: 'events',
  reads: ['active_day'],
  limits: [
    { name: 'drop', value: 0.2, unit: 'ratio', description: 'Fall below the usual number from which on it is told.' },
    { name: 'users', value: 100, unit: 'count', description: 'Usual users below which nothing is judged.' },
    {
      name: 'sigmas',
      value: 3,
      unit: 'times',
      description: 'The fall must be more than so many times the square root of the usual number, which chance may do.',
    },
    {
      name: 'day_over_day',
      value: 0,
      unit: 'count',
      description:
        '1: the plain comparison with the day before instead, whatever the weekday and however few users. False alarms on most Saturdays.',
    },
  ],
  unit: 'ratio',
  forSeconds: 0,
  keepFiringForSeconds: 12 * 3600,
  // Half a day: a day that comes late must not end the message of the day before and begin it again.
  missingEvals: 720,
  noData: 'KeepLast',
  summary: '{subject}: {value} fewer than usual on the last closed day; told from {threshold} on.',
  watches: { page: 'activeUsers', panel: 'Active users per day' },
  sql(kit) {
    const { zone } = kit;
    const days = ['day_', 'day_ - 1', ...weeks.map((w) => `day_ - ${7 * w}`)];
    const on = (day: string) => `toFloat64(sumIf(dau, d = ${day}))`;
    // In layers: an alias that is used twice would be worked out twice, down to the table.
    return `
SELECT 'daily active users' AS subject, value, threshold, fires AS firing,
  ${kit.dayLate('active_day')} OR (fires AND has(${kit.holidays}, day)) AS held,
  toDateTime64(toDateTime(day + 1, ${zone}), 3, 'UTC') AS as_of,
  concat(${countSql('users')}, ' users on ', ${daySql('day')}, ' (', ${zone}, '), ',
    multiIf(plain, 'the day before ', length(known) < ${enoughWeeks}, 'and too few weeks before to compare with', 'usual are '),
    if(usual = 0, '', ${countSql('usual')}),
    if(plain OR length(known) < ${enoughWeeks}, '', concat(' (', ${mediansOfSql('known', 'day')}, ')')),
    if(usual = 0, '', concat(': ', ${percentSql('abs(users / usual - 1)')}, if(users > usual, ' more', ' fewer')))) AS detail
FROM (
  SELECT *, if(usual = 0, 0, greatest(0, 1 - users / usual)) AS value, ${kit.limit('drop')} AS threshold,
    value > threshold AND (plain OR (usual >= ${kit.limit('users')} AND usual - users > ${kit.limit('sigmas')} * sqrt(usual))) AS fires
  FROM (
    SELECT *, multiIf(plain, before, length(known) >= ${enoughWeeks}, ${medianSql('arrayMap(w -> weeks[w], known)')}, 0) AS usual
    FROM (
      WITH ${kit.closedDay('active_day')} AS day_, ${firstSql('d', kit.table('active_day'))} AS first_
      SELECT day_ AS day, ${kit.limit('day_over_day')} = 1 AS plain,
        arrayFilter(w -> day_ - 7 * w >= first_ AND NOT has(${kit.holidays}, day_ - 7 * w), ${JSON.stringify(weeks)}) AS known,
        ${on('day_')} AS users, ${on('day_ - 1')} AS before, [${weeks.map((w) => on(`day_ - ${7 * w}`)).join(', ')}] AS weeks
      FROM ${kit.rollup('active_day')}
      WHERE d IN (${days.join(', ')})
    )
  )
)`;
  },
};
