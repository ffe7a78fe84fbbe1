import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

import { findJars, findJava, jvmArgs } from './java';
import { freePorts } from './ports';
import { startProgram } from './program';
import { properties } from './properties';
import type { Program } from './program';

/** A Kafka of one node. */
export interface Kafka {
  /** `127.0.0.1:PORT`; the same after a restart. */
  readonly brokers: string;
  readonly program: Program;
}

/** What {@link startKafka} takes. */
export interface KafkaOptions {
  /** For data, configuration and log. One that was used before is opened again. */
  readonly dir: string;
  /** Ports of broker and controller; free ones when absent. */
  readonly ports?: readonly [number, number];
  /** Default 192: 128 ran out of memory while recovering from kill -9. */
  readonly heapMb?: number;
  /** Lines of server.properties that are added or take another's place. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Any: it names the one cluster in its own folder. */
const clusterId = 'dGlkZW1hcmstbG9jYWwtMQ';

/**
 * Starts Kafka as one node that is broker and controller (KRaft), on loopback. About 4 s. Everything that a cluster replicates
 * has one copy, and the internal topics have few partitions: fifty make the first start and every recovery slow.
 */
export async function startKafka({ dir, ports, heapMb = 192, settings: own = {} }: KafkaOptions): Promise<Kafka> {
  const [broker, controller] = ports ?? (await freePorts(2));
  const java = findJava();
  const jars = findJars();
  await mkdir(dir, { recursive: true });
  const config = join(dir, 'server.properties');
  const data = join(dir, 'data');
  await writeFile(config, properties({ ...settings(broker!, controller!, data), ...own }));
  const classPath = ['-cp', `${jars}/*`];
  if (!existsSync(join(data, 'meta.properties'))) {
    const tool = [...jvmArgs(64), ...classPath, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', config];
    const { status, stderr } = spawnSync(java, tool, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`Kafka's storage could not be formatted: ${stderr}`);
  }
  const program = await startProgram({
    name: 'Kafka',
    command: java,
    args: [...jvmArgs(heapMb), ...classPath, 'kafka.Kafka', config],
    log: join(dir, 'kafka.log'),
    ready: () => isListening(broker!),
    readySeconds: 60,
  });
  return { brokers: `127.0.0.1:${broker}`, program };
}

const settings = (broker: number, controller: number, data: string) => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@127.0.0.1:${controller}`,
  'controller.listener.names': 'CONTROLLER',
  listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
  'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker}`,
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'log.dirs': data,
  'default.replication.factor': 1,
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'group.initial.rebalance.delay.ms': 0,
  // The default buffer alone is 128 MB.
  'log.cleaner.dedupe.buffer.size': 8_388_608,
});

/** Whether something takes connections on the port. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
