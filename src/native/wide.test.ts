import fc from 'fast-check';
import type { Plain } from './column';
import { bigAt, isSafe, numberAt, wideData } from './wide';
import type { WideIntegers } from './wide';

function wide(values: readonly bigint[], stride: number, signed: boolean): WideIntegers {
  const words = new Uint32Array(values.length * stride);
  values.forEach((value, i) => {
    for (let k = 0; k < stride; k++) words[i * stride + k] = Number(BigInt.asUintN(32, value >> BigInt(32 * k)));
  });
  return { words, stride, signed };
}

const limit = 2n ** 53n;
const near = [0n, 1n, -1n, limit - 1n, limit, limit + 1n, 1n - limit, -limit, -limit - 1n, 2n ** 32n, -(2n ** 32n)];

test.each([
  [2, true],
  [2, false],
  [4, true],
  [4, false],
  [8, true],
  [8, false],
])('integers of %i words, signed %s: digits, doubles and safety are those of BigInt', (stride, signed) => {
  const bits = stride * 32;
  const [min, max] = signed ? [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n] : [0n, 2n ** BigInt(bits) - 1n];
  const value = fc.oneof(fc.bigInt(min, max), fc.constantFrom(...near.filter((v) => v >= min), min, max));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (values) => {
      const integers = wide(values, stride, signed);
      const safe = values.map((v) => v < limit && v > -limit);
      expect(values.map((_, i) => bigAt(integers, i))).toEqual(values);
      expect(values.map((_, i) => numberAt(integers, i))).toEqual(values.map(Number));
      expect(values.map((_, i) => isSafe(integers, i))).toEqual(safe);
      const data = wideData(integers);
      expect(data.allExact!()).toBe(safe.every(Boolean));
      expect(data.allExact!(Uint8Array.from(safe, (ok) => (ok ? 0 : 1)))).toBe(true);
      const [numbers, texts]: [Plain[], Plain[]] = [[], []];
      data.copyTo(numbers, 0);
      data.copyTextTo!(texts, 0);
      expect([numbers, texts]).toEqual([values.map(Number), values.map(String)]);
    }),
  );
});
