import { dbtSource } from '../collector/dbt';
import type { Outcome } from '../collector/runner';
import type { Collected, Part, Source } from '../collector/source';
import type { DbtConfig } from '../config/collectConfig';
import type { Db } from '../core/db';
import { ident } from '../core/sql/quote';
import { testConfig } from './config';
import { collectedOnce, lookAt, makeHealthTables } from './health';

/**
 * Tables of Elementary as its package (elementary-data/dbt-data-reliability, commit 007b5e0: the macros
 * `get_…_empty_table_query` and `empty_dbt_source_freshness_results`) makes them on ClickHouse by dbt-clickhouse: text is String,
 * `timestamp` DateTime, `float` Float32, `bigint` Int64, `boolean` Bool, nothing Nullable, no order. Columns that nobody reads are here too.
 */
const columns = {
  dbt_invocations:
    'invocation_id, job_id, job_name, job_run_id, run_started_at, run_completed_at, generated_at, created_at DateTime, command, dbt_version, elementary_version, full_refresh Bool, invocation_vars, vars, target_name, target_database, target_schema, target_profile_name, threads Int32, selected, yaml_selector, project_id, project_name, env, env_id, cause_category, cause, pull_request_id, git_sha, orchestrator, dbt_user, job_url, job_run_url, account_id, target_adapter_specific_fields',
  dbt_run_results:
    'model_execution_id, unique_id, invocation_id, generated_at, created_at DateTime, name, message, status, resource_type, execution_time Float32, execute_started_at, execute_completed_at, compile_started_at, compile_completed_at, rows_affected Int64, full_refresh Bool, compiled_code, failures Int64, query_id, thread_id, materialization, adapter_response, group_name',
  dbt_source_freshness_results:
    'source_freshness_execution_id, unique_id, max_loaded_at, snapshotted_at, generated_at, created_at DateTime, max_loaded_at_time_ago_in_s Float32, status, error, compile_started_at, compile_completed_at, execute_started_at, execute_completed_at, invocation_id, warn_after, error_after, filter',
  dbt_models:
    'unique_id, alias, checksum, materialization, tags, meta, owner, database_name, schema_name, depends_on_macros, depends_on_nodes, description, name, package_name, original_path, path, patch_path, generated_at, metadata_hash, unique_key, incremental_strategy, group_name, access',
  dbt_tests:
    'unique_id, database_name, schema_name, name, short_name, alias, test_column_name, severity, warn_if, error_if, test_params, test_namespace, tags, model_tags, model_owners, meta, depends_on_macros, depends_on_nodes, parent_model_unique_id, description, package_name, type, original_path, path, generated_at, metadata_hash',
  dbt_seeds:
    'unique_id, alias, checksum, tags, meta, owner, database_name, schema_name, description, name, package_name, original_path, path, generated_at, metadata_hash',
  dbt_snapshots:
    'unique_id, alias, checksum, materialization, tags, meta, owner, database_name, schema_name, depends_on_macros, depends_on_nodes, description, name, package_name, original_path, path, generated_at, metadata_hash',
  dbt_sources:
    'unique_id, database_name, schema_name, source_name, name, identifier, loaded_at_field, freshness_warn_after, freshness_error_after, freshness_filter, freshness_description, relation_name, tags, meta, owner, package_name, original_path, path, source_description, description, generated_at, metadata_hash',
} as const;

type Table = keyof typeof columns;

/** Makes the tables anew, `without` some tables or `table.column`s. */
export async function makeElementary(db: Db, database: string, without: readonly string[] = []): Promise<void> {
  await db.command(`CREATE DATABASE IF NOT EXISTS ${ident(database)}`);
  for (const [table, written] of Object.entries(columns)) {
    await db.command(`DROP TABLE IF EXISTS ${ident(database)}.${ident(table)}`);
    if (without.includes(table)) continue;
    const own = written.split(', ').filter((column) => !without.includes(`${table}.${column.split(' ')[0] ?? ''}`));
    const typed = own.map((column) => (column.includes(' ') ? column : `${column} String`));
    await db.command(
      `CREATE TABLE ${ident(database)}.${ident(table)} (${typed.join(', ')}) ENGINE = MergeTree ORDER BY tuple()`,
    );
  }
}

/** A moment as Elementary writes it. */
export const text = (atMs: number) => new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');

/** A result of a node, as it is told. */
interface ToldResult {
  readonly id: string;
  readonly status: string;
  readonly own?: object | undefined;
}

/** Writes an invocation in Elementary's order: results of nodes, and its own row when it is over. */
export async function tellRun(
  db: Db,
  database: string,
  invocation: {
    readonly id: string;
    readonly endedMs: number;
    readonly results?: readonly ToldResult[];
    readonly own?: object;
  },
): Promise<void> {
  const { id: invocation_id, endedMs, results = [], own } = invocation;
  const put = (table: Table, rows: readonly object[]) => db.insert(`${ident(database)}.${ident(table)}`, rows);
  const generated_at = text(endedMs);
  if (results.length > 0)
    await put(
      'dbt_run_results',
      results.map((r) => ({
        model_execution_id: `${invocation_id}.${r.id}`,
        invocation_id,
        unique_id: r.id,
        name: r.id.split('.')[2],
        resource_type: r.id.split('.')[0],
        status: r.status,
        generated_at,
        ...r.own,
      })),
    );
  await put('dbt_invocations', [
    {
      invocation_id,
      command: 'build',
      run_started_at: text(endedMs - 60_000),
      run_completed_at: generated_at,
      generated_at,
      dbt_version: '1.11.16',
      selected: '[]',
      vars: '{}',
      ...own,
    },
  ]);
}

/** Writes what `dbt source freshness` found. */
export async function tellSources(
  db: Db,
  database: string,
  invocation_id: string,
  checkedMs: number,
  found: readonly (Readonly<Record<string, unknown>> & { readonly unique_id: string })[],
): Promise<void> {
  await db.insert(
    `${ident(database)}.dbt_source_freshness_results`,
    found.map((own) => ({
      source_freshness_execution_id: `${invocation_id}.${own.unique_id}`,
      invocation_id,
      generated_at: text(checkedMs),
      ...own,
    })),
  );
}

/** A project over Elementary's tables, beside its health tables. */
export interface ElementaryShop {
  /** Database of the health tables, and of Elementary's. */
  readonly tm: string;
  readonly elementary: string;
  /** A source that remembers nothing. */
  sourceOf(own?: Partial<DbtConfig>): Source;
  look(source?: Source, asked?: Db): Promise<Collected>;
  /** Writes an invocation: node, status and further columns of each result. */
  told(
    id: string,
    endedMs: number,
    results?: readonly (readonly [string, string, object?])[],
    own?: object,
  ): Promise<void>;
  put(table: Table, rows: readonly object[]): Promise<void>;
  /** Looks once and writes, as `tidemark collect --once` does: by default with a source that remembers nothing. */
  collect(sources?: readonly Source[]): Promise<readonly Outcome[]>;
  /** Asks a health table: `SELECT … FROM health_dbt_run …`. */
  stored(select: string): Promise<readonly unknown[]>;
}

/** Makes both kinds of tables on an engine, in databases of their own. */
export async function makeShop(db: Db, n: number): Promise<ElementaryShop> {
  const tm = `tm${n}`;
  const elementary = `shop's-analytics-${n}`;
  await makeHealthTables(db, tm);
  await makeElementary(db, elementary);
  return shopOver(db, tm, elementary);
}

/** The same over tables that are there. */
export function shopOver(db: Db, tm: string, elementary: string): ElementaryShop {
  const shop: ElementaryShop = {
    tm,
    elementary,
    sourceOf(own = {}) {
      const project = { name: 'marts', elementary, everySeconds: 15, jobs: [], ...own } as DbtConfig;
      return dbtSource(project, testConfig({ database: tm }));
    },
    look: (source = shop.sourceOf(), asked = db) => lookAt(source, { db: asked }),
    told: (id, endedMs, results = [], own = {}) =>
      tellRun(db, elementary, {
        id,
        endedMs,
        results: results.map(([node, status, more]) => ({ id: node, status, own: more })),
        own,
      }),
    put: (table, rows) => db.insert(`${ident(elementary)}.${table}`, rows),
    async collect(sources = [shop.sourceOf()]) {
      const { outcomes, sink } = await collectedOnce(db, tm, sources);
      if (sink.rows > 0) throw new Error(`${sink.rows} rows were not written: ${JSON.stringify(sink.failing)}`);
      return outcomes;
    },
    stored: (select) => db.query(select.replace(/FROM (\w+)/, `FROM ${tm}.$1`)),
  };
  return shop;
}

/** Parts with a failure: name and code; with a note: name and message. */
export const failures = ({ parts }: Collected) =>
  (parts ?? []).flatMap(({ part, failure }: Part) => (failure ? [[part, failure.code]] : []));
export const notes = ({ parts }: Collected) =>
  (parts ?? []).flatMap(({ part, note }: Part) => (note ? [[part, note.message]] : []));
