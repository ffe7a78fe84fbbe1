import { AssignerProtocol } from 'kafkajs';
import type { Admin, GroupDescription } from 'kafkajs';

import type { EndPoint } from './lagTime';
import type { Wanted, WantedGroup } from './wanted';

/** What a partition holds. */
export interface PartitionFacts {
  readonly partition: number;
  readonly begin: number;
  readonly end: number;
}

/** A group on a topic. */
export interface GroupFacts {
  readonly pipeline: string;
  readonly group: string;
  readonly topic: string;
  readonly floor: number;
  /** Kafka's word; Dead where there is no such group. */
  readonly state: string;
  /** Partitions of the topic that each member has. */
  readonly perMember: readonly number[];
  /** Partition → client that has it. */
  readonly assigned: ReadonlyMap<number, string>;
  /** Partition → next offset to be read; absent: never committed. */
  readonly committed: ReadonlyMap<number, number>;
}

/** What one look saw of a cluster. */
export interface ClusterFacts {
  /** Of the topics that are there; a topic that was asked for and is not there is missing here. */
  readonly topics: ReadonlyMap<string, readonly PartitionFacts[]>;
  readonly groups: readonly GroupFacts[];
}

/**
 * Reads what is wanted of a cluster. Topics that do not exist are never asked for: that could create them. Throws what KafkaJS throws.
 */
export async function readCluster(admin: Admin, wanted: Wanted): Promise<ClusterFacts> {
  const existing = new Set(await admin.listTopics());
  const asked = wanted.groups.length > 0 ? wanted.groups : await allGroups(admin);
  const descriptions = await describe(admin, asked);
  const offsets = await Promise.all(asked.map((group) => committedBy(admin, group, existing)));
  const groups = asked.flatMap((group, i) => {
    const committed = offsets[i]!;
    const topics = group.topics.length > 0 ? group.topics : [...committed.keys()];
    return topics.map((topic) => groupFacts(group, topic, descriptions.get(group.group), committed.get(topic)));
  });
  const names = new Set([...groups.map(({ topic }) => topic), ...wanted.deadLetters.map(({ topic }) => topic)]);
  const found = [...names].filter((topic) => existing.has(topic));
  const partitions = await Promise.all(found.map((topic) => partitionsOf(admin, topic)));
  return { topics: new Map(found.map((topic, i) => [topic, partitions[i]!])), groups };
}

async function allGroups(admin: Admin): Promise<readonly WantedGroup[]> {
  const { groups } = await admin.listGroups();
  const consumers = groups.filter(({ protocolType }) => protocolType === 'consumer' || protocolType === '');
  return consumers.map(({ groupId }) => ({ pipeline: '', group: groupId, topics: [], floor: 0 }));
}

async function describe(admin: Admin, groups: readonly WantedGroup[]): Promise<Map<string, GroupDescription>> {
  if (groups.length === 0) return new Map();
  const { groups: described } = await admin.describeGroups([...new Set(groups.map(({ group }) => group))]);
  return new Map(described.map((group) => [group.groupId, group]));
}

async function committedBy(
  admin: Admin,
  { group, topics }: WantedGroup,
  existing: ReadonlySet<string>,
): Promise<Map<string, Map<number, number>>> {
  const asked = topics.filter((topic) => existing.has(topic));
  // Without topics Kafka tells all that the group has committed; none left of those named is another thing.
  if (topics.length > 0 && asked.length === 0) return new Map();
  const answer = await admin.fetchOffsets({ groupId: group, ...(asked.length > 0 && { topics: asked }) });
  const known = answer.map(({ topic, partitions }) => {
    const offsets = partitions.map(({ partition, offset }) => [partition, Number(offset)] as const);
    return [topic, new Map(offsets.filter(([, offset]) => offset >= 0))] as const;
  });
  return new Map(known.filter(([topic]) => existing.has(topic)));
}

function groupFacts(
  { pipeline, group, floor }: WantedGroup,
  topic: string,
  described: GroupDescription | undefined,
  committed: ReadonlyMap<number, number> = new Map(),
): GroupFacts {
  const { state = 'Dead', members = [] } = described ?? {};
  const assigned = new Map<number, string>();
  const perMember = members.map(({ clientId, memberAssignment }) => {
    const decoded = memberAssignment.length > 0 ? AssignerProtocol.MemberAssignment.decode(memberAssignment) : null;
    const partitions = decoded?.assignment[topic] ?? [];
    for (const partition of partitions) assigned.set(partition, clientId);
    return partitions.length;
  });
  return { pipeline, group, topic, floor, state, perMember, assigned, committed };
}

async function partitionsOf(admin: Admin, topic: string): Promise<PartitionFacts[]> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets
    .map(({ partition, low, high }) => ({ partition, begin: Number(low), end: Number(high) }))
    .sort((a, b) => a.partition - b.partition);
}

/** Ages at which a topic's past is asked for, in ms: each half of the one before, from 36 hours to a second. */
const ages = Array.from({ length: 18 }, (_, i) => 1_000 * 2 ** (17 - i));

/**
 * Where the ends of a topic's partitions were in the past, by the times in its messages: so that a collector that just started knows
 * how old a lag is, to within half of it. Eighteen questions; for a topic with lag, once.
 */
export async function pastOf(admin: Admin, topic: string, now: number): Promise<ReadonlyMap<number, EndPoint[]>> {
  const answers = await Promise.all(
    ages.map(async (age) => ({ at: now - age, offsets: await admin.fetchTopicOffsetsByTimestamp(topic, now - age) })),
  );
  const past = new Map<number, EndPoint[]>();
  for (const { at, offsets } of answers)
    for (const { partition, offset } of offsets) {
      const points = past.get(partition) ?? [];
      points.push({ end: Number(offset), from: at, to: at });
      past.set(partition, points);
    }
  return past;
}
