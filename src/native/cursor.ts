import { fail } from './errors';
import { utf8 } from './utf8';

/**
 * A read that may have to wait for bytes: it yields when it starves and goes on where it stopped when more have come,
 * so nothing is read twice. Finished readers return their value.
 */
export type Wait<T = void> = Generator<undefined, T, undefined>;

/**
 * Reads forward over chunks with arbitrary borders. Chunks are kept as they came: a byte is copied at most once, when
 * it goes into its column; nothing is allocated before its bytes have arrived.
 */
export class Cursor {
  /** Bytes that have arrived and are not read yet. */
  available = 0;
  /** Bytes read since the start of the answer. */
  position = 0;
  /** Name of the column being read, for errors; empty between columns. */
  column = '';
  /** Largest block accepted, in bytes. */
  readonly maxBytes: number;

  private readonly chunks: Uint8Array[] = [];
  /** First chunk that is not used up; used ones are dropped in bulk, since shift() on each would be quadratic. */
  private head = 0;
  private offset = 0;
  private blockStart = 0;
  /** What {@link claim} has counted in this block. */
  private claimed = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Adds a chunk; it is kept, not copied, and must not change afterwards. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.available += chunk.length;
  }

  /** Marks the start of a block: the limit counts from here. */
  startBlock(): void {
    this.blockStart = this.position;
    this.claimed = 0;
    this.column = '';
  }

  /**
   * Counts values that take no bytes of their own against the limit as if each took one: few bytes could claim any
   * number of them. Throws `native_limit`.
   */
  claim(values: number, what: string): void {
    this.allow(values, what);
    this.claimed += values;
  }

  /** Throws `native_limit` when `bytes` more of `what` would take the block above its limit. */
  allow(bytes: number, what: string): void {
    if (this.position - this.blockStart + this.claimed + bytes > this.maxBytes)
      throw fail('native_limit', { column: this.column, what, bytes, maxBytes: this.maxBytes });
  }

  /** Waits until `bytes` can be taken. Throws `native_limit`. */
  *need(bytes: number, what: string): Wait {
    this.allow(bytes, what);
    while (this.available < bytes) yield;
  }

  /** What is left of the current chunk: a view, possibly shorter than what is available. */
  rest(): Uint8Array {
    return this.chunks[this.head]!.subarray(this.offset);
  }

  /** Passes over `bytes`, which must be available. */
  skip(bytes: number): void {
    this.available -= bytes;
    this.position += bytes;
    this.offset += bytes;
    let chunk = this.chunks[this.head];
    while (chunk && this.offset >= chunk.length) {
      this.offset -= chunk.length;
      chunk = this.chunks[++this.head];
    }
    if (!chunk) {
      this.chunks.length = 0;
      this.head = 0;
    } else if (this.head >= 64) {
      this.chunks.splice(0, this.head);
      this.head = 0;
    }
  }

  /** Reads one byte, which must be available. */
  byte(): number {
    const value = this.chunks[this.head]![this.offset]!;
    this.skip(1);
    return value;
  }

  /** Reads `bytes`, which must be available, into memory of their own: aligned at offset 0 for any typed array. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(bytes);
    let filled = 0;
    while (filled < bytes) {
      const rest = this.rest();
      const part = rest.length > bytes - filled ? rest.subarray(0, bytes - filled) : rest;
      out.set(part, filled);
      filled += part.length;
      this.skip(part.length);
    }
    return out;
  }

  /** Waits for `bytes` and takes them. Throws `native_limit`. */
  *bytes(bytes: number, what: string): Wait<Uint8Array<ArrayBuffer>> {
    yield* this.need(bytes, what);
    return this.take(bytes);
  }

  /** Reads an unsigned LEB128 number. Throws `native_corrupt` above 2^53, where a double is no longer exact. */
  *varint(what: string): Wait<number> {
    let value = 0;
    let scale = 1;
    for (;;) {
      yield* this.need(1, what);
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw this.corrupt(`${what} is larger than 2^53`);
      if (byte < 0x80) return value;
      scale *= 128;
      if (scale > 2 ** 63) throw this.corrupt(`${what} has more than nine bytes`);
    }
  }

  /** Reads a text with its length (LEB128) in front. Throws `native_limit`. */
  *text(what: string): Wait<string> {
    return utf8(yield* this.bytes(yield* this.varint(what), what));
  }

  /** Reads texts with their number (LEB128) in front; `what` names them in the plural. Throws `native_limit`. */
  *texts(what: string): Wait<string[]> {
    const count = yield* this.varint(`the number of ${what}`);
    this.allow(count, what);
    const texts: string[] = [];
    for (let i = 0; i < count; i++) texts.push(yield* this.text(what));
    return texts;
  }

  /** Reads a UInt64 as a number. Throws `native_corrupt` above 2^53. */
  *uint64(what: string): Wait<number> {
    const words = new Uint32Array((yield* this.bytes(8, what)).buffer);
    const value = words[1]! * 2 ** 32 + words[0]!;
    if (value > Number.MAX_SAFE_INTEGER) throw this.corrupt(`${what} is larger than 2^53`);
    return value;
  }

  /** The error for bytes that cannot be what they should be. */
  corrupt(what: string): Error {
    return fail('native_corrupt', { column: this.column, what, position: this.position });
  }
}
