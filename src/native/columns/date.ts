import type { ColumnFamily } from '../column';
import { dayMs, dayText } from '../zone';

/** Date (days in UInt16) and Date32 (days in Int32), both since 1970-01-01: midnight of the day in UTC, in ms. */
export const date: ColumnFamily = {
  types: ['Date', 'Date32'],
  build(type) {
    const short = type.name === 'Date';
    return {
      shape: { kind: 'time', precision: 0, day: true },
      *read(cursor, rows) {
        const { buffer } = yield* cursor.bytes(rows * (short ? 2 : 4), 'values');
        const days = short ? new Uint16Array(buffer) : new Int32Array(buffer);
        return {
          length: rows,
          copyTo(target, at) {
            for (let i = 0; i < rows; i++) target[at + i] = days[i]! * dayMs;
          },
          json: (row) => `"${dayText(days[row]!)}"`,
        };
      },
    };
  },
};
