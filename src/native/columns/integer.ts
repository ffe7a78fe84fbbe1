import type { ColumnFamily } from '../column';
import { numberData } from '../numbers';

const arrays = {
  Int8: Int8Array,
  Int16: Int16Array,
  Int32: Int32Array,
  UInt8: Uint8Array,
  UInt16: Uint16Array,
  UInt32: Uint32Array,
} as const;

/** Integers of 8 to 32 bits: exact numbers. */
export const integer: ColumnFamily = {
  types: Object.keys(arrays),
  build(type) {
    const Values = arrays[type.name as keyof typeof arrays];
    return {
      shape: { kind: 'number', decimals: 0 },
      *read(cursor, rows) {
        return numberData(new Values((yield* cursor.bytes(rows * Values.BYTES_PER_ELEMENT, 'values')).buffer));
      },
    };
  },
};
