import { Readable } from 'node:stream';

import { ClickHouseLogLevel, createClient } from '@clickhouse/client';

import type { Config } from '../config/config';
import type { Db } from '../core/db';
import { qualified } from '../core/sql/quote';
import { fail } from './errors';
import { rowsOf } from './rows';
import { explain } from './serverErrors';

/** Refreshable views with APPEND came with this version. */
const leastVersion = { major: 24, minor: 10 } as const;

/** A statement may run this long without an answer: a first refresh over a large source does. */
const requestTimeoutMs = 30 * 60_000;

/** A {@link Db} over `@clickhouse/client` whose errors are TidemarkErrors with the next step. */
export interface Connection extends Db {
  readonly serverVersion: string;
  /** Closes the sockets. Never throws. */
  close(): Promise<void>;
}

/** A {@link Db} that nobody has been asked through yet. */
export interface OpenConnection extends Db {
  /** Closes the sockets. Never throws. */
  close(): Promise<void>;
}

/**
 * Connects and asks for the version, so that a wrong address, login or server is told before anything is done. Throws
 * `unreachable`, `not_clickhouse`, `wrong_password`, `old_server`. No database is chosen: statements name theirs,
 * because Tidemark's own may not exist yet. Sends no setting, so that a `readonly = 1` user can run what only reads.
 */
export async function connect(config: Pick<Config, 'connection'>): Promise<Connection> {
  const db = open(config);
  try {
    return { ...db, serverVersion: await versionOf(db, config.connection.url) };
  } catch (thrown) {
    await db.close();
    throw thrown;
  }
}

/** The same without asking anything yet, for what has to live through a ClickHouse that is away. `timeoutMs`: of one statement. */
export function open({ connection }: Pick<Config, 'connection'>, timeoutMs = requestTimeoutMs): OpenConnection {
  const client = createClient({
    url: connection.url,
    username: connection.user,
    password: connection.password,
    application: 'tidemark',
    request_timeout: timeoutMs,
    log: { level: ClickHouseLogLevel.OFF },
  });
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      throw explain(thrown, connection);
    }
  };
  return {
    query: (sql, params) =>
      guarded(async () => {
        const answer = await client.query({
          query: sql,
          format: 'JSON',
          ...(params && { query_params: { ...params } }),
        });
        return rowsOf(await answer.text());
      }),
    command: (sql, params) =>
      guarded(async () => {
        await client.command({ query: sql, ...(params && { query_params: { ...params } }) });
      }),
    insert: (table, rows) =>
      guarded(async () => {
        const values = Array.isArray(rows) ? (rows as object[]) : Readable.from(rows as AsyncIterable<object>);
        await client.insert({ table: qualified(table), values, format: 'JSONEachRow' });
      }),
    close: () => client.close(),
  };
}

/** The server's version. Throws as {@link connect}. */
export async function versionOf(db: Db, url: string): Promise<string> {
  const [row] = await db.query<{ v: string }>('SELECT version() AS v');
  const version = row?.v ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const { major: least, minor: leastMinor } = leastVersion;
  if (major < least || (major === least && minor < leastMinor))
    throw fail('old_server', { url, version, least: `${least}.${leastMinor}` });
  return version;
}
