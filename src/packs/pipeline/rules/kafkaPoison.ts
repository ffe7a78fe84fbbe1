import { literal } from '../../../core/sql/quote';
import type { AlertRule, RuleKit } from '../../rule';
import { countSql, lengthSql } from '../../ruleSql';
import { pipelineRule, staleSeconds } from './common';

/** Exceptions of a consumer that are about the way to Kafka, not about a message. */
const transport =
  '(?i)transport|broker|coordinator|rebalanc|timed out|timeout|connection|connect to|unknown topic|not available|offset';

/** Messages that could not be read. */
export const kafkaPoison: AlertRule = {
  ...pipelineRule,
  name: 'kafka_poison',
  watches: { page: 'cdcKafka', panel: 'Dead letters' },
  title: 'Messages that cannot be read',
  description:
    'Messages came within ten minutes that could not be read: dead letters that a view of truth tests counts, messages in a topic of dead letters, exceptions of a Kafka table. Those that were there before the first look, and a consumer that only lost its way to Kafka, wake nobody.',
  severity: 'warning',
  subjects: 'dead letters of a pipeline, topic of dead letters, or Kafka table',
  needs: 'kafka',
  limits: [
    { name: 'messages', value: 0, unit: 'count', description: 'Such messages within the window.' },
    { name: 'window', value: 600, unit: 'seconds', description: 'Time in which they are counted.' },
  ],
  unit: 'count',
  forSeconds: 300,
  keepFiringForSeconds: 1800,
  summary: '{subject}: {value} messages could not be read lately, more than {threshold}.',
  sql(kit) {
    const window = lengthSql(kit.limit('window'));
    return `
SELECT subject, toFloat64(n) AS value, ${kit.limit('messages', 'subject')} AS threshold, value > threshold AS firing, 0 AS held, ${kit.now} AS as_of,
  if(n = 0, concat('None within ', ${window}, '.'), concat(${countSql('n')}, ' within ', ${window}, '.', if(said = '', '', concat(' ', said)))) AS detail
FROM (
  SELECT subject, sum(own) AS n, argMax(told, own) AS said
  FROM (
    ${letters(kit)}
    UNION ALL ${deadTopics(kit)}
    UNION ALL ${consumers(kit)}
    UNION ALL SELECT arrayJoin([${expected(kit).map(literal).join(', ')}]::Array(String)) AS subject, toUInt64(0) AS own, '' AS told
  )
  GROUP BY subject
)`;
  },
};

/** Subjects that always have a row. */
function expected({ pipelines }: RuleKit): readonly string[] {
  const all = pipelines.flatMap(({ name, checks, kafka }) => [
    ...(checks.length > 0 ? [`${name} dead letters`] : []),
    ...(kafka?.deadLetters ?? []).map((topic) => `${name} ${topic}`),
  ]);
  return all.length > 0 ? all : ['Kafka'];
}

const lately = (kit: RuleKit): string =>
  `at <= ${kit.now} AND at > ${kit.now} - toIntervalSecond(toUInt32(${kit.limit('window')}))`;

/** Truth tests say how many there are, of a day perhaps: what counts is by how many they became more. */
const letters = (
  kit: RuleKit,
): string => `SELECT concat(pipeline, ' dead letters') AS subject, toUInt64(sum(step)) AS own, argMax(detail, at) AS told
    FROM (
      SELECT pipeline, at, detail, if(bad > before, bad - before, 0) AS step
      FROM (
        SELECT pipeline, at, bad, detail, lagInFrame(bad, 1, bad) OVER (PARTITION BY pipeline, view, subject ORDER BY at) AS before
        FROM ${kit.table('health_check')} WHERE name = 'dead letters' AND at <= ${kit.now} AND at > ${kit.now} - toIntervalHour(2)
      )
      WHERE ${lately(kit)}
    )
    GROUP BY pipeline`;

const deadTopics = (
  kit: RuleKit,
): string => `SELECT concat(if(pipeline = '', cluster, pipeline), ' ', topic) AS subject, sum(fresh) AS own, '' AS told
    FROM ${kit.table('health_kafka_topic')} WHERE dead_letters = 1 AND ${lately(kit)} GROUP BY pipeline, cluster, topic`;

/** The newest look of each host: the collector counts the exceptions of ten minutes, of the last ten that a consumer keeps. */
const consumers = (
  kit: RuleKit,
): string => `SELECT concat(database, '.', table) AS subject, toUInt64(sum(if(match(failed_with, ${literal(transport)}), 0, failed))) AS own,
      argMax(concat('The last: ', substringUTF8(failed_with, 1, 240)), failed) AS told
    FROM (
      SELECT host, database, table, consumer, argMax(failures, at) AS failed, argMax(failure, at) AS failed_with
      FROM ${kit.table('health_consumer')} WHERE at <= ${kit.now} AND at > ${kit.now} - toIntervalSecond(${staleSeconds(kit, 'clickhouse')}) GROUP BY host, database, table, consumer
    )
    GROUP BY database, table`;
