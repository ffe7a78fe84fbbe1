import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { onClickHouse, onPostgres } from './ask';
import { startClickHouse } from './clickhouse';
import type { ClickHouse } from './clickhouse';
import { startConnect } from './connect';
import type { Connect } from './connect';
import { fillInto, filled } from './fill';
import { startKafka } from './kafka';
import type { Kafka } from './kafka';
import { portsOf } from './ports';
import { startPostgres } from './postgres';
import type { Postgres } from './postgres';

/** Where the files of the reference pipelines lie. */
export const pipelinesDir = join(__dirname, '..', '..', 'pipelines');

/** The services of the pipeline, by the word that {@link DebeziumPipeline.stop} takes. */
export interface DebeziumServices {
  postgres: Postgres;
  kafka: Kafka;
  connect: Connect;
  clickhouse: ClickHouse;
}
export type ServiceName = keyof DebeziumServices;

/** PostgreSQL → Debezium → Kafka → ClickHouse on this machine, from the files in pipelines/debezium. */
export interface DebeziumPipeline {
  /** As they run now: a restart puts another program there, with the same address. */
  readonly services: Readonly<DebeziumServices>;
  /** What the files were filled with. */
  readonly values: PipelineValues;
  /** Address of Jolokia in the worker; absent where no jar was given. */
  readonly jolokia?: string;
  /** Ends one of them, as Ctrl-C does or by SIGKILL. */
  stop(service: ServiceName, how?: 'stop' | 'kill'): Promise<void>;
  /** Starts one that was ended, on its data and its port. */
  start(service: ServiceName): Promise<void>;
  /** Ends all, in the order of the data. Their folders stay. */
  end(): Promise<void>;
}

/** What {@link startDebezium} takes. */
export interface DebeziumOptions {
  /** A folder for each service is made in it. */
  readonly dir: string;
  /** ms between two beats; 2 s when absent. */
  readonly heartbeatMs?: number;
  /** Partitions of each topic; 1 when absent. */
  readonly partitions?: number;
  /** Lines that are added to the connector's properties, or take another's place. */
  readonly connector?: Readonly<Record<string, string>>;
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** Jar of Jolokia's agent, where Debezium's own gauges are to be read. */
  readonly jolokiaJar?: string;
  /** Told what has just come up. */
  said?(text: string): void;
}

/** What the files of pipelines/debezium are filled with. */
export type PipelineValues = Readonly<
  Record<
    | 'REPLICATION_PASSWORD'
    | 'TOPIC_PREFIX'
    | 'POSTGRES_HOST'
    | 'POSTGRES_PORT'
    | 'POSTGRES_DATABASE'
    | 'PII_SALT'
    | 'HEARTBEAT_MS'
    | 'REPLICATION_FACTOR'
    | 'PARTITIONS'
    | 'KAFKA_BROKERS'
    | 'DATABASE',
    string
  >
>;

/**
 * Starts the whole pipeline, about 12 s; a folder that was used before is gone on with. Throws what the services throw, and then
 * nothing runs.
 */
export async function startDebezium(options: DebeziumOptions): Promise<DebeziumPipeline> {
  const { dir, heartbeatMs = 2_000, partitions = 1, said = () => undefined } = options;
  await mkdir(dir, { recursive: true });
  // PostgreSQL runs as another user where we are root, and has to get to its folder in this one.
  await chmod(dir, 0o711);
  const [postgresPort, broker, controller, connectPort, clickhousePort, jolokiaPort] = await portsOf(dir, 6);
  const values: PipelineValues = {
    REPLICATION_PASSWORD: 'replication',
    TOPIC_PREFIX: 'shop',
    POSTGRES_HOST: '127.0.0.1',
    POSTGRES_PORT: String(postgresPort),
    POSTGRES_DATABASE: 'postgres',
    PII_SALT: 'salt',
    HEARTBEAT_MS: String(heartbeatMs),
    REPLICATION_FACTOR: '1',
    PARTITIONS: String(partitions),
    KAFKA_BROKERS: `127.0.0.1:${broker}`,
    DATABASE: 'shop',
  };
  const connector = join(dir, 'connector.properties');
  await fillInto(join(pipelinesDir, 'debezium', 'connector.properties'), connector, values, options.connector);
  const { jolokiaJar: jar } = options;
  const starters: { readonly [S in ServiceName]: () => Promise<DebeziumServices[S]> } = {
    postgres: () =>
      startPostgres({
        dir: join(dir, 'postgres'),
        port: postgresPort!,
        ...(options.postgresSettings && { settings: options.postgresSettings }),
      }),
    kafka: () => startKafka({ dir: join(dir, 'kafka'), ports: [broker!, controller!] }),
    connect: () =>
      startConnect({
        dir: join(dir, 'connect'),
        brokers: values.KAFKA_BROKERS,
        port: connectPort!,
        connector,
        env: { REPLICATION_PASSWORD: values.REPLICATION_PASSWORD },
        ...(jar !== undefined && { jolokia: { jar, port: jolokiaPort! } }),
      }),
    clickhouse: () => startClickHouse({ dir: join(dir, 'clickhouse'), port: clickhousePort! }),
  };
  const running: Partial<DebeziumServices> = {};
  const start = async <S extends ServiceName>(service: S): Promise<void> => {
    running[service] = (await starters[service]()) as DebeziumServices[S];
    said(`${service} is ready.`);
  };
  const end = async () => {
    await running.connect?.program.stop();
    await Promise.all([running.postgres, running.clickhouse, running.kafka].map((service) => service?.program.stop()));
  };
  try {
    const source = async () => {
      await start('postgres');
      for (const file of ['shop.sql', 'debezium/source.sql'])
        await onPostgres(running.postgres!.url, await filled(join(pipelinesDir, file), values));
    };
    // All come to an end before anything is thrown: what is still starting could not be ended.
    const begun = await Promise.allSettled([source(), start('kafka'), start('clickhouse')]);
    for (const each of begun) if (each.status === 'rejected') throw each.reason;
    await start('connect');
    // After Connect, which makes the topics.
    await onClickHouse(running.clickhouse!.url, await filled(join(pipelinesDir, 'debezium', 'clickhouse.sql'), values));
    said('The tables in ClickHouse are made.');
  } catch (thrown) {
    await end();
    throw thrown;
  }
  return {
    services: running as DebeziumServices,
    values,
    ...(jar !== undefined && { jolokia: `http://127.0.0.1:${jolokiaPort}/jolokia` }),
    stop: (service, how = 'stop') => running[service]!.program[how](),
    start,
    end,
  };
}
