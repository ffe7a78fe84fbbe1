import type { Cursor, Wait } from './cursor';
import type { TypeNode } from './typeText';

/** A value as frames hold it: times are ms since 1970-01-01 UTC, nested values are JSON text. */
export type Plain = number | string | boolean | null;

/**
 * What a column is to a reader, whatever its exact type: this is all that `frames/` looks at, so that a new type needs
 * no change there.
 * - `number`: `decimals` = digits after the point where the type fixes them; `unit` = Grafana unit id where known.
 * - `time`: `precision` = digits of the fraction of a second; `zone` = IANA zone of the column where it has one;
 *   `day` = a calendar day without zone, given as its midnight in UTC.
 * - `other`: arrays, tuples, maps, as JSON text.
 */
export type Shape =
  | { readonly kind: 'number'; readonly decimals?: number; readonly unit?: string }
  | { readonly kind: 'time'; readonly precision: number; readonly zone?: string; readonly day?: boolean }
  | { readonly kind: 'string' | 'boolean' | 'other' };

/** The decoded values of one column of one block. */
export interface ColumnData {
  readonly length: number;
  /**
   * Writes all values into `target` from index `at` on. Numbers beyond 2^53 are rounded (see `allExact`), fractions
   * of a millisecond are left out (see `copyNanosTo`), bytes that are not UTF-8 become U+FFFD.
   */
  copyTo(target: Plain[], at: number): void;
  /** One value as JSON text; integers and decimals with all their digits, `"nan"`, `"inf"` quoted. */
  json(row: number): string;
  /**
   * Whether `copyTo` rounds nothing; rows flagged in `nulls` (one byte per row) do not count. Absent = never rounds.
   */
  allExact?(nulls?: Uint8Array): boolean;
  /** Writes all values as exact decimal text. Present where `allExact` is. */
  copyTextTo?(target: Plain[], at: number): void;
  /** Writes the nanoseconds below the millisecond (0 … 999999). Present where the precision is finer than 3. */
  copyNanosTo?(target: number[], at: number): void;
}

/** Reads columns of one type. Holds no state of a block and may be used for many. */
export interface Codec {
  readonly shape: Shape;
  /** Reads what stands once before the data (the version of LowCardinality). Absent = nothing. */
  prefix?(cursor: Cursor): Wait;
  /** Reads `rows` values; for 0 rows it reads no byte. Throws `native_corrupt` and `native_limit`. */
  read(cursor: Cursor, rows: number): Wait<ColumnData>;
}

/** What a column family needs besides its own type. */
export interface BuildContext {
  /** Column name, for errors. */
  readonly column: string;
  /** Zone of DateTime columns that name none: the server's. */
  readonly zone: string;
  /** The codec of an inner type. Throws `native_unsupported_type`. */
  build(type: TypeNode): Codec;
}

/** One member of the table of column types: one file in `columns/`. */
export interface ColumnFamily {
  /** Type names as the server spells them, without arguments. */
  readonly types: readonly string[];
  /** Makes the codec. Throws when the arguments are not those of the type. */
  build(type: TypeNode, context: BuildContext): Codec;
}
