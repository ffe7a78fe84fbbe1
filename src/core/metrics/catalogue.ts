import type { MeasureClass, SourceClass, WeekStart } from '../model';

/** A metric as the planner needs it. All SQL is over the columns of the rows that the planner gathers, not over tables. */
export interface MetricSpec {
  readonly name: string;
  readonly title: string;
  readonly class: MeasureClass;
  readonly role: string;
  /** Columns with the measures that {@link sql} aggregates. */
  readonly measures: readonly MeasureSpec[];
  /** Class *entity-set* and *ordered*, rolling metrics: logical column of who is counted; {@link sql} names it as this column. */
  readonly entity?: string;
  /** Rolling metrics only: column of {@link sql} → days that end with and include the day. */
  readonly windows?: Readonly<Record<string, number>>;
  /** Class *ordered* only: aggregate per entity over its rows (time as `time`, measures as columns), seen by sql as `entity_value`. */
  readonly perEntity?: string;
  /** Aggregate over the measures or the entity, such as `sum(gross) - sum(refunded)`; over the windows where it is rolling. */
  readonly sql: string;
  /** What groups are ranked by for the N greatest; {@link sql} when absent (a ratio is ranked by its volume). */
  readonly weight?: string;
  /** Dimensions (logical columns of the role) it may be grouped and filtered by. */
  readonly dimensions: readonly string[];
  /** Logical columns in which NULL leaves a row out; equal for the metric and for a rollup that answers it. */
  readonly present: readonly string[];
  /** Further condition on rows, as SQL over the source; `''` for none. */
  readonly where: string;
  /** Whether the source's rows can answer it at all. */
  readonly raw: boolean;
}

/** A measure: which column it is, and by which definition, so that only equal ones are taken for each other. */
export interface MeasureSpec {
  readonly column: string;
  readonly type: string;
  /** What one row of the source contributes, as SQL over the source's columns; `''` where no row does. */
  readonly row: string;
  /** Class *state-additive*: aggregate function (with parameters) whose state the column holds, such as `quantilesDDState(0.01, 0.5)`. */
  readonly state?: string;
}

/** Width of a rollup's buckets: seconds for those that count from 1970 in UTC, `day` for a zone's days. */
export type Grain = number | 'day';

/** A column that a rollup's rows are split by. */
export interface RollupKeySpec {
  readonly column: string;
  /** Logical column of the role whose value it holds. */
  readonly from: string;
  /** Whether it has many values (users), so that the rollup has many rows. */
  readonly wide: boolean;
}

/** An installed rollup. Its table has the bucket as column `d` (Date, grain day) or `m` (DateTime), and is read with FINAL. */
export interface RollupSpec {
  readonly name: string;
  /** `database.table`. */
  readonly table: string;
  readonly role: string;
  /** `places`: one row per bucket and key; `finished`: one row per day with numbers that do not merge. */
  readonly kind: 'places' | 'finished';
  readonly grain: Grain;
  /** Zone of its days. */
  readonly timezone: string;
  readonly keys: readonly RollupKeySpec[];
  readonly measures: readonly MeasureSpec[];
  /** Kind `finished` only: column → days of its window. */
  readonly windows: Readonly<Record<string, number>>;
  readonly present: readonly string[];
  readonly where: string;
  /** All rows stamped up to here are counted, ms since 1970; null before its first run. */
  readonly watermarkMs: number | null;
}

/** A role's source as SQL: equal to what the refreshes read. */
export interface SourceSpec {
  readonly role: string;
  /** `database.table`. */
  readonly table: string;
  readonly sourceClass: SourceClass;
  /** Whether its time knows only days; they are the same in every zone. */
  readonly daysOnly: boolean;
  /** Instant (or day) of a row, never NULL. */
  readonly time: string;
  /** The bare column of it, by which the key prunes. */
  readonly timeColumn: string;
  /** Logical column → SQL of its value, as a rollup's key holds it. */
  readonly columns: Readonly<Record<string, string>>;
  /** Logical column → condition that leaves out its NULLs; absent where it has none. */
  readonly notNull: Readonly<Record<string, string>>;
  readonly deleted: string;
  /** Whether FINAL gives one row per id; else {@link id} and {@link newest} do, where given. */
  readonly collapses: boolean;
  readonly id: string | undefined;
  readonly newest: string | undefined;
  /** When rows arrived; undefined in class *window* without a stamp. */
  readonly stamp: string | undefined;
  /** Class *moving*: `database.table` of its placements ledger (id, m). */
  readonly ledger: string | undefined;
}

/** What is installed, with the watermarks of one moment. */
export interface PlannerCatalogue {
  readonly weekStart: WeekStart;
  readonly metrics: readonly MetricSpec[];
  readonly rollups: readonly RollupSpec[];
  readonly sources: readonly SourceSpec[];
}
