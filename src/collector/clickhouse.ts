import type { CollectConfig } from '../config/collectConfig';
import type { Config } from '../config/config';
import { ident } from '../core/sql/quote';
import { errorsLook, metricsLook } from './clickhouse/counters';
import { systemLooks } from './clickhouse/looks';
import type { SystemLook } from './clickhouse/looks';
import { queriesLook } from './clickhouse/queries';
import { quotasLook } from './clickhouse/quotas';
import { readerOf } from './clickhouse/server';
import { codeOf, tableFailure } from './errors';
import { patienceMs } from './source';
import type { Collected, Look, Part, Source, TableRows } from './source';

/** A table of `system` that the server did not show is asked for itself again after this long, in ms. */
const askAgainMs = 3_600_000;

/**
 * ClickHouse itself, on one server or on all of a cluster: parts, merges, mutations, replicas, queues, Kafka consumers, views, errors,
 * disks, counters, and what queries cost. A table that a server does not have (logs, before they are first written) is left out; one
 * that the user may not read is a failure that names the GRANT.
 */
export function clickhouseSource(
  config: CollectConfig['clickhouse'],
  { connection, collect }: Pick<Config, 'connection' | 'collect'>,
): Source {
  const { database, cluster } = connection;
  const user = collect?.login?.user ?? connection.user;
  const looks: readonly SystemLook[] = [
    ...systemLooks,
    errorsLook(database),
    quotasLook(),
    metricsLook('metric', database),
    metricsLook('event', database),
    metricsLook('asynchronous', database),
    ...(config.queries ? [queriesLook(database)] : []),
  ];
  const hidden = new Map<string, number>();
  const intervalMs = config.everySeconds * 1000;
  return {
    name: 'clickhouse',
    tables: [...new Set(looks.map(({ table }) => table))],
    intervalMs,
    timeoutMs: patienceMs(intervalMs, 30_000),
    collect: (look) => collectAll(look, looks, { cluster, user, hidden }),
  };
}

interface Known {
  readonly cluster: string | undefined;
  readonly user: string;
  /** Tables that the server does not show, and when they were asked for, in ms since 1970. */
  readonly hidden: Map<string, number>;
}

async function collectAll({ db, now, signal }: Look, looks: readonly SystemLook[], known: Known): Promise<Collected> {
  const shown = await db.query<{ name: string }>("SELECT name FROM system.tables WHERE database = 'system'");
  const names = new Set(shown.map(({ name }) => name));
  const reader = readerOf(db, known.cluster);
  const rows: TableRows[] = [];
  const parts: Part[] = [];
  for (const look of looks) {
    // One after the other: each is small, and a busy server is not asked everything at once.
    signal.throwIfAborted();
    const missing = look.needs.find((table) => !names.has(table));
    try {
      if (missing === undefined) rows.push(await look.read(reader));
      else await askForItself(db, missing, known, now());
      parts.push({ part: look.name });
    } catch (thrown) {
      const table = missing ?? look.needs[0] ?? '';
      parts.push({ part: look.name, failure: tableFailure(thrown, `system.${table}`, known.user) });
    }
  }
  return { rows, parts };
}

/**
 * A table that is not shown is either not there, which is fine, or not granted. Asked seldom, for the answer that it is not there
 * counts in system.errors.
 */
async function askForItself(db: Look['db'], table: string, { hidden }: Known, now: number): Promise<void> {
  if (now - (hidden.get(table) ?? -Infinity) < askAgainMs) return;
  try {
    await db.query(`SELECT 1 FROM system.${ident(table)} LIMIT 0`);
  } catch (thrown) {
    if (codeOf(thrown) !== 'unknown_table') throw thrown;
  }
  hidden.set(table, now);
}
