import type { Db } from '../../../core/db';
import { literal } from '../../../core/sql/quote';
import type { Columns } from './tables';

/** Days back that invocations are read: further back no rule and no panel looks at a node. */
const readDays = 30;

/** Invocations and checks of sources of one look, at most: the newest first, what is older comes with the next looks. */
export const mostAtOnce = 20;

/** Results of nodes beyond which a look takes no further invocation. */
export const mostResults = 20_000;

/** A row of dbt_invocations. Times in ms since 1970; they are of whole seconds. */
export interface InvocationRow {
  readonly id: string;
  readonly ended: number;
  readonly started: number | null;
  /** By the clock of ClickHouse, in ms. */
  readonly age: number;
  readonly command: string;
  readonly selected: string;
  readonly fullRefresh: string;
  readonly version: string;
  readonly job: string;
  readonly sha: string;
  readonly vars: string;
}

/** A row of dbt_run_results. */
export interface ResultRow {
  readonly invocation: string;
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly took: number | null;
  readonly says: string;
  readonly failing: number | null;
  readonly written: number | null;
  readonly query: string;
  readonly adapter: string;
}

/** A row of dbt_source_freshness_results. */
export interface FreshnessRow {
  readonly invocation: string;
  readonly id: string;
  readonly state: string;
  readonly checked: number;
  readonly newest: number | null;
  readonly ageS: number | null;
  readonly says: string;
  readonly warnAfter: string;
  readonly errorAfter: string;
}

/** A row of dbt_models, dbt_tests, dbt_snapshots or dbt_seeds. */
export interface NodeRow {
  readonly id: string;
  readonly name: string;
  readonly parents: string;
  readonly relation: string;
}

/** A row of dbt_sources. */
export interface SourceRow {
  readonly id: string;
  readonly warnAfter: string;
  readonly errorAfter: string;
}

/** Which invocations are not wanted: those that a health table has, and those that were read and may not be written yet. */
export interface Known {
  /** Sub-query of their ids. */
  readonly written: string;
  readonly read: readonly string[];
}

const unknown = (id: string, { written, read }: Known) =>
  `${id} != '' AND ${id} NOT IN (${written})${read.length > 0 ? ` AND ${id} NOT IN (${list(read)})` : ''}`;
const list = (ids: readonly string[]) => ids.map(literal).join(', ');
const nowMs = 'toUnixTimestamp64Milli(now64(3))';
const since = `${nowMs} - ${readDays * 86_400_000}`;

/**
 * Invocations that are over and not known, the newest first. Elementary writes this row after all others of an invocation (its first versions
 * wrote it before them); that of `dbt source freshness`, which has no results of nodes, is left out. What is there twice comes once.
 */
export function newInvocations(db: Db, t: Columns, known: Known): Promise<InvocationRow[]> {
  const id = t.text('invocation_id');
  const ended = t.moment('run_completed_at');
  return db.query(`SELECT ${id} AS id, ${ended} AS ended, ${t.moment('run_started_at')} AS started, ${nowMs} - ended AS age, ${t.text('command')} AS command,
  ${t.text('selected')} AS selected, ${t.text('full_refresh')} AS fullRefresh, ${t.text('dbt_version')} AS version, ${t.text('job_name')} AS job, ${t.text('git_sha')} AS sha, ${t.text('vars')} AS vars
FROM ${t.from} WHERE ${ended} > ${since} AND ${t.text('command')} NOT ILIKE '%freshness%' AND ${unknown(id, known)}
ORDER BY ended DESC, id LIMIT 1 BY id LIMIT ${mostAtOnce}`);
}

/** How many nodes have results in each of some invocations; those without any are left out. */
export async function countResults(db: Db, t: Columns, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await db.query<{ id: string; nodes: number | string }>(
    `SELECT ${t.text('invocation_id')} AS id, uniqExact(${t.text('unique_id')}) AS nodes FROM ${t.from} WHERE id IN (${list(ids)}) AND ${t.text('unique_id')} != '' AND ${t.text('status')} != '' GROUP BY id`,
  );
  return new Map(rows.map(({ id, nodes: count }) => [id, Number(count)]));
}

/** The results of some invocations, each node once. */
export const resultsOf = (db: Db, t: Columns, ids: readonly string[]): Promise<ResultRow[]> =>
  db.query(`SELECT ${t.text('invocation_id')} AS invocation, ${t.text('unique_id')} AS id, ${t.text('name')} AS name, ${t.text('resource_type')} AS kind, lower(${t.text('status')}) AS state,
  ${t.number('execution_time')} AS took, ${t.text('message')} AS says, ${t.number('failures')} AS failing, ${t.number('rows_affected')} AS written, ${t.text('query_id')} AS query, ${t.text('adapter_response')} AS adapter
FROM ${t.from} WHERE invocation IN (${list(ids)}) AND id != '' AND state != ''
ORDER BY ${t.text('generated_at')} DESC LIMIT 1 BY invocation, id`);

/** Younger checks of sources may still be written, in ms, unless the row of their invocation is there. */
const writingMs = 60_000;

const freshnessId = (t: Columns) => {
  const execution = t.text('source_freshness_execution_id');
  // `<invocation>.<unique_id>`.
  const told = `if(endsWith(${execution}, concat('.', ${t.text('unique_id')})), substring(${execution}, 1, length(${execution}) - length(${t.text('unique_id')}) - 1), '')`;
  return t.has('invocation_id') ? `if(${t.text('invocation_id')} != '', ${t.text('invocation_id')}, ${told})` : told;
};

/**
 * Invocations that checked sources and are not known, the newest first. Up to 2023 the results were uploaded by an invocation of its
 * own, so `invocations` need not have a row of them.
 */
export async function newChecks(
  db: Db,
  t: Columns,
  invocations: Columns | undefined,
  known: Known,
): Promise<readonly string[]> {
  const over = invocations ? `id IN (SELECT ${invocations.text('invocation_id')} FROM ${invocations.from}) OR ` : '';
  const rows = await db.query<{
    id: string;
  }>(`SELECT ${freshnessId(t)} AS id, max(${t.moment('generated_at')}) AS checked
FROM ${t.from} WHERE ${unknown('id', known)} GROUP BY id HAVING checked > ${since} AND (${over}checked < ${nowMs} - ${writingMs})
ORDER BY checked DESC, id LIMIT ${mostAtOnce}`);
  return rows.map(({ id }) => id);
}

/** What some invocations found of sources, each source once. */
export const checksOf = (db: Db, t: Columns, ids: readonly string[]): Promise<FreshnessRow[]> =>
  db.query(`SELECT ${freshnessId(t)} AS invocation, ${t.text('unique_id')} AS id, lower(${t.text('status')}) AS state, ${t.moment('generated_at')} AS checked,
  ${t.moment('max_loaded_at')} AS newest, ${t.number('max_loaded_at_time_ago_in_s')} AS ageS, ${t.text('error')} AS says, ${t.text('warn_after')} AS warnAfter, ${t.text('error_after')} AS errorAfter
FROM ${t.from} WHERE invocation IN (${list(ids)}) AND id != '' AND state != ''
ORDER BY checked DESC LIMIT 1 BY invocation, id`);

/** Nodes that belong to the project. */
export const nodesOf = (db: Db, t: Columns): Promise<NodeRow[]> =>
  db.query(`SELECT ${t.text('unique_id')} AS id, ${t.text('name')} AS name, ${t.text('depends_on_nodes')} AS parents,
  if(${t.text('schema_name')} = '' OR ${t.text('alias')} = '', '', concat(${t.text('schema_name')}, '.', ${t.text('alias')})) AS relation
FROM ${t.from} WHERE id != '' ORDER BY ${t.text('generated_at')} DESC LIMIT 1 BY id`);

/** Sources that belong to the project. */
export const sourcesOf = (db: Db, t: Columns): Promise<SourceRow[]> =>
  db.query(`SELECT ${t.text('unique_id')} AS id, ${t.text('freshness_warn_after')} AS warnAfter, ${t.text('freshness_error_after')} AS errorAfter
FROM ${t.from} WHERE id != '' ORDER BY ${t.text('generated_at')} DESC LIMIT 1 BY id`);
