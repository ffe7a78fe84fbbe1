import type { HealthRow } from '../../packs/health';
import type { healthKafkaGroup } from '../../packs/pipeline/health/kafkaGroup';
import type { healthKafkaPartition } from '../../packs/pipeline/health/kafkaPartition';
import type { healthKafkaTopic } from '../../packs/pipeline/health/kafkaTopic';
import { judge } from './burrow';
import type { Sample } from './burrow';
import { lagTime } from './lagTime';
import { groupKey, partitionKey, perSecond } from './memory';
import type { Memory } from './memory';
import type { ClusterFacts, GroupFacts, PartitionFacts } from './read';
import type { Wanted } from './wanted';

export type PartitionRow = HealthRow<typeof healthKafkaPartition>;
export type GroupRow = HealthRow<typeof healthKafkaGroup>;
export type TopicRow = HealthRow<typeof healthKafkaTopic>;

/** What a look is told in. */
export interface ClusterRows {
  readonly partitions: readonly PartitionRow[];
  readonly groups: readonly GroupRow[];
  readonly topics: readonly TopicRow[];
}

/** The rows of a look; `memory` has the look already. */
export function rowsOfLook(
  cluster: string,
  wanted: Wanted,
  facts: ClusterFacts,
  memory: Memory,
  now: number,
): ClusterRows {
  const judged = facts.groups.map((group) => ({ group, rows: partitionRows(cluster, group, facts, memory, now) }));
  return {
    partitions: judged.flatMap(({ rows }) => rows),
    groups: judged.map(({ group, rows }) => groupRow(cluster, group, rows)),
    topics: topicRows(cluster, wanted, facts, memory),
  };
}

function partitionRows(
  cluster: string,
  { pipeline, group, topic, floor, committed, assigned }: GroupFacts,
  facts: ClusterFacts,
  memory: Memory,
  now: number,
): PartitionRow[] {
  return (facts.topics.get(topic) ?? []).map(({ partition, begin, end }) => {
    const samples = memory.windows.get(groupKey(group, topic, partition)) ?? [];
    const { points = [], ends = [] } = memory.partitions.get(partitionKey(topic, partition)) ?? {};
    const own = committed.get(partition);
    const stands = own ?? begin;
    const { seconds, atLeast } = lagTime(points, stands, now);
    return {
      pipeline,
      cluster,
      consumer_group: group,
      topic,
      partition,
      verdict: judge(samples, now, floor),
      begin_offset: begin,
      end_offset: end,
      committed_offset: own ?? null,
      lag: Math.max(0, end - stands),
      lag_s: round(seconds),
      lag_s_at_least: atLeast ? 1 : 0,
      lost: Math.max(0, begin - stands),
      went_back: wentBack(samples),
      produced_per_s: round(perSecond(ends, (seen) => seen.end)),
      consumed_per_s: round(perSecond(samples, (sample) => sample.committed)),
      member: assigned.get(partition) ?? '',
      looks: samples.length,
    };
  });
}

const wentBack = (samples: readonly Sample[]): number =>
  samples.reduce((sum, { committed }, i) => sum + Math.max(0, (samples[i - 1]?.committed ?? 0) - committed), 0);

/** From good to bad. */
const order = ['OK', 'WARN', 'REWIND', 'STALL', 'STOP'];

function groupRow(
  cluster: string,
  { pipeline, group, topic, state, perMember }: GroupFacts,
  rows: readonly PartitionRow[],
): GroupRow {
  const [worst] = [...rows].sort(
    (a, b) => order.indexOf(b.verdict) - order.indexOf(a.verdict) || b.lag_s - a.lag_s || Number(b.lag) - Number(a.lag),
  );
  const sum = (of: (row: PartitionRow) => number | string) => rows.reduce((total, row) => total + Number(of(row)), 0);
  return {
    pipeline,
    cluster,
    consumer_group: group,
    topic,
    verdict: worst?.verdict ?? 'MISSING',
    detail: worst ? sentence(worst, state) : `There is no topic ${topic} that the collector may see.`,
    group_state: state,
    members: perMember.length,
    partitions: rows.length,
    partitions_read: rows.filter(({ member }) => member !== '').length,
    most_per_member: Math.max(0, ...perMember),
    fewest_per_member: perMember.length > 0 ? Math.min(...perMember) : 0,
    lag: sum((row) => row.lag),
    lag_s: Math.max(0, ...rows.map(({ lag_s }) => lag_s)),
    lost: sum((row) => row.lost),
    went_back: sum((row) => row.went_back),
    produced_per_s: round(sum((row) => row.produced_per_s)),
    consumed_per_s: round(sum((row) => row.consumed_per_s)),
  };
}

/** What a person reads first, of the partition that does worst. */
function sentence(row: PartitionRow, state: string): string {
  const { partition, verdict, lag, lag_s, lag_s_at_least, committed_offset, went_back, member, lost } = row;
  const waits =
    Number(lag) === 0
      ? 'nothing waits'
      : `${lag} wait, the oldest ${lag_s_at_least ? 'at least ' : ''}${Math.round(lag_s)} s`;
  const does: Readonly<Record<string, string>> = {
    OK: 'is read in time',
    WARN: 'is read, and falls behind',
    REWIND: `went back by ${went_back} messages, to ${committed_offset ?? 'the begin'}`,
    STALL: `stands still at ${committed_offset ?? 'the begin'} although ${member || 'a member'} has it`,
    STOP: `is not read any more and stands at ${committed_offset ?? 'the begin'}; the group is ${state}`,
  };
  const gone = Number(lost) > 0 ? ` ${lost} messages were removed before they were read.` : '';
  return `Partition ${partition} ${does[verdict] ?? verdict}: ${waits}.${gone}`;
}

/** Fewer messages than these say nothing about how they spread, nor do fewer per partition: by chance alone some get far more. */
const skewFrom = 100;
const skewFromEach = 30;

function topicRows(cluster: string, wanted: Wanted, facts: ClusterFacts, memory: Memory): TopicRow[] {
  const read = facts.groups.map(({ pipeline, topic }) => ({ pipeline, topic, dead: 0 }));
  const dead = wanted.deadLetters.map(({ pipeline, topic }) => ({ pipeline, topic, dead: 1 }));
  const each = new Map([...read, ...dead].map((of) => [`${of.pipeline} ${of.topic} ${of.dead}`, of]));
  return [...each.values()].map(({ pipeline, topic, dead }) => {
    const found = facts.topics.get(topic);
    return {
      pipeline,
      cluster,
      topic,
      dead_letters: dead,
      found: found ? 1 : 0,
      ...countsOf(topic, found ?? [], memory),
    };
  });
}

function countsOf(topic: string, found: readonly PartitionFacts[], memory: Memory) {
  const series = found.map(({ partition }) => memory.partitions.get(partitionKey(topic, partition))?.ends ?? []);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const came = series.map((ends) => (ends.at(-1)?.end ?? 0) - (ends[0]?.end ?? 0));
  const total = sum(came);
  const most = Math.max(0, ...came);
  const isTold = total >= Math.max(skewFrom, skewFromEach * found.length);
  const others = Math.max(1, total - most) / (found.length - 1);
  return {
    partitions: found.length,
    messages: sum(found.map(({ begin, end }) => end - begin)),
    written: sum(found.map(({ end }) => end)),
    fresh: sum(series.map((ends) => (ends.length > 1 ? ends.at(-1)!.end - ends.at(-2)!.end : 0))),
    produced_per_s: round(sum(series.map((ends) => perSecond(ends, (seen) => seen.end)))),
    skew: !isTold ? 0 : found.length === 1 ? 1 : round(most / others),
    busiest_partition: isTold ? found[came.indexOf(most)]!.partition : 0,
    busiest_share: isTold ? round(most / total) : 0,
  };
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000;
