import type { ColumnData, Plain } from './column';

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

/** Made once, by the first call: making a decoder costs more than decoding a short string. */
let shared: TextDecoder | undefined;

/** Text of UTF-8 bytes; each byte sequence that is none becomes U+FFFD, a byte order mark stays. Never throws. */
export function utf8(bytes: Uint8Array): string {
  shared ??= new TextDecoder('utf-8', { ignoreBOM: true });
  return shared.decode(bytes);
}

/** The string at `row`. */
export function stringAt({ bytes, starts, ends }: StringBytes, row: number): string {
  return utf8(bytes.subarray(starts[row]!, ends[row]!));
}

/**
 * Writes all strings into `target` from `at` on.
 *
 * One TextDecoder call per string costs 10 times what its bytes cost. So the whole column is decoded at once and cut
 * by position. That is exact when the text has as many UTF-16 units as there are bytes: no byte sequence makes more
 * units than bytes, so then each byte made one. Otherwise the bytes between the strings are dropped first and each
 * string's units are counted; text that is not UTF-8 goes one string at a time.
 */
export function copyStrings(strings: StringBytes, target: Plain[], at: number): void {
  const { bytes, starts, ends, length } = strings;
  if (length === 0) return;
  const text = utf8(bytes);
  if (text.length === bytes.length) {
    let i = copyRepeated(strings, text, target, at);
    for (; i < length; i++) target[at + i] = text.substring(starts[i]!, ends[i]!);
    return;
  }
  const packed = pack(strings);
  if (packed) {
    const joined = utf8(packed.bytes);
    // Invalid bytes make one U+FFFD per up to three of them: the count would be off, and differs from what was counted.
    if (joined.length === packed.units && !joined.includes('\ufffd')) {
      const { offsets } = packed;
      for (let i = 0; i < length; i++) target[at + i] = joined.substring(offsets[i]!, offsets[i + 1]!);
      return;
    }
  }
  for (let i = 0; i < length; i++) target[at + i] = stringAt(strings, i);
}

/** Strings up to this many bytes are looked for among those already made. */
const repeatedBytes = 32;
const tableSize = 1024;
const trialRows = 2048;

/**
 * Writes strings from the first row on, reusing a string already made for the same bytes: labels repeat, and making
 * one anew costs three times as much and a heap object each. Stops when fewer than half of the first rows
 * repeat; returns the first row not written.
 */
function copyRepeated({ bytes, starts, ends, length }: StringBytes, text: string, target: Plain[], at: number): number {
  const rowOf = new Int32Array(tableSize).fill(-1);
  let misses = 0;
  for (let i = 0; i < length; i++) {
    if (misses > trialRows / 2 && i <= trialRows) return i;
    const start = starts[i]!;
    const end = ends[i]!;
    if (end - start > repeatedBytes) {
      target[at + i] = text.substring(start, end);
      misses++;
      continue;
    }
    let hash = end - start;
    for (let p = start; p < end; p++) hash = (hash * 31 + bytes[p]!) | 0;
    const slot = (hash ^ (hash >>> 11)) & (tableSize - 1);
    const row = rowOf[slot]!;
    if (row >= 0 && sameBytes(bytes, starts[row]!, ends[row]!, start, end)) target[at + i] = target[at + row]!;
    else {
      rowOf[slot] = i;
      target[at + i] = text.substring(start, end);
      misses++;
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
