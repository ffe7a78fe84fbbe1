import type { Db } from '../../core/db';
import { ident, literal, qualified } from '../../core/sql/quote';
import type { Installation } from '../installation';
import { clusterDialect } from './dialect';
import type { ServerObject } from './objects';
import { clusterStatement, overShards } from './objects';

/** Where an installation stands. */
export type Placed = Pick<Installation, 'database' | 'cluster'>;

/** ` ON CLUSTER …` of an installation on a cluster, else nothing; stands after the name of the object. */
export const onCluster = ({ cluster }: Placed): string =>
  cluster === undefined ? '' : clusterDialect(cluster).onCluster;

/** A statement for one server, as it has to be where the installation stands. */
export const placed = ({ database, cluster }: Placed, object: ServerObject): string =>
  cluster === undefined ? object.ddl : clusterStatement(database, object, clusterDialect(cluster));

/** The table over all shards beside a rollup; absent on one server. */
export const besideRollup = ({ database, cluster }: Placed, rollup: string): ServerObject | undefined =>
  cluster === undefined ? undefined : overShards(database, rollup, clusterDialect(cluster));

/**
 * INSERT … SELECT into a base table; on a cluster into that of every shard. There the rows go through `cluster()` once for
 * each unit of the shards' weights, one millisecond apart, and are sharded by that: so each shard gets them at least once.
 * Only for tables that do not mind a row twice.
 * @param at column of type DateTime64(3) among `columns` that may differ by some milliseconds
 */
export function insertEverywhere(
  { database, cluster }: Placed,
  table: string,
  columns: readonly string[],
  at: string,
  select: string,
): string {
  const list = columns.map(ident).join(', ');
  if (cluster === undefined) return `INSERT INTO ${qualified(`${database}.${table}`)} (${list})\n${select}`;
  const name = literal(cluster);
  const weights = `(SELECT toUInt64(sum(weight)) FROM (SELECT any(shard_weight) AS weight FROM system.clusters WHERE cluster = ${name} GROUP BY shard_num))`;
  const shifted = columns.map((c) =>
    c === at ? `${ident(c)} + toIntervalMillisecond(tm_shard) AS ${ident(c)}` : ident(c),
  );
  return [
    `INSERT INTO FUNCTION cluster(${name}, ${literal(database)}, ${literal(table)}, toUnixTimestamp64Milli(${ident(at)})) (${list})`,
    `SELECT ${shifted.join(', ')} FROM (`,
    select,
    `) ARRAY JOIN range(greatest(ifNull(${weights}, 0), 1)) AS tm_shard`,
    'SETTINGS distributed_foreground_insert = 1',
  ].join('\n');
}

/** A table of a source to read days from: on a cluster that of all shards. */
export const everywhere = ({ cluster }: Placed, table: string): string => {
  if (cluster === undefined) return qualified(table);
  const dot = table.indexOf('.');
  const [database, name] = dot < 0 ? ['default', table] : [table.slice(0, dot), table.slice(dot + 1)];
  return `cluster(${[cluster, database, name].map(literal).join(', ')})`;
};

/** Whether an INSERT on the server that is asked reaches all rows: there is one server, or the replicas of one shard. */
export async function inOnePlace({ cluster }: Placed, db: Db): Promise<boolean> {
  if (cluster === undefined) return true;
  const [row] = await db.query<{ shards: number }>(
    'SELECT toFloat64(uniqExact(shard_num)) AS shards FROM system.clusters WHERE cluster = {cluster:String}',
    { cluster },
  );
  return row?.shards === 1;
}
