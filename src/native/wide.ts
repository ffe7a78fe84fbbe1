import type { ColumnData, Plain } from './column';

/** Integers of 64, 128 or 256 bits as they came: `stride` 32-bit words each, lowest word first. */
export interface WideIntegers {
  readonly words: Uint32Array;
  /** 32-bit words per value: 2, 4 or 8. */
  readonly stride: number;
  readonly signed: boolean;
}

/** Highest word (of two) with which hi·2^32 + lo stays below 2^53. */
const safeHigh = 0x1fffff;

/** The value at `row` with all its bits. */
export function bigAt({ words, stride, signed }: WideIntegers, row: number): bigint {
  let value = 0n;
  for (let k = stride - 1; k >= 0; k--) value = (value << 32n) | BigInt(words[row * stride + k]!);
  return signed ? BigInt.asIntN(stride * 32, value) : value;
}

/** The value at `row` as a double; exact when {@link isSafe}, the nearest double otherwise. */
export function numberAt(integers: WideIntegers, row: number): number {
  const { words, stride, signed } = integers;
  if (stride > 2 && !isSafe(integers, row)) return Number(bigAt(integers, row));
  const low = words[row * stride]!;
  const high = words[row * stride + 1]!;
  return (signed ? high | 0 : high) * 4294967296 + low;
}

/** Whether the value at `row` lies within ±2^53, so that {@link numberAt} is exact. */
export function isSafe({ words, stride, signed }: WideIntegers, row: number): boolean {
  const base = row * stride;
  const high = words[base + 1]!;
  const fill = signed && high > 0x7fffffff ? 0xffffffff : 0;
  for (let k = 2; k < stride; k++) if (words[base + k] !== fill) return false;
  // -2^53 itself (high = -2^21, low = 0) is exact too, but then so would -2^53-1 seem to be: leave both out.
  return fill === 0 ? high <= safeHigh : ~high <= safeHigh && ((high | 0) !== -0x200000 || words[base]! > 0);
}

/** Whether every value is safe, not counting rows flagged in `nulls`. */
export function allSafe(integers: WideIntegers, nulls?: Uint8Array): boolean {
  const { words, stride, signed } = integers;
  const n = words.length / stride;
  for (let i = 0; i < n; i++) {
    // Most values are small: one comparison settles them.
    if (stride === 2 && (signed ? (words[2 * i + 1]! + 0x100000) >>> 0 : words[2 * i + 1]!) <= safeHigh) continue;
    if (!isSafe(integers, i) && !nulls?.[i]) return false;
  }
  return true;
}

/** Column of wide integers. 64-bit ones go the fast way: two halves and one multiplication, no BigInt. */
export interface WideData extends ColumnData {
  readonly integers: WideIntegers;
}

/** Wraps wide integers as a column. Rounds in `copyTo` where `allExact` says no. */
export function wideData(integers: WideIntegers): WideData {
  const { words, stride, signed } = integers;
  const length = words.length / stride;
  return {
    integers,
    length,
    copyTo(target: Plain[], at: number) {
      if (stride > 2) for (let i = 0; i < length; i++) target[at + i] = numberAt(integers, i);
      else if (signed)
        for (let i = 0; i < length; i++) target[at + i] = (words[2 * i + 1]! | 0) * 4294967296 + words[2 * i]!;
      else for (let i = 0; i < length; i++) target[at + i] = words[2 * i + 1]! * 4294967296 + words[2 * i]!;
    },
    copyTextTo(target, at) {
      for (let i = 0; i < length; i++) target[at + i] = integerText(integers, i);
    },
    json: (row) => integerText(integers, row),
    allExact: (nulls) => allSafe(integers, nulls),
  };
}

/** All digits of the value at `row`. */
export function integerText(integers: WideIntegers, row: number): string {
  return isSafe(integers, row) ? String(numberAt(integers, row)) : String(bigAt(integers, row));
}
