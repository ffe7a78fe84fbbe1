import type { VariantData } from './variantColumns';
import { copyJson } from './column';
import type { Codec, ColumnData } from './column';
import type { Cursor, Wait } from './cursor';
import { readEnds } from './columns/array';
import { readStrings } from './columns/string';
import { objectText, pathKeys } from './objectText';
import type { PathKeys } from './objectText';
import { copyStrings } from './text';
import { utf8Order } from './utf8';

/** How the rows of a JSON column lie in one block. */
export interface ObjectLayout {
  readonly paths: readonly string[];
  /** One per path. */
  readonly codecs: readonly Codec[];
  /** How many of the paths, the first ones, have a declared type: those are never left out of a row. */
  readonly declared: number;
  /** The codec of values in shared data: absent where there is none. */
  readonly shared?: Codec;
}

/** A codec for JSON objects: a column per path, then per row the paths and values of shared data. */
export const objectCodec = (layout: ObjectLayout): Codec => ({
  shape: { kind: 'other' },
  *read(cursor, rows) {
    const { codecs, shared } = layout;
    const columns: ColumnData[] = [];
    for (const codec of codecs) columns.push(yield* codec.read(cursor, rows));
    if (!shared) cursor.claim(rows, 'rows');
    return objectData(rows, layout, columns, shared && (yield* readSharedData(cursor, rows, shared)));
  },
});

/** Paths without a column of their own and their values, row by row, in each sorted by path. */
interface SharedData {
  /** End of each row's values; they begin where those of the row before end. */
  readonly ends: Uint32Array;
  readonly paths: readonly string[];
  readonly values: ColumnData;
}

function* readSharedData(cursor: Cursor, rows: number, codec: Codec): Wait<SharedData> {
  const ends = yield* readEnds(cursor, rows);
  const count = rows ? ends[rows - 1]! : 0;
  const strings = yield* readStrings(cursor, count);
  const paths = new Array<string>(count);
  copyStrings(strings, paths, 0);
  return { ends, paths, values: yield* codec.read(cursor, count) };
}

function objectData(
  length: number,
  { paths, declared }: ObjectLayout,
  columns: readonly ColumnData[],
  shared?: SharedData,
): ColumnData {
  const keysOf = new Map<string, PathKeys>();
  for (const path of shared ? [...paths, ...shared.paths] : paths)
    if (!keysOf.has(path)) keysOf.set(path, pathKeys(path));
  const sorted = paths
    .map((path, i) => ({ path, keys: keysOf.get(path)!, data: columns[i]!, isDeclared: i < declared }))
    .sort((a, b) => utf8Order(a.path, b.path));

  /** Paths and values of a row, sorted by path. */
  function* entries(row: number): Generator<readonly [PathKeys, string]> {
    let at = shared && row > 0 ? shared.ends[row - 1]! : 0;
    const end = shared ? shared.ends[row]! : 0;
    const sharedAt = (i: number) => [keysOf.get(shared!.paths[i]!)!, shared!.values.json(i)] as const;
    for (const { path, keys, data, isDeclared } of sorted) {
      if (!isDeclared && (data as VariantData).nullAt(row)) continue;
      for (; at < end && utf8Order(shared!.paths[at]!, path) < 0; at++) yield sharedAt(at);
      yield [keys, data.json(row)];
    }
    for (; at < end; at++) yield sharedAt(at);
  }
  const json = (row: number) => objectText(entries(row));
  return { length, json, copyTo: (target, at) => copyJson({ length, json }, target, at) };
}
