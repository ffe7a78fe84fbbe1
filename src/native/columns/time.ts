import { rangeArgument } from '../arguments';
import type { ColumnFamily } from '../column';
import { bigAt } from '../wide';
import { decimalData, widened } from './decimal';

const names = ['Time', 'Time64'];
/** The longest time that the server writes: it shows longer ones as this one. */
const longest = 999 * 3600 + 59 * 60 + 59;

/**
 * Time (seconds in Int32) and Time64(p) (ticks of 10^-p s in Int64): a signed duration up to ±999:59:59. Numbers of
 * seconds, since only numbers can be drawn, summed and held against thresholds, as with Interval; Grafana's unit `s`
 * writes them as hours or minutes, negative ones and fractions too. JSON text is the server's `-12:34:56.789`.
 */
export const time: ColumnFamily = {
  types: names,
  build(type, { column }) {
    const short = type.name === 'Time';
    const scale = short ? 0 : rangeArgument(type, 0, column, [0, 9]);
    return {
      shape: { kind: 'number', decimals: scale, unit: 's' },
      *read(cursor, rows) {
        const { buffer } = yield* cursor.bytes(rows * (short ? 4 : 8), 'values');
        const words = short ? widened(new Int32Array(buffer)) : new Uint32Array(buffer);
        const integers = { words, stride: 2, signed: true };
        return decimalData(integers, scale, (row) => `"${clock(bigAt(integers, row), scale)}"`);
      },
    };
  },
};

/** `-12:34:56.789` of ticks of 10^-`scale` s. */
function clock(ticks: bigint, scale: number): string {
  const digits = String(ticks < 0n ? -ticks : ticks).padStart(scale + 1, '0');
  const seconds = Math.min(Number(digits.slice(0, digits.length - scale)), longest);
  const pair = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const text = `${pair(seconds / 3600)}:${pair((seconds / 60) % 60)}:${pair(seconds % 60)}`;
  return (ticks < 0n ? '-' : '') + text + (scale ? `.${digits.slice(-scale)}` : '');
}
