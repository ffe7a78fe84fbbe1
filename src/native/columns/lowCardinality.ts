import { typeArgument } from '../arguments';
import { readValue } from '../column';
import type { Codec, ColumnData, ColumnFamily, Plain } from '../column';
import type { Cursor, Wait } from '../cursor';

/** The only version of key serialization there is: shared dictionaries with additional keys. */
const version = 1;
/** Bits of the flags before each dictionary, above the width of the indexes in the low byte. */
const globalDictionary = 0x100;
const additionalKeys = 0x200;
const indexArrays = [Uint8Array, Uint16Array, Uint32Array] as const;

/**
 * LowCardinality(T): a dictionary of the values in this block and an index per row. Each dictionary entry is decoded
 * once. In LowCardinality(Nullable(T)) the dictionary holds plain T, and index 0 means NULL.
 */
export const lowCardinality: ColumnFamily = {
  types: ['LowCardinality'],
  build(type, context) {
    const declared = typeArgument(type, 0, context.column);
    const nullable = declared.name === 'Nullable';
    const keys = context.build(nullable ? typeArgument(declared, 0, context.column) : declared);
    const whole = nullable ? context.build(declared) : keys;
    const codec: Codec = {
      shape: keys.shape,
      *prefix(cursor) {
        const found = yield* cursor.uint64('the LowCardinality version');
        if (found !== version) throw cursor.corrupt(`LowCardinality version ${found} is not known, only ${version} is`);
        return codec;
      },
      read: (cursor, rows) => readDictionary(cursor, rows, keys, nullable),
      value: (cursor) => readValue(cursor, whole),
    };
    return codec;
  },
};

function* readDictionary(cursor: Cursor, rows: number, keys: Codec, nullable: boolean): Wait<DictionaryData> {
  if (rows === 0) return dictionaryData(yield* keys.read(cursor, 0), new Uint8Array(0), nullable);
  const flags = yield* cursor.uint64('the LowCardinality flags');
  const Indexes = indexArrays[flags & 0xff];
  if (!Indexes) throw cursor.corrupt(`LowCardinality index width ${flags & 0xff} is not known`);
  if (flags & globalDictionary || !(flags & additionalKeys))
    throw cursor.corrupt('LowCardinality with a dictionary outside of its block is not sent over HTTP');
  const dictionary = yield* keys.read(cursor, yield* cursor.uint64('the number of dictionary entries'));
  const count = yield* cursor.uint64('the number of indexes');
  if (count !== rows) throw cursor.corrupt(`${count} indexes for ${rows} rows`);
  const bytes = yield* cursor.bytes(rows * Indexes.BYTES_PER_ELEMENT, 'indexes');
  const indexes = new Indexes(bytes.buffer);
  checkIndexes(cursor, indexes, dictionary.length);
  return dictionaryData(dictionary, indexes, nullable);
}

type Indexes = Uint8Array | Uint16Array | Uint32Array;

function checkIndexes(cursor: Cursor, indexes: Indexes, size: number): void {
  let highest = 0;
  for (let i = 0; i < indexes.length; i++) if (indexes[i]! > highest) highest = indexes[i]!;
  if (highest >= size) throw cursor.corrupt(`index ${highest} into a dictionary of ${size} entries`);
}

/** A dictionary and the entry of each row. */
export interface DictionaryData extends ColumnData {
  readonly dictionary: ColumnData;
  readonly indexes: Indexes;
}

function dictionaryData(dictionary: ColumnData, indexes: Indexes, nullable: boolean): DictionaryData {
  const spread = <T>(entries: T[], target: T[], at: number) => {
    for (let i = 0; i < indexes.length; i++) target[at + i] = entries[indexes[i]!]!;
  };
  const entriesBy = (copy: (target: Plain[], at: number) => void) => {
    const entries = new Array<Plain>(dictionary.length);
    copy(entries, 0);
    if (nullable && entries.length) entries[0] = null;
    return entries;
  };
  return {
    dictionary,
    indexes,
    length: indexes.length,
    copyTo: (target, at) => spread(entriesBy(dictionary.copyTo), target, at),
    json: (row) => (nullable && indexes[row] === 0 ? 'null' : dictionary.json(indexes[row]!)),
    ...(dictionary.allExact && { allExact: () => dictionary.allExact!() }),
    ...(dictionary.copyTextTo && {
      copyTextTo: (target: Plain[], at: number) => spread(entriesBy(dictionary.copyTextTo!), target, at),
    }),
    ...(dictionary.copyNanosTo && {
      copyNanosTo(target: number[], at: number) {
        const entries = new Array<number>(dictionary.length);
        dictionary.copyNanosTo!(entries, 0);
        spread(entries, target, at);
      },
    }),
  };
}
