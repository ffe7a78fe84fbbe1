import type { MeasureClass, RoleName } from '../core/model';

/**
 * SQL over a role's logical columns: `{time}`, `{user}`, … are replaced by the user's columns (or by the role's fallback
 * where an optional column is not mapped). Nothing else is a placeholder.
 */
export type RoleSql = string;

/** A key column of a rollup beside its day. */
export interface RollupKey {
  readonly column: string;
  /** Logical column of the role whose value it holds. */
  readonly from: string;
  /** `source` keeps the source's own type (user ids may be integers, strings or UUIDs); else a ClickHouse type. */
  readonly type: 'source' | 'LowCardinality(String)';
}

/** A measure that adds: over days, over keys, over parts. */
export interface RollupMeasure {
  readonly column: string;
  readonly type: string;
  /** What one deduplicated row of the source contributes. */
  readonly row: RoleSql;
  readonly class: Extract<MeasureClass, 'additive'>;
  readonly description: string;
}

/** A rollup kept from a role's source table: one row per day and key, recomputed where something changed. */
export interface SourceRollup {
  readonly kind: 'source';
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly role: RoleName;
  readonly grain: 'day';
  readonly keys: readonly RollupKey[];
  readonly measures: readonly RollupMeasure[];
  /** Rows that count; all when absent. */
  readonly where?: RoleSql;
}

/** A column of a rollup that is kept from another rollup. */
export interface FinishedColumn {
  readonly column: string;
  /** Days, ending with and including the day, whose distinct users it counts; absent where it is something else. */
  readonly windowDays?: number;
  readonly description: string;
}

/** Finished active-user numbers per day (`schema/activeDays.ts`), kept from a rollup of (day, user) pairs. */
export interface ActiveDaysRollup {
  readonly kind: 'activeDays';
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Name of the source rollup that holds the (d, user) pairs. */
  readonly from: string;
  readonly grain: 'day';
  readonly columns: readonly FinishedColumn[];
  /** Seconds between two refreshes: a late pair makes thirty days anew, so not as often as its source. */
  readonly everySeconds: number;
}

export type Rollup = SourceRollup | ActiveDaysRollup;

/** A number that people ask for, with the rollups that answer it. Written to the catalogue by `tidemark migrate`. */
export interface Metric {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Grafana unit id. */
  readonly unit: string;
  readonly class: MeasureClass;
  readonly rollup: string;
  /** SQL over the rollup's columns for one day (and one value of the dimensions). */
  readonly sql: string;
  /** Metrics per day over rolling windows: columns of {@link sql} → days that end with and include the day. */
  readonly windows?: Readonly<Record<string, number>>;
  /** What groups are ranked by where only the greatest are asked for; {@link sql} when absent. A ratio names its volume. */
  readonly weight?: string;
  /** Logical columns of the role it may be grouped and filtered by; where the rollup lacks one, raw rows answer. */
  readonly dimensions: readonly string[];
}

/** One subject, whole. */
export interface Pack {
  readonly name: string;
  readonly title: string;
  readonly roles: readonly RoleName[];
  readonly rollups: readonly Rollup[];
  readonly metrics: readonly Metric[];
}
