import type { ColumnFamily } from '../column';
import { floatJson, numberData } from '../numbers';

/** BFloat16: the upper half of a Float32, widened without loss. */
export const bfloat16: ColumnFamily = {
  types: ['BFloat16'],
  build: () => ({
    shape: { kind: 'number' },
    *read(cursor, rows) {
      const halves = new Uint16Array((yield* cursor.bytes(rows * 2, 'values')).buffer);
      const words = new Uint32Array(rows);
      for (let i = 0; i < rows; i++) words[i] = halves[i]! << 16;
      return numberData(new Float32Array(words.buffer), floatJson);
    },
  }),
};
