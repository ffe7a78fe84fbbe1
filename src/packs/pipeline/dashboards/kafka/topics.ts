import type { DashboardSql, TablePanel, TimeseriesPanel } from '../../../../dashboards/spec';
import { bucket, inPipeline, newest, seen } from '../panelSql';

export function topicsTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Topics',
    about: {
      what: 'What Kafka holds and how evenly: a partition that gets far more than its share makes one consumer late while the others idle.',
      how: 'The newest look of the last day. *Skew*: messages of the busiest partition as a multiple of the mean of the others, over the last ten looks; empty where fewer came than tell anything.',
      from: ['health_kafka_topic'],
    },
    weight: 5,
    columns: [
      { name: 'Topic', width: 200 },
      { name: 'Pipeline', width: 75 },
      { name: 'There', metric: 'yesNo', width: 55 },
      { name: 'Partitions', width: 75 },
      { name: 'Held', metric: 'rows', width: 75 },
      { name: 'Written/s', metric: 'messageRate', width: 85 },
      { name: 'Skew', metric: 'skew', coloured: 'text', width: 55 },
      { name: 'Busiest', width: 85 },
      { name: 'Dead letters', metric: 'yesNo', width: 95 },
      { name: 'Seen', metric: 'seen', coloured: 'text', width: 75 },
    ],
    sql: `
      SELECT
        topic ${sql.as('Topic')},
        pipeline ${sql.as('Pipeline')},
        found ${sql.as('There')},
        toString(partitions) ${sql.as('Partitions')},
        messages ${sql.as('Held')},
        produced_per_s ${sql.as('Written/s')},
        nullIf(skew, 0) ${sql.as('Skew')},
        if(skew = 0, '', concat('n° ', toString(busiest_partition), ': ', toString(round(100 * busiest_share)), ' %')) ${sql.as('Busiest')},
        dead_letters ${sql.as('Dead letters')},
        ${seen} ${sql.as('Seen')}
      FROM ${newest(sql, 'health_kafka_topic', ['cluster', 'topic'], { where: inPipeline })}
      ORDER BY found, dead_letters DESC, skew DESC, topic`,
  };
}

export function freshLettersPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Dead letters',
    about: {
      what: 'Messages that could not be read and were set aside, by topic. Each is a change that is not in ClickHouse.',
      how: 'Messages written to the topics under kafka.deadLetters in each bucket.',
      from: ['health_kafka_topic'],
    },
    weight: 2,
    draw: 'bars',
    stacked: true,
    series: [],
    byLabel: { label: 'name', metric: 'errorCount' },
    sql: `
      SELECT ${bucket()} AS time, toString(topic) AS name, sum(fresh) ${sql.as('Messages')}
      FROM ${sql.table('health_kafka_topic')}
      WHERE $__timeFilter(at) AND dead_letters = 1 AND ${inPipeline}
      GROUP BY time, name
      ORDER BY time, name`,
  };
}
