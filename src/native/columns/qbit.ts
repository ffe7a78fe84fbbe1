import { numberArgument, rangeArgument, typeArgument } from '../arguments';
import { copyJson } from '../column';
import type { Codec, ColumnData, ColumnFamily } from '../column';
import { fail } from '../errors';
import { floatJson } from '../numbers';
import { float32Json } from './float';

/** What an element of so many bits is once its bits are together. */
interface Element {
  readonly bits: number;
  json(word: number, high: number): string;
}

const bytes = new DataView(new ArrayBuffer(8));
const float32 = (word: number) => {
  bytes.setUint32(0, word);
  return bytes.getFloat32(0);
};
const float64 = (word: number, high: number) => {
  bytes.setUint32(0, high);
  bytes.setUint32(4, word);
  return bytes.getFloat64(0);
};

const elements: Readonly<Record<string, Element>> = {
  Int8: { bits: 8, json: (word) => String((word << 24) >> 24) },
  BFloat16: { bits: 16, json: (word) => floatJson(float32(word << 16)) },
  Float32: { bits: 32, json: (word) => float32Json(float32(word)) },
  Float64: { bits: 64, json: (word, high) => floatJson(float64(word, high)) },
};

/**
 * QBit(T, dimension[, stride]): vectors cut into bits. Per group of `stride` elements, for each bit of T from the
 * highest on, a column of that bit of the group's elements, the first one in the lowest bit of the last byte.
 */
export const qbit: ColumnFamily = {
  types: ['QBit'],
  build(type, context) {
    const { column } = context;
    const inner = typeArgument(type, 0, column);
    const element = elements[inner.name];
    if (!element) throw fail('native_unsupported_type', { column, type: type.text });
    const dimension = rangeArgument(type, 1, column, [1, 0xffffff]);
    const stride = type.args[2] ? numberArgument(type, 2, column) : dimension;
    if (!stride || dimension % stride) throw fail('native_bad_type', badStride(type.text, column));
    return planesCodec(element, dimension, stride);
  },
};

const badStride = (type: string, column: string) => ({
  column,
  type,
  what: 'argument 3 does not divide the dimension',
  position: 1,
});

function planesCodec(element: Element, dimension: number, stride: number): Codec {
  const rowBytes = Math.ceil(stride / 8);
  const groupBytes = rowBytes * element.bits;
  return {
    shape: { kind: 'other' },
    *read(cursor, rows) {
      const planes = yield* cursor.bytes((dimension / stride) * groupBytes * rows, 'values');
      const low = new Uint32Array(dimension);
      const high = new Uint32Array(dimension);

      /** Puts the elements of a row together: their lower 32 bits in `low`, what is above in `high`. */
      const gather = (row: number) => {
        low.fill(0);
        high.fill(0);
        for (let e = 0; e < dimension; e++) {
          const inGroup = e % stride;
          const first = ((e - inGroup) / stride) * groupBytes * rows + row * rowBytes + rowBytes - 1 - (inGroup >> 3);
          for (let bit = 0; bit < element.bits; bit++) {
            const value = (planes[first + bit * rowBytes * rows]! >> (inGroup & 7)) & 1;
            const place = element.bits - 1 - bit;
            if (place < 32) low[e]! |= value << place;
            else high[e]! |= value << (place - 32);
          }
        }
      };
      const json = (row: number) => {
        gather(row);
        return `[${Array.from(low, (word, e) => element.json(word, high[e]!)).join(',')}]`;
      };
      const length = rows;
      return { length, json, copyTo: (target, at) => copyJson({ length, json }, target, at) } satisfies ColumnData;
    },
    *value(cursor) {
      const count = yield* cursor.varint('the length of a vector');
      if (count !== dimension) throw cursor.corrupt(`a vector of ${count} elements is none of QBit(…, ${dimension})`);
      const parts: string[] = [];
      for (let e = 0; e < count; e++) {
        const words = new Uint32Array(2);
        new Uint8Array(words.buffer).set(yield* cursor.bytes(element.bits / 8, 'a vector'));
        parts.push(element.json(words[0]!, words[1]!));
      }
      return `[${parts.join(',')}]`;
    },
  };
}
