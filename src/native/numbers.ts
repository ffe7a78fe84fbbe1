import type { ColumnData, Plain } from './column';

/** Typed arrays whose every value is exact as a double. */
export type SmallArray =
  Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** A column of numbers that a double holds exactly. `values` is the column as it came, in machine byte order. */
export interface NumberData extends ColumnData {
  readonly values: SmallArray;
}

/**
 * Wraps a typed array. `json` prints one value; the default prints integers.
 * Byte order: Native is little-endian, and so is every machine that a browser or Node runs on today.
 */
export function numberData(values: SmallArray, json: (value: number) => string = String): NumberData {
  return {
    values,
    length: values.length,
    copyTo: (target, at) => copyNumbers(values, target, at),
    json: (row) => json(values[row]!),
  };
}

/**
 * Copies numbers into a plain array from index `at` on. One loop per element type: a single loop that sees all eight
 * typed arrays becomes megamorphic in V8 and runs several times slower.
 */
export function copyNumbers(values: SmallArray, target: Plain[], at: number): void {
  const n = values.length;
  if (values instanceof Float64Array) for (let i = 0; i < n; i++) target[at + i] = values[i]!;
  else if (values instanceof Float32Array) for (let i = 0; i < n; i++) target[at + i] = values[i]!;
  else if (values instanceof Uint32Array) for (let i = 0; i < n; i++) target[at + i] = values[i]!;
  else if (values instanceof Int32Array) for (let i = 0; i < n; i++) target[at + i] = values[i]!;
  else if (values instanceof Uint8Array) for (let i = 0; i < n; i++) target[at + i] = values[i]!;
  else for (let i = 0; i < n; i++) target[at + i] = values[i]!;
}

/** JSON text of a double the way ClickHouse writes it with quoted denormals. */
export function floatJson(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value).replace('e+', 'e');
  return Number.isNaN(value) ? '"nan"' : value > 0 ? '"inf"' : '"-inf"';
}
