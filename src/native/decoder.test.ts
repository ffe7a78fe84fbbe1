import type { Plain } from './column';
import { createNativeDecoder, decodeNative } from './decoder';
import type { Block } from './decoder';

/** Builds Native bytes: numbers are bytes, strings get their length in front. */
const bytesOf = (...parts: readonly (number | string)[]) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'number' ? [part] : [Buffer.byteLength(part), ...Buffer.from(part)])),
  );
const uint64 = (value: number) => [...new Uint8Array(new BigUint64Array([BigInt(value)]).buffer)];
const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]; // LEB128 of 2^53 - 1

const one = bytesOf(1, 2, 'n', 'UInt8', 7, 9);
const values = ({ columns, rows }: Block, column = 0) => {
  const target = new Array<Plain>(rows);
  columns[column]!.data.copyTo(target, 0);
  return target;
};

test('an empty answer has no blocks', () => {
  expect(decodeNative(new Uint8Array())).toEqual([]);
});

test('a block without rows has columns and no values', () => {
  const [block] = decodeNative(bytesOf(2, 0, 'a', 'LowCardinality(String)', 'b', 'Array(UInt8)'));
  expect(block!.columns.map(({ name, type, data }) => [name, type, data.length])).toEqual([
    ['a', 'LowCardinality(String)', 0],
    ['b', 'Array(UInt8)', 0],
  ]);
});

test('a block comes out with the chunk that holds its last byte, and position stands behind it', () => {
  const decoder = createNativeDecoder();
  expect(decoder.push(one.subarray(0, one.length - 1))).toEqual([]);
  const blocks = decoder.push(Uint8Array.from([...one.subarray(one.length - 1), ...one, 1]));
  expect(blocks.map((block) => values(block))).toEqual([
    [7, 9],
    [7, 9],
  ]);
  expect(decoder.position).toBe(2 * one.length + 1);
});

test('an answer cut inside a block is refused with block, column and place', () => {
  const decoder = createNativeDecoder();
  decoder.push(Uint8Array.from([...one, ...one.subarray(0, -1)]));
  expect(() => decoder.end()).toThrow(/in the middle of a block in column "n" \(block 2, after 23 bytes\)/);
});

test('after an error every call throws the same error', () => {
  const decoder = createNativeDecoder();
  const bad = bytesOf(1, 1, 'x', 'Strange(1)');
  expect(() => decoder.push(bad)).toThrow('Column "x" has type Strange(1)');
  expect(() => decoder.push(one)).toThrow('Column "x" has type Strange(1)');
  expect(() => decoder.end()).toThrow('Column "x" has type Strange(1)');
});

test.each([
  ['rows', [1, ...huge]],
  ['columns', [...huge, 1]],
  ['a column name', [1, 1, ...huge]],
  ['a string', [1, 1, 1, 97, ...bytesOf('String'), ...huge.slice(0, 6), 0x0f]],
  ['values', [1, 1, 1, 97, ...bytesOf('Array(UInt8)'), 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]],
  ['values', [1, 1, 1, 97, ...bytesOf('FixedString(999999999)')]],
  ['null flags', [1, 1, 1, 97, ...bytesOf('Array(Nullable(UInt8))'), 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0]],
  ['strings', [1, 1, 1, 97, ...bytesOf('LowCardinality(String)'), ...uint64(1), ...uint64(0x600), ...uint64(2 ** 40)]],
])('an absurd length of %s is refused at once, before its bytes come', (what, parts) => {
  const decoder = createNativeDecoder({ maxBytes: 1_000_000 });
  const before = process.memoryUsage().arrayBuffers;
  expect(() => decoder.push(Uint8Array.from(parts))).toThrow(`for ${what}`);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
});

test('the limit is for a block, not for the answer', () => {
  const blocks = decodeNative(Uint8Array.from([...one, ...one, ...one]), { maxBytes: one.length });
  expect(blocks).toHaveLength(3);
  expect(() => decodeNative(one, { maxBytes: one.length - 1 })).toThrow('more than the limit of');
});

const lowCardinality = (version: number, flags: number, indexes: number, index: number) =>
  Uint8Array.from([
    ...bytesOf(1, 1, 'l', 'LowCardinality(String)'),
    ...uint64(version),
    ...uint64(flags),
    ...uint64(2),
    ...bytesOf('', 'a'),
    ...uint64(indexes),
    index,
  ]);

test('LowCardinality reads the entry of its index', () => {
  expect(values(decodeNative(lowCardinality(1, 0x600, 1, 1))[0]!)).toEqual(['a']);
});

test.each([
  ['version 2 is not known', lowCardinality(2, 0x600, 1, 1)],
  ['index width 7 is not known', lowCardinality(1, 0x607, 1, 1)],
  ['a dictionary outside of its block', lowCardinality(1, 0x700, 1, 1)],
  ['3 indexes for 1 rows', lowCardinality(1, 0x600, 3, 1)],
  ['index 2 into a dictionary of 2 entries', lowCardinality(1, 0x600, 1, 2)],
  ['the value 5 is not among those of its Enum type', bytesOf(1, 1, 'e', "Enum8('a' = 1)", 5)],
  ['a block of 3 rows has no columns', bytesOf(0, 3)],
  ['ends before it begins', bytesOf(1, 2, 'a', 'Array(UInt8)', ...uint64(3), ...uint64(2))],
  ['has more than', Uint8Array.from([1, 1, 1, 97, ...bytesOf('String'), ...Array<number>(12).fill(0x80)])],
])('damage is refused: %s', (what, bytes) => {
  expect(() => decodeNative(bytes)).toThrow(what);
  expect(() => decodeNative(bytes)).toThrow('not readable as FORMAT Native');
});

test('text instead of Native is refused', () => {
  const html = Buffer.from('<!doctype html><title>502 Bad Gateway</title>');
  expect(() => decodeNative(html)).toThrow(/FORMAT Native|in the middle of a block/);
});

const dynamicOf = (...types: readonly string[]) => [...uint64(2), types.length, ...bytesOf(...types), ...uint64(0)];
const nestedDynamic = (levels: number) =>
  Uint8Array.from([
    ...bytesOf(1, 1, 'd', 'Dynamic'),
    ...Array.from({ length: levels }, () => [...uint64(2), ...bytesOf(1, 'Dynamic'), ...uint64(0)]).flat(),
  ]);

test.each([
  ['Dynamic version 9 is not known', [...bytesOf(1, 1, 'd', 'Dynamic'), ...uint64(9)]],
  ['JSON version 9 is not known', [...bytesOf(1, 1, 'j', 'JSON'), ...uint64(9)]],
  ['mode 1 of Variant is not sent over HTTP', [...bytesOf(1, 1, 'v', 'Variant(Int8)'), ...uint64(1)]],
  ['row 1 has type 3 of 1', [...bytesOf(1, 1, 'v', 'Variant(Int8)'), ...uint64(0), 3]],
  [
    'where their prefix is missing',
    [...bytesOf(1, 1, 'l', 'LowCardinality(Dynamic)'), ...uint64(1), ...uint64(0x600), ...uint64(1)],
  ],
  ['longer or shorter than it says', [...bytesOf(1, 1, 'd', 'Dynamic'), ...dynamicOf(), 0, 1, 0x0a]],
  ['longer or shorter than it says', [...bytesOf(1, 1, 'd', 'Dynamic'), ...dynamicOf(), 0, 3, 0x01, 7, 7]],
  ['a type of the unknown code 238', [...bytesOf(1, 1, 'd', 'Dynamic'), ...dynamicOf(), 0, 1, 0xee]],
  [
    'nested deeper than 64',
    [...bytesOf(1, 1, 'd', 'Dynamic'), ...dynamicOf(), 0, 100, ...Array<number>(100).fill(0x1e)],
  ],
  ['version 1 of the JSON type', [...bytesOf(1, 1, 'd', 'Dynamic'), ...dynamicOf(), 0, 2, 0x30, 1]],
])('damage of changing types is refused: %s', (what, bytes) => {
  expect(() => decodeNative(Uint8Array.from(bytes))).toThrow(what);
});

test('types that the data nest in each other without end are refused', () => {
  expect(() => decodeNative(nestedDynamic(5_000))).toThrow('types are nested deeper than 200');
});

test.each([
  ['Decimal(9, 1000000000)', 'argument 2 is not from 0 to 9'],
  ['Decimal(77, 1)', 'argument 1 is not from 1 to 76'],
  ['DateTime64(10)', 'argument 1 is not from 0 to 9'],
  ['FixedString(0)', 'argument 1 is not from 1'],
  ['QBit(Float32, 0)', 'argument 2 is not from 1'],
  ['QBit(Float32, 16, 7)', 'argument 3 does not divide the dimension'],
  ['QBit(String, 16)', 'which this data source cannot read'],
])('%s is refused with its type', (type, what) => {
  expect(() => decodeNative(bytesOf(1, 1, 'x', type))).toThrow(what);
});

test('few bytes cannot claim any number of rows', () => {
  const json = [...uint64(3), 0];
  const rows = [...bytesOf(1, 1, 'j', 'Array(JSON)'), ...json, ...uint64(4_000_000_000)];
  expect(() => decodeNative(Uint8Array.from(rows), { maxBytes: 1_000_000 })).toThrow('for rows');
  const items = [...bytesOf(1, 1, 'd', 'Dynamic'), ...dynamicOf(), 0, 7, 0x1e, 0x1f, 0, 0xff, 0xff, 0xff, 0x7f];
  expect(() => decodeNative(Uint8Array.from(items), { maxBytes: 1_000_000 })).toThrow('for array items');
});
