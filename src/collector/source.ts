import type { Db } from '../core/db';
import type { HealthRow, HealthTable } from '../packs/health';

/** Writes one line of the log; `facts` become its fields. Never throws. */
export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

/** What a source may use of the world. Nothing else: no global clock, no `fetch` of its own, no `console`. */
export interface World {
  /** ClickHouse, for what is read of it. Rows are written by the loop, never by a source. */
  readonly db: Db;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly fetch: typeof fetch;
  readonly log: Log;
}

/** The world during one look. */
export interface Look extends World {
  /** Aborted when the time of the look is up and when the collector stops: let go of everything then, at once. */
  readonly signal: AbortSignal;
}

/** Rows of one health table, without `at`. Made by {@link rowsOf}. */
export interface TableRows {
  readonly table: string;
  readonly rows: readonly object[];
}

/**
 * How one part of a source went, where parts fail alone (a database, a topic). Each part is named in every look, also when it is
 * well: only so a failure ends.
 */
export interface Part {
  readonly part: string;
  /** Absent: it is well. */
  readonly failure?: { readonly code: string; readonly message: string };
  /** Something to know of a part that is well. */
  readonly note?: { readonly code: string; readonly message: string };
}

/** What one look brought. */
export interface Collected {
  readonly rows: readonly TableRows[];
  readonly parts?: readonly Part[];
}

/**
 * One kind of thing that is looked at: a PostgreSQL server, a Kafka cluster, a folder of dbt. A source that throws (a
 * TidemarkError, whose message says what to do) failed as a whole and is tried again after a pause; it never stops another.
 */
export interface Source {
  /** Kind and name, as `health_source` has them: `postgres main`. */
  readonly name: string;
  /** Tables that it writes. */
  readonly tables: readonly HealthTable[];
  /** Between the beginnings of two looks, in ms. */
  readonly intervalMs: number;
  /** After which a look is given up, in ms. */
  readonly timeoutMs: number;
  /** Looks once. Connections may be kept from one look to the next. */
  collect(look: Look): Promise<Collected>;
  /** Lets go of connections. Never throws. */
  close?(): Promise<void>;
}

/**
 * How long a look may take: most of its interval, but never less than five seconds, for a busy machine is no failure, and never more
 * than so many ms.
 */
export const patienceMs = (intervalMs: number, longestMs = 15_000): number =>
  Math.max(5000, Math.min(longestMs, 0.8 * intervalMs));

/** Rows of a table with their columns checked by the compiler: `rowsOf(healthSlot, [{ server: 'main', … }])`. */
export const rowsOf = <T extends HealthTable>(table: T, rows: readonly HealthRow<T>[]): TableRows => ({
  table: table.name,
  rows,
});

/**
 * A moment as health tables spell it.
 * @example instant(0) // '1970-01-01 00:00:00.000'
 */
export const instant = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
