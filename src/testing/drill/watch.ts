import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ClickHouseLogLevel, createClient } from '@clickhouse/client';

import { systemClock } from '../../collector/clock';
import { startCollector } from '../../collector/collector';
import type { Collector } from '../../collector/collector';
import { sourcesOf } from '../../collector/sources';
import type { Source } from '../../collector/source';
import type { Config } from '../../config/config';
import { parseConfig } from '../../config/parse';
import type { Db } from '../../core/db';
import { applyMigration, inspect, installedRules, planMigration } from '../../schema';
import { pipelinesDir } from '../../services/debezium';
import { dbOver } from '../engine';
import { evaluatorOver, otherRules, shortenLimits } from './alarms';
import type { Evaluator } from './alarms';

/** A pipeline that is looked at: by a collector that writes, and by the alert views that judge. */
export interface Watched {
  readonly config: Config;
  /** Asks ClickHouse. */
  readonly db: Db;
  /** What the alert views say. */
  readonly alarms: Evaluator;
  /** The collector within this process; it can be stopped and begun anew. */
  readonly collector: { stop(): Promise<void>; start(): void };
  unwatch(): Promise<void>;
}

export interface WatchOptions {
  /** Folder of `pipelines/` whose tidemark.yaml says what is watched. */
  readonly kind: 'debezium' | 'materialized';
  /** HTTP interface of ClickHouse. */
  readonly url: string;
  /** Environment variables that the file names. */
  readonly env: Readonly<Record<string, string>>;
  /** Address of Jolokia in the worker of Kafka Connect. */
  readonly jolokia?: string;
  /** Seconds between two heartbeats; as the file says where it is left out. */
  readonly beatSeconds?: number;
}

/** Seconds between two looks; the defaults of tidemark.yaml are 15 and 30. */
export const lookSeconds = 1;

/** Makes health tables and alert views as `tidemark migrate` does, with shortened limits, and begins to look. */
export async function watch({ kind, url, env, jolokia, beatSeconds }: WatchOptions): Promise<Watched> {
  const file = join(pipelinesDir, kind, 'tidemark.yaml');
  const read = parseConfig(await readFile(file, 'utf8'), { file, env });
  const pipelines = read.pipelines.map((p) =>
    p.heartbeat && beatSeconds ? { ...p, heartbeat: { ...p.heartbeat, everySeconds: beatSeconds } } : p,
  );
  const config: Config = { ...read, pipelines };
  const client = createClient({ url, log: { level: ClickHouseLogLevel.OFF } });
  const db = dbOver(client);
  const { database } = config.connection;
  // The health tables and the alert views of pack pipeline, as migrate makes them. No rollups and nothing that runs by itself: these are
  // other tests' business, and the server has enough to do.
  const installation = await inspect({ ...config, roles: {}, alerts: { ...config.alerts, off: otherRules } }, db);
  const plan = await planMigration(installation, db, 'drill');
  const standing = plan.filter((action) => action.kind !== 'refresh');
  await applyMigration(installation, db, standing, 'drill');
  await shortenLimits(db);
  const start = () =>
    startCollector({
      db,
      database,
      sources: quickSources(config, jolokia),
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
    config,
    db,
    alarms: evaluatorOver(db, installedRules(installation)),
    collector: { stop, start: () => void (collector ??= start()) },
    async unwatch() {
      await stop();
      await client.close();
    },
  };
}

/** What `tidemark collect` looks at, more often: Kafka, Connect and truth tests each second, the rest each five at most. */
function quickSources(config: Config, jolokia: string | undefined): Source[] {
  const connect = config.collect!.connect.map((cluster) => ({ ...cluster, ...(jolokia !== undefined && { jolokia }) }));
  const sources = sourcesOf({ ...config, collect: { ...config.collect!, connect } }, systemClock);
  const every = (name: string) => (/^(kafka|connect|checks)/.test(name) ? lookSeconds : 5) * 1_000;
  // A machine that is busy with other tests may take longer for one look than the time between two.
  return sources.map((source) => ({
    ...source,
    intervalMs: Math.min(source.intervalMs, every(source.name)),
    timeoutMs: 15_000,
  }));
}
