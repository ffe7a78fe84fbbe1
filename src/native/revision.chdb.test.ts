import { oneSpelling, typeSettings } from '../testing/native/ask';
import { leafTypes } from '../testing/native/leafTypes';
import { nestings, randomType, selectOf } from '../testing/native/nestedTypes';
import { randomFrom } from '../testing/native/random';
import { blocksAtRevision } from '../testing/native/sentBlocks';
import { decodeNative } from './decoder';

jest.setTimeout(120_000);

const random = randomFrom(7);
const types = [
  ...leafTypes(random),
  ...[...nestings, ...nestings, ...nestings].map((name, i) => randomType(random, 1 + (i % 4), name)),
];
const selects = [
  { type: `DateTime('Asia/Tokyo')`, sql: `SELECT toDateTime(number * 1e8, 'Asia/Tokyo') AS v FROM numbers(9)` },
  {
    type: `Nullable(DateTime('America/New_York'))`,
    sql: `SELECT if(number = 1, NULL, toDateTime(number * 1e8, 'America/New_York')) AS v FROM numbers(9)`,
  },
  ...types.map((type) => ({ type: type.text, sql: selectOf(type, random, 9) })),
];

/** 54405: the one to send. 54473: a byte more per column, JSON and Dynamic in version 2. 54480: a field more per block. */
test.each([54_405, 54_473, 54_480])('revision %i: every type as the engine sends it', async (revision) => {
  const blocks = await blocksAtRevision(revision, selects, typeSettings.replace('SETTINGS ', ''));
  selects.forEach(({ type }, i) => {
    const { bytes, json } = blocks[i]!;
    const [block, ...rest] = decodeNative(bytes, { revision });
    const { data } = block!.columns[0]!;
    const found = Array.from({ length: block!.rows }, (_, row) => oneSpelling(data.json(row)));
    expect([type, rest.length, found]).toEqual([type, 0, json.map(oneSpelling)]);
  });
  const zones = blocks.slice(0, 2).map(({ bytes }) => decodeNative(bytes, { revision })[0]!.columns[0]!.shape);
  expect(zones).toEqual([
    { kind: 'time', precision: 0, zone: 'Asia/Tokyo' },
    { kind: 'time', precision: 0, zone: 'America/New_York' },
  ]);
});
