import type { AlertRule } from '../../rule';
import { percentSql } from '../../ruleSql';
import { looked, newest, pipelineRule } from './common';

/** One partition gets far more than its share. */
export const kafkaSkew: AlertRule = {
  ...pipelineRule,
  name: 'kafka_skew',
  watches: { page: 'cdcKafka', panel: 'Topics' },
  title: 'One partition gets too much',
  description:
    'One partition of a topic gets far more messages than the others: a key that is much too frequent, and one consumer does the work of all. Judged are the messages of ten looks; below a hundred, which may fall as they like, nothing is.',
  severity: 'warning',
  subjects: 'topic',
  needs: 'kafka',
  limits: [
    {
      name: 'skew',
      value: 2,
      unit: 'times',
      description: 'How many times the mean of the partitions the busiest may get.',
    },
  ],
  unit: 'times',
  forSeconds: 900,
  keepFiringForSeconds: 1800,
  summary: '{subject}: the busiest partition gets {value} the mean, more than {threshold}.',
  sql(kit) {
    const topics = new Map(
      kit.pipelines.flatMap(({ name, kafka }) =>
        (kafka?.groups ?? []).flatMap(({ topics: own }) =>
          own.map((topic) => {
            const key = `${kafka!.cluster} ${topic}`;
            return [key, { key, subject: `${name} ${topic}`, source: `kafka ${kafka!.cluster}` }] as const;
          }),
        ),
      ),
    );
    const columns = ['found', 'partitions', 'skew', 'busiest_partition', 'busiest_share'];
    return looked(kit, {
      expected: [...topics.values()],
      seen: newest(kit, 'health_kafka_topic', "concat(cluster, ' ', topic)", columns),
      value: 'skew',
      threshold: kit.limit('skew', 'subject'),
      firing: 'value > threshold',
      detail: `multiIf(NOT found, 'There is no such topic.', skew = 0, 'Too few messages came to tell.',
        concat('Partition ', toString(busiest_partition), ' of ', toString(partitions), ' got ', ${percentSql('busiest_share', 0)}, ' of the messages of the last ten looks.'))`,
      unseen: 'held',
    });
  },
};
