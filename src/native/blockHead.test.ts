import { decodeNative } from './decoder';

const info = [1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0];
const column = [1, 110, 5, ...Buffer.from('UInt8')];
const bytes = (...parts: readonly (readonly number[])[]) => Uint8Array.from(parts.flat());

test.each([
  [0, bytes([1, 2], column, [7, 9])],
  [54_405, bytes(info, [1, 2], column, [7, 9])],
  [54_454, bytes(info, [1, 2], column, [0], [7, 9])],
  [54_480, bytes(info.slice(0, -1), [3, 1, 5, 0, 0, 0, 0], [1, 2], column, [0], [7, 9])],
])('revision %i: the head of a block is passed over', (revision, block) => {
  const twice = decodeNative(bytes([...block], [...block]), { revision });
  expect(twice.map(({ columns, rows }) => [columns[0]!.data.json(0), columns[0]!.data.json(1), rows])).toEqual([
    ['7', '9', 2],
    ['7', '9', 2],
  ]);
  for (let cut = 1; cut < block.length; cut++)
    expect(() => decodeNative(block.subarray(0, cut), { revision })).toThrow('in the middle of a block');
});

test.each([
  [[1], 'Sparse'],
  [[2], 'Detached'],
  [[3], 'Detached over Sparse'],
  [[4], 'Replicated'],
  [[0, 1, 0], 'mixed'],
  [[9], 'number 9'],
])('a column in another form than the plain one is refused by name: %j is %s', (kinds, form) => {
  const block = bytes(info, [1, 2], column, [1, ...kinds], [7, 9]);
  expect(() => decodeNative(block, { revision: 54_465 })).toThrow(
    `Column "n" comes in the serialization "${form}", which this data source cannot read. Send client_protocol_version below 54454 (it was 54465), where every column comes plain.`,
  );
});

test('a head that is not known is refused', () => {
  expect(() => decodeNative(bytes([7, 0], [1, 2]), { revision: 54_405 })).toThrow('field 7 of the block is not known');
  const block = bytes(info, [1, 2], column, [5], [7, 9]);
  expect(() => decodeNative(block, { revision: 54_454 })).toThrow('5 says neither');
});

test.each([54_492, -1, 1.5, NaN])('revision %d is refused before anything is read', (revision) => {
  expect(() => decodeNative(bytes([1, 0]), { revision })).toThrow(
    /revision .* is not known. Send no client_protocol_version, or a whole number up to 54491/,
  );
});
