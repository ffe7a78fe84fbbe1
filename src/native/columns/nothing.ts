import type { ColumnFamily } from '../column';

/** Nothing: the type of a bare NULL and of the items of an empty array. One meaningless byte per value. */
export const nothing: ColumnFamily = {
  types: ['Nothing'],
  build: () => ({
    shape: { kind: 'string' },
    *read(cursor, rows) {
      yield* cursor.bytes(rows, 'values');
      return {
        length: rows,
        copyTo(target, at) {
          for (let i = 0; i < rows; i++) target[at + i] = null;
        },
        json: () => 'null',
      };
    },
    // Alone it takes no byte.
    *value() {
      return 'null';
    },
  }),
};
