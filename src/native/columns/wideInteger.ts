import type { ColumnFamily } from '../column';
import { wideData } from '../wide';

const bits = /\d+$/;

/**
 * Integers of 64 to 256 bits. Kept as 32-bit halves: a BigInt per value costs 20 times a number, and most values fit
 * into one. Numbers where all values lie within ±2^53, otherwise to be shown as text (`allExact`, `copyTextTo`).
 */
export const wideInteger: ColumnFamily = {
  types: ['Int64', 'UInt64', 'Int128', 'UInt128', 'Int256', 'UInt256'],
  build(type) {
    const stride = Number(bits.exec(type.name)![0]) / 32;
    const signed = type.name.startsWith('I');
    return {
      shape: { kind: 'number', decimals: 0 },
      *read(cursor, rows) {
        const bytes = yield* cursor.bytes(rows * stride * 4, 'values');
        return wideData({ words: new Uint32Array(bytes.buffer), stride, signed });
      },
    };
  },
};
