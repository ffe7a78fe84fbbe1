import type { AlertRule } from '../../rule';
import { countSql, percentSql, wilsonLower, wilsonUpper } from '../../ruleSql';
import { medianSql } from '../../ruleWeeks';
import { daySql, enoughWeeks, mediansOfSql, weeks } from './weeks';

/** Days before the judged one whose conversion is held against that of a week earlier, and how many of them must be known for that. */
const noiseDays = 28;
const enoughDays = 10;
/** Days of entry that are looked at, the judged one included. */
const daysBack = noiseDays + 8;

/** A saved funnel converts far fewer of its entries than it usually does on that weekday. */
export const funnelDrop: AlertRule = {
  name: 'funnel_drop',
  title: 'Funnel conversion drops',
  description:
    'Of those who entered a saved funnel far fewer came to its end than of those of the same weekday in the four weeks before. Judged is the newest day of entry whose conversion windows are all over; few entries prove nothing (the Wilson intervals must lie apart), nor does a fall such as this funnel often has from one week to the next, and holidays are left out on both sides.',
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
    {
      name: 'sigmas',
      value: 4,
      unit: 'times',
      description:
        'The fall must be more than so many times what the conversion ordinarily differs by (standard deviation of its logarithm, from the changes from week to week in the four weeks before).',
    },
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
    const on = (entries: string, week: string) => `${entries}[7 * ${week} + 1]`;
    const inWeeks = (entries: string) => `arraySum(w -> ${on(entries, 'w')}, known)`;
    const oldest = `${kit.today} - ${daysBack + 5} - toUInt32((SELECT max(window_ms) FROM ${kit.table('funnel_steps')}) / 86400000)`;
    const complete = `(SELECT mapFromArrays(groupArray(rollup), groupArray(until)) FROM ${kit.table('completeness')} WHERE startsWith(rollup, 'funnel_'))`;
    // In layers: an alias that is used twice would be worked out twice, down to the table. Without joins: they take longest to plan.
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
      AND ${wilsonUpper('converted', 'entered')} < ${wilsonLower('converted_before', 'entered_before')}
      AND (share = 0 OR log(usual / share) > ${kit.limit('sigmas', 'funnel')} * noise) AS fires
  FROM (
    SELECT *, if(entered = 0, 0, converted / entered) AS share,
      if(length(changes) < ${enoughDays}, 0, ${medianSql('changes')} / (0.6745 * sqrt(2))) AS noise, ${kit.limit('drop', 'funnel')} AS threshold,
      if(entered = 0 OR usual = 0, 0, greatest(0, 1 - share / usual)) AS value,
      arraySort(s -> s.3 / s.4, arrayFilter(s -> s.3 < s.4, shares))[1] AS worst
    FROM (
      SELECT funnel, title, day, late, known, entries[1] AS entered, ends[1] AS converted,
        ${inWeeks('entries')} AS entered_before, ${inWeeks('ends')} AS converted_before,
        if(length(known) >= ${enoughWeeks}, ${medianSql(`arrayMap(w -> ${on('ends', 'w')} / ${on('entries', 'w')}, known)`)}, 0) AS usual,
        arrayMap(ago -> abs(log(ends[ago + 1] / entries[ago + 1] / (ends[ago + 8] / entries[ago + 8]))),
          arrayFilter(ago -> least(ends[ago + 1], ends[ago + 8], entries[ago + 1], entries[ago + 8]) > 0 AND NOT hasAny(${kit.holidays}, [day - ago, day - ago - 7]), range(1, ${noiseDays + 1}))) AS changes,
        arrayMap(s -> (s.1, s.2, s.4[1] / steps[s.3].4[1], ${inWeeks('s.4')} / ${inWeeks('steps[s.3].4')}), arrayFilter(s -> s.3 > 0, steps)) AS shares
      FROM (
        SELECT *, steps[1].4 AS entries, steps[-1].4 AS ends,
          arrayFilter(w -> ${on('entries', 'w')} > 0 AND NOT has(${kit.holidays}, day - 7 * w), ${JSON.stringify(weeks)}) AS known
        FROM (
          SELECT funnel, title, day, late,
            arraySort(groupArray((step, step_title, before, arrayMap(ago -> counted[day - ago], range(${daysBack}))))) AS steps
          FROM (
            SELECT *, ${kit.closedAt(`(least(${kit.now}, ${complete}[concat('funnel_', funnel)]) - ${window})`)} AS day,
              day < ${kit.closedAt(`(${kit.now} - ${window})`)} AS late
            FROM (
              SELECT funnel, step, max(name) AS title, max(step_name) AS step_title, max(after) AS before, max(ms) AS window_ms, sumMap(map(d, n)) AS counted
              FROM (
                SELECT funnel, step, title AS name, step_title AS step_name, before AS after, window_ms AS ms, toDate(0) AS d, toFloat64(0) AS n
                FROM ${kit.table('funnel_steps')}
                UNION ALL
                SELECT funnel, step, '', '', 0, 0, d, toFloat64(entries) FROM ${kit.table('funnels')} WHERE d >= ${oldest}
              )
              GROUP BY funnel, step
              HAVING window_ms > 0
            )
          )
          GROUP BY funnel, title, day, late
        )
      )
    )
  )
)`;
  },
};
