import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { ident } from '../core/sql/quote';
import { onClickHouse, onPostgres } from './ask';
import { startClickHouse } from './clickhouse';
import type { ClickHouse } from './clickhouse';
import { connectPipeline } from './connectPipeline';
import { fail } from './errors';
import { portsOf } from './ports';
import { startPostgres } from './postgres';
import type { Postgres } from './postgres';

/** PostgreSQL → ClickHouse's MaterializedPostgreSQL on this machine, from the files in pipelines/materialized. */
export interface MaterializedPipeline {
  readonly postgres: Postgres;
  readonly clickhouse: ClickHouse;
  /** Makes the copy anew, whole, as docs/pipelines.md tells after a change of a table. Throws `copy_missing`. */
  copyAgain(): Promise<void>;
  /** Ends both. Their folders stay. */
  end(): Promise<void>;
}

/** Databases of the example, where it has no other name: PostgreSQL's own, copied to `shop`. */
const example = { source: 'postgres', copy: 'shop' };

/** Starts it, about 3 s. Throws what the services throw, and then nothing runs. */
export async function startMaterialized(options: {
  readonly dir: string;
  /** Days of orders that the source begins with; none when absent. */
  readonly historyDays?: number;
  /** Name of the database on both sides, made where it is missing. */
  readonly database?: string;
  said?(text: string): void;
}): Promise<MaterializedPipeline> {
  const { dir, said = () => undefined } = options;
  const database = options.database === undefined ? example : { source: options.database, copy: options.database };
  await mkdir(dir, { recursive: true });
  // PostgreSQL runs as another user where we are root, and has to get to its folder in this one.
  await chmod(dir, 0o711);
  const [postgresPort, clickhousePort] = await portsOf(dir, 2);
  const [first, second] = await Promise.allSettled([
    startPostgres({ dir: join(dir, 'postgres'), port: postgresPort! }),
    startClickHouse({ dir: join(dir, 'clickhouse'), port: clickhousePort! }),
  ]);
  const end = async () => {
    // The copy goes first: it holds the slot.
    for (const each of [second, first]) if (each.status === 'fulfilled') await each.value.program.stop();
  };
  try {
    if (first.status === 'rejected') throw first.reason;
    if (second.status === 'rejected') throw second.reason;
    const [server, clickhouse] = [first.value, second.value];
    const postgres = { ...server, url: await inDatabase(server.url, database.source) };
    said('postgres and clickhouse are ready.');
    const running = {
      postgresUrl: postgres.url,
      clickhouse: { url: clickhouse.url, user: 'default', password: '' },
      replicationPassword: 'replication',
      salt: 'salt',
      database: database.copy,
      historyDays: options.historyDays ?? 0,
    };
    const copy = async () => {
      await connectPipeline('materialized', running, said);
      await copied(clickhouse.url, database.copy, join(dir, 'clickhouse', 'clickhouse.log'));
    };
    await copy();
    const copyAgain = async () => {
      await onClickHouse(clickhouse.url, `DROP DATABASE ${ident(database.copy)} SYNC`);
      await copy();
    };
    return { postgres, clickhouse, copyAgain, end };
  } catch (thrown) {
    await end();
    throw thrown;
  }
}

/** Address of a database of the server, which is made where it is missing. */
async function inDatabase(url: string, name: string): Promise<string> {
  const known = await onPostgres<{ datname: string }>(url, 'SELECT datname FROM pg_database');
  if (!known.some(({ datname }) => datname === name)) await onPostgres(url, `CREATE DATABASE "${name}"`);
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

const copySeconds = 60;

/** Waits until every table of the example is there. Throws `copy_missing`. */
async function copied(url: string, database: string, log: string): Promise<void> {
  const wanted = ['customers', 'orders', 'articles', 'tidemark_heartbeat'];
  for (const end = Date.now() + copySeconds * 1000; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const sql = `SELECT name FROM system.tables WHERE database = '${database}' FORMAT TSV`;
    const there = (await (await fetch(url, { method: 'POST', body: sql })).text()).split('\n');
    const missing = wanted.filter((table) => !there.includes(table));
    if (missing.length === 0) return;
    if (Date.now() > end) throw fail('copy_missing', { database, seconds: copySeconds, missing, log });
  }
}
