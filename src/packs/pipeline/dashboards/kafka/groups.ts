import type { DashboardSql, StateTimelinePanel, StatPanel, TimeseriesPanel } from '../../../../dashboards/spec';
import { bucket, byLabel, inPipeline, newest, states } from '../panelSql';

const groupTopic = "concat(consumer_group, ' · ', topic)";

export function verdictStat(sql: DashboardSql): StatPanel {
  const groups = newest(sql, 'health_kafka_group', ['cluster', 'consumer_group', 'topic'], { where: inPipeline });
  const connectors = newest(sql, 'health_connector', ['cluster', 'connector'], { where: inPipeline });
  const letters = `SELECT sum(fresh) FROM ${sql.table('health_kafka_topic')} WHERE at >= now() - INTERVAL 1 HOUR AND dead_letters = 1 AND ${inPipeline}`;
  return {
    kind: 'stat',
    title: 'Just now',
    about: {
      what: 'How long the oldest message waits that a group has not read; groups that stand still or went back; connectors through which nothing comes; messages of the last hour that could not be read.',
      how: 'The newest look of the last day, whatever range is chosen. A group is judged as Burrow does, by ten looks at each partition, not by a threshold of its lag.',
      from: ['health_kafka_group', 'health_connector', 'health_kafka_topic'],
    },
    next: ['alerts', 'cdcPostgres'],
    values: [
      { column: 'Longest wait', metric: 'replicationLag' },
      { column: 'Groups in trouble', metric: 'badGroups' },
      { column: 'Connectors down', metric: 'badConnectors' },
      { column: 'Dead letters, 1 h', metric: 'deadLetters' },
    ],
    sql: `
      SELECT
        (SELECT max(lag_s) FROM ${groups}) ${sql.as('Longest wait')},
        (SELECT countIf(verdict NOT IN ('OK', 'WARN', 'MISSING')) FROM ${groups}) ${sql.as('Groups in trouble')},
        (SELECT countIf(down = 1) FROM ${connectors}) ${sql.as('Connectors down')},
        (${letters}) ${sql.as('Dead letters, 1 h')}`,
  };
}

/** 0 OK, 1 WARN, 2 REWIND, 3 STALL, 4 STOP, 5 MISSING: palette.ts has the words. */
const stateOf = "indexOf(['OK', 'WARN', 'REWIND', 'STALL', 'STOP', 'MISSING'], verdict) - 1";

export function statesPanel(sql: DashboardSql): StateTimelinePanel {
  return {
    kind: 'statetimeline',
    title: 'Consumer groups over time',
    about: {
      what: '*falls behind*: reads, and more comes than it reads. *stalled*: is there and does not get on. *stopped*: no longer commits. *rewound*: went back to older messages. *no topic*: there is none of that name; it may never have been written to.',
      how: 'The worst partition of the bucket. Nothing is drawn where the collector did not look.',
      from: ['health_kafka_group'],
    },
    metric: 'groupState',
    sql: states(sql, { table: 'health_kafka_group', label: groupTopic, state: stateOf, where: inPipeline }),
  };
}

export function lagSecondsPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Wait of the oldest message',
    about: {
      what: 'Seconds for which the oldest unread message has waited, by group and topic. What readers of the numbers feel.',
      how: 'Interpolated from the offsets that were seen before, the greatest of each bucket.',
      from: ['health_kafka_group'],
    },
    draw: 'line',
    series: [],
    byLabel: { label: 'name', metric: 'lags' },
    sql: byLabel(sql, {
      table: 'health_kafka_group',
      label: `${groupTopic} AS name`,
      value: `max(lag_s) ${sql.as('Wait')}`,
      where: inPipeline,
    }),
  };
}

export function lagMessagesPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Messages that wait',
    about: {
      what: 'Messages that a group has not read, in all partitions of the topic.',
      how: 'End of the partitions less the committed offsets, the greatest of each bucket.',
      from: ['health_kafka_group'],
    },
    draw: 'line',
    series: [],
    byLabel: { label: 'name', metric: 'events' },
    sql: byLabel(sql, {
      table: 'health_kafka_group',
      label: `${groupTopic} AS name`,
      value: `max(health_kafka_group.lag) ${sql.as('Messages')}`,
      where: inPipeline,
    }),
  };
}

export function ratesPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Written and read',
    about: {
      what: 'Messages written to the topics and read by the groups, per second. Lines apart: lag grows or is worked off.',
      how: 'Mean of the looks of each bucket, all groups and topics together; a topic that two groups read counts twice.',
      from: ['health_kafka_group'],
    },
    draw: 'line',
    series: [
      { column: 'Written', metric: 'producedRate' },
      { column: 'Read', metric: 'consumedRate' },
    ],
    sql: `
      SELECT time, sum(produced) ${sql.as('Written')}, sum(consumed) ${sql.as('Read')}
      FROM (
        SELECT ${bucket()} AS time, cluster, consumer_group, topic, avg(produced_per_s) AS produced, avg(consumed_per_s) AS consumed
        FROM ${sql.table('health_kafka_group')}
        WHERE $__timeFilter(at) AND ${inPipeline}
        GROUP BY time, cluster, consumer_group, topic
      )
      GROUP BY time
      ORDER BY time`,
  };
}
