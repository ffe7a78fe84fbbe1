import type { ColumnFamily } from '../column';

/** Bool: one byte per value, 0 is false. */
export const bool: ColumnFamily = {
  types: ['Bool'],
  build: () => ({
    shape: { kind: 'boolean' },
    *read(cursor, rows) {
      const values = yield* cursor.bytes(rows, 'values');
      return {
        length: rows,
        copyTo(target, at) {
          for (let i = 0; i < rows; i++) target[at + i] = values[i] !== 0;
        },
        json: (row) => String(values[row] !== 0),
      };
    },
  }),
};
