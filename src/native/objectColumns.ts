import type { ChosenData } from './chosen';
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
  /** The codec of values kept aside: absent where none can be. */
  readonly aside?: Codec;
}

/** A codec for JSON objects: a column per path, then per row the paths and values kept aside. */
export const objectCodec = (layout: ObjectLayout): Codec => ({
  shape: { kind: 'other' },
  *read(cursor, rows) {
    const { codecs, aside } = layout;
    const columns: ColumnData[] = [];
    for (const codec of codecs) columns.push(yield* codec.read(cursor, rows));
    if (!aside) cursor.claim(rows, 'rows');
    return objectData(rows, layout, columns, aside && (yield* readAside(cursor, rows, aside)));
  },
});

/** Values outside of the columns, row by row, in each sorted by path. */
interface Aside {
  /** End of each row's values; they begin where those of the row before end. */
  readonly ends: Uint32Array;
  readonly paths: readonly string[];
  readonly values: ColumnData;
}

function* readAside(cursor: Cursor, rows: number, codec: Codec): Wait<Aside> {
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
  aside?: Aside,
): ColumnData {
  const keysOf = new Map<string, PathKeys>();
  for (const path of aside ? [...paths, ...aside.paths] : paths)
    if (!keysOf.has(path)) keysOf.set(path, pathKeys(path));
  const sorted = paths
    .map((path, i) => ({ path, keys: keysOf.get(path)!, data: columns[i]!, isDeclared: i < declared }))
    .sort((a, b) => utf8Order(a.path, b.path));

  /** Paths and values of a row, sorted by path. */
  function* entries(row: number): Generator<readonly [PathKeys, string]> {
    let at = aside && row > 0 ? aside.ends[row - 1]! : 0;
    const end = aside ? aside.ends[row]! : 0;
    const kept = (i: number) => [keysOf.get(aside!.paths[i]!)!, aside!.values.json(i)] as const;
    for (const { path, keys, data, isDeclared } of sorted) {
      if (!isDeclared && (data as ChosenData).nullAt(row)) continue;
      for (; at < end && utf8Order(aside!.paths[at]!, path) < 0; at++) yield kept(at);
      yield [keys, data.json(row)];
    }
    for (; at < end; at++) yield kept(at);
  }
  const json = (row: number) => objectText(entries(row));
  return { length, json, copyTo: (target, at) => copyJson({ length, json }, target, at) };
}
