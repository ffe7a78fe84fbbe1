import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { findJars, findJava, jvmArgs } from './java';
import { freePort } from './ports';
import { startProgram } from './program';
import { properties } from './properties';
import type { Program } from './program';

/** A Kafka Connect worker. */
export interface Connect {
  /** Its REST interface, `http://127.0.0.1:PORT`; the same after a restart. */
  readonly url: string;
  readonly program: Program;
}

/** What {@link startConnect} takes. */
export interface ConnectOptions {
  /** For offsets, configuration and log. Offsets of an earlier run are kept. */
  readonly dir: string;
  readonly brokers: string;
  readonly port?: number;
  /** Path of the connector's properties; `${env:NAME}` in it is read from {@link env}. */
  readonly connector: string;
  readonly env: Readonly<Record<string, string>>;
  /** Default 192; 160 is enough for a snapshot with the queue sizes of pipelines/debezium. */
  readonly heapMb?: number;
  /** Jolokia's agent, where JMX is to be read over HTTP: path of the jar and port. */
  readonly jolokia?: { readonly jar: string; readonly port: number };
}

/** Starts Kafka Connect, standalone, with one connector, on loopback; returns once the connector's task runs. About 6 s. */
export async function startConnect(options: ConnectOptions): Promise<Connect> {
  const { dir, brokers, connector, env, jolokia, heapMb = 192 } = options;
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  await mkdir(dir, { recursive: true });
  const worker = join(dir, 'worker.properties');
  await writeFile(
    worker,
    properties({
      'bootstrap.servers': brokers,
      listeners: url,
      'offset.storage.file.filename': join(dir, 'offsets'),
      // What REST tells of offsets is as old as this.
      'offset.flush.interval.ms': 1_000,
      'plugin.discovery': 'service_load',
      'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'key.converter.schemas.enable': false,
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter.schemas.enable': false,
      'config.providers': 'env',
      'config.providers.env.class': 'org.apache.kafka.common.config.provider.EnvVarConfigProvider',
      'producer.buffer.memory': 8_388_608,
      'producer.batch.size': 65_536,
    }),
  );
  const agent = jolokia ? [`-javaagent:${jolokia.jar}=host=127.0.0.1,port=${jolokia.port}`] : [];
  const main = 'org.apache.kafka.connect.cli.ConnectStandalone';
  const program = await startProgram({
    name: 'Kafka Connect',
    command: findJava(),
    args: [...agent, ...jvmArgs(heapMb), '-cp', `${findJars()}/*`, main, worker, connector],
    env: { ...process.env, ...env },
    log: join(dir, 'connect.log'),
    ready: () => hasRunningTask(url),
    readySeconds: 90,
  });
  return { url, program };
}

async function hasRunningTask(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/connectors?expand=status`).catch(() => undefined);
  if (!answer?.ok) return false;
  const connectors = (await answer.json()) as Record<string, { status: { tasks: { state: string }[] } }>;
  return Object.values(connectors).some(({ status }) => status.tasks.some(({ state }) => state === 'RUNNING'));
}
