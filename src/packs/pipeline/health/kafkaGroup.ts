import { at, column, healthTable } from '../../health';

/** Consumer groups, topic by topic. */
export const healthKafkaGroup = healthTable({
  name: 'health_kafka_group',
  description:
    'How each consumer group does on each of its topics: one row per look, also where group or topic is missing.',
  columns: [
    at,
    column('pipeline', 'LowCardinality(String)', 'Pipeline that the group belongs to; empty: none.'),
    column('cluster', 'LowCardinality(String)', 'Kafka cluster, as tidemark.yaml names it.'),
    column('consumer_group', 'LowCardinality(String)', 'Consumer group.'),
    column('topic', 'LowCardinality(String)', 'Topic.'),
    column(
      'verdict',
      'LowCardinality(String)',
      'The worst of its partitions: OK, WARN, REWIND, STALL, STOP; MISSING: there is no such topic.',
    ),
    column('detail', 'String', 'The same in a sentence, with numbers.'),
    column(
      'group_state',
      'LowCardinality(String)',
      "Kafka's word: Stable, Empty (no member), Dead (no such group), PreparingRebalance, CompletingRebalance.",
    ),
    column('members', 'UInt16', 'Members of the group.'),
    column('partitions', 'UInt32', 'Partitions of the topic.'),
    column('partitions_read', 'UInt32', 'Those that a member has.'),
    column('most_per_member', 'UInt32', 'Partitions of the member that has most of them.'),
    column('fewest_per_member', 'UInt32', 'Partitions of the member that has fewest; 0 also where there is no member.'),
    column('lag', 'UInt64', 'Messages that wait, in all partitions.'),
    column('lag_s', 'Float64', 'How long the oldest of them waits, in seconds; 0 where none does.'),
    column('lost', 'UInt64', 'Messages that Kafka removed before the group read them.'),
    column('went_back', 'UInt64', 'Messages that the group went back by, within the looks that the verdict judges.'),
    column('produced_per_s', 'Float64', 'Messages written per second since the last look.'),
    column('consumed_per_s', 'Float64', 'Messages read per second since the last look.'),
  ],
  orderBy: ['cluster', 'consumer_group', 'topic', 'at'],
  ttlDays: 90,
});
