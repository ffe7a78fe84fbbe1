import type { Db } from '../../core/db';
import { literal } from '../../core/sql/quote';

/** What the statements of the ClickHouse source are written with. */
export interface Reader {
  readonly db: Db;
  /** A table of `system`, of all servers of the cluster: ready to stand in FROM. Its column `tm_host` names the server. */
  from(table: string, columns: readonly string[], where?: string): string;
}

/** Reads system tables of one server, or of all servers of a cluster. */
export function readerOf(db: Db, cluster: string | undefined): Reader {
  return {
    db,
    from(table, columns, where = '') {
      const source =
        cluster === undefined ? `system.${table}` : `clusterAllReplicas(${literal(cluster)}, system.${table})`;
      return `(SELECT hostName() AS tm_host, ${columns.join(', ')} FROM ${source}${where === '' ? '' : ` WHERE ${where}`})`;
    },
  };
}

/** Databases of the server itself: their tables are nobody's. */
export const ownDatabases = "('system', 'INFORMATION_SCHEMA', 'information_schema')";

/** Seconds since a column's moment; NULL where it is the beginning of time. */
export const secondsSince = (column: string): string =>
  `if(toUnixTimestamp(assumeNotNull(${column})) = 0 OR isNull(${column}), NULL, greatest(0, toUnixTimestamp64Milli(now64(3)) / 1000 - toUnixTimestamp(assumeNotNull(${column}))))`;

/** A moment as JSON carries it into a column of DateTime64(3, 'UTC'). */
export const utc = (column: string): string => `formatDateTime(${column}, '%Y-%m-%d %H:%i:%S', 'UTC')`;
