import type { AlertRule, RuleKit } from '../../rule';
import { percentSql } from '../../ruleSql';
import type { Expected } from './common';
import { expectedGroups, groupKey, looked, newest, pipelineRule } from './common';

/** One partition gets far more than its share, or one member of a group has far more partitions than another. */
export const kafkaSkew: AlertRule = {
  ...pipelineRule,
  name: 'kafka_skew',
  watches: { page: 'cdcKafka', panel: 'Topics' },
  title: 'One partition gets too much',
  description:
    'One partition of a topic gets far more messages than the others (a key that is much too frequent), or one member of a consumer group has far more partitions than another: one consumer does the work of all. Judged are the messages of ten looks, where there are enough of them to tell, and the partitions of groups that read one topic: between several an assignor may spread each unevenly.',
  severity: 'warning',
  subjects: 'topic or consumer group',
  needs: 'kafka',
  limits: [
    {
      name: 'skew',
      value: 2.5,
      unit: 'times',
      description:
        'How many times the mean of the other partitions the busiest may get, and how many times the partitions of the least busy member the busiest may have.',
    },
  ],
  unit: 'times',
  forSeconds: 900,
  keepFiringForSeconds: 1800,
  summary: '{subject}: the busiest has {value} what the others have, more than {threshold}.',
  sql(kit) {
    const groups = kit.pipelines.flatMap(({ name, kafka }) =>
      (kafka?.groups ?? []).map((g) => ({ name, kafka, ...g })),
    );
    const topics = groups.flatMap(({ name, kafka, topics: own }) =>
      own.map((topic): readonly [string, Expected] => {
        const key = `${kafka!.cluster} ${topic}`;
        return [key, { key, subject: `${name} ${topic}`, source: `kafka ${kafka!.cluster}` }];
      }),
    );
    const several = new Set(groups.filter((g) => g.topics.length > 1).map((g) => `${g.kafka!.cluster} ${g.group} `));
    const ofOneTopic = expectedGroups(kit).filter(({ key }) => ![...several].some((start) => key.startsWith(start)));
    return looked(kit, {
      expected: [...new Map(topics).values(), ...ofOneTopic],
      seen: `(${topicSql(kit)}\n    UNION ALL ${memberSql(kit)})`,
      value: 'times',
      threshold: kit.limit('skew', 'subject'),
      firing: 'value > threshold',
      detail: 'said',
      unseen: 'held',
    });
  },
};

function topicSql(kit: RuleKit): string {
  const columns = ['found', 'partitions', 'skew', 'busiest_partition', 'busiest_share'];
  return `SELECT seen_key, looked_at, skew AS times,
      multiIf(NOT found, 'There is no such topic.', skew = 0, 'Too few messages came to tell.',
        concat('Partition ', toString(busiest_partition), ' of ', toString(partitions), ' got ', ${percentSql('busiest_share', 0)}, ' of the messages of the last ten looks.')) AS said
    FROM ${newest(kit, 'health_kafka_topic', "concat(cluster, ' ', topic)", columns)}`;
}

/** A difference of one partition is what cannot be shared evenly. */
function memberSql(kit: RuleKit): string {
  const columns = ['members', 'partitions', ['most_per_member', 'most'], ['fewest_per_member', 'fewest']] as const;
  return `SELECT seen_key, looked_at, if(members > 1 AND most > fewest + 1, most / greatest(1, fewest), toFloat64(members > 0)) AS times,
      multiIf(members = 0, 'The group has no member.', concat('Of ', toString(partitions), ' partitions one member has ', toString(most),
        if(members = 1, '', concat(', another ', toString(fewest))), '; ', toString(members), if(members = 1, ' member.', ' members.'))) AS said
    FROM ${newest(kit, 'health_kafka_group', groupKey, columns)}`;
}
