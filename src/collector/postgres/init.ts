import { Client } from 'pg';

import type { PipelineConfig, PostgresConfig } from '../../config/collectConfig';
import { catalogSql } from './catalog';
import type { Catalog } from './catalog';
import { explain } from './explain';
import { pipelineSteps, publicationSteps, roleSteps } from './initSteps';
import type { Facts, Wanted } from './initSteps';
import { addressOf, userOf } from './session';

/** One thing that a pipeline needs in Postgres. */
export interface InitStep {
  readonly server: string;
  readonly database: string;
  /** What it is for, in a few words. */
  readonly what: string;
  /** Holds no password: that of the role is as PostgreSQL keeps it. */
  readonly sql: string;
  /** `there`: nothing to do. `left`: not ours to do; `sql` is advice, or empty. */
  readonly state: 'done' | 'there' | 'left' | 'would be done';
}

/** Who makes it all: an address of a user that may create roles, tables and publications. Its database is not used. */
export interface Maker {
  readonly url: string;
  readonly password: string;
}

/** What {@link initPostgres} needs. */
export interface InitOptions {
  readonly server: PostgresConfig;
  /** Those that come from the server. */
  readonly pipelines: readonly PipelineConfig[];
  readonly maker: Maker;
  readonly dry: boolean;
  readonly randomBytes: (count: number) => Uint8Array;
}

/**
 * Makes what the collector needs in each database of the pipelines of a server: its role with the least rights, the heartbeat table,
 * its place in the publication. Looks first and does only what is missing, so it may be run again. @throws TidemarkError pg_*.
 */
export async function initPostgres({
  server,
  pipelines,
  maker,
  dry,
  randomBytes,
}: InitOptions): Promise<readonly InitStep[]> {
  const steps: InitStep[] = [];
  const databases = [...new Set(pipelines.map(({ postgres }) => postgres?.database ?? ''))];
  for (const database of databases) {
    const own = pipelines.filter(({ postgres }) => postgres?.database === database);
    const client = new Client({ connectionString: addressOf(maker, database), application_name: 'tidemark_init' });
    client.on('error', () => undefined);
    const asked = {
      server: server.name,
      address: new URL(maker.url).host,
      user: userOf(maker),
      database,
      ms: 0,
      what: 'what it needs',
    };
    const grant =
      'let a superuser or the owner of the tables run tidemark collect --init-postgres, or the statements that --dry-run shows';
    try {
      await client.connect();
      await client.query("SET lock_timeout = '2s'; SET statement_timeout = '10s'");
      const wanted = roleSteps(server, database, randomBytes);
      for (const pipeline of own) {
        const facts = await readFacts(client, pipeline);
        wanted.push(...pipelineSteps(server, pipeline, facts), ...publicationSteps(pipeline, facts));
      }
      for (const step of wanted) {
        const state = await settle(client, step, dry);
        steps.push({ server: server.name, database, what: step.what, sql: step.sql, state });
      }
    } catch (thrown) {
      throw explain(thrown, { ...asked, grant });
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  return steps;
}

/** Role, table, column or schema that is not there. */
const absentCodes = new Set(['42704', '42P01', '42703', '3F000']);

const isAbsent = (thrown: unknown): boolean => absentCodes.has((thrown as { readonly code?: string }).code ?? '');

async function settle(client: Client, { sql, there, left }: Wanted, dry: boolean): Promise<InitStep['state']> {
  if (typeof there === 'boolean' ? there : await holds(client, there)) return 'there';
  if (left) return 'left';
  if (dry) return 'would be done';
  try {
    await client.query(sql);
    return 'done';
  } catch (thrown) {
    // A table of the configuration that Postgres does not have: the collector tells of it too.
    if (isAbsent(thrown)) return 'left';
    throw thrown;
  }
}

/** In a dry run what a step would have made is not there for the next one: then its condition does not hold either. */
async function holds(client: Client, condition: string): Promise<boolean> {
  try {
    return (await client.query<{ holds: boolean | null }>(`SELECT (${condition}) AS holds`)).rows[0]?.holds === true;
  } catch (thrown) {
    if (isAbsent(thrown)) return false;
    throw thrown;
  }
}

async function readFacts(client: Client, { tables, postgres }: PipelineConfig): Promise<Facts> {
  const publication = postgres?.publication ?? '';
  const { rows: version } = await client.query<{ n: number }>("SELECT current_setting('server_version_num')::int AS n");
  const major = Math.floor((version[0]?.n ?? 0) / 10_000);
  const names = tables.map(({ table }) => table);
  const { rows: catalogs } = await client.query<Catalog>(catalogSql(major), [names, publication]);
  const { rows: found } = await client.query<NonNullable<Facts['publication']>>(publicationSql, [publication]);
  return { major, catalogs, publication: found[0] };
}

const publicationSql = `SELECT p.puballtables AS all,
  coalesce((SELECT array_agg(schemaname || '.' || tablename) FROM pg_catalog.pg_publication_tables WHERE pubname = p.pubname), '{}')::text[] AS tables
FROM pg_catalog.pg_publication AS p WHERE p.pubname = $1`;
