import { typeArgument } from '../arguments';
import { readValue } from '../column';
import type { Codec, ColumnData, ColumnFamily, Plain } from '../column';
import type { Cursor } from '../cursor';

/** Nullable(T): one byte per value (1 = NULL), then a T for every row, meaningless where NULL. */
export const nullable: ColumnFamily = {
  types: ['Nullable'],
  build: (type, context) => nullableCodec(context.build(typeArgument(type, 0, context.column))),
};

function nullableCodec(inner: Codec): Codec {
  return {
    shape: inner.shape,
    ...(inner.prefix && {
      *prefix(cursor: Cursor) {
        return nullableCodec(yield* inner.prefix!(cursor));
      },
    }),
    *read(cursor, rows) {
      const nulls = yield* cursor.bytes(rows, 'null flags');
      return nullableData(nulls, yield* inner.read(cursor, rows));
    },
    *value(cursor) {
      yield* cursor.need(1, 'a null flag');
      return cursor.byte() ? 'null' : yield* readValue(cursor, inner);
    },
  };
}

/** A column with its null flags, one byte per row. */
export interface NullableData extends ColumnData {
  readonly nulls: Uint8Array;
  readonly inner: ColumnData;
}

function nullableData(nulls: Uint8Array, inner: ColumnData): NullableData {
  const { length } = inner;
  const erase = (target: (Plain | number)[], at: number, by: null | 0) => {
    for (let i = 0; i < length; i++) if (nulls[i]) target[at + i] = by;
  };
  return {
    nulls,
    inner,
    length,
    copyTo(target, at) {
      inner.copyTo(target, at);
      erase(target, at, null);
    },
    json: (row) => (nulls[row] ? 'null' : inner.json(row)),
    ...(inner.allExact && { allExact: () => inner.allExact!(nulls) }),
    ...(inner.copyTextTo && {
      copyTextTo(target: Plain[], at: number) {
        inner.copyTextTo!(target, at);
        erase(target, at, null);
      },
    }),
    ...(inner.copyNanosTo && {
      copyNanosTo(target: number[], at: number) {
        inner.copyNanosTo!(target, at);
        erase(target, at, 0);
      },
    }),
  };
}
