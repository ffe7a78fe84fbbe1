import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  AssignerProtocol,
  Kafka,
  Partitioners,
  ResourcePatternTypes,
  logLevel,
} from 'kafkajs';
import type { Admin, Consumer, PartitionAssigner } from 'kafkajs';

import type { KafkaConfig, PipelineConfig } from '../config/collectConfig';
import { startKafka } from '../services/kafka';
import type { Kafka as Service } from '../services/kafka';
import { freePorts } from '../services/ports';
import { until } from '../testing/drill/fault';
import { kafkaSource } from './kafka';
import type { GroupRow, PartitionRow, TopicRow } from './kafka/rows';
import type { Look, Source } from './source';

let dir: string;
let service: Service;
let guarded: string;
let kafka: Kafka;
let admin: Admin;
let now = Date.now();

const config = (own: Partial<KafkaConfig> = {}): KafkaConfig => ({
  name: 'main',
  brokers: [service.brokers],
  tls: false,
  everySeconds: 10,
  ...own,
});
const pipeline = (
  groups: Readonly<Record<string, readonly string[]>>,
  deadLetters: readonly string[] = [],
): PipelineConfig => ({
  name: 'shop',
  kind: 'debezium',
  roles: [],
  tables: [],
  checks: [],
  kafka: {
    cluster: 'main',
    lagFloor: 0,
    groups: Object.entries(groups).map(([group, topics]) => ({ group, topics })),
    deadLetters,
  },
});
const look = (): Look => ({
  db: {
    query: () => Promise.reject(new Error('not asked')),
    command: () => Promise.resolve(),
    insert: () => Promise.resolve(),
  },
  now: () => now,
  fetch,
  log: () => undefined,
  signal: new AbortController().signal,
});

interface Rows {
  readonly groups: readonly GroupRow[];
  readonly partitions: readonly PartitionRow[];
  readonly topics: readonly TopicRow[];
}
async function rowsOf(source: Source): Promise<Rows> {
  const { rows } = await source.collect(look());
  const [groups, partitions, topics] = rows.map((table) => table.rows);
  return { groups, partitions, topics } as unknown as Rows;
}
const failureOf = (source: Source) =>
  source.collect(look()).then(
    () => undefined,
    (thrown: { code: string; message: string }) => ({ code: thrown.code, message: thrown.message }),
  );

async function send(topic: string, counts: readonly number[], at = now): Promise<void> {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const messages = counts.flatMap((count, partition) =>
    Array.from({ length: count }, () => ({ value: 'x', partition, timestamp: String(at) })),
  );
  await producer.send({ topic, messages });
  await producer.disconnect();
}
/** Commits an offset as a consumer that then leaves; KafkaJS' own setOffsets takes five seconds. */
async function stand(groupId: string, topic: string, offset: number): Promise<void> {
  const commit = async () => {
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50 });
    await consumer.connect();
    await consumer.subscribe({ topic });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
    await joined;
    await consumer.commitOffsets([{ topic, partition: 0, offset: String(offset) }]).catch(() => undefined);
    await consumer.disconnect();
    const [stored] = await admin.fetchOffsets({ groupId, topics: [topic] });
    return stored?.partitions[0]?.offset === String(offset);
  };
  await until(`${groupId} stands at ${offset}`, 20, commit);
}
const topic = (name: string, numPartitions = 1) =>
  admin.createTopics({ topics: [{ topic: name, numPartitions }], waitForLeaders: true });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tidemark-kafka-'));
  const ports = await freePorts(3);
  const [broker, controller, login] = ports;
  guarded = `127.0.0.1:${login}`;
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  service = await startKafka({
    dir,
    ports: [broker!, controller!],
    settings: {
      listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller},GUARDED://${guarded}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker},GUARDED://${guarded}`,
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,GUARDED:SASL_PLAINTEXT',
      'inter.broker.listener.name': 'PLAINTEXT',
      'sasl.enabled.mechanisms': 'PLAIN',
      'listener.name.guarded.plain.sasl.jaas.config': `${plain} user_watcher="right";`,
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
    },
  });
  kafka = new Kafka({ brokers: [service.brokers], logLevel: logLevel.NOTHING });
  admin = kafka.admin();
  await admin.connect();
});

afterAll(async () => {
  await admin?.disconnect();
  await service?.program.stop();
  await rm(dir, { recursive: true, force: true });
});

test('tells lag in messages and in seconds, and the verdict, look by look', async () => {
  await topic('orders');
  const source = kafkaSource(config(), [pipeline({ readers: ['orders'] })]);
  const begun = now;
  await send('orders', [100], begun);
  await stand('readers', 'orders', 100);
  expect((await rowsOf(source)).groups[0]).toMatchObject({
    verdict: 'OK',
    lag: 0,
    lag_s: 0,
    group_state: 'Empty',
    members: 0,
  });
  const seen: string[] = [];
  for (let i = 1; i <= 6; i++) {
    now = begun + i * 10_000;
    await send('orders', [10], now);
    const { groups, partitions } = await rowsOf(source);
    seen.push(groups[0]!.verdict);
    expect(groups[0]).toMatchObject({ lag: 10 * i, produced_per_s: 1, consumed_per_s: 0 });
    // The first of ten messages that came within ten seconds.
    expect(groups[0]!.lag_s).toBeCloseTo(i * 10 - 1, 1);
    expect(partitions[0]).toMatchObject({
      begin_offset: 0,
      end_offset: 100 + 10 * i,
      committed_offset: 100,
      looks: i + 1,
    });
  }
  // Nobody is in the group: what was read at the first look does not count for long.
  expect(seen[0]).toBe('OK');
  await stand('readers', 'orders', 20);
  now += 10_000;
  expect((await rowsOf(source)).groups[0]).toMatchObject({
    verdict: 'REWIND',
    went_back: 80,
    detail: expect.stringMatching(
      /^Partition 0 went back by 80 messages, to 20: 140 wait, the oldest at least \d+ s\.$/,
    ),
  });
  await source.close?.();
});

test('a collector that has just started knows how old a lag is', async () => {
  await topic('aged');
  now = Date.now();
  await send('aged', [5], now - 100_000);
  await send('aged', [5], now - 1_000);
  await stand('late', 'aged', 2);
  const source = kafkaSource(config(), [pipeline({ late: ['aged'] })]);
  const { lag_s } = (await rowsOf(source)).groups[0]!;
  expect(lag_s).toBeGreaterThan(50);
  expect(lag_s).toBeLessThan(200);
  await source.close?.();
});

test('messages that Kafka removed before they were read are lost, and told', async () => {
  await topic('short');
  await send('short', [50]);
  await stand('slow', 'short', 10);
  const remove = () => admin.deleteTopicRecords({ topic: 'short', partitions: [{ partition: 0, offset: '30' }] });
  await until('they are removed', 10, () =>
    remove().then(
      () => true,
      () => false,
    ),
  );
  const source = kafkaSource(config(), [pipeline({ slow: ['short'] })]);
  expect((await rowsOf(source)).groups[0]).toMatchObject({
    lost: 20,
    detail: expect.stringMatching(/20 messages were removed before they were read\.$/),
  });
  await source.close?.();
});

test('nine partitions at one member and three at the other, and a hot partition', async () => {
  await topic('skewed', 12);
  const uneven: PartitionAssigner = ({ cluster }) => ({
    name: 'uneven',
    version: 1,
    assign({ members, topics }) {
      const all = topics.flatMap((name) =>
        cluster.findTopicPartitionMetadata(name).map(({ partitionId }) => partitionId),
      );
      const sorted = [...members].map(({ memberId }) => memberId).sort();
      const share = (i: number) => (sorted.length === 1 ? all : i === 0 ? all.slice(0, 9) : all.slice(9));
      return Promise.resolve(
        sorted.map((memberId, i) => ({
          memberId,
          memberAssignment: AssignerProtocol.MemberAssignment.encode({
            version: 1,
            assignment: { skewed: share(i) },
            userData: Buffer.alloc(0),
          }),
        })),
      );
    },
    protocol: ({ topics }) => ({
      name: 'uneven',
      metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
    }),
  });
  const consumers: Consumer[] = [];
  for (const _ of [1, 2]) {
    const consumer = kafka.consumer({ groupId: 'pair', partitionAssigners: [uneven], maxWaitTimeInMs: 50 });
    await consumer.connect();
    await consumer.subscribe({ topic: 'skewed', fromBeginning: true });
    await consumer.run({ autoCommitInterval: 100, eachMessage: () => Promise.resolve() });
    consumers.push(consumer);
  }
  const source = kafkaSource(config(), [pipeline({ pair: ['skewed'] })]);
  await until('both are members', 30, async () => {
    const { groups } = await rowsOf(source);
    return groups[0]!.members === 2 && groups[0]!.partitions_read === 12 && groups[0]!.group_state === 'Stable';
  });
  await send('skewed', [900, 100, 100, ...Array.from({ length: 9 }, () => 10)]); // 900 to a mean of 290 / 11
  now += 10_000;
  const { groups, topics } = await rowsOf(source);
  // The group may join anew meanwhile: that is its own state, not how uneven it is.
  expect(groups[0]).toMatchObject({ most_per_member: 9, fewest_per_member: 3, partitions: 12 });
  expect(topics[0]).toMatchObject({ busiest_partition: 0, busiest_share: 0.756, skew: 34.138 });
  await Promise.all(consumers.map((consumer) => consumer.disconnect()));
  await source.close?.();
});

test('counts what comes into a topic of dead letters, and has a row for what is not there', async () => {
  await topic('dead');
  const source = kafkaSource(config(), [pipeline({ nobody: ['nowhere'] }, ['dead', 'dead_too'])]);
  await send('dead', [3]);
  await rowsOf(source);
  await send('dead', [2]);
  now += 10_000;
  const { groups, topics, partitions } = await rowsOf(source);
  expect(topics.filter((row) => row.dead_letters === 1)).toEqual([
    expect.objectContaining({ topic: 'dead', found: 1, messages: 5, written: 5, fresh: 2 }),
    expect.objectContaining({ topic: 'dead_too', found: 0, messages: 0, fresh: 0 }),
  ]);
  expect(groups).toEqual([
    expect.objectContaining({
      consumer_group: 'nobody',
      topic: 'nowhere',
      verdict: 'MISSING',
      detail: 'There is no topic nowhere that the collector may see.',
      group_state: 'Dead',
    }),
  ]);
  expect(partitions).toEqual([]);
  // Asking did not make it.
  expect(await admin.listTopics()).not.toContain('nowhere');
  await source.close?.();
});

test('without a pipeline all groups are looked at', async () => {
  const source = kafkaSource(config(), []);
  const { groups } = await rowsOf(source);
  expect(groups.map((row) => row.consumer_group)).toEqual(expect.arrayContaining(['readers', 'late', 'slow']));
  expect(groups.every((row) => row.pipeline === '')).toBe(true);
  await source.close?.();
});

test('a cluster that is down, a wrong password and a missing right each say what to do', async () => {
  const [closed] = await freePorts(1);
  const down = kafkaSource(config({ brokers: [`127.0.0.1:${closed}`] }), []);
  expect(await failureOf(down)).toEqual({
    code: 'kafka_unreachable',
    message: expect.stringMatching(
      /^Kafka main does not answer at 127\.0\.0\.1:\d+ \(.+\)\. Check that it runs, that collect\.kafka\.main\.brokers is right/,
    ),
  });
  const login = (password: string) => ({
    brokers: [guarded],
    sasl: { mechanism: 'plain', user: 'watcher', password } as const,
  });
  const wrong = kafkaSource(config(login('wrong')), [pipeline({ readers: ['orders'] })]);
  expect(await failureOf(wrong)).toEqual({
    code: 'kafka_login_refused',
    message: expect.stringMatching(
      /^Kafka main refuses the login \(.+\)\. Check collect\.kafka\.main\.sasl: mechanism, user and password\.$/,
    ),
  });
  const right = kafkaSource(config(login('right')), [pipeline({ readers: ['orders'] })]);
  expect(await failureOf(right)).toEqual({
    code: 'kafka_no_coordinator',
    message: expect.stringContaining(
      "kafka-acls --add --allow-principal User:watcher --operation Describe --group '*'",
    ),
  });
  const allow = (resourceType: AclResourceTypes) => ({
    resourceType,
    resourceName: '*',
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: 'User:watcher',
    host: '*',
    operation: AclOperationTypes.DESCRIBE,
    permissionType: AclPermissionTypes.ALLOW,
  });
  // Exactly the rights that docs/pipelines.md names.
  await admin.createAcls({ acl: [allow(AclResourceTypes.GROUP), allow(AclResourceTypes.TOPIC)] });
  await until('the rights are there', 20, async () => (await failureOf(right)) === undefined);
  expect((await rowsOf(right)).groups[0]).toMatchObject({ consumer_group: 'readers', partitions: 1 });
  await Promise.all([down, wrong, right].map((source) => source.close?.()));
});
