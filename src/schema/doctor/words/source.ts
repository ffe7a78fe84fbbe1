import { grouped, percent, some, wording } from '../finding';

/** What is said of the sources. */
export const sourceWords = {
  source_missing: wording(
    'problem',
    (f: { cause: string }) => f.cause,
    () =>
      'Make the table again, or correct roles.*.table and run tidemark migrate. The rollups keep their last numbers.',
  ),
  column_missing: wording(
    'problem',
    (f: { cause: string }) => f.cause,
    () => 'Bring the column back, or map another and run tidemark migrate. The rollups keep their last numbers.',
  ),
  mapping_wrong: wording(
    'problem',
    (f: { cause: string }) => f.cause,
    () => 'Correct tidemark.yaml or the table, then run tidemark migrate.',
  ),
  key_lets_rows_double: wording(
    'problem',
    (f: { cause: string }) => f.cause,
    () => 'Until then rows that changed may count twice. After it run tidemark verify --all --heal.',
  ),
  source_broken: wording(
    'problem',
    (f: { table: string; cause: string }) => `${f.table} cannot be read as it is mapped: ${f.cause}`,
    (f) =>
      `Repair ${f.table} (a view: CREATE OR REPLACE it over the columns that exist). Refreshes go on by themselves; until then the old numbers stay.`,
  ),
  partition_key_moves: wording(
    'note',
    (f: { key: string; columns: readonly string[]; version: string }) =>
      `The partition key (${f.key}) holds ${f.columns.join(', ')}, which may change: versions of one row lie in two partitions. Server ${f.version} reads that right (FINAL before partition pruning, since 26.3).`,
    () => 'Never set do_not_merge_across_partitions_select_final = 1 for users that read it.',
  ),
  partition_pruned_first: wording(
    'warning',
    (f: { key: string; columns: readonly string[]; version: string }) =>
      `The partition key (${f.key}) holds ${f.columns.join(', ')}, which may change, and server ${f.version} may prune partitions before FINAL: an old version can count as if it were the newest.`,
    () => 'Upgrade to 26.3 or newer, or partition the table by what never changes.',
  ),
  partition_final_split: wording(
    'problem',
    (f: { key: string; columns: readonly string[] }) =>
      `do_not_merge_across_partitions_select_final = 1, and the partition key (${f.key}) holds ${f.columns.join(', ')}, which may change: a row that moved counts once per partition.`,
    () => 'Set it to 0 in the profile of the user that migrates, then run tidemark verify --all --heal.',
  ),
  rounded_time_key: wording(
    'warning',
    (f: { part: string; time: string; key: string }) =>
      `The sorting key (${f.key}) holds ${f.part} instead of ${f.time}: recounting one minute reads the whole span (measured: 50 times dearer).`,
    (f) => `Order the table by ${f.time} itself, or by toStartOfMinute(${f.time}), in the same position.`,
  ),
  time_not_in_key: wording(
    'warning',
    (f: { time: string; key: string }) =>
      `The sorting key (${f.key || 'none'}) lacks ${f.time}: each refresh that finds something to do reads the whole table.`,
    (f) => `Order the table by a key that holds ${f.time} behind columns with few values.`,
  ),
  no_row_version: wording(
    'warning',
    (f: { engine: string; sourceClass: string }) =>
      `${f.engine} has no version column, so of the versions of a row (class ${f.sourceClass}) the one that was inserted last counts, whatever its content.`,
    () => 'Make it ReplacingMergeTree(version) where versions may arrive out of order.',
  ),
  no_arrival_index: wording(
    'warning',
    (f: { column: string; table: string }) =>
      `${f.table} has no minmax index on ${f.column}: each refresh reads the whole column to find what arrived.`,
    (f) =>
      `ALTER TABLE ${f.table} ADD INDEX tidemark_arrival ${f.column} TYPE minmax GRANULARITY 1; ALTER TABLE ${f.table} MATERIALIZE INDEX tidemark_arrival`,
  ),
  arrival_not_stamped: wording(
    'warning',
    (f: { column: string; table: string }) =>
      `${f.table}.${f.column} is not stamped by the server (no DEFAULT now…): rows whose producer's clock is late are found by the sweep only.`,
    (f) => `Leave ${f.column} out of the INSERTs and give it DEFAULT now64(3), or map a column that has it.`,
  ),
  arrival_in_future: wording(
    'warning',
    (f: { column: string; rows: number; seconds: number }) =>
      `${grouped(f.rows)} rows carry a ${f.column} up to ${grouped(f.seconds)} s ahead of the server's clock: refreshes see them only then.`,
    () => 'Let the server stamp arrivals, and check the clocks of what inserts.',
  ),
  arrival_null: wording(
    'warning',
    (f: { column: string; rows: number }) =>
      `${grouped(f.rows)} rows have no ${f.column}: no refresh finds them, only the sweep.`,
    (f) => `Give ${f.column} a DEFAULT now64(3) and no NULL.`,
  ),
  class_contradicted: wording(
    'problem',
    (f: { sourceClass: string; ids: number; sampled: number; how: string }) =>
      `Class ${f.sourceClass}, but ${grouped(f.ids)} of ${grouped(f.sampled)} recent ids ${f.how}.`,
    (f) =>
      f.sourceClass === 'append'
        ? 'Declare class fixed (only measures change) or moving (anything may change), run tidemark migrate, then tidemark verify --all --heal.'
        : 'Declare class moving, run tidemark migrate, then tidemark verify --all --heal. Until then the sweep mends a day a minute.',
  ),
  redelivered_in_insert_mode: wording(
    'problem',
    (f: { ids: number; sampled: number }) =>
      `mode insert counts every delivery, and ${grouped(f.ids)} of ${grouped(f.sampled)} recent ids were delivered more than once.`,
    () => 'Write mode: recompute, run tidemark migrate, then tidemark verify --all --heal.',
  ),
  tombstones: wording(
    'warning',
    (f: { column: string; rows: number; capped: boolean }) =>
      `${f.capped ? 'At least ' : ''}${grouped(f.rows)} rows are marked deleted by ${f.column}, which is not mapped: they count as if they lived.`,
    (f) => `Map deleted: ${f.column} if it is a flag, or a view that leaves these rows out; then run tidemark migrate.`,
  ),
  tombstones_possible: wording(
    'note',
    (f: { column: string }) =>
      `Column ${f.column} looks like a mark of deleted rows and is not mapped; no row has it set.`,
    (f) => `Map deleted: ${f.column} if it is one.`,
  ),
  view_hides_index: wording(
    'warning',
    (f: { table: string; columns: readonly string[] }) =>
      `Conditions on ${f.columns.join(', ')} of view ${f.table} reach no index of the table behind it: each refresh reads it whole.`,
    () =>
      'Let the view pass these columns through unchanged (no aggregation, no function), index them in the table, or declare class window.',
  ),
  not_prunable: wording(
    'note',
    (f: { table: string; engine: string }) =>
      `${f.table} (${f.engine}) tells nothing about indexes: what a refresh reads of it cannot be judged.`,
    () => 'Watch read_rows in refresh_log.',
  ),
  ttl_seals: wording(
    'note',
    (f: { days: number; first: string }) =>
      `The source has the last ${f.days} days whole. Days before ${f.first} are sealed: the rollups keep them as they are, late rows of them are counted in late only.`,
    () => '',
  ),
  late_share: wording(
    'note',
    (f: { rows: number; arrived: number; share: number; freshDays: number }) =>
      `${grouped(f.rows)} of ${grouped(f.arrived)} rows of the last 24 h (${percent(f.share)}) belong to days more than ${f.freshDays} days back and wait for the late lane.`,
    () => 'Raise refresh.freshDays if they should count at once.',
  ),
  sealed_late_rows: wording(
    'warning',
    (f: { rows: number; days: readonly string[] }) =>
      `${grouped(f.rows)} late rows of the last 24 h belong to sealed days (${some(f.days)}) and are not counted.`,
    () => 'Deliver them before the source deletes their days, or raise keepsDays together with the TTL.',
  ),
  dimension_exploded: wording(
    'warning',
    (f: { dimension: string; values: number; top: number; sampled: number }) =>
      `${f.dimension} has about ${grouped(f.values)} values in ${grouped(f.sampled)} rows of the last two days; ${grouped(f.top)} are kept apart.`,
    (f) =>
      `Map a coarser column or path for ${f.dimension} (a category instead of an id), or take it out of the dimensions.`,
  ),
  dimension_capped: wording(
    'note',
    (f: { dimension: string; values: number; top: number }) =>
      `${f.dimension} has about ${grouped(f.values)} values; the ${grouped(f.top)} most frequent are kept apart, the rest is (other).`,
    (f) => `Raise top.${f.dimension} if more are looked at.`,
  ),
  dimension_uncapped: wording(
    'warning',
    (f: { dimension: string; values: number; top: number }) =>
      `${f.dimension} has about ${grouped(f.values)} values, more than the ${grouped(f.top)} to be kept apart, and had fewer at the last migrate: all are kept.`,
    () => 'Run tidemark migrate: it caps the key.',
  ),
  other_share: wording(
    'note',
    (f: { dimension: string; rollup: string; share: number }) =>
      `(other) is ${percent(f.share)} of ${f.rollup} by ${f.dimension} in the last seven days.`,
    (f) => `Raise top.${f.dimension}, or map a coarser column.`,
  ),
} as const;
