import { Client } from 'pg';

import type { PostgresConfig } from '../../config/collectConfig';
import { fail } from '../errors';
import { explain } from './explain';
import type { Asked } from './explain';

/**
 * No statement may take longer, or wait longer for a lock, in ms. TIDEMARK_PG_STATEMENT_MS is for tests on a machine that is busy with
 * other things than PostgreSQL.
 */
export const statementMs = Number(process.env['TIDEMARK_PG_STATEMENT_MS'] ?? 50);

/** The first version whose catalogs are known. */
const leastMajor = 13;

/** What a question is about, for its failure. */
export interface About {
  /** `its slots`: follows "about". */
  readonly what: string;
  /** Statement that gives the right to ask it, for the message where that is missing. */
  readonly grant: string;
}

/** A connection to one database. */
export interface Session {
  readonly database: string;
  readonly user: string;
  /** 15 for 15.18. */
  readonly major: number;
  /**
   * Runs one statement of at most {@link statementMs}; one that took too long is tried once more, for the first time may have
   * found nothing in memory. @throws TidemarkError pg_*.
   */
  query<Row>(about: About, sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** How connections of a source are used. */
export interface SessionOptions {
  /** Only the heartbeat writes; everything else cannot. */
  readonly writes?: boolean;
}

/** An identifier of PostgreSQL, quoted. */
export const pgIdent = (name: string): string => `"${name.replace(/"/g, '""')}"`;

/** A text of PostgreSQL, quoted; backslashes mean nothing to it. */
export const pgText = (value: string): string => `'${value.replace(/'/g, "''")}'`;

/** `schema.table`, quoted. */
export function pgTable(name: string): string {
  const dot = name.indexOf('.');
  return `${pgIdent(name.slice(0, dot))}.${pgIdent(name.slice(dot + 1))}`;
}

/** The user that an address names. */
export const userOf = ({ url }: Pick<PostgresConfig, 'url'>): string => decodeURIComponent(new URL(url).username);

/** The database that an address names; PostgreSQL's default is one of the user's name. */
export const databaseOf = (config: Pick<PostgresConfig, 'url'>): string =>
  decodeURIComponent(new URL(config.url).pathname.slice(1)) || userOf(config);

/** The address with another database, the password in it, and `sslmode` read as every other client of PostgreSQL reads it. */
export function addressOf({ url, password }: Pick<PostgresConfig, 'url' | 'password'>, database: string): string {
  const address = new URL(url);
  address.pathname = `/${encodeURIComponent(database)}`;
  if (password !== '') address.password = encodeURIComponent(password);
  if (address.searchParams.has('sslmode')) address.searchParams.set('uselibpqcompat', 'true');
  return address.href;
}

/** The connections of one source to one server: one for each database, kept from look to look. */
export class Sessions {
  private readonly open = new Map<string, { readonly client: Client; readonly session: Session }>();
  private readonly config: PostgresConfig;
  private readonly options: SessionOptions;

  constructor(config: PostgresConfig, options: SessionOptions = {}) {
    this.config = config;
    this.options = options;
  }

  /** The connection to a database, made where there is none. The signal breaks it. @throws TidemarkError pg_*. */
  async get(database: string, signal: AbortSignal): Promise<Session> {
    const client = this.open.get(database)?.client ?? (await this.connect(database, signal));
    const kept = this.open.get(database);
    if (!kept) throw fail('pg_lost', { server: this.config.name, reason: 'it was closed at once' });
    const drop = () => this.drop(database, client);
    signal.addEventListener('abort', drop, { once: true });
    if (signal.aborted) drop();
    return kept.session;
  }

  /** Ends all connections. Never throws. */
  close(): Promise<void> {
    for (const [database, { client }] of this.open) this.drop(database, client);
    return Promise.resolve();
  }

  private drop(database: string, client: Client): void {
    if (this.open.get(database)?.client === client) this.open.delete(database);
    client.end().catch(() => undefined);
  }

  private async connect(database: string, signal: AbortSignal): Promise<Client> {
    const { name: server, url } = this.config;
    const { hostname, port } = new URL(url);
    const user = userOf(this.config);
    const asked = (about: About): Asked => ({
      server,
      address: `${hostname}:${port || 5432}`,
      user,
      database,
      ms: statementMs,
      ...about,
    });
    const client = new Client({
      connectionString: addressOf(this.config, database),
      application_name: 'tidemark_collect',
      connectionTimeoutMillis: 5000,
      keepAlive: true,
    });
    // A connection that breaks between two looks has nobody else who listens.
    client.on('error', () => this.drop(database, client));
    client.on('end', () => this.drop(database, client));
    const about = { what: 'itself', grant: `GRANT CONNECT ON DATABASE ${pgIdent(database)} TO ${pgIdent(user)};` };
    const drop = () => this.drop(database, client);
    signal.addEventListener('abort', drop, { once: true });
    let version: string;
    try {
      await client.connect();
      const settings = [
        `statement_timeout = ${statementMs}`,
        `lock_timeout = ${statementMs}`,
        'idle_in_transaction_session_timeout = 10000',
        `default_transaction_read_only = ${this.options.writes ? 'off' : 'on'}`,
        // No table of that name in a schema that others write to stands in for one of the catalogs.
        'search_path = pg_catalog',
        "timezone = 'UTC'",
      ];
      await client.query(settings.map((s) => `SET ${s}`).join('; '));
      version =
        (await client.query<{ server_version_num: string }>('SHOW server_version_num')).rows[0]?.server_version_num ??
        '0';
    } catch (thrown) {
      drop();
      throw explain(thrown, asked(about));
    } finally {
      signal.removeEventListener('abort', drop);
    }
    const major = Math.floor(Number(version) / 10_000);
    if (major < leastMajor) {
      drop();
      throw fail('pg_old', { server, version: String(major), least: leastMajor });
    }
    const ask = async <Row>(sql: string, params: readonly unknown[]): Promise<Row[]> =>
      (await client.query({ text: sql, values: [...params] })).rows as Row[];
    const session: Session = {
      database,
      user,
      major,
      async query<Row>(own: About, sql: string, params: readonly unknown[] = []) {
        try {
          return await ask<Row>(sql, params).catch((thrown: unknown) => {
            if ((thrown as { code?: string }).code !== '57014') throw thrown;
            return ask<Row>(sql, params);
          });
        } catch (thrown) {
          throw explain(thrown, asked(own));
        }
      },
    };
    this.open.set(database, { client, session });
    return client;
  }
}
