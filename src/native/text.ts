import type { ColumnData, Plain } from './column';
import { utf8 } from './utf8';

/** Bytes of strings and where each begins and ends; text is made only when it is asked for. */
export interface StringBytes {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly length: number;
}

export interface StringData extends ColumnData {
  readonly strings: StringBytes;
}

/** Wraps string bytes as a column. Bytes that are not UTF-8 become U+FFFD in text. */
export function stringData(strings: StringBytes): StringData {
  return {
    strings,
    length: strings.length,
    copyTo: (target, at) => copyStrings(strings, target, at),
    json: (row) => JSON.stringify(stringAt(strings, row)),
  };
}

/** The string at `row`. */
export function stringAt({ bytes, starts, ends }: StringBytes, row: number): string {
  return utf8(bytes.subarray(starts[row]!, ends[row]!));
}

/**
 * Writes all strings into `target` from `at` on: repeated ones by {@link copyRepeated}, and when they repeat too
 * little, the rest by {@link cutter}.
 */
export function copyStrings(strings: StringBytes, target: Plain[], at: number): void {
  let row = copyRepeated(strings, target, at);
  if (row === strings.length) return;
  const cut = cutter(strings);
  for (; row < strings.length; row++) target[at + row] = cut(row);
}

/**
 * The string of a row, for many rows: one TextDecoder call per string costs 10 times what its bytes cost, so the whole
 * column is decoded at once and cut by position. That is exact when the text has as many UTF-16 units as there are
 * bytes: no byte sequence makes more units than bytes, so then each byte made one. Otherwise the bytes between the
 * strings are dropped first and each string's units are counted; what is not UTF-8 goes one string at a time.
 */
function cutter(strings: StringBytes): (row: number) => string {
  const { bytes, starts, ends } = strings;
  const text = utf8(bytes);
  if (text.length === bytes.length) return (row) => text.substring(starts[row]!, ends[row]!);
  const packed = pack(strings);
  const joined = packed && utf8(packed.bytes);
  // Bytes that are not UTF-8 make U+FFFD, one for up to three of them, unlike what was counted.
  if (!joined || joined.length !== packed.units || joined.includes('\ufffd')) return (row) => stringAt(strings, row);
  const { offsets } = packed;
  return (row) => joined.substring(offsets[row]!, offsets[row + 1]!);
}

/** Strings up to this many bytes are looked for among those already made. */
const repeatedBytes = 32;
const tableSize = 1024;
/** Strings made before it counts that most rows have to repeat one. */
const freeMisses = 64;
const rowsPerMiss = 8;

/**
 * Writes strings from the first row on, reusing a string already made for the same bytes: labels repeat, and one more
 * object each would cost three times the time and all the memory. Stops where too few repeat; returns the first row
 * that is not written.
 */
function copyRepeated(strings: StringBytes, target: Plain[], at: number): number {
  const { bytes, starts, ends, length } = strings;
  const rowOf = new Int32Array(tableSize).fill(-1);
  let misses = 0;
  for (let i = 0; i < length; i++) {
    const start = starts[i]!;
    const end = ends[i]!;
    if (end - start > repeatedBytes) return i;
    let hash = end - start;
    for (let p = start; p < end; p++) hash = (hash * 31 + bytes[p]!) | 0;
    const slot = (hash ^ (hash >>> 11)) & (tableSize - 1);
    const row = rowOf[slot]!;
    if (row >= 0 && sameBytes(bytes, starts[row]!, ends[row]!, start, end)) target[at + i] = target[at + row]!;
    else {
      if (++misses > freeMisses + i / rowsPerMiss) return i;
      rowOf[slot] = i;
      target[at + i] = stringAt(strings, i);
    }
  }
  return length;
}

function sameBytes(bytes: Uint8Array, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  if (end - start !== otherEnd - otherStart) return false;
  for (let p = start, q = otherStart; p < end; p++, q++) if (bytes[p] !== bytes[q]) return false;
  return true;
}

/**
 * Strings one after another without what stands between them, and where each begins in UTF-16 units. Undefined when a
 * string begins in the middle of a character: joined to the one before, it would read as something else.
 */
function pack({ bytes, starts, ends, length }: StringBytes) {
  const out = new Uint8Array(bytes.length);
  const offsets = new Uint32Array(length + 1);
  let size = 0;
  let units = 0;
  for (let i = 0; i < length; i++) {
    const end = ends[i]!;
    let p = starts[i]!;
    if (p < end && (bytes[p]! & 0xc0) === 0x80) return undefined;
    for (; p < end; p++) {
      const byte = bytes[p]!;
      out[size++] = byte;
      if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
    }
    offsets[i + 1] = units;
  }
  return { bytes: out.subarray(0, size), offsets, units };
}
