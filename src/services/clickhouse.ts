import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { freePort } from './ports';
import { startProgram } from './program';
import type { Program } from './program';

/** The embedded ClickHouse in a process of its own, set up for tables of the Kafka engine. */
export interface ClickHouse {
  /** `http://127.0.0.1:PORT`; the same after a restart. */
  readonly url: string;
  readonly program: Program;
}

/** What {@link startClickHouse} takes. */
export interface ClickHouseOptions {
  /** For data, configuration and log. */
  readonly dir: string;
  readonly port?: number;
}

const cli = join(__dirname, '..', '..', 'bin', 'tidemark.js');

/** Starts the embedded ClickHouse: about 1.5 s. */
export async function startClickHouse({ dir, port: given }: ClickHouseOptions): Promise<ClickHouse> {
  const port = given ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  await mkdir(dir, { recursive: true });
  const config = join(dir, 'config.xml');
  await writeFile(config, serverConfig);
  const args = [cli, 'serve', '--port', String(port), '--data', join(dir, 'data'), '--config-file', config];
  const program = await startProgram({
    name: 'ClickHouse',
    command: process.execPath,
    args,
    log: join(dir, 'clickhouse.log'),
    ready: (output) => output.includes(url),
    readySeconds: 60,
    graceMs: 20_000,
  });
  return { url, program };
}

/**
 * Threads for all Kafka tables at once (the engine's default here is two: further tables take turns), the statistics that fill
 * `rdkafka_stat` of system.kafka_consumers, and a short session, so that a consumer that was killed is replaced in seconds.
 */
const serverConfig = `<clickhouse>
  <background_message_broker_schedule_pool_size>16</background_message_broker_schedule_pool_size>
  <kafka>
    <statistics_interval_ms>3000</statistics_interval_ms>
    <session_timeout_ms>6000</session_timeout_ms>
    <heartbeat_interval_ms>2000</heartbeat_interval_ms>
  </kafka>
</clickhouse>
`;
