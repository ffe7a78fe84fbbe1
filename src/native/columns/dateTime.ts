import { zoneArgument } from '../arguments';
import type { ColumnFamily } from '../column';
import { clockText } from '../zone';

/** DateTime: seconds since 1970-01-01 UTC in UInt32, whatever the zone; the zone only says how to show them. */
export const dateTime: ColumnFamily = {
  types: ['DateTime'],
  build(type, context) {
    const named = zoneArgument(type, 0);
    const zone = named ?? context.zone;
    return {
      shape: { kind: 'time', precision: 0, ...(named ? { zone: named } : {}) },
      *read(cursor, rows) {
        const seconds = new Uint32Array((yield* cursor.bytes(rows * 4, 'values')).buffer);
        return {
          length: rows,
          copyTo(target, at) {
            for (let i = 0; i < rows; i++) target[at + i] = seconds[i]! * 1000;
          },
          json: (row) => `"${clockText(zone, seconds[row]! * 1000)}"`,
        };
      },
    };
  },
};
