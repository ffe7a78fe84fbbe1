import { at, column, healthTable } from '../../health';

/** Consumer groups, partition by partition. */
export const healthKafkaPartition = healthTable({
  name: 'health_kafka_partition',
  description: 'How each consumer group does on each partition that it reads: one row per look.',
  columns: [
    at,
    column('pipeline', 'LowCardinality(String)', 'Pipeline that the group belongs to; empty: none.'),
    column('cluster', 'LowCardinality(String)', 'Kafka cluster, as tidemark.yaml names it.'),
    column('consumer_group', 'LowCardinality(String)', 'Consumer group.'),
    column('topic', 'LowCardinality(String)', 'Topic.'),
    column('partition', 'UInt32', 'Partition.'),
    column(
      'verdict',
      'LowCardinality(String)',
      'OK; WARN: reads and falls behind; STALL: is there and does not get on; STOP: no longer commits; REWIND: went back. docs/pipelines.md has the rules.',
    ),
    column('begin_offset', 'UInt64', 'Offset of the oldest message that Kafka still has.'),
    column('end_offset', 'UInt64', 'Offset after the newest message.'),
    column('committed_offset', 'Nullable(UInt64)', 'Next offset that the group reads; NULL: it never committed.'),
    column('lag', 'UInt64', 'Messages that wait.'),
    column('lag_s', 'Float64', 'How long the oldest of them waits, in seconds; 0 where none does.'),
    column('lag_s_at_least', 'UInt8', '1: it waits at least that long; its time is older than what was seen.'),
    column('lost', 'UInt64', 'Messages that Kafka removed before the group read them.'),
    column('went_back', 'UInt64', 'Messages that the group went back by, within the looks that the verdict judges.'),
    column('produced_per_s', 'Float64', 'Messages written per second since the last look.'),
    column('consumed_per_s', 'Float64', 'Messages read per second since the last look.'),
    column('member', 'String', 'Client that reads the partition; empty: nobody does.'),
    column('looks', 'UInt8', 'Looks that the verdict judges, ten at most.'),
  ],
  orderBy: ['cluster', 'consumer_group', 'topic', 'partition', 'at'],
  ttlDays: 14,
});
