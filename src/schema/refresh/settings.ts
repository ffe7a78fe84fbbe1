import type { Installation } from '../installation';
import type { Step } from './steps';

/** Groups that a refresh of a table without users may have: more is a dimension that exploded, and fails by name. */
const mostGroups = 5_000_000;

/** SETTINGS of a statement that keeps a step's table, in a view or run by the CLI. */
export function statementSettings(installation: Installation, step: Step): string {
  const bytes = installation.memoryMb * 1_000_000;
  const perUser = step.of.kind !== 'places' || step.of.rollup.keys.some((k) => k.type === 'source');
  return `SETTINGS ${[
    'max_partitions_per_insert_block = 0',
    // The rows of one statement have different keys already: sorting out equal ones costs half of a large insert.
    'optimize_on_insert = 0',
    'enable_shared_storage_snapshot_in_query = 1',
    ...(installation.cluster === undefined ? [] : ['enable_parallel_replicas = 0']),
    `max_memory_usage = ${bytes}`,
    `max_bytes_before_external_group_by = ${Math.round(bytes / 2)}`,
    ...(perUser ? [] : [`max_rows_to_group_by = ${mostGroups}`, "group_by_overflow_mode = 'throw'"]),
  ].join(', ')}`;
}
