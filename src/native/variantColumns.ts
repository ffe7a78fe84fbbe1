import { copyJson } from './column';
import type { Codec, ColumnData } from './column';
import type { Cursor, Wait } from './cursor';

/** Which of several columns holds each row's value. */
export type Discriminators = Uint8Array | Uint16Array | Uint32Array;

/** Rows whose values lie in different columns, each of which holds only its own rows. */
export interface VariantData extends ColumnData {
  /** Whether the row has no value at all. */
  nullAt(row: number): boolean;
}

/**
 * Reads the columns that `discriminators` point to, one after another; `none` stands for no value. Throws `native_corrupt`
 * for a discriminator that is no column.
 */
export function* readVariants(
  cursor: Cursor,
  discriminators: Discriminators,
  none: number,
  codecs: readonly Codec[],
): Wait<VariantData> {
  const counts = new Uint32Array(codecs.length);
  /** Where in its column a row's value is. */
  const places = new Uint32Array(discriminators.length);
  for (let i = 0; i < discriminators.length; i++) {
    const discriminator = discriminators[i]!;
    if (discriminator < codecs.length) places[i] = counts[discriminator]!++;
    else if (discriminator !== none)
      throw cursor.corrupt(`the value of row ${i + 1} has type ${discriminator} of ${codecs.length}`);
  }
  const columns: ColumnData[] = [];
  for (const [i, codec] of codecs.entries()) columns.push(yield* codec.read(cursor, counts[i]!));
  return variantData(discriminators, places, columns);
}

function variantData(discriminators: Discriminators, places: Uint32Array, columns: readonly ColumnData[]): VariantData {
  const { length } = discriminators;
  const json = (row: number) => columns[discriminators[row]!]?.json(places[row]!) ?? 'null';
  return {
    length,
    json,
    nullAt: (row) => discriminators[row]! >= columns.length,
    copyTo: (target, at) => copyJson({ length, json }, target, at),
  };
}

/** A column without rows, for a codec whose prefix has not been read: only that one knows how to read rows. */
export function* readNoRows(cursor: Cursor, rows: number): Wait<VariantData> {
  if (rows > 0) throw cursor.corrupt('values stand where their prefix is missing');
  return variantData(new Uint8Array(0), new Uint32Array(0), []);
}
