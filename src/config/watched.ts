import type { CollectConfig, PipelineConfig } from './collectConfig';

/** What `tidemark collect` looks at in its own interval; the name is that of `health_source`. */
export interface WatchedSource {
  /** `clickhouse`, or a kind and a name: `postgres main`, `tables main`, `heartbeat shop`, `kafka main`, `connect main`, `dbt marts`, `checks`. */
  readonly source: string;
  /** Seconds between two looks when all is well. */
  readonly everySeconds: number;
}

interface Watching {
  readonly pipelines: readonly PipelineConfig[];
  readonly collect?: CollectConfig;
}

/** Everything that a configuration says is to be looked at, in the order of the collector's sources; nothing without `collect`. */
export function watchedSources({ pipelines, collect }: Watching): readonly WatchedSource[] {
  if (!collect) return [];
  const look = (source: string, everySeconds: number): WatchedSource => ({ source, everySeconds });
  const compares = (server: string) => pipelines.some((p) => p.postgres?.server === server && p.tables.length > 0);
  return [
    look('clickhouse', collect.clickhouse.everySeconds),
    ...collect.postgres.flatMap(({ name, everySeconds, tablesEverySeconds }) => [
      look(`postgres ${name}`, everySeconds),
      ...(compares(name) ? [look(`tables ${name}`, tablesEverySeconds)] : []),
    ]),
    ...pipelines.flatMap(({ name, heartbeat }) =>
      heartbeat ? [look(`heartbeat ${name}`, heartbeat.everySeconds)] : [],
    ),
    ...collect.kafka.map(({ name, everySeconds }) => look(`kafka ${name}`, everySeconds)),
    ...collect.connect.map(({ name, everySeconds }) => look(`connect ${name}`, everySeconds)),
    ...collect.dbt.map(({ name, everySeconds }) => look(`dbt ${name}`, everySeconds)),
    ...(pipelines.some(({ checks }) => checks.length > 0) ? [look('checks', collect.clickhouse.everySeconds)] : []),
  ];
}
