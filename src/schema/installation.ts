import type { Section } from '../config/sections';
import type { PipelineConfig } from '../config/collectConfig';
import type { AlertsConfig } from '../config/config';
import type { WatchedSource } from '../config/watched';
import type { FunnelSpec } from '../core/funnel/spec';
import type { RetentionSpec } from '../core/retention/spec';
import type { RoleName, SourceClass, WeekStart } from '../core/model';

/** A source table as it really is: resolved once per migrate, so that no statement guesses a type. */
export interface Source {
  readonly role: RoleName;
  /** `database.table`. */
  readonly table: string;
  readonly sourceClass: SourceClass;
  /** Class *window* only: days back that each refresh recomputes. */
  readonly windowDays: number;
  /** Whether the table's engine collapses versions by itself, so that FINAL gives one row per id. */
  readonly collapses: boolean;
  /** Logical column → SQL over the table's columns; optional columns that are not mapped are absent. */
  readonly columns: Readonly<Record<string, string>>;
  /** Logical column → ClickHouse type of that SQL, without LowCardinality and Nullable. */
  readonly types: Readonly<Record<string, string>>;
  /** Logical columns whose source column may be NULL. */
  readonly nullable: readonly string[];
  /** Names of the configured dimensions, which are logical columns too, in the order of tidemark.yaml. */
  readonly dimensions: readonly string[];
  /** Logical column → how many of its values rollups keep apart (the others are `(other)`); only what tidemark.yaml sets. */
  readonly tops: Readonly<Record<string, number>>;
  /** Logical columns that have more values than are kept apart: the others are `(other)`, by lists in `top_values`. */
  readonly capped: readonly string[];
  /** Days back from today that the source has whole; null where it keeps its rows for ever. Older days are sealed. */
  readonly keepsDays: number | null;
  /** How its rollups are kept: by recomputing what was touched, or by ordinary insert-time views. */
  readonly mode: 'recompute' | 'insert';
  /** Role *events*: event names of which step rows are kept for funnels. */
  readonly steps: readonly string[];
  /** Role *events*: whether step rows of all events are kept, whatever {@link steps} names. */
  readonly allSteps: boolean;
  /** Role *events*: dimensions that step rows carry; *followed* ones may have as many values as there are users. */
  readonly stepDimensions: readonly { readonly name: string; readonly followed: boolean }[];
  /** Role *events*: event names that are features of the product. */
  readonly features: readonly string[];
  /** Role *requests*: satisfied up to this many ms, tolerating up to four times as many (Apdex). */
  readonly apdexMs: number;
  /** Condition on the source's own columns that a row must fulfil to belong to the role (a derived role); `''` for none. */
  readonly only: string;
}

/** All that the statements of an installation depend on. */
export interface Installation {
  /** Database of everything that Tidemark makes. */
  readonly database: string;
  /** Cluster on whose servers everything is made; absent: one server. */
  readonly cluster?: string;
  /** IANA zone whose days are the buckets. */
  readonly timezone: string;
  /** Further zones whose days are kept too. */
  readonly zones: readonly string[];
  readonly weekStart: WeekStart;
  /** Period of the refreshes, in seconds. */
  readonly everySeconds: number;
  /** D: rows stamped within the last D seconds wait for the next refresh. */
  readonly delaySeconds: number;
  /** How far back of its proven watermark a refresh reads again, in seconds. */
  readonly overlapSeconds: number;
  /** Days before today that each refresh keeps current at once; older touched days are queued. */
  readonly freshDays: number;
  /** Queued days that one run of the late lane recounts. */
  readonly lateDaysPerRun: number;
  /** Memory that one refresh may take, in MB. */
  readonly memoryMb: number;
  /** Lives of the finer tiers, in days. */
  readonly tiers: { readonly minuteDays: number; readonly quarterDays: number };
  readonly sources: Readonly<Partial<Record<RoleName, Source>>>;
  /** Kept as rollups; all the events and dimensions that they name are in the step rows. */
  readonly funnels: readonly FunnelSpec[];
  readonly retentions: readonly RetentionSpec[];
  /** What tidemark.yaml says of alert rules, as far as their views and tables depend on it. */
  readonly alerts: Pick<AlertsConfig, 'off' | 'thresholds' | 'subjects' | 'holidays' | 'runbooks'>;
  /** Sections of tidemark.yaml that are filled. Health tables are made only with `collect`. */
  readonly sections: readonly Section[];
  /** What `tidemark collect` looks at; nothing where nothing is collected. */
  readonly watched: readonly WatchedSource[];
  /** How tables come from Postgres; none where nothing is collected. */
  readonly pipelines: readonly PipelineConfig[];
  /** Tables of the server's `system` database. */
  readonly systemTables: readonly string[];
}
