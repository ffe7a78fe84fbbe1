import { literal } from '../../core/sql/quote';
import type { BuildSettings } from '../settings';
import type { DashboardSql, TablePanel, TimeseriesPanel } from '../spec';

const replayed =
  'Times when nobody looked may have been filled in by `tidemark alerts replay`, which asks the rules about the past.';

/** Firings that somebody was told of and that touch the range; `until` is their end, now where they go on. */
const toldInRange = (sql: DashboardSql) => `
          SELECT title, subject, assumeNotNull(told) AS told_at, ifNull(ended, now64(3)) AS until FROM ${sql.table('firings')}
          WHERE isNotNull(told) AND told <= $__toTime AND ifNull(ended, now64(3)) >= $__fromTime`;

/** How much fired when. */
export function historyPanel(sql: DashboardSql): TimeseriesPanel {
  const bucket = (instant: string) =>
    `toUnixTimestamp(toStartOfInterval(toDateTime(${instant}), toIntervalSecond(seconds)))`;
  return {
    kind: 'timeseries',
    title: 'Firing subjects over time',
    about: {
      what: 'How many subjects of each rule fired at some moment of the bucket: what somebody was told of, from then until it was over.',
      how: `From the changes that were seen, one look a minute. Pending ones are not counted. ${replayed}`,
      from: ['firings'],
    },
    weight: 3,
    draw: 'bars',
    stacked: true,
    series: [],
    byLabel: { label: 'rule', metric: 'firingSubjects' },
    sql: `
      WITH toUInt32(greatest(60, $__interval_s)) AS seconds
      SELECT time, title AS rule, uniqExact(subject) ${sql.as('Firing')}
      FROM (
        SELECT title, subject, toDateTime(arrayJoin(range(
            ${bucket('greatest(told_at, $__fromTime)')},
            ${bucket('least(until, $__toTime)')} + 1, seconds))) AS time
        FROM (${toldInRange(sql)}
        )
      )
      GROUP BY time, rule
      ORDER BY time, rule`,
  };
}

/** The last firings one by one. */
export function firingsTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Last firings',
    about: {
      what: 'Everything that a rule found within the range, the newest first; *brief* was over before anybody was told.',
      how: `Firing again before it was resolved is the same firing. Value and limit are those at its begin. *From*: what was seen, or found by a replay. ${replayed}`,
      from: ['firings'],
    },
    columns: [
      { name: 'Began', metric: 'moment', width: 165 },
      { name: 'Lasted', metric: 'lasted', width: 90 },
      { name: 'State', metric: 'alertState', coloured: 'text', width: 90 },
      { name: 'Severity', metric: 'severity', coloured: 'text', width: 80 },
      { name: 'Rule', width: 180 },
      { name: 'Subject', width: 160 },
      { name: 'Value', width: 80 },
      { name: 'Limit', width: 80 },
      { name: 'Why' },
      { name: 'From', width: 70 },
    ],
    sql: `
      SELECT
        began ${sql.as('Began')}, dateDiff('second', began, ifNull(ended, now64(3))) ${sql.as('Lasted')}, state ${sql.as('State')},
        severity ${sql.as('Severity')}, title ${sql.as('Rule')}, subject ${sql.as('Subject')},
        value_text ${sql.as('Value')}, threshold_text ${sql.as('Limit')}, detail ${sql.as('Why')}, if(replayed = 1, 'replay', 'seen') ${sql.as('From')}
      FROM ${sql.table('firings')}
      WHERE began <= $__toTime AND ifNull(ended, now64(3)) >= $__fromTime
      ORDER BY began DESC, subject
      LIMIT 300`,
  };
}

/** Which rules cry often. */
export function noiseTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Noise: messages by rule',
    about: {
      what: 'How often each rule told somebody within the range, how long it went on, and how often it kept quiet because it was over before its *for*. Many short ones are noise: raise its limit, or its *for*.',
      how: 'A message is the begin of a firing; several subjects that begin within half a minute come in one. *Median* and *longest*: from the begin until it was over. *Share*: of the range in which at least one subject fired at all, subjects added up.',
      from: ['catalog_rules', 'firings'],
    },
    weight: 3,
    columns: [
      { name: 'Rule' },
      { name: 'Severity', metric: 'severity', coloured: 'text', width: 80 },
      { name: 'Messages', metric: 'messages', width: 85 },
      { name: 'Per week', metric: 'messagesPerWeek', width: 80 },
      { name: 'Too brief', metric: 'messages', width: 80 },
      { name: 'Median', metric: 'lasted', width: 85 },
      { name: 'Longest', metric: 'lasted', width: 85 },
    ],
    sql: `
      SELECT
        title ${sql.as('Rule')}, severity ${sql.as('Severity')},
        countIf(isNotNull(told)) ${sql.as('Messages')},
        countIf(isNotNull(told)) / (dateDiff('second', $__fromTime, least($__toTime, now())) / 604800) ${sql.as('Per week')},
        countIf(state = 'brief') ${sql.as('Too brief')},
        medianOrNullIf(dateDiff('second', began, ifNull(ended, now64(3))), isNotNull(told)) ${sql.as('Median')},
        maxOrNullIf(dateDiff('second', began, ifNull(ended, now64(3))), isNotNull(told)) ${sql.as('Longest')}
      FROM ${sql.table('catalog_rules')} AS rules
      LEFT JOIN (
        SELECT rule, told, state, began, ended FROM ${sql.table('firings')} WHERE $__timeFilter(began)
      ) AS firings ON firings.rule = rules.rule
      GROUP BY title, severity
      ORDER BY countIf(isNotNull(told)) DESC, countIf(state = 'brief') DESC, title`,
  };
}

/** Is it getting louder. */
export function weeksPanel(sql: DashboardSql, { timezone }: BuildSettings): TimeseriesPanel {
  const zone = literal(timezone);
  return {
    kind: 'timeseries',
    title: 'Messages per week',
    about: {
      what: 'How often somebody was told, week by week. The last bar is a week that is not over.',
      how: `By the moment at which it was told, in weeks of the reporting zone; resolved messages and repetitions are not counted. ${replayed}`,
      from: ['firings'],
    },
    weight: 2,
    draw: 'bars',
    stacked: true,
    series: [],
    byLabel: { label: 'rule', metric: 'messages' },
    sql: `
      SELECT toDateTime(${sql.weekOf(`toDate(told, ${zone})`)}, ${zone}) AS time, title AS rule, count() ${sql.as('Messages')}
      FROM (
        SELECT title, assumeNotNull(told) AS told FROM ${sql.table('firings')} WHERE isNotNull(told) AND $__timeFilter(told)
      )
      GROUP BY time, rule
      ORDER BY time, rule`,
  };
}
