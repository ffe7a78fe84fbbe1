import { rangeArgument } from '../arguments';
import type { ColumnData, ColumnFamily, Plain } from '../column';
import { bigAt, isSafe, numberAt } from '../wide';
import type { WideIntegers } from '../wide';

/**
 * Decimal(p, s): an integer of 32, 64, 128 or 256 bits (p up to 9, 18, 38, 76) in units of 10^-s. Numbers where a
 * double tells every value apart (15 digits), otherwise to be shown as text.
 */
export const decimal: ColumnFamily = {
  types: ['Decimal'],
  build(type, { column }) {
    const digits = rangeArgument(type, 0, column, [1, 76]);
    const scale = rangeArgument(type, 1, column, [0, digits]);
    const bytes = digits <= 9 ? 4 : digits <= 18 ? 8 : digits <= 38 ? 16 : 32;
    return {
      shape: { kind: 'number', decimals: scale },
      *read(cursor, rows) {
        const { buffer } = yield* cursor.bytes(rows * bytes, 'values');
        const words = bytes === 4 ? widened(new Int32Array(buffer)) : new Uint32Array(buffer);
        return decimalData({ words, stride: bytes === 4 ? 2 : bytes / 4, signed: true }, scale);
      },
    };
  },
};

/** Int32 as pairs of words, so that one code reads every width. */
export function widened(values: Int32Array): Uint32Array<ArrayBuffer> {
  const words = new Int32Array(values.length * 2);
  for (let i = 0; i < values.length; i++) {
    words[2 * i] = values[i]!;
    words[2 * i + 1] = values[i]! >> 31;
  }
  return new Uint32Array(words.buffer);
}

/** Integers in units of 10^-`scale` as a column; `json` where its JSON text is not the decimal itself. */
export function decimalData(integers: WideIntegers, scale: number, json?: (row: number) => string): ColumnData {
  const length = integers.words.length / integers.stride;
  const power = 10 ** scale;
  // With a fraction, doubles are coarser than the decimals from 16 digits on; 10^s itself is exact up to s = 22.
  const limit = scale === 0 ? Number.MAX_SAFE_INTEGER : 999_999_999_999_999;

  const exactAt = (i: number) => isSafe(integers, i) && Math.abs(numberAt(integers, i)) <= limit;
  const textAt = (i: number) => decimalText(bigAt(integers, i), scale);
  const valueAt = (i: number) =>
    scale <= 22 && isSafe(integers, i) ? numberAt(integers, i) / power : Number(textAt(i));
  return {
    length,
    copyTo(target: Plain[], at: number) {
      for (let i = 0; i < length; i++) target[at + i] = valueAt(i);
    },
    copyTextTo(target, at) {
      for (let i = 0; i < length; i++) target[at + i] = textAt(i);
    },
    json: json ?? textAt,
    allExact(nulls) {
      for (let i = 0; i < length; i++) if (!exactAt(i) && !nulls?.[i]) return false;
      return true;
    },
  };
}

/** `-123.4` from -1234 and scale 1; zeros at the end of the fraction are left out, as the server does. */
function decimalText(value: bigint, scale: number): string {
  const sign = value < 0n ? '-' : '';
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = scale ? digits.slice(-scale).replace(/0+$/, '') : '';
  return sign + whole + (fraction && `.${fraction}`);
}
