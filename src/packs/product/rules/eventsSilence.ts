import type { AlertRule } from '../../rule';
import { clockSql, countSql, percentSql } from '../../ruleSql';
import { medianSql } from '../../ruleWeeks';
import { enoughWeeks, firstSql, mediansOfSql, weeks } from './weeks';

/** Minutes judged at once. */
const minutes = 10;
/** Seconds that the minutes may be late before the rule is held. */
const lateSeconds = 300;

/** Far fewer events arrive than the same minutes of the week usually have. */
export const eventsSilence: AlertRule = {
  name: 'events_silence',
  title: 'Events fall silent',
  description: `Almost no events arrive where many usually do. Judged are the last ${minutes} whole minutes against the median of the same minutes of the week, on the clock of the reporting zone, in the four weeks before; hours that are always quiet, holidays, and numbers that are late wake nobody.`,
  severity: 'critical',
  subjects: 'all events, or an event that people named',
  needs: 'events',
  reads: ['event_minute', 'event_quarter'],
  limits: [
    {
      name: 'share',
      value: 0.3,
      unit: 'ratio',
      description: 'Share of the usual number below which events are silent.',
    },
    {
      name: 'expected',
      value: 200,
      unit: 'count',
      description: 'Usual events in ten minutes below which nothing is judged.',
    },
  ],
  unit: 'ratio',
  forSeconds: 600,
  keepFiringForSeconds: 600,
  missingEvals: 15,
  noData: 'KeepLast',
  summary:
    '{subject}: only {value} of the usual number came in the last ten whole minutes, less than {threshold} of what these minutes of the week have.',
  watches: { page: 'activeUsers', panel: 'Events per minute' },
  sql(kit) {
    const { zone } = kit;
    // Nothing before 1971, where times wrap round, is looked at when the minutes were never filled.
    const ends = `greatest(toStartOfMinute(least(${kit.now}, ${kit.until('event_minute')})), toDateTime('1971-01-01 00:00:00', 'UTC'))`;
    const seconds = 60 * minutes;
    // Begin of the minutes that are judged, and of the same minutes of the weeks before. A week whose clock never showed them counts not.
    const begins = `(SELECT arrayMap(w -> subtractDays(toDateTime(${ends} - ${seconds}, ${zone}), 7 * w), ${JSON.stringify([0, ...weeks])}))`;
    const overlapping = weeks.map((w) => `m > begins_[${w + 1}] - 900 AND m < begins_[${w + 1}] + ${seconds}`);
    const sum = (week: number) => `sumIf(n, week = ${week})`;
    const clock = (instant: string) => `formatDateTime(${instant}, '%H:%i', ${zone})`;
    // In layers: an alias that is used twice would be worked out twice, down to the table.
    return `
SELECT subject, value, threshold, fires AS firing,
  ${kit.late(lateSeconds, 'event_minute')} OR (fires AND has(${kit.holidays}, toDate(begins, ${zone}))) AS held,
  toDateTime64(begins + ${seconds}, 3, 'UTC') AS as_of,
  concat(${countSql('events')}, ' events from ', ${clockSql('begins', zone)}, ' to ', ${clock(`begins + ${seconds}`)}, ' (', ${zone}, '), ',
    if(length(known) < ${enoughWeeks}, 'and too few weeks before to compare with',
      concat('usual are ', ${countSql('usual')}, ' (', ${mediansOfSql('known', 'begins')}, ')', if(usual = 0, '', concat(': ', ${percentSql('value', 0)}))))) AS detail
FROM (
  SELECT *, if(usual = 0, 1, events / usual) AS value, ${kit.limit('share', 'subject')} AS threshold,
    usual >= ${kit.limit('expected', 'subject')} AND value < threshold AS fires
  FROM (
    SELECT *, if(length(known) >= ${enoughWeeks}, ${medianSql('arrayMap(w -> weeks[w], known)')}, 0) AS usual
    FROM (
      WITH ${begins} AS begins_, ${firstSql('m', kit.table('event_quarter'))} AS first_
      SELECT arrayJoin(if(event IN ${kit.expected}, ['all events', event], ['all events'])) AS subject,
        begins_[1] AS begins,
        arrayFilter(w -> begins_[w + 1] >= first_ AND ${clock('begins_[w + 1]')} = ${clock('begins_[1]')} AND NOT has(${kit.holidays}, toDate(begins_[w + 1], ${zone})), ${JSON.stringify(weeks)}) AS known,
        ${sum(0)} AS events, [${weeks.map(sum).join(', ')}] AS weeks
      FROM (
        SELECT toString(event) AS event, 0 AS week, toFloat64(n) AS n
        FROM ${kit.rollup('event_minute')}
        WHERE m >= begins_[1] AND m < begins_[1] + ${seconds}
        UNION ALL
        SELECT toString(event) AS event, arrayFirstIndex(b -> m > b - 900 AND m < b + ${seconds}, begins_) - 1 AS week,
          n * (least(m + 900, begins_[week + 1] + ${seconds}) - greatest(m, begins_[week + 1])) / 900 AS n
        FROM ${kit.rollup('event_quarter')}
        WHERE ${overlapping.join(' OR ')}
        UNION ALL
        SELECT '' AS event, 0 AS week, toFloat64(0) AS n
      )
      GROUP BY subject
    )
  )
)`;
  },
};
