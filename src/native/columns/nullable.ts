import { typeArgument } from '../arguments';
import type { ColumnData, ColumnFamily, Plain } from '../column';

/** Nullable(T): one byte per value (1 = NULL), then a T for every row, meaningless where NULL. */
export const nullable: ColumnFamily = {
  types: ['Nullable'],
  build(type, context) {
    const inner = context.build(typeArgument(type, 0, context.column));
    return {
      ...inner,
      *read(cursor, rows) {
        const nulls = yield* cursor.bytes(rows, 'null flags');
        return nullableData(nulls, yield* inner.read(cursor, rows));
      },
    };
  },
};

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
