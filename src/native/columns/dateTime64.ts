import { rangeArgument, zoneArgument } from '../arguments';
import type { ColumnData, ColumnFamily } from '../column';
import { clockText } from '../zone';

/**
 * DateTime64(p): ticks of 10^-p s since 1970-01-01 UTC in Int64. Comes as ms, rounded down, and for p > 3 the
 * nanoseconds above that beside it: together they are exact.
 */
export const dateTime64: ColumnFamily = {
  types: ['DateTime64'],
  build(type, context) {
    const precision = rangeArgument(type, 0, context.column, [0, 9]);
    const named = zoneArgument(type, 1);
    return {
      shape: { kind: 'time', precision, ...(named ? { zone: named } : {}) },
      *read(cursor, rows) {
        const words = new Int32Array((yield* cursor.bytes(rows * 8, 'values')).buffer);
        return ticksData(words, precision, named ?? context.zone);
      },
    };
  },
};

function ticksData(words: Int32Array, precision: number, zone: string): ColumnData {
  const length = words.length / 2;
  const up = 10 ** Math.max(0, 3 - precision); // ms per tick, or
  const down = 10 ** Math.max(0, precision - 3); // ticks per ms
  const nanosPerTick = 10 ** (9 - precision);

  // ticks = high·2^32 + low goes beyond 2^53 from p = 6 on, so it is divided in two steps, each exact in a double:
  // high = q·down + r, then ticks / down = q·2^32 + (r·2^32 + low) / down, where r·2^32 < 10^6·2^32 < 2^53.
  const msAt = (i: number) => {
    const high = words[2 * i + 1]!;
    const low = words[2 * i]! >>> 0;
    if (down === 1) return (high * 4294967296 + low) * up;
    const q = Math.floor(high / down);
    return q * 4294967296 + Math.floor(((high - q * down) * 4294967296 + low) / down);
  };
  const nanosAt = (i: number) => {
    if (down === 1) return 0;
    const high = words[2 * i + 1]!;
    const rest = (high - Math.floor(high / down) * down) * 4294967296 + (words[2 * i]! >>> 0);
    return (rest % down) * nanosPerTick;
  };
  return {
    length,
    copyTo(target, at) {
      for (let i = 0; i < length; i++) target[at + i] = msAt(i);
    },
    ...(precision > 3 && {
      copyNanosTo(target: number[], at: number) {
        for (let i = 0; i < length; i++) target[at + i] = nanosAt(i);
      },
    }),
    json(row) {
      const ms = msAt(row);
      const nanos = (ms - Math.floor(ms / 1000) * 1000) * 1e6 + nanosAt(row);
      const fraction = precision ? `.${String(nanos).padStart(9, '0').slice(0, precision)}` : '';
      return `"${clockText(zone, ms)}${fraction}"`;
    },
  };
}
