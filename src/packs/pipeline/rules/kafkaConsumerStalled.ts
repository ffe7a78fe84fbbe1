import { literal } from '../../../core/sql/quote';
import type { AlertRule } from '../../rule';
import { blind, expectedGroups, groupKey, looked, newest, pipelineRule } from './common';

/** Days back in which a topic that is missing now was seen. */
const topicDays = 14;

/** A consumer group that does not get on. */
export const kafkaConsumerStalled: AlertRule = {
  ...pipelineRule,
  name: 'kafka_consumer_stalled',
  watches: { page: 'cdcKafka', panel: 'Consumer groups over time' },
  title: 'Consumer stalled',
  description:
    'A consumer group stopped, stands still or went back while messages wait for it, by the rules of Burrow over ten looks: not a number of messages, which fits no two topics. A topic on which nothing is written, one that nobody has written to yet, and a group that is slow but gets nearer wake nobody; a topic that is gone does.',
  severity: 'critical',
  subjects: 'consumer group and topic',
  needs: 'kafka',
  limits: [
    { name: 'lag', value: 0, unit: 'count', description: 'Messages that may wait, whatever the verdict.' },
    blind,
  ],
  unit: 'count',
  forSeconds: 120,
  keepFiringForSeconds: 600,
  summary: '{subject}: {value} messages wait, and the consumer group does not get on.',
  sql(kit) {
    const expected = expectedGroups(kit);
    const topics = kit.pipelines.flatMap(({ kafka }) =>
      (kafka?.groups ?? []).flatMap((group) =>
        group.topics.map((topic) => `(${literal(kafka!.cluster)}, ${literal(topic)})`),
      ),
    );
    // There is no such topic: gone, or not written to yet.
    const seenBefore = `SELECT concat(cluster, ' ', topic) FROM ${kit.table('health_kafka_topic')}
      WHERE has([${[...new Set(topics)].join(', ')}]::Array(Tuple(String, String)), (toString(cluster), toString(topic))) AND found = 1 AND at <= ${kit.now} AND at > ${kit.now} - toIntervalDay(${topicDays}) GROUP BY cluster, topic`;
    const columns = ['cluster', 'topic', 'verdict', ['detail', 'said'], 'lag', 'went_back'] as const;
    const rows = newest(kit, 'health_kafka_group', groupKey, columns);
    return looked(kit, {
      expected,
      seen: `(SELECT *, verdict = 'MISSING' AND concat(cluster, ' ', topic) IN (${seenBefore}) AS gone FROM ${rows})`,
      others: 'kafka',
      value: 'lag',
      threshold: kit.limit('lag', 'subject'),
      firing: "gone OR went_back > 0 OR (verdict IN ('STOP', 'STALL', 'REWIND') AND value > threshold)",
      detail: `multiIf(gone, concat('The topic is gone: it was there within the last ${topicDays} days. ', said),
        verdict = 'MISSING', 'There is no such topic yet: nothing was ever written to its table.',
        concat(verdict, ': ', said))`,
      unseen: 'fires',
    });
  },
};
