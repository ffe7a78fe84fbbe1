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
  /** Dimension of whose values one at a time may be told: amounts of several currencies do not add up. */
  readonly unmixed?: string;
  /** Logical columns in which NULL leaves a row out; equal for the metric and for a rollup that answers it. */
  readonly present: readonly string[];
  /** Further condition on rows, as SQL over the source; `''` for none. */
  readonly where: string;
  /** Whether the source's rows can answer it at all. */
  readonly raw: boolean;
  /** Whether it is made of finished numbers of whole days: then the range is widened to whole days (or to {@link per}). */
  readonly wholeDays?: boolean;
  /** The one interval that it is told by, where its numbers of several do not make one of a longer: users who came back. */
  readonly per?: 'day' | 'week' | 'month';
}

/** A measure: which column it is, and by which definition, so that only equal ones are taken for each other. */
export interface MeasureSpec {
  readonly column: string;
  readonly type: string;
  /**
   * What one row of the source contributes, as SQL over the source's columns. A finished number, to which no single row
   * contributes, has its name instead (`mrr_day.new_mrr`).
   */
  readonly row: string;
  /** Class *state-additive*: aggregate function (with parameters) whose state the column holds, such as `quantilesDDState(0.01, 0.5)`. */
  readonly state?: string;
  /** Whether it is a state of the bucket's end or beginning, which is summed over keys, but never over time. */
  readonly semiAdditive?: boolean;
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
  /** Whether values beyond the most frequent ones were put under `(other)`. */
  readonly capped: boolean;
}

/** An installed rollup. Its table has the bucket as column `d` (Date, grain day) or `m` (DateTime), and is read with FINAL. */
export interface RollupSpec {
  readonly name: string;
  /** `database.table`. */
  readonly table: string;
  readonly role: string;
  /** `places`: kept from the source's rows; `finished`: numbers per day (and key) made from another rollup. */
  readonly kind: 'places' | 'finished';
  readonly grain: Grain;
  /** Zone of its days. */
  readonly timezone: string;
  /** Days of the reporting zone that it is kept, today included; null for ever. */
  readonly lifeDays: number | null;
  /** Kind `finished` only: name of the rollup that it is made from. */
  readonly from?: string;
  readonly keys: readonly RollupKeySpec[];
  /** Kind `finished`: the numbers that may be summed over days or keys. */
  readonly measures: readonly MeasureSpec[];
  /** Kind `finished` only: column → days of its window. Such numbers do not merge. */
  readonly windows: Readonly<Record<string, number>>;
  readonly present: readonly string[];
  readonly where: string;
  /** All rows stamped up to here are counted or queued as late, ms since 1970; null before the first runs. */
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
  /** Condition that a row must fulfil to belong to the role; `''` for none. */
  readonly only: string;
  /** Days of the reporting zone that it has whole, today included; null where it keeps its rows for ever. */
  readonly keepsDays: number | null;
  /** Whether FINAL gives one row per id; else {@link id} and {@link newest} do, where given. */
  readonly collapses: boolean;
  readonly id: string | undefined;
  readonly newest: string | undefined;
  /** When rows arrived; undefined in class *window* without a stamp. */
  readonly stamp: string | undefined;
  /** Class *moving*: `database.table` of its placements ledger (id, m). */
  readonly ledger: string | undefined;
  /** Where its late days are queued; undefined in class *window*. */
  readonly late: LateSpec | undefined;
}

/** Tables (`database.table`) of days that came late: the queue, which of them were recounted, what was proven when. */
export interface LateSpec {
  /** The refresh that fills the queue; its watermark says up to where late rows are in it. */
  readonly step: string;
  readonly queue: string;
  readonly recounts: string;
  readonly done: string;
}

/** What is installed, with the watermarks of one moment. */
export interface PlannerCatalogue {
  /** The reporting zone: lives, kept days and late days are counted in its days. */
  readonly timezone: string;
  readonly weekStart: WeekStart;
  readonly metrics: readonly MetricSpec[];
  readonly rollups: readonly RollupSpec[];
  readonly sources: readonly SourceSpec[];
}

/** Refreshed table or queue → all rows stamped up to here (ms since 1970 UTC) are in it; absent before its first proven run. */
export type Watermarks = ReadonlyMap<string, number>;

/**
 * The catalogue with the watermarks of one moment. A rollup is no further than the queue of its source's late days, because
 * ordinary refreshes leave those to the queue.
 */
export function withWatermarks(catalogue: PlannerCatalogue, marks: Watermarks): PlannerCatalogue {
  const queues = new Map(catalogue.sources.map((s) => [s.role, s.late?.step] as const));
  const rollups = catalogue.rollups.map((rollup) => {
    const queue = queues.get(rollup.role);
    const all = [rollup.name, ...(queue === undefined ? [] : [queue])].map((name) => marks.get(name));
    const known = all.filter((mark) => mark !== undefined);
    return { ...rollup, watermarkMs: known.length < all.length ? null : Math.min(...known) };
  });
  return { ...catalogue, rollups };
}

/** A rollup at the moment of a question. */
export interface LiveRollup extends RollupSpec {
  /** First instant (ms) of its life: 0 where it is kept for ever. */
  readonly fromMs: number;
}

/** A source at the moment of a question. */
export interface LiveSource extends SourceSpec {
  /** The reporting zone. */
  readonly zone: string;
  /** First instant (ms) of the days that it has whole: 0 where it keeps its rows for ever. */
  readonly wholeFromMs: number;
}
