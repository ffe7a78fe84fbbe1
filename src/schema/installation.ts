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
}

/** All that the statements of an installation depend on. */
export interface Installation {
  /** Database of everything that Tidemark makes. */
  readonly database: string;
  /** IANA zone whose days are the buckets. */
  readonly timezone: string;
  readonly weekStart: WeekStart;
  /** Period of the refreshes, in seconds. */
  readonly everySeconds: number;
  /** D: rows stamped within the last D seconds wait for the next refresh. */
  readonly delaySeconds: number;
  /** How far back of its proven watermark a refresh reads again, in seconds. */
  readonly overlapSeconds: number;
  readonly sources: Readonly<Partial<Record<RoleName, Source>>>;
}
