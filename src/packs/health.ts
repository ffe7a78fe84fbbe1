/** A column of a health table. */
export interface HealthColumn {
  readonly name: string;
  /** ClickHouse type. */
  readonly type: string;
  /** What it is, with its unit. */
  readonly description: string;
}

/** A table that `tidemark collect` writes and that dashboards, rules and verdicts of pack `pipeline` read. */
export interface HealthTable {
  /** Begins with `health_`: the collector's user may write these alone. */
  readonly name: `health_${string}`;
  readonly description: string;
  /** The first is `at` DateTime64(3, 'UTC'): when it was seen, by the collector's clock. */
  readonly columns: readonly HealthColumn[];
  /** Key columns, in order; who asks for the newest row of a subject finds it by them. */
  readonly orderBy: readonly string[];
  readonly ttlDays: number;
}

/** A column of a health table, its name and type kept as literals. */
export const column = <const N extends string, const T extends string>(name: N, type: T, description: string) => ({
  name,
  type,
  description,
});

/** The first column of every health table. */
export const at = column('at', "DateTime64(3, 'UTC')", 'When it was seen, by the clock of the collector.');

/** Names and types of a table's columns kept as literals, so that {@link HealthRow} knows them. */
export const healthTable = <const T extends HealthTable>(table: T): T => table;

/** What JSON writes for a ClickHouse type. 64-bit integers beyond 2^53 go as text; times as {@link HealthRow} says. */
type Written<T extends string> = T extends `LowCardinality(${infer I})`
  ? Written<I>
  : T extends `Nullable(${infer I})`
    ? Written<I> | null
    : T extends `Array(${infer I})`
      ? readonly Written<I>[]
      : T extends `${'U' | ''}Int${string}` | `Float${string}`
        ? number | (T extends `${'U' | ''}Int64` ? string : never)
        : T extends 'Bool'
          ? boolean
          : string;

/**
 * A row as a source hands it over: all columns but `at`, which the loop adds. Times are text in UTC as ClickHouse spells them
 * (`2026-03-01 12:00:00.000`).
 */
export type HealthRow<T extends HealthTable> = {
  readonly [C in T['columns'][number] as C['name'] extends 'at' ? never : C['name']]: Written<C['type']>;
};
