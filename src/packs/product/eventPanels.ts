import type { DashboardSql, TimeseriesPanel } from '../../dashboards/spec';

/** Minutes of the wider mean. */
const meanMinutes = 5;

/** Events of any name per minute: what the rule events_silence watches. */
export function eventsPerMinute(sql: DashboardSql): TimeseriesPanel {
  const tiers = sql.tiers('event');
  return {
    kind: 'timeseries',
    title: 'Events per minute',
    about: {
      what: `Events of any name per minute: minute by minute and as the mean of the last ${meanMinutes} minutes where the range is at most six hours; beyond, the mean per minute of each quarter hour, hour or day.`,
      how: 'Redelivered copies count once; minutes without events are 0. The bucket that is not over is left out.',
      from: tiers.tables,
    },
    draw: 'line',
    series: [
      { column: 'Per minute', metric: 'activeUsers' },
      { column: `Mean of ${meanMinutes} minutes`, metric: 'monthlyUsers' },
    ],
    sql: `
      WITH ${tiers.named}
      SELECT
        time,
        rate ${sql.as('Per minute')},
        if(tier = 'minute', avg(rate) OVER (ORDER BY time ROWS BETWEEN ${meanMinutes - 1} PRECEDING AND CURRENT ROW), NULL) ${sql.as(`Mean of ${meanMinutes} minutes`)}
      FROM (
        SELECT time, sum(events) * 60 / dateDiff('second', time, ${tiers.ends}) AS rate
        FROM (
          SELECT time, events FROM ${tiers.rows('n AS events')}
          UNION ALL
          SELECT time, events FROM ${tiers.grid('toUInt64(0) AS events')}
        )
        WHERE ${tiers.ends} <= mark
        GROUP BY time
      )
      ORDER BY time`,
  };
}

/** Events of the chosen names per day. */
export function eventsPanel(sql: DashboardSql): TimeseriesPanel {
  const chosen = '$__dateFilter(d) AND event IN (${event:sqlstring})';
  return {
    kind: 'timeseries',
    title: 'Events per day, by name',
    about: {
      what: 'Events of the chosen names. The nine most frequent of the range by name, the others as one.',
      how: `Redelivered copies count once. A day without a bar has no event. Days that are not over are left out.`,
      from: ['event_day'],
    },
    draw: 'bars',
    stacked: true,
    series: [],
    byLabel: { label: 'event', metric: 'events' },
    sql: `
      SELECT time, event, sum(events) ${sql.as('Events')}
      FROM (
        SELECT t AS time, if(event IN (
            SELECT event FROM ${sql.rollup('event_day')} WHERE ${chosen}
            GROUP BY event ORDER BY sum(n) DESC, event LIMIT 9
          ), toString(event), 'all others') AS event, n AS events
        FROM (SELECT t, event, n FROM ${sql.rollup('event_day')} WHERE ${chosen} AND d < ${sql.today})
      )
      GROUP BY time, event
      ORDER BY time, event`,
  };
}
