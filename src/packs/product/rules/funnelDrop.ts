import type { AlertRule } from '../../rule';
import { countSql, percentSql, wilsonLower, wilsonUpper } from '../../ruleSql';
import { medianSql } from '../../ruleWeeks';
import { daySql, enoughWeeks, mediansOfSql, weeks } from './weeks';

/** A saved funnel converts far fewer of its entries than it usually does on that weekday. */
export const funnelDrop: AlertRule = {
  name: 'funnel_drop',
  title: 'Funnel conversion drops',
  description:
    'Of those who entered a saved funnel far fewer came to its end than of those of the same weekday in the four weeks before. Judged is the newest day of entry whose conversion windows are all over; few entries prove nothing (the Wilson intervals must lie apart), and holidays are left out on both sides.',
  severity: 'warning',
  subjects: 'saved funnel',
  needs: 'funnels',
  limits: [
    {
      name: 'drop',
      value: 0.2,
      unit: 'ratio',
      description: 'Fall below the usual conversion from which on it is told.',
    },
    { name: 'entries', value: 100, unit: 'count', description: 'Entries of the day below which nothing is judged.' },
  ],
  unit: 'ratio',
  forSeconds: 0,
  keepFiringForSeconds: 24 * 3600,
  // Half a day: a day that comes late must not end the message of the day before and begin it again.
  missingEvals: 720,
  noData: 'KeepLast',
  summary:
    'Funnel {subject}: conversion is {value} below the usual for the newest day of entry whose windows are over; told from {threshold} on.',
  watches: { page: 'funnels', panel: 'Conversion by day of entry' },
  sql(kit) {
    const { zone } = kit;
    const window = 'toIntervalMillisecond(window_ms)';
    // Entries at a step on the judged day and on the same weekday of the weeks before: an array, the judged day first.
    const onDays = [0, ...weeks].map((w) => `toFloat64(sumIf(n, d = day - ${7 * w}))`).join(', ');
    const inWeeks = (entries: string) => `arraySum(w -> ${entries}[w + 1], known)`;
    const oldest = `${kit.today} - ${7 * weeks.length + 5} - toUInt32((SELECT max(window_ms) FROM ${kit.table('funnel_steps')}) / 86400000)`;
    // In layers: an alias that is used twice would be worked out twice, down to the table.
    return `
SELECT funnel AS subject, value, threshold, fires AS firing,
  late OR (fires AND has(${kit.holidays}, day)) AS held,
  toDateTime64(toDateTime(day + 1, ${zone}), 3, 'UTC') AS as_of,
  concat(title, ': ', ${percentSql('share')}, ' of ', ${countSql('entered')}, ' entries of ', ${daySql('day')}, ' (', ${zone}, ') came to the end, ',
    if(length(known) < ${enoughWeeks}, 'and too few weeks before to compare with',
      concat('usual are ', ${percentSql('usual')}, ' (', ${mediansOfSql('known', 'day')}, ')',
        if(worst.1 = 0, '', concat('; step ', toString(worst.1), ' (', worst.2, ') fell most: ', ${percentSql('worst.3')}, ' of the step before, usual ', ${percentSql('worst.4')}))))) AS detail
FROM (
  SELECT *, value > threshold AND entered >= ${kit.limit('entries', 'funnel')}
      AND ${wilsonUpper('converted', 'entered')} < ${wilsonLower('converted_before', 'entered_before')} AS fires
  FROM (
    SELECT *, if(entered = 0, 0, converted / entered) AS share, ${kit.limit('drop', 'funnel')} AS threshold,
      if(entered = 0 OR usual = 0, 0, greatest(0, 1 - share / usual)) AS value,
      arraySort(s -> s.3 / s.4, arrayFilter(s -> s.3 < s.4, shares))[1] AS worst
    FROM (
      SELECT funnel, title, day, late, known, entries[1] AS entered, ends[1] AS converted,
        ${inWeeks('entries')} AS entered_before, ${inWeeks('ends')} AS converted_before,
        if(length(known) >= ${enoughWeeks}, ${medianSql('arrayMap(w -> ends[w + 1] / entries[w + 1], known)')}, 0) AS usual,
        arrayMap(s -> (s.1, s.2, s.4[1] / steps[s.3].4[1], ${inWeeks('s.4')} / ${inWeeks('steps[s.3].4')}), arrayFilter(s -> s.3 > 0, steps)) AS shares
      FROM (
        SELECT *, steps[1].4 AS entries, steps[-1].4 AS ends,
          arrayFilter(w -> entries[w + 1] > 0 AND NOT has(${kit.holidays}, day - 7 * w), ${JSON.stringify(weeks)}) AS known
        FROM (
          SELECT funnel, title, day, late, arraySort(groupArray((step, step_title, before, on_days))) AS steps
          FROM (
            SELECT funnel, title, step, step_title, before, day, late, [${onDays}] AS on_days
            FROM (
              SELECT funnel, title, step, step_title, before,
                ${kit.closedAt(`(least(${kit.now}, until) - ${window})`)} AS day,
                day < ${kit.closedAt(`(${kit.now} - ${window})`)} AS late
              FROM ${kit.table('funnel_steps')} AS named
              LEFT JOIN (SELECT rollup, until FROM ${kit.table('completeness')}) AS complete ON complete.rollup = concat('funnel_', named.funnel)
            ) AS asked
            LEFT JOIN (
              SELECT funnel, d, step, sum(entries) AS n FROM ${kit.table('funnels')} WHERE d >= ${oldest} GROUP BY funnel, d, step
            ) AS counted USING (funnel, step)
            GROUP BY funnel, title, step, step_title, before, day, late
          )
          GROUP BY funnel, title, day, late
        )
      )
    )
  )
)`;
  },
};
