import type { DbtConfig } from '../../config/collectConfig';
import type { HealthRow } from '../../packs/health';
import { failedWords } from '../../packs/pipeline/health/dbtNode';
import type { healthDbtNode } from '../../packs/pipeline/health/dbtNode';
import type { healthDbtRun } from '../../packs/pipeline/health/dbtRun';
import type { healthDbtSource } from '../../packs/pipeline/health/dbtSource';
import { instant } from '../source';
import type { Criteria, FreshnessResult, Manifest, Metadata, RunResults, Sources } from './artifacts';
import { askedOf, isJobsWork, isProof, jobOf } from './jobs';
import { shortMessage } from './message';

export type RunRow = HealthRow<typeof healthDbtRun>;
export type NodeRow = HealthRow<typeof healthDbtNode>;
export type SourceRow = HealthRow<typeof healthDbtSource>;

/** What is known of an invocation beside its files. */
export interface Told {
  readonly via: 'collect' | 'push';
  /** Absent: found by what it selects. */
  readonly job?: string;
  readonly gitSha?: string;
}

const isFailed = (status: string) => (failedWords as readonly string[]).includes(status);
const isGood = (status: string) => status === 'success' || status === 'pass';

/** A word of the environment that dbt passes on: DBT_ENV_CUSTOM_ENV_<NAME>. */
function custom({ env }: Metadata, name: string): string | undefined {
  const value = env?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An invocation and its nodes, of which there are none where it only looked at them. */
export function runRows(
  project: DbtConfig,
  run: RunResults,
  manifest: Manifest | undefined,
  told: Told,
): { readonly run: RunRow; readonly nodes: readonly NodeRow[] } {
  const { metadata, results, elapsedS, args } = run;
  const asked = askedOf(run);
  const named = told.job ?? custom(metadata, 'JOB');
  const job = jobOf(asked, project, named);
  const count = (is: (status: string) => boolean) => results.filter(({ status }) => is(status)).length;
  const failed = count(isFailed);
  const warned = count((status) => status === 'warn');
  const shared = {
    project: project.name,
    job,
    invocation_id: metadata.invocation_id,
    ended_at: instant(metadata.generated_at),
    git_sha: told.gitSha ?? custom(metadata, 'GIT_SHA') ?? '',
  };
  const failedIds = new Set(results.filter(({ status }) => isFailed(status)).map((r) => r.unique_id));
  return {
    run: {
      ...shared,
      command: asked.command,
      status: failed > 0 ? 'failed' : warned > 0 ? 'warned' : 'success',
      counts: isProof(asked, run) && isJobsWork(asked, job, project) ? 1 : 0,
      started_at: instant(metadata.invocation_started_at ?? metadata.generated_at - 1000 * elapsedS),
      elapsed_s: elapsedS,
      nodes: results.length,
      succeeded: count(isGood),
      warned,
      failed,
      skipped: count((status) => status === 'skipped'),
      selects: asked.selects,
      full_refresh: args['full_refresh'] === true ? 1 : 0,
      dbt_version: metadata.dbt_version ?? '',
      via: told.via,
    },
    nodes: (isProof(asked, run) ? results : []).map((r) => ({
      ...shared,
      unique_id: r.unique_id,
      ...nameOf(r.unique_id, manifest),
      status: r.status,
      execution_s: r.execution_time ?? 0,
      message: shortMessage(r.message),
      failures: r.failures ?? null,
      because: r.status === 'skipped' ? blockerOf(r.unique_id, failedIds, manifest) : '',
      query_id: r.adapter_response?.query_id ?? '',
      relation: (r.relation_name ?? '').replace(/[`"]/g, ''),
      rows_affected: r.adapter_response?.rows_affected ?? null,
    })),
  };
}

function nameOf(uniqueId: string, manifest: Manifest | undefined): Pick<NodeRow, 'name' | 'resource_type'> {
  const [kind = '', , ...rest] = uniqueId.split('.');
  const node = manifest?.nodes[uniqueId];
  return { name: node?.name ?? (rest.join('.') || uniqueId), resource_type: node?.resource_type ?? kind };
}

/** The nearest failed node before a skipped one: its parents first, then theirs, and the tests of all of them. */
function blockerOf(uniqueId: string, failed: ReadonlySet<string>, manifest: Manifest | undefined): string {
  const parents = manifest?.parent_map ?? {};
  const testsOf = (node: string) => [...failed].find((id) => (parents[id] ?? []).includes(node) && /test\./.test(id));
  const seen = new Set<string>();
  for (let round = parents[uniqueId] ?? []; round.length > 0;) {
    const blocker = round.find((id) => failed.has(id)) ?? round.map(testsOf).find((id) => id !== undefined);
    if (blocker !== undefined) return blocker;
    round.forEach((id) => seen.add(id));
    round = round.flatMap((id) => parents[id] ?? []).filter((id) => !seen.has(id));
  }
  return '';
}

/** Nodes that failed once and are no part of the project any more: nobody can mend them, so they are told to be gone. */
export function removedRows(run: RunRow, failing: readonly string[], manifest: Manifest): readonly NodeRow[] {
  const { project, job, invocation_id, ended_at, git_sha } = run;
  const gone = failing.filter((id) => !(id in manifest.nodes) && !(id in manifest.unit_tests));
  return gone.map((unique_id) => ({
    ...{ project, job, invocation_id, ended_at, git_sha, unique_id },
    ...nameOf(unique_id, undefined),
    status: 'removed',
    execution_s: 0,
    message: 'It is no part of the project any more.',
    failures: null,
    because: '',
    query_id: '',
    relation: '',
    rows_affected: null,
  }));
}

/**
 * Sources as `dbt source freshness` found them. One that cannot be asked is missing from sources.json (dbt 1.11): what the manifest
 * says should be looked at and is not there has a row with status `missing`; it may also not have been selected.
 */
export function sourceRows(project: DbtConfig, sources: Sources, manifest: Manifest | undefined): readonly SourceRow[] {
  const { metadata, results } = sources;
  const shared = {
    project: project.name,
    invocation_id: metadata.invocation_id,
    checked_at: instant(metadata.generated_at),
  };
  const there = new Set(results.map((r) => r.unique_id));
  const wanted = Object.entries(manifest?.sources ?? {}).filter(
    ([id, { freshness }]) => !there.has(id) && hasCriteria(freshness),
  );
  return [
    ...results.map((r: FreshnessResult) => ({
      ...shared,
      ...sourceNames(r.unique_id),
      status: r.status,
      max_loaded_at: r.max_loaded_at == null ? null : instant(r.max_loaded_at),
      age_s: r.max_loaded_at_time_ago_in_s ?? null,
      ...limitsOf(r.criteria),
      message: shortMessage(r.error),
    })),
    ...wanted.map(([id, { freshness }]) => ({
      ...shared,
      ...sourceNames(id),
      status: 'missing',
      max_loaded_at: null,
      age_s: null,
      ...limitsOf(freshness),
      message:
        'dbt source freshness says nothing of it: it could not be asked (its log says why), or was not selected.',
    })),
  ];
}

const sourceNames = (unique_id: string) => ({ unique_id, source_table: unique_id.split('.').slice(2).join('.') });

const unitSeconds: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

function limitsOf(criteria: Criteria): Pick<SourceRow, 'warn_after_s' | 'error_after_s'> {
  const seconds = (of: NonNullable<Criteria>['warn_after']) => {
    const unit = unitSeconds[of?.period ?? ''];
    return of?.count == null || unit === undefined ? null : of.count * unit;
  };
  return { warn_after_s: seconds(criteria?.warn_after), error_after_s: seconds(criteria?.error_after) };
}

const hasCriteria = (criteria: Criteria) => Object.values(limitsOf(criteria)).some((limit) => limit !== null);
