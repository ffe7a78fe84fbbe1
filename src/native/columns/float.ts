import type { ColumnFamily } from '../column';
import { floatJson, numberData } from '../numbers';

/** Float32 and Float64, NaN and infinities included. A Float32 comes as the double of exactly the same value. */
export const float: ColumnFamily = {
  types: ['Float32', 'Float64'],
  build(type) {
    const short = type.name === 'Float32';
    return {
      shape: { kind: 'number' },
      *read(cursor, rows) {
        const { buffer } = yield* cursor.bytes(rows * (short ? 4 : 8), 'values');
        return short
          ? numberData(new Float32Array(buffer), float32Json)
          : numberData(new Float64Array(buffer), floatJson);
      },
    };
  },
};

/** The shortest digits that read back as the same Float32: 0.1 rather than 0.10000000149011612. */
export function float32Json(value: number): string {
  if (value === 0) return floatJson(value);
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return floatJson(shorter);
  }
  return floatJson(Number.isFinite(value) ? Number(value.toPrecision(9)) : value);
}
