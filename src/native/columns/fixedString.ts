import type { ColumnFamily } from '../column';
import { rangeArgument } from '../arguments';
import { stringData } from '../text';

/** FixedString(n): n bytes per value. Text keeps the zero bytes at the end, as the server's JSON does. */
export const fixedString: ColumnFamily = {
  types: ['FixedString'],
  build(type, { column }) {
    const size = rangeArgument(type, 0, column, [1, 0xffffffff]);
    return {
      shape: { kind: 'string' },
      *read(cursor, rows) {
        const bytes = yield* cursor.bytes(rows * size, 'values');
        const starts = Uint32Array.from({ length: rows }, (_, i) => i * size);
        return stringData({ bytes, starts, ends: starts.map((start) => start + size), length: rows });
      },
    };
  },
};
