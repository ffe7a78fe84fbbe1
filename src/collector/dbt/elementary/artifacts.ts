import type { DbtElementaryConfig } from '../../../config/collectConfig';
import type { Criteria, Manifest, NodeResult, RunResults, Sources } from '../artifacts';
import type { FreshnessRow, InvocationRow, NodeRow, ResultRow, SourceRow } from './questions';

/** What Elementary's tables say of the project: `dbt_models`, `dbt_tests` and so on, each row as it is. */
export interface ProjectRows {
  readonly nodes: readonly NodeRow[];
  readonly sources: readonly SourceRow[];
}

/** JSON as it is written; `undefined` where it is none. Never throws. */
function jsonOf(written: string): unknown {
  try {
    return JSON.parse(written) as unknown;
  } catch {
    return undefined;
  }
}

/** Words of a list in JSON, or as Python prints one; anything else is one word. */
export function wordsOf(written: string): readonly string[] {
  const json = jsonOf(written);
  if (Array.isArray(json)) return json.filter((word) => typeof word === 'string');
  if (/^[[(]/.test(written))
    return [...written.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, one, two]) => one ?? two ?? '');
  return written === '' ? [] : [written];
}

const isTrue = (written: string) => /^(true|1)$/i.test(written);
const known = (written: string) => (written === '' || written === 'None' ? {} : { written });

/**
 * An invocation as run_results.json would tell it. `job_name` is its job where tidemark.yaml names one so: schedulers call theirs what
 * they like. Not told are --empty and the command line, by which `dbt retry` is known.
 */
export function runOf(
  row: InvocationRow,
  results: readonly ResultRow[],
  relations: ReadonlyMap<string, string>,
  { jobs }: DbtElementaryConfig,
): RunResults {
  const ended = Number(row.ended);
  const started = row.started === null ? ended : Math.min(ended, Number(row.started));
  return {
    metadata: {
      dbt_schema_version: undefined,
      dbt_version: row.version,
      generated_at: ended,
      invocation_id: row.id,
      invocation_started_at: started,
      env: {
        ...(jobs.some(({ name }) => name === row.job) && { JOB: row.job }),
        GIT_SHA: known(row.sha).written ?? '',
      },
    },
    elapsedS: (ended - started) / 1000,
    args: { which: row.command.toLowerCase(), select: wordsOf(row.selected), full_refresh: isTrue(row.fullRefresh) },
    results: results.map((result) => resultOf(result, relations)),
  };
}

/** Numbers that are not told are 0 in a table without NULL: so 0 counts only where it can be meant. */
function resultOf(row: ResultRow, relations: ReadonlyMap<string, string>): NodeResult {
  const adapter = jsonOf(row.adapter) as
    { readonly rows_affected?: unknown; readonly query_id?: unknown } | null | undefined;
  const isTest = /^(unit_)?test\./.test(row.id) && ['pass', 'fail', 'warn'].includes(row.state);
  const written = Number(adapter?.rows_affected ?? row.written ?? 0);
  const query = row.query || (typeof adapter?.query_id === 'string' ? adapter.query_id : '');
  return {
    unique_id: row.id,
    status: row.state,
    execution_time: row.took,
    message: row.says,
    failures: isTest ? row.failing : null,
    relation_name: relations.get(row.id),
    adapter_response: { query_id: query, rows_affected: written > 0 ? written : null },
  };
}

/** What was found of sources, as sources.json would tell it. */
export function checkOf(invocation: string, rows: readonly FreshnessRow[], limits: Manifest['sources']): Sources {
  return {
    metadata: {
      dbt_schema_version: undefined,
      dbt_version: undefined,
      generated_at: Math.max(...rows.map(({ checked }) => Number(checked))),
      invocation_id: invocation,
      invocation_started_at: undefined,
      env: undefined,
    },
    results: rows.map((row) => {
      const newest = row.newest === null ? 0 : Number(row.newest);
      return {
        unique_id: row.id,
        status: row.state,
        max_loaded_at: newest > 0 ? newest : null,
        max_loaded_at_time_ago_in_s: newest > 0 ? row.ageS : null,
        criteria: criteriaOf(row.warnAfter, row.errorAfter) ?? limits[row.id]?.freshness,
        error: row.says,
      };
    }),
  };
}

function criteriaOf(warn: string, error: string): Criteria {
  const [warn_after, error_after] = [periodOf(warn), periodOf(error)];
  return warn_after || error_after ? { warn_after, error_after } : undefined;
}

/** `{"count": 30, "period": "minute"}`, with the quotes of Python too. */
function periodOf(written: string): { count: number; period: string } | undefined {
  const { count, period } = (jsonOf(written.replace(/'/g, '"')) ?? {}) as {
    readonly count?: unknown;
    readonly period?: unknown;
  };
  return typeof count === 'number' && typeof period === 'string' ? { count, period } : undefined;
}

/** What manifest.json would say of the project, as far as the tables do. */
export const manifestOf = ({ nodes, sources }: ProjectRows): Manifest => ({
  metadata: { dbt_schema_version: undefined },
  nodes: Object.fromEntries(nodes.map(({ id, name }) => [id, { name: name || undefined, resource_type: kindOf(id) }])),
  sources: Object.fromEntries(
    sources.map(({ id, warnAfter, errorAfter }) => [id, { freshness: criteriaOf(warnAfter, errorAfter) }]),
  ),
  parent_map: Object.fromEntries(nodes.map(({ id, parents }) => [id, [...wordsOf(parents)]])),
  unit_tests: {},
});

const kindOf = (id: string) => id.split('.')[0];

/** The manifest with the names that results themselves have: of unit tests, hooks and what has left the project no table tells. */
export const namedBy = (results: readonly ResultRow[], manifest: Manifest): Manifest => ({
  ...manifest,
  nodes: {
    ...Object.fromEntries(
      results.map(({ id, name, kind }) => [id, { name: name || undefined, resource_type: kind || undefined }]),
    ),
    ...manifest.nodes,
  },
});

/**
 * Failed nodes of which the tables can say whether they have left the project: of a kind and a package of which the invocation has
 * results, each of a node that the tables know. Otherwise the tables are older than the project (`disable_dbt_artifacts_autoupload`),
 * or another project's.
 */
export function judgedNodes(
  failing: readonly string[],
  row: InvocationRow,
  results: readonly ResultRow[],
  manifest: Manifest,
): readonly string[] {
  if (/disable_dbt_artifacts_autoupload\W+true/i.test(row.vars)) return [];
  const group = (id: string) => id.split('.').slice(0, 2).join('.');
  const seen = new Set(results.map(({ id }) => group(id)));
  for (const { id } of results) if (!(id in manifest.nodes)) seen.delete(group(id));
  return failing.filter((id) => seen.has(group(id)));
}
