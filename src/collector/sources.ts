import type { Config } from '../config/config';
import { checksSource } from './checks';
import { clickhouseSource } from './clickhouse';
import type { Clock } from './clock';
import { connectSource } from './connect';
import { dbtSource } from './dbt';
import { fail } from './errors';
import { kafkaSource } from './kafka';
import { heartbeatSource } from './postgres/heartbeat';
import { postgresSource } from './postgres/source';
import { tablesSource } from './postgres/tables';
import type { Source } from './source';

/** All that a configuration says is to be looked at. @throws TidemarkError usage_no_collect. */
export function sourcesOf(config: Config, clock: Clock): readonly Source[] {
  const { file, collect, pipelines, connection } = config;
  if (!collect) throw fail('usage_no_collect', { file });
  const home = { database: connection.database, user: collect.login?.user ?? connection.user };
  const postgres = new Map(collect.postgres.map((server) => [server.name, server]));
  const checks = checksSource(collect.clickhouse.everySeconds, pipelines);
  return [
    clickhouseSource(collect.clickhouse, config),
    ...collect.postgres.flatMap((server) => [
      postgresSource(server, pipelines),
      ...(pipelines.some((p) => p.postgres?.server === server.name && p.tables.length > 0)
        ? [tablesSource(server, pipelines, home)]
        : []),
    ]),
    ...pipelines.flatMap((pipeline) =>
      pipeline.heartbeat
        ? [heartbeatSource(pipeline, pipeline.heartbeat, postgres.get(pipeline.postgres?.server ?? ''), home, clock)]
        : [],
    ),
    ...collect.kafka.map((cluster) => kafkaSource(cluster, pipelines)),
    ...collect.connect.map((cluster) => connectSource(cluster, pipelines)),
    ...collect.dbt.map((project) => dbtSource(project, config)),
    ...(checks ? [checks] : []),
  ];
}
