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
 * - `string`: `names` = every value that an Enum can have, in the order of its numbers.
 * - `other`: arrays, tuples, maps, JSON, values of changing type, as JSON text.
 */
export type Shape =
  | { readonly kind: 'number'; readonly decimals?: number; readonly unit?: string }
  | { readonly kind: 'time'; readonly precision: number; readonly zone?: string; readonly day?: boolean }
  | { readonly kind: 'string'; readonly names?: readonly string[] }
  | { readonly kind: 'boolean' | 'other' };

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
  /**
   * Reads what stands once before the data of the whole column (versions; the types inside Dynamic, the paths of JSON)
   * and returns the codec of that data. Absent = nothing stands there. Throws `native_corrupt`.
   */
  prefix?(cursor: Cursor): Wait<Codec>;
  /**
   * Reads `rows` values; for 0 rows it reads no byte. Throws `native_corrupt` and `native_limit`. Where there is a
   * `prefix`, only the codec that it returns reads rows.
   */
  read(cursor: Cursor, rows: number): Wait<ColumnData>;
  /**
   * Reads one value as it stands alone (the layout of FORMAT RowBinary: in the shared values of Dynamic and JSON) and
   * returns its JSON text. Absent = it looks like a column of one row.
   */
  value?(cursor: Cursor): Wait<string>;
}

/** The codecs of the data of columns side by side: reads the prefix of each that has one. */
export function* openAll(cursor: Cursor, codecs: readonly Codec[]): Wait<readonly Codec[]> {
  const opened: Codec[] = [];
  for (const codec of codecs) opened.push(codec.prefix ? yield* codec.prefix(cursor) : codec);
  return opened;
}

/** One value as it stands alone, as JSON text: see {@link Codec.value}. */
export function* readValue(cursor: Cursor, codec: Codec): Wait<string> {
  return codec.value ? yield* codec.value(cursor) : (yield* codec.read(cursor, 1)).json(0);
}

/** Writes the JSON text of each row into `target`, null for null. */
export function copyJson(data: Pick<ColumnData, 'length' | 'json'>, target: Plain[], at: number): void {
  for (let i = 0; i < data.length; i++) {
    const json = data.json(i);
    target[at + i] = json === 'null' ? null : json;
  }
}

/** What a column family needs besides its own type. */
export interface BuildContext {
  /** Column name, for errors. */
  readonly column: string;
  /** Zone of DateTime columns that name none: the server's. */
  readonly zone: string;
  /** The codec of an inner type. Throws `native_unsupported_type`. */
  build(type: TypeNode): Codec;
  /** The codec of an inner type that only the data names. Throws `native_bad_type`, too. */
  buildText(type: string): Codec;
}

/** One member of the table of column types: one file in `columns/`. */
export interface ColumnFamily {
  /** Type names as the server spells them, without arguments. */
  readonly types: readonly string[];
  /** Makes the codec. Throws when the arguments are not those of the type. */
  build(type: TypeNode, context: BuildContext): Codec;
}
