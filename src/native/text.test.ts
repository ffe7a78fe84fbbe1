import fc from 'fast-check';
import type { Plain } from './column';
import { copyStrings, stringAt } from './text';
import type { StringBytes } from './text';

/** Strings with their length byte between them, as String columns have them. */
function packed(parts: readonly Uint8Array[]): StringBytes {
  const [bytes, starts, ends]: [number[], number[], number[]] = [[], [], []];
  for (const part of parts) {
    bytes.push(part.length);
    starts.push(bytes.length);
    bytes.push(...part);
    ends.push(bytes.length);
  }
  const [from, to] = [Uint32Array.from(starts), Uint32Array.from(ends)];
  return { bytes: Uint8Array.from(bytes), starts: from, ends: to, length: parts.length };
}

function expectSame(parts: readonly Uint8Array[]): void {
  const strings = packed(parts);
  const target = new Array<Plain>(parts.length);
  copyStrings(strings, target, 0);
  expect(target).toEqual(parts.map((_, i) => stringAt(strings, i)));
}

const short = { maxLength: 127 };
const text = fc.string({ unit: 'binary', maxLength: 30 }).map((value) => new Uint8Array(Buffer.from(value)));
/** Pieces of characters, which join to whole ones across strings. */
const pieces = fc
  .array(fc.constantFrom(0xe2, 0x82, 0xac, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80, 0x41), short)
  .map((bytes) => Uint8Array.from(bytes));

test.each([
  ['text', text],
  ['any bytes', fc.uint8Array(short)],
  ['pieces of characters', pieces],
  ['few values, often', fc.constantFrom('DE', 'ü', 'FR', '').map((value) => new Uint8Array(Buffer.from(value)))],
])('all strings at once equal one by one: %s', (_, part) => {
  fc.assert(fc.property(fc.array(part, { maxLength: 40 }), expectSame), { numRuns: 500 });
});

test('many strings of few values, and many of all different ones, equal one by one', () => {
  const bytes = (value: string) => new Uint8Array(Buffer.from(value));
  expectSame(Array.from({ length: 5000 }, (_, i) => bytes(`label ${i % 17}`)));
  expectSame(Array.from({ length: 5000 }, (_, i) => bytes(`id ${i}`)));
  expectSame(Array.from({ length: 5000 }, (_, i) => bytes(i < 4000 ? `a` : `id ${i}`)));
});

test('a byte order mark is kept', () => {
  const strings = packed([new Uint8Array(Buffer.from('\ufeffx'))]);
  expect(stringAt(strings, 0)).toBe('\ufeffx');
});
