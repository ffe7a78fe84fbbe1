import type { elementaryTableNames } from '../../../config/collectConfig';

export type ElementaryTable = (typeof elementaryTableNames)[number];

/** What is read of one of Elementary's tables. */
export interface TableLayout {
  /** Columns without which it cannot be read. */
  readonly needs: readonly string[];
  /** Other columns that are read, and what is not known without them; `''`: something else tells it. */
  readonly may: Readonly<Record<string, string>>;
  /** What is not known where the table is missing; absent: without it nothing is. */
  readonly without?: string;
}

const skippedFor = 'what a skipped node waits for, and whether a node that failed has left the project';

/** Models, tests, snapshots and seeds: what the manifest would say of them. */
const nodes = {
  needs: ['unique_id'],
  may: { name: '', generated_at: '', depends_on_nodes: skippedFor, schema_name: 'what a node makes', alias: '' },
  without: skippedFor,
} as const satisfies TableLayout;

/**
 * The tables of the dbt package Elementary (elementary-data/dbt-data-reliability) that are read, as its newest version known here (commit 007b5e0) makes them.
 * Older ones have fewer columns: dbt adds those that are missing when it builds the package's models anew. Nearly everything is text;
 * on ClickHouse no column is Nullable, so what is not told is `''` or 0.
 */
export const elementaryTables = {
  dbt_invocations: {
    needs: ['invocation_id', 'command', 'run_completed_at'],
    may: {
      run_started_at: 'when runs began and how long they took',
      selected: 'what they select, by which jobs are told apart',
      full_refresh: 'whether they were full refreshes',
      dbt_version: 'which version of dbt ran',
      job_name: 'which job dbt was told',
      git_sha: 'which commit ran',
      vars: '',
    },
  },
  dbt_run_results: {
    needs: ['invocation_id', 'unique_id', 'status'],
    may: {
      generated_at: '',
      name: '',
      resource_type: '',
      execution_time: 'how long nodes took',
      message: 'what dbt says of them',
      failures: 'how many rows did not pass a test',
      query_id: 'which query a node was',
      rows_affected: '',
      adapter_response: '',
    },
  },
  dbt_source_freshness_results: {
    needs: ['source_freshness_execution_id', 'unique_id', 'status', 'generated_at'],
    may: {
      invocation_id: '',
      max_loaded_at: 'when the newest row of a source came',
      max_loaded_at_time_ago_in_s: 'how old it is',
      error: 'why a source could not be asked',
      // dbt_sources has the limits too.
      warn_after: '',
      error_after: '',
    },
    without: 'how fresh sources are',
  },
  dbt_models: nodes,
  dbt_tests: {
    needs: ['unique_id'],
    may: { name: '', generated_at: '', depends_on_nodes: skippedFor },
    without: skippedFor,
  },
  dbt_snapshots: nodes,
  dbt_seeds: {
    needs: ['unique_id'],
    may: { name: '', generated_at: '', schema_name: '', alias: '' },
    without: skippedFor,
  },
  dbt_sources: {
    needs: ['unique_id'],
    may: { generated_at: '', freshness_warn_after: 'how old sources may be', freshness_error_after: '' },
    without: 'which sources dbt source freshness leaves out, and their limits',
  },
} as const satisfies Readonly<Record<ElementaryTable, TableLayout>>;

/** Tables that say what belongs to the project, and the kind of node in each. */
export const nodeTables = [
  'dbt_models',
  'dbt_tests',
  'dbt_snapshots',
  'dbt_seeds',
] as const satisfies readonly ElementaryTable[];
