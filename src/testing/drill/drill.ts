import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onPostgres } from '../../services/ask';
import { startClickHouse } from '../../services/clickhouse';
import { startDebezium } from '../../services/debezium';
import type { DebeziumOptions, DebeziumPipeline } from '../../services/debezium';
import { findJolokia } from '../../services/java';
import { startMaterialized } from '../../services/materialized';
import { startPostgres } from '../../services/postgres';
import { underClock } from './clock';
import { watch } from './watch';
import type { Watched } from './watch';

/** A pipeline with a collector that looks at it, for a drill of faults. */
export interface Drill extends Omit<Watched, 'unwatch'> {
  /** Asks PostgreSQL as its superuser. */
  postgres<Row extends object>(sql: string): Promise<Row[]>;
  end(): Promise<void>;
}

/** PostgreSQL → Debezium → Kafka → ClickHouse. */
export interface DebeziumDrill extends Drill {
  readonly pipeline: DebeziumPipeline;
  /** Folder of everything, removed at the end. */
  readonly dir: string;
  /** Environment of a `tidemark collect` that looks at the same. */
  readonly env: Readonly<Record<string, string>>;
}

/** PostgreSQL → MaterializedPostgreSQL. */
export interface MaterializedDrill extends Drill {
  /** HTTP interface of ClickHouse. */
  readonly clickhouseUrl: string;
  readonly postgresUrl: string;
  stop(service: 'postgres' | 'clickhouse'): Promise<void>;
  /** With its old data. */
  start(service: 'postgres' | 'clickhouse'): Promise<void>;
  /** Makes the copy anew, whole: the runbook of docs/pipelines.md after a change of a table. */
  copyAgain(): Promise<void>;
  /** Starts PostgreSQL anew with its clock so many seconds ahead (negative: behind); 0 is the true time. */
  setClock(seconds: number): Promise<void>;
}

/** Starts pipeline and collector: about 15 s. */
export async function startDrill(options: Omit<DebeziumOptions, 'dir'> = {}): Promise<DebeziumDrill> {
  const dir = await mkdtemp(join(tmpdir(), 'tidemark-drill-'));
  const jolokiaJar = findJolokia();
  if (jolokiaJar === undefined) throw new Error('No Jolokia: node scripts/installTestTools.mjs kafka');
  const pipeline = await startDebezium({ dir, jolokiaJar, ...options });
  const { clickhouse, connect, postgres } = pipeline.services;
  const jolokia = pipeline.jolokia!;
  const env = {
    TIDEMARK_URL: clickhouse.url,
    POSTGRES_URL: postgres.url,
    KAFKA_BROKERS: pipeline.values.KAFKA_BROKERS,
    CONNECT_URL: connect.url,
  };
  const { unwatch, ...watched } = await orEnd(watch({ kind: 'debezium', url: clickhouse.url, env, jolokia }), pipeline);
  return {
    ...watched,
    pipeline,
    dir,
    env: { ...env, JOLOKIA_URL: jolokia },
    postgres: (sql) => onPostgres(pipeline.services.postgres.url, sql),
    async end() {
      await unwatch();
      await pipeline.end();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Leaves nothing running where watching could not begin. */
async function orEnd(watching: Promise<Watched>, pipeline: { end(): Promise<void> }): Promise<Watched> {
  try {
    return await watching;
  } catch (thrown) {
    await pipeline.end();
    throw thrown;
  }
}

/** The same of the other reference pipeline: about 5 s. */
export async function startMaterializedDrill(): Promise<MaterializedDrill> {
  const dir = await mkdtemp(join(tmpdir(), 'tidemark-drill-'));
  const pipeline = await startMaterialized({ dir });
  const [clickhouseUrl, postgresUrl] = [pipeline.clickhouse.url, pipeline.postgres.url];
  const env = { TIDEMARK_URL: clickhouseUrl, POSTGRES_URL: postgresUrl };
  const { unwatch, ...watched } = await orEnd(
    watch({ kind: 'materialized', url: clickhouseUrl, env, beatSeconds: 1 }),
    pipeline,
  );
  const programs = { postgres: pipeline.postgres.program, clickhouse: pipeline.clickhouse.program };
  const urls = { postgres: postgresUrl, clickhouse: clickhouseUrl };
  const placeOf = (service: 'postgres' | 'clickhouse') => ({
    dir: join(dir, service),
    port: Number(new URL(urls[service]).port),
  });
  return {
    ...watched,
    clickhouseUrl,
    postgresUrl,
    postgres: (sql) => onPostgres(postgresUrl, sql),
    copyAgain: () => pipeline.copyAgain(),
    stop: (service) => programs[service].stop(),
    async start(service) {
      const begin = { postgres: startPostgres, clickhouse: startClickHouse }[service];
      programs[service] = (await begin(placeOf(service))).program;
    },
    async setClock(seconds) {
      await programs.postgres.stop();
      const under = seconds === 0 ? [] : underClock(seconds);
      programs.postgres = (await startPostgres({ ...placeOf('postgres'), under })).program;
    },
    async end() {
      await unwatch();
      // The copy goes first: it holds the slot.
      await programs.clickhouse.stop();
      await programs.postgres.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
