import type { RoleConfig } from '../../../config/config';
import { splitTopLevel } from '../../inspect/types';
import type { Check } from '../check';
import type { SourceFacts } from '../facts';
import { bareName, isMergeTree, mentions } from '../facts';
import type { Found } from '../finding';
import { found } from '../words';

/** Do sorting and partition key fit the class: for FINAL to be right, and for a recount to be cheap. */
export const key: Check = {
  name: 'key',
  of: 'role',
  async run({ role, mapping, facts, source }, { db, serverVersion }) {
    if (!facts || !isMergeTree(facts) || source?.role !== role) return undefined;
    const [setting] = await db.query<{ split: number }>(
      "SELECT toUInt8(value = '1') AS split FROM system.settings WHERE name = 'do_not_merge_across_partitions_select_final'",
    );
    return [
      ...timeInKey(role, mapping, facts),
      ...versionOf(role, mapping, facts),
      ...(source.collapses ? partition(role, mapping, facts, serverVersion, setting?.split === 1) : []),
    ];
  },
};

/** A key over the whole hour or day makes each recount read it all; toStartOfMinute is as good as the time itself. */
function timeInKey(role: string, { sourceClass, columns }: RoleConfig, { sortingKey }: SourceFacts): Found[] {
  const time = columns['time'] ?? '';
  const parts = splitTopLevel(sortingKey).map(bareName);
  const reading = parts.filter((part) => mentions(part, time));
  if (reading.some((part) => part === time || /^toStartOf(Second|Minute)\(/.test(part))) return [];
  const [part] = reading;
  if (part !== undefined) return [found('rounded_time_key', role, { part, time, key: sortingKey })];
  // Class moving must not be ordered by time: its ledger finds the ids instead.
  return sourceClass === 'moving' ? [] : [found('time_not_in_key', role, { time, key: sortingKey })];
}

function versionOf(role: string, { sourceClass }: RoleConfig, { engine, engineFull }: SourceFacts): Found[] {
  const changes = sourceClass === 'fixed' || sourceClass === 'moving';
  const versionless = /ReplacingMergeTree(\(\))?( |$)/.test(engineFull);
  return changes && versionless ? [found('no_row_version', role, { engine, sourceClass })] : [];
}

/** What may change in each class; version and arrival always do. */
function mutable({ sourceClass, columns }: RoleConfig): readonly string[] {
  if (sourceClass === 'append') return [];
  const places = ['id', 'time', 'event', 'user', 'service', 'release', 'endpoint', 'currency', 'subscription'];
  const fixed = sourceClass === 'fixed' ? places : ['id'];
  return Object.entries(columns)
    .filter(([logical]) => !fixed.includes(logical))
    .map(([, column]) => column);
}

function partition(
  role: string,
  mapping: RoleConfig,
  { partitionKey }: SourceFacts,
  version: string,
  split: boolean,
): Found[] {
  const columns = [...new Set(mutable(mapping))].filter((column) => mentions(partitionKey, column));
  if (columns.length === 0) return [];
  const facts = { key: partitionKey, columns, version };
  if (split) return [found('partition_final_split', role, facts)];
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const safe = major > 26 || (major === 26 && minor >= 3);
  return [found(safe ? 'partition_key_moves' : 'partition_pruned_first', role, facts)];
}
