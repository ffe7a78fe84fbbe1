import type { ColumnFamily } from '../column';
import type { Cursor, Wait } from '../cursor';
import { stringData } from '../text';
import type { StringBytes } from '../text';

/** String: each value is its length (LEB128) and its bytes. Text is UTF-8; other bytes become U+FFFD. */
export const string: ColumnFamily = {
  types: ['String'],
  build: () => ({
    shape: { kind: 'string' },
    *read(cursor, rows) {
      return stringData(yield* readStrings(cursor, rows));
    },
  }),
};

/**
 * Finds where each of `rows` strings begins and ends, chunk by chunk as they arrive. The bytes are a view of the chunk
 * when one chunk holds them all, otherwise joined once at the end.
 */
export function* readStrings(cursor: Cursor, rows: number): Wait<StringBytes> {
  // A string takes a byte at least: before its bytes have come, no place is made for it, whatever `rows` claims.
  let starts = new Uint32Array(Math.min(rows, cursor.available));
  let ends = new Uint32Array(starts.length);
  const pieces: Uint8Array[] = [];
  let base = 0; // bytes in pieces
  let row = 0;
  let length = 0; // of the string whose length is being read
  let scale = 1;
  let ahead = 0; // bytes of the last string that have not come yet
  while (row < rows || ahead > 0) {
    cursor.allow(Math.max(rows - row, ahead), ahead > 0 ? 'a string' : 'strings');
    while (cursor.available === 0) yield;
    const bytes = cursor.rest();
    const n = bytes.length;
    if (starts.length < rows && row + n > starts.length) {
      const size = Math.min(rows, Math.max(row + n, starts.length * 2));
      starts = grow(starts, size);
      ends = grow(ends, size);
    }
    let p = Math.min(ahead, n);
    ahead -= p;
    while (row < rows && p < n) {
      const byte = bytes[p++]!;
      length += (byte & 0x7f) * scale;
      if (byte >= 0x80) {
        scale *= 128;
        if (scale > 2 ** 49) throw cursor.corrupt('a string length has more than seven bytes');
        continue;
      }
      starts[row] = base + p;
      ends[row++] = base + p + length;
      p += length;
      length = 0;
      scale = 1;
    }
    if (p > n) {
      cursor.allow(p, 'a string');
      ahead = p - n;
      p = n;
    }
    pieces.push(bytes.subarray(0, p));
    base += p;
    cursor.skip(p);
  }
  return { bytes: join(pieces, base), starts, ends, length: rows };
}

function grow(array: Uint32Array<ArrayBuffer>, size: number): Uint32Array<ArrayBuffer> {
  const out = new Uint32Array(size);
  out.set(array);
  return out;
}

function join(pieces: readonly Uint8Array[], size: number): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const out = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
