import { at, column, healthTable } from '../../health';

/** Topics. */
export const healthKafkaTopic = healthTable({
  name: 'health_kafka_topic',
  description:
    'Topics that a pipeline reads, and topics of dead letters: one row per look, also where a topic is missing.',
  columns: [
    at,
    column('pipeline', 'LowCardinality(String)', 'Pipeline that the topic belongs to; empty: none.'),
    column('cluster', 'LowCardinality(String)', 'Kafka cluster, as tidemark.yaml names it.'),
    column('topic', 'LowCardinality(String)', 'Topic.'),
    column('dead_letters', 'UInt8', '1: its messages are those that could not be read.'),
    column('found', 'UInt8', '0: there is no such topic.'),
    column('partitions', 'UInt32', 'Partitions.'),
    column('messages', 'UInt64', 'Messages that Kafka still has.'),
    column('written', 'UInt64', 'Messages ever written: the sum of the ends of its partitions.'),
    column('fresh', 'UInt64', 'Messages written since the last look; 0 at the first.'),
    column('produced_per_s', 'Float64', 'The same per second.'),
    column(
      'skew',
      'Float64',
      'Messages of the busiest partition as a multiple of the mean of the others, over the last ten looks; 1: even. 0: too few messages came to tell, less than a hundred or less than thirty a partition.',
    ),
    column('busiest_partition', 'UInt32', 'That partition.'),
    column('busiest_share', 'Float64', 'Its share of the messages of the last ten looks, 0 to 1; 0 where skew is.'),
  ],
  orderBy: ['cluster', 'topic', 'at'],
  ttlDays: 90,
});
