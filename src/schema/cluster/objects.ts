import { ident, qualified } from '../../core/sql/quote';
import type { Dialect, Scope } from './dialect';

/** An object as the makers in `schema/ddl` give it for one server. */
export interface ServerObject {
  readonly kind: 'database' | 'table' | 'rollup' | 'ledger' | 'refresh' | 'view' | 'catalogue';
  /** Name without database; of a database its own. */
  readonly name: string;
  readonly ddl: string;
  /** Rollups and ledgers: hash of the definition, under which a rebuilt table is another one for Keeper. */
  readonly generation?: string;
  /** Name that the table will have once it is filled, where it is made under another; it counts for Keeper. */
  readonly becomes?: string;
}

/** Base tables whose rows must be the same on all shards. */
const clusterWide: ReadonlySet<string> = new Set(['schema_objects', 'top_values']);

/** Name of the table that reads a rollup on all shards. */
export const allShards = (name: string): string => `${name}_all`;

/**
 * The objects of an installation on a cluster, in order; beside each rollup a table `<name>_all` over all shards.
 *
 * - Tables are replicated. Views read and write their own shard, on every replica: costs times replicas, harmless because
 *   refreshes are idempotent. Overlap and delay have to cover the delay of the replicas.
 * - Catalogue tables are written anew on each server by the same statement, so they stay as they are.
 * @throws Error where a statement has not the form that its kind has: nothing is guessed.
 */
export function clusterObjects(database: string, objects: readonly ServerObject[], dialect: Dialect): ServerObject[] {
  return objects.flatMap((object) => {
    const own = { ...object, ddl: clusterStatement(database, object, dialect) };
    return object.kind === 'rollup' ? [own, overShards(database, object.name, dialect)] : [own];
  });
}

/**
 * The statement of one object on a cluster.
 * @throws Error where it has not the form that its kind has.
 */
export function clusterStatement(database: string, object: ServerObject, dialect: Dialect): string {
  const headed = withHead(database, object, dialect);
  switch (object.kind) {
    case 'table':
    case 'rollup':
    case 'ledger':
      return withEngine(database, object, headed, dialect);
    case 'refresh':
      return withSettings(headed, dialect.refreshSettings);
    default:
      return headed;
  }
}

const heads: Readonly<Record<ServerObject['kind'], string>> = {
  database: 'CREATE DATABASE IF NOT EXISTS',
  table: 'CREATE TABLE IF NOT EXISTS',
  rollup: 'CREATE TABLE IF NOT EXISTS',
  ledger: 'CREATE TABLE IF NOT EXISTS',
  refresh: 'CREATE MATERIALIZED VIEW IF NOT EXISTS',
  view: 'CREATE OR REPLACE VIEW',
  catalogue: 'CREATE OR REPLACE TABLE',
};

/** Every statement begins with its head and its name; the cluster comes right after. */
function withHead(database: string, { kind, name, ddl }: ServerObject, { onCluster: on }: Dialect): string {
  const head = `${heads[kind]} ${kind === 'database' ? ident(name) : qualified(`${database}.${name}`)}`;
  const rest = ddl.slice(head.length);
  if (!ddl.startsWith(head) || /^[^\s]/.test(rest))
    throw new Error(`The statement of ${kind} ${name} begins otherwise than "${head}".`);
  return `${head}${on}${rest}`;
}

/** The engine stands after the closing bracket of the columns, which has a line to itself (no literal holds a line break). */
function withEngine(
  database: string,
  { name, generation, becomes = name }: ServerObject,
  ddl: string,
  dialect: Dialect,
): string {
  const mark = '\n)\nENGINE = ';
  const at = ddl.lastIndexOf(mark);
  const [engine] = /^\w+(?:\([^()]*\))?/.exec(ddl.slice(at + mark.length)) ?? [];
  if (at < 0 || engine === undefined)
    throw new Error(`The statement of table ${name} has no engine after its columns.`);
  const scope: Scope = clusterWide.has(name) ? 'cluster' : 'shard';
  const replicated = dialect.engine(engine, `${database}.${becomes}`, scope, generation);
  return `${ddl.slice(0, at + mark.length)}${replicated}${ddl.slice(at + mark.length + engine.length)}`;
}

/** Settings of a refresh are the last line of its statement, or there are none. */
function withSettings(ddl: string, settings: readonly string[]): string {
  const last = ddl.slice(ddl.lastIndexOf('\n') + 1);
  const missing = settings.filter((setting) => !last.includes(setting));
  if (missing.length === 0) return ddl;
  return `${ddl}${last.startsWith('SETTINGS ') ? ', ' : '\nSETTINGS '}${missing.join(', ')}`;
}

/**
 * A table over all shards. FINAL works within each shard, and rows of one key stand side by side, one of each shard: counts,
 * sums and states of several shards have to be merged by who reads. Users add up only where none is on two shards.
 */
export function overShards(database: string, name: string, dialect: Dialect): ServerObject {
  const full = (n: string) => qualified(`${database}.${n}`);
  return {
    kind: 'table',
    name: allShards(name),
    ddl: `CREATE TABLE IF NOT EXISTS ${full(allShards(name))}${dialect.onCluster} AS ${full(name)}\nENGINE = ${dialect.distributed(database, name)}`,
  };
}
