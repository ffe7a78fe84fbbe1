import { join } from 'node:path';

import { onClickHouse, onPostgres } from './ask';
import { pipelinesDir } from './debezium';
import { fail } from './errors';
import { filled } from './fill';
import { fillHistory } from './history';
import type { PipelineEnv } from './outage';

export type PipelineKind = 'debezium' | 'materialized';

/** What runs already: addresses and logins. */
export interface Running {
  /** Of a superuser. */
  readonly postgresUrl: string;
  readonly clickhouse: { readonly url: string; readonly user: string; readonly password: string };
  /** Needed by Debezium only. */
  readonly kafkaBrokers?: string;
  readonly connectUrl?: string;
  /** Of the role that replicates; salt of hashed columns. */
  readonly replicationPassword: string;
  readonly salt: string;
  /** Database that the copy is made in. */
  readonly database: string;
  readonly historyDays: number;
}

/**
 * Makes a reference pipeline (pipelines/) between services that run already: the example's tables, roles and publication in PostgreSQL,
 * the connector, the tables in ClickHouse. Safe to repeat. Throws what the services say, `connect_refused`.
 */
export async function connectPipeline(
  kind: PipelineKind,
  running: Running,
  said: (text: string) => void,
): Promise<void> {
  const { postgresUrl, clickhouse } = running;
  const values = valuesOf(running);
  const file = (name: string) => filled(join(pipelinesDir, name), values);
  for (const name of ['shop.sql', `${kind}/source.sql`]) await onPostgres(postgresUrl, await file(name));
  if (running.historyDays > 0) await fillHistory(postgresUrl, running.historyDays);
  said('PostgreSQL has the tables of the shop.');
  if (kind === 'debezium') {
    const path = join(pipelinesDir, 'debezium', 'connector.properties');
    await putConnector(running, await connectorConfig(path, values));
    said('Kafka Connect has the connector.');
  }
  const login = new URLSearchParams({ user: clickhouse.user, password: clickhouse.password });
  await onClickHouse(clickhouse.url, await file(`${kind}/clickhouse.sql`), login);
  said('ClickHouse has the tables of the copy.');
}

function valuesOf(running: Running): PipelineEnv {
  const { hostname, port, pathname } = new URL(running.postgresUrl);
  return {
    REPLICATION_PASSWORD: running.replicationPassword,
    TOPIC_PREFIX: 'shop',
    POSTGRES_HOST: hostname,
    POSTGRES_PORT: port || '5432',
    POSTGRES_DATABASE: decodeURIComponent(pathname.slice(1)),
    PII_SALT: running.salt,
    HEARTBEAT_MS: '10000',
    REPLICATION_FACTOR: '1',
    PARTITIONS: '1',
    KAFKA_BROKERS: running.kafkaBrokers ?? '',
    DATABASE: running.database,
  };
}

/**
 * The connector's properties as Kafka Connect's REST interface takes them.
 * @example { 'tasks.max': '1', … } // without `name`, which is in the address
 */
export async function connectorConfig(
  path: string,
  values: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  // Kafka Connect itself fills in ${env:…}; where it has no such provider it would take it for the password.
  const text = (await filled(path, values)).replaceAll(
    '${env:REPLICATION_PASSWORD}',
    values['REPLICATION_PASSWORD'] ?? '',
  );
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const pairs = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  return Object.fromEntries(pairs.filter(([name]) => name !== 'name'));
}

async function putConnector({ connectUrl }: Running, config: Readonly<Record<string, string>>): Promise<void> {
  const url = `${connectUrl}/connectors/shop/config`;
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'PUT', headers, body: JSON.stringify(config) });
  if (!answer.ok) throw fail('connect_refused', { url, reason: `HTTP ${answer.status} ${await answer.text()}` });
}
