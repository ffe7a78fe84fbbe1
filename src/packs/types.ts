import type { FunnelSpec } from '../core/funnel/spec';
import type { Grain, MeasureClass, RoleName } from '../core/model';
import type { RetentionSpec } from '../core/retention';

/**
 * SQL over a role's logical columns: `{time}`, `{user}`, … are replaced by the user's columns (or by the role's fallback
 * where an optional column is not mapped), `{steps}` and `{apdexMs}` by what tidemark.yaml sets for the role. Nothing else
 * is a placeholder.
 */
export type RoleSql = string;

/** A key column of a rollup beside its bucket. */
export interface RollupKey {
  readonly column: string;
  /** Logical column of the role whose value it holds. */
  readonly from: string;
  /** `source` keeps the source's own type (user ids may be integers, strings or UUIDs); else a ClickHouse type. */
  readonly type: 'source' | 'String' | 'LowCardinality(String)' | "DateTime64(3, 'UTC')" | 'Date' | 'UInt8' | 'UInt16';
  /** How many values are kept apart unless tidemark.yaml says otherwise; the rest is `(other)`. Absent: all. */
  readonly top?: number;
}

/** A measure of a rollup: what one deduplicated row of the source contributes, and how rows of a place become one value. */
export interface RollupMeasure {
  readonly column: string;
  readonly type: string;
  readonly row: RoleSql;
  /** *additive*: summed; *state-additive*: aggregated into {@link state}; *semi-additive*: the value of the place's last row. */
  readonly class: Extract<MeasureClass, 'additive' | 'state-additive' | 'semi-additive'>;
  /** Class *state-additive*: aggregate function with its parameters, such as `quantilesDD(0.01, 0.5)`. */
  readonly state?: string;
  readonly description: string;
}

/**
 * Rollups kept from a role's source: one row per bucket and key, recomputed where something changed. With several tiers
 * one table each (`<name>_minute`, `<name>_quarter`, `<name>_day`), the upper ones kept from the tier below; with one,
 * `name` is the table. Day tiers exist once per configured zone.
 */
export interface PlacesRollup {
  readonly kind: 'places';
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly role: RoleName;
  /** From the finest on. */
  readonly tiers: readonly Grain[];
  readonly keys: readonly RollupKey[];
  /** Whether the role's configured dimensions are keys too: all, or those that step rows carry. */
  readonly dimensions?: boolean | 'steps';
  /** None: the rollup is the set of its keys. */
  readonly measures: readonly RollupMeasure[];
  /** Rows that count; all when absent. */
  readonly where?: RoleSql;
  /** Installed only where the role has this configured. */
  readonly needs?: 'steps' | 'dimensions';
}

/** A column of a rollup that is kept from another rollup. */
export interface FinishedColumn {
  readonly column: string;
  /** ClickHouse type; UInt64 when absent. */
  readonly type?: string;
  /** Days, ending with and including the day, whose distinct users it counts; absent where it is something else. */
  readonly windowDays?: number;
  /**
   * How it adds up: *additive* numbers over keys and days, *semi-additive* ones (states) over keys only. Absent: as the class
   * of a metric that names it says. Such columns have no {@link windowDays}.
   */
  readonly class?: Extract<MeasureClass, 'additive' | 'semi-additive'>;
  readonly description: string;
}

/**
 * How finished numbers are kept, each in a file of `schema/rollups`: `activeDays` from (d, user) pairs, `firstDays` of each user from
 * such pairs, `activeSpans` (calendar weeks or months) and `cohortMonths` from pairs and first days, `cohortSums` from places with
 * measures and first days, `mrrDays` and `mrrMonths` from changes of subscriptions; of features, `adoption` from first uses and first
 * days, `featureUses` and `featureBreadth` from step rows; of a saved funnel `funnelTimes` from step rows and `funnelDays` from these
 * times; of a saved retention, in `schema/retention`, `firstStarts` and `retentionRows`.
 */
export type FinishedMethod =
  | 'activeDays'
  | 'activeSpans'
  | 'firstDays'
  | 'cohortMonths'
  | 'cohortSums'
  | 'adoption'
  | 'featureUses'
  | 'featureBreadth'
  | 'mrrDays'
  | 'mrrMonths'
  | 'funnelTimes'
  | 'funnelDays'
  | 'firstStarts'
  | 'retentionRows';

/** Calendar weeks (from the configured first day of the week on) and months. */
export const calendarSpans = ['week', 'month'] as const;
export type CalendarSpan = (typeof calendarSpans)[number];

/** Finished numbers, kept from a rollup of places by the method named. */
export interface FinishedRollup {
  readonly kind: 'finished';
  readonly method: FinishedMethod;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Name of the rollup of the same pack that it is kept from. */
  readonly from: string;
  /** Name of the rollup of first days that it needs, too: it is refreshed after both. */
  readonly firsts?: string;
  /** Name of another rollup of places that it is kept from, too. */
  readonly beside?: string;
  /** Methods `firstStarts` and `retentionRows`: what is counted. */
  readonly retention?: RetentionSpec;
  /** Methods `funnelTimes` and `funnelDays`: what is counted. */
  readonly funnel?: FunnelSpec;
  /** Installed only where the role has this configured; of {@link from}, only rows of such events count. */
  readonly needs?: 'features';
  /** Column of {@link from} that is counted, where it is no key here. */
  readonly entity?: string;
  /** Keys beside the day (of method `firstDays`: instead of it), with the columns of {@link from} whose values they hold. */
  readonly keys: readonly RollupKey[];
  readonly columns: readonly FinishedColumn[];
  /** Width of its buckets, where these are no days: `d` is the first day of each. */
  readonly span?: CalendarSpan;
  /** Seconds between two refreshes: a late change makes many days anew, so not as often as its source. */
  readonly everySeconds: number;
}

export type Rollup = PlacesRollup | FinishedRollup;

/** A number that people ask for, with the rollups that answer it. Written to the catalogue by `tidemark migrate`. */
export interface Metric {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Grafana unit id. */
  readonly unit: string;
  readonly class: MeasureClass;
  /** Name of the rollup (of the family, where it has tiers) that answers it. */
  readonly rollup: string;
  /** SQL over the rollup's columns for one day (and one value of the dimensions). */
  readonly sql: string;
  /** The one interval that it is told by, where its numbers of several do not make one of a longer. */
  readonly per?: 'day' | CalendarSpan;
  /** Metrics per day over rolling windows: columns of {@link sql} → days that end with and include the day. */
  readonly windows?: Readonly<Record<string, number>>;
  /** What groups are ranked by where only the greatest are asked for; {@link sql} when absent. A ratio names its volume. */
  readonly weight?: string;
  /** Logical column of whose values one at a time may be told, unless it is a constant: the currency of an amount. */
  readonly unmixed?: string;
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
