import type { ColumnFamily } from '../column';

/** UUID: two UInt64, the first half of the text in the first; each is little-endian. */
export const uuid: ColumnFamily = {
  types: ['UUID'],
  build: () => ({
    shape: { kind: 'string' },
    *read(cursor, rows) {
      const words = new Uint32Array((yield* cursor.bytes(rows * 16, 'values')).buffer);
      const textAt = (row: number) => {
        const base = row * 4;
        const hex = [1, 0, 3, 2].map((k) => words[base + k]!.toString(16).padStart(8, '0')).join('');
        return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
      };
      return {
        length: rows,
        copyTo(target, at) {
          for (let i = 0; i < rows; i++) target[at + i] = textAt(i);
        },
        json: (row) => `"${textAt(row)}"`,
      };
    },
  }),
};
