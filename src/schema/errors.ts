import { errorTable } from '../core/errors';

/** Everything that `schema` can say is wrong, with the next step. */
export const fail = errorTable({
  unknown_limit: (f: { rule: string; limit: string }) =>
    `Rule ${f.rule} asks for its limit "${f.limit}", which it does not declare. Add it to the rule's limits.`,
  usage_replay_rule: (f: { rule: string; known: readonly string[] }) =>
    `--rule ${f.rule}: no such rule is installed. Write one of: ${f.known.join(', ')}.`,
  usage_replay_too_fine: (f: { looks: number; most: number }) =>
    `The rules would be asked ${f.looks} times, at most ${f.most} are planned for. Choose a shorter range, a longer --step, or fewer rules with --rule.`,
  funnel_without_events: (f: { funnel: string }) =>
    `Funnel ${f.funnel} is counted from the role events, which is not mapped. Map roles.events in tidemark.yaml.`,
  funnel_dimension: (f: { funnel: string; dimension: string; accepted: readonly string[] }) =>
    `Funnel ${f.funnel}: "${f.dimension}" is no dimension of role events. ${f.accepted.length > 0 ? `There are: ${f.accepted.join(', ')}.` : 'There is none: add it under roles.events.dimensions.'}`,
  source_missing: (f: { role: string; table: string }) =>
    `roles.${f.role}.table: ClickHouse has no table "${f.table}". Create it, or name another table in tidemark.yaml.`,
  column_missing: (f: { role: string; logical: string; column: string; table: string; has: readonly string[] }) =>
    `roles.${f.role}.columns.${f.logical}: table ${f.table} has no column "${f.column}". It has: ${f.has.join(', ')}.`,
  column_type: (f: { role: string; logical: string; column: string; table: string; type: string; wanted: string }) =>
    `roles.${f.role}.columns.${f.logical}: column ${f.table}.${f.column} is ${f.type}, but ${f.wanted} is needed. Map another column, or a view that casts it.`,
  dimension_column: (f: { role: string; name: string; column: string; table: string; has: readonly string[] }) =>
    `roles.${f.role}.dimensions.${f.name}: table ${f.table} has no column "${f.column}". It has: ${f.has.join(', ')}.`,
  dimension_path: (f: { role: string; name: string; from: string; table: string; type: string; next: string }) =>
    `roles.${f.role}.dimensions.${f.name}: "${f.from}" of ${f.table} does not lead to one value: there is ${f.type}. ${f.next}`,
  keeps_too_long: (f: { role: string; table: string; keepsDays: number; ttl: string; days: number }) =>
    `roles.${f.role}.keepsDays: ${f.keepsDays} days are more than table ${f.table} keeps: its TTL ${f.ttl} may delete after ${f.days} days. Write at most ${f.days}, or leave the key out.`,
  ttl_unclear: (f: { role: string; table: string; ttl: string; time: string }) =>
    `roles.${f.role}: table ${f.table} deletes rows by TTL ${f.ttl}, which does not tell how many days by ${f.time} it has whole. Write keepsDays: the days after which rows may be missing.`,
  insert_needs_table: (f: { role: string; table: string; engine: string }) =>
    `roles.${f.role}.mode: insert needs a MergeTree table that rows are inserted into, but ${f.table} is a ${f.engine}. Map that table, or write mode: recompute.`,
  newest_unknown: (f: { role: string; table: string; engine: string; id: string }) =>
    `roles.${f.role}: ${f.table} is a ${f.engine}, which may have several rows of one ${f.id}, and nothing tells which of them is the newest. Map columns.version or columns.ingestedAt; or leave columns.id out, if every row counts.`,
  insert_on_cluster: (f: { role: string; cluster: string }) =>
    `roles.${f.role}.mode: insert is not there on a cluster (connection.cluster is ${f.cluster}): rows from before would have to be counted on each shard. Write mode: recompute.`,
  rebuild_on_cluster: () =>
    '--rebuild is not there on a cluster: a table and the one that takes its place would have one path in Keeper. Run tidemark verify --all --heal on a server of each shard.',
  cluster_switched: (f: { database: string; cluster: string }) =>
    `Database "${f.database}" was made ${f.cluster === '' ? 'on a cluster' : 'for one server'}, and connection.cluster ${f.cluster === '' ? 'names none' : `is ${f.cluster}`}: tables cannot be turned into the others. Write another connection.database, run tidemark migrate, then drop the former one.`,
  key_lets_rows_double: (f: { role: string; table: string; sourceClass: string; key: string; wanted: string }) =>
    `roles.${f.role}: table ${f.table} is ordered by (${f.key}), so FINAL cannot make one row of the versions of one id in class ${f.sourceClass}. ${f.wanted}`,
  usage_tenant_column: (f: { given: string; file: string; accepted: readonly string[] }) =>
    `--tenant-column: no role of ${f.file} maps "${f.given}" as a column or a plain dimension. Add it to dimensions of each role that has tenants, or write one of: ${f.accepted.join(', ')}.`,
  not_migrated: (f: { database: string }) =>
    `Database "${f.database}" holds nothing of Tidemark yet. Run: tidemark migrate`,
  unknown_rollup: (f: { rollup: string; known: readonly string[] }) =>
    `There is no rollup "${f.rollup}". Write one of: ${f.known.join(', ')}.`,
  refresh_failed: (f: { step: string; cause: string }) =>
    `Refresh of ${f.step} failed; the numbers of its last good run stay. ClickHouse says: ${f.cause}`,
});
