import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ClickHouseLogLevel, createClient } from '@clickhouse/client';

import { systemClock } from '../../collector/clock';
import { startCollector } from '../../collector/collector';
import type { Collector } from '../../collector/collector';
import { sourcesOf } from '../../collector/sources';
import type { Source } from '../../collector/source';
import { parseConfig } from '../../config/parse';
import type { Config } from '../../config/config';
import type { Db } from '../../core/db';
import { applyMigration, inspect, planMigration } from '../../schema';
import { pipelinesDir, startDebezium } from '../../services/debezium';
import type { DebeziumOptions, DebeziumPipeline } from '../../services/debezium';
import { onPostgres } from '../../services/ask';
import { findJolokia } from '../../services/java';
import { dbOver } from '../engine';
import { evaluatorOver, otherRules, shortenLimits } from './alarms';
import type { Evaluator } from './alarms';

/** The pipeline with a collector that looks at it, for a drill of faults. */
export interface Drill {
  readonly pipeline: DebeziumPipeline;
  readonly config: Config;
  /** Asks ClickHouse. */
  readonly db: Db;
  /** What the alert views say. */
  readonly alarms: Evaluator;
  /** The collector within this process; it can be stopped and begun anew. */
  readonly collector: { stop(): Promise<void>; start(): void };
  /** Environment of a `tidemark collect` that looks at the same. */
  readonly env: Readonly<Record<string, string>>;
  /** Asks PostgreSQL as its superuser. */
  postgres<Row extends object>(sql: string): Promise<Row[]>;
  end(): Promise<void>;
}

/** Seconds between two looks; the defaults of tidemark.yaml are 15 and 30. */
export const lookSeconds = 1;

/** Starts pipeline and collector: about 15 s. */
export async function startDrill(options: Omit<DebeziumOptions, 'dir'> = {}): Promise<Drill> {
  const dir = await mkdtemp(join(tmpdir(), 'tidemark-drill-'));
  const jolokiaJar = findJolokia();
  if (jolokiaJar === undefined) throw new Error('No Jolokia: node scripts/installTestTools.mjs kafka');
  const pipeline = await startDebezium({ dir, jolokiaJar, ...options });
  const { clickhouse, connect, postgres } = pipeline.services;
  const env = {
    TIDEMARK_URL: clickhouse.url,
    POSTGRES_URL: postgres.url,
    KAFKA_BROKERS: pipeline.values.KAFKA_BROKERS,
    CONNECT_URL: connect.url,
  };
  const file = join(pipelinesDir, 'debezium', 'tidemark.yaml');
  const config = parseConfig(await readFile(file, 'utf8'), { file, env });
  const client = createClient({ url: clickhouse.url, log: { level: ClickHouseLogLevel.OFF } });
  const db = dbOver(client);
  const { database } = config.connection;
  // The health tables and the alert views of pack pipeline, as migrate makes them. No rollups and nothing that runs by itself: these are
  // other tests' business, and the server has enough to do.
  const installation = await inspect({ ...config, roles: {}, alerts: { ...config.alerts, off: otherRules } }, db);
  const plan = await planMigration(installation, db, 'drill');
  const standing = plan.filter(({ kind }) => kind !== 'refresh');
  await applyMigration(installation, db, standing, 'drill');
  await shortenLimits(db);
  const start = () =>
    startCollector({
      db,
      database,
      sources: quickSources(config, pipeline.jolokia!),
      bound: config.collect!.buffer,
      clock: systemClock,
      fetch,
      random: Math.random,
      log: () => undefined,
      version: 'drill',
      process,
    });
  let collector: Collector | undefined = start();
  const stop = async () => {
    await collector?.stop();
    collector = undefined;
  };
  return {
    pipeline,
    config,
    db,
    alarms: evaluatorOver(db),
    collector: { stop, start: () => void (collector ??= start()) },
    env: { ...env, JOLOKIA_URL: pipeline.jolokia! },
    postgres: (sql) => onPostgres(pipeline.services.postgres.url, sql),
    async end() {
      await stop();
      await client.close();
      await pipeline.end();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** What `tidemark collect` looks at, more often: Kafka, Connect and truth tests each second, the rest each five at most. */
function quickSources(config: Config, jolokia: string): Source[] {
  const connect = config.collect!.connect.map((cluster) => ({ ...cluster, jolokia }));
  const sources = sourcesOf({ ...config, collect: { ...config.collect!, connect } }, systemClock);
  const every = (name: string) => (/^(kafka|connect|checks)/.test(name) ? lookSeconds : 5) * 1_000;
  // A machine that is busy with other tests may take longer for one look than the time between two.
  return sources.map((source) => ({
    ...source,
    intervalMs: Math.min(source.intervalMs, every(source.name)),
    timeoutMs: 15_000,
  }));
}
