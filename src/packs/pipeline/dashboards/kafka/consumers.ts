import type { DashboardSql, TablePanel } from '../../../../dashboards/spec';
import { inPipeline, newest, seen } from '../panelSql';

/** Partitions, the worst first. */
export function partitionsTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Partitions',
    about: {
      what: 'Where it sticks: each partition of each group, the worst first; the 200 worst.',
      how: 'The newest look of the last hour. *≥*: it waits at least that long, its time is older than what was seen. *Lost*: Kafka removed messages before the group read them.',
      from: ['health_kafka_partition'],
    },
    columns: [
      { name: 'Group', width: 150 },
      { name: 'Topic', width: 215 },
      { name: 'Partition', width: 80 },
      { name: 'State', metric: 'groupVerdict', coloured: 'background', width: 105 },
      { name: 'Waiting', metric: 'rows', width: 90 },
      { name: 'Oldest', metric: 'period', width: 80 },
      { name: '≥', width: 40 },
      { name: 'Written/s', metric: 'messageRate', width: 90 },
      { name: 'Read/s', metric: 'messageRate', width: 90 },
      { name: 'Lost', metric: 'wrongRows', coloured: 'text', width: 60 },
      { name: 'Read by', width: 200 },
      { name: 'Seen', metric: 'seen', coloured: 'text', width: 75 },
    ],
    sql: `
      SELECT
        consumer_group ${sql.as('Group')},
        topic ${sql.as('Topic')},
        toString(partition) ${sql.as('Partition')},
        verdict ${sql.as('State')},
        lag ${sql.as('Waiting')},
        lag_s ${sql.as('Oldest')},
        if(lag_s_at_least = 1, '≥', '') ${sql.as('≥')},
        produced_per_s ${sql.as('Written/s')},
        consumed_per_s ${sql.as('Read/s')},
        lost ${sql.as('Lost')},
        member ${sql.as('Read by')},
        ${seen} ${sql.as('Seen')}
      FROM ${newest(sql, 'health_kafka_partition', ['cluster', 'consumer_group', 'topic', 'partition'], { hours: 1, where: inPipeline })}
      ORDER BY indexOf(['STOP', 'STALL', 'REWIND', 'WARN', 'OK'], verdict), lag_s DESC, consumer_group, topic, partition
      LIMIT 200`,
  };
}

/** Tables of the Kafka engine. */
export function consumersTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Consumers inside ClickHouse',
    about: {
      what: 'Tables of ClickHouse’s Kafka engine and what they said last. One message or one view that throws stops its partitions; the exception says which.',
      how: 'The newest look of the last day; exceptions of the last ten minutes. A table that is detached has no consumer.',
      from: ['health_consumer'],
    },
    columns: [
      { name: 'Table', width: 200 },
      { name: 'Host', width: 130 },
      { name: 'Partitions', width: 90 },
      { name: 'Messages', metric: 'rows', width: 100 },
      { name: 'Polled', metric: 'ago', coloured: 'text', width: 90 },
      { name: 'Committed', metric: 'period', width: 95 },
      { name: 'Rebalances', metric: 'rows', width: 95 },
      { name: 'Exceptions', metric: 'wrongRows', coloured: 'text', width: 95 },
      { name: 'The last one', wrap: true },
      { name: 'Seen', metric: 'seen', coloured: 'text', width: 75 },
    ],
    sql: `
      SELECT
        concat(database, '.', table) ${sql.as('Table')},
        host ${sql.as('Host')},
        toString(partitions) ${sql.as('Partitions')},
        messages ${sql.as('Messages')},
        polled_s ${sql.as('Polled')},
        committed_s ${sql.as('Committed')},
        rebalances ${sql.as('Rebalances')},
        failures ${sql.as('Exceptions')},
        substring(splitByChar('\\n', failure)[1], 1, 400) ${sql.as('The last one')},
        ${seen} ${sql.as('Seen')}
      FROM ${newest(sql, 'health_consumer', ['host', 'database', 'table', 'consumer'])}
      ORDER BY failures > 0 DESC, polled_s DESC NULLS FIRST, database, table`,
  };
}
