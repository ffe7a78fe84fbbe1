import { askBytes, askJson, oneSpelling, typeSettings } from '../testing/native/ask';
import { nestings, randomType, selectOf } from '../testing/native/nestedTypes';
import { leafTypes } from '../testing/native/leafTypes';
import { pick, randomFrom } from '../testing/native/random';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import type { Plain } from './column';
import { createNativeDecoder, decodeNative } from './decoder';
import type { Block } from './decoder';

/** Random types; `TIDEMARK_TYPES` asks for more. */
const count = Number(process.env['TIDEMARK_TYPES'] ?? 150);
const firstSeed = Number(process.env['TIDEMARK_SEED'] ?? 1);
const rows = 9;

jest.setTimeout(120_000 + count * 1000);

let engine: TestEngine;
beforeAll(async () => void (engine = await startEngine()), 60_000);
afterAll(() => engine.stop());

/** Every type without others inside once, every nesting in turn as the outermost one, then whatever comes. */
const cases = [
  ...leafTypes(randomFrom(firstSeed)).map((type, i) => ({ type, seed: i })),
  ...Array.from({ length: count }, (_, i) => {
    const seed = firstSeed + i;
    const random = randomFrom(seed);
    return { type: randomType(random, 1 + (i % 4), nestings[i % (nestings.length + 3)]), seed };
  }),
]
  // Over HTTP the zone of a bare DateTime is not sent: revision.chdb.test.ts has those.
  .filter(({ type }) => !type.text.startsWith('DateTime('))
  .map(({ type, seed }) => ({
    title: `seed ${seed}: ${type.text}`,
    type,
    sql: selectOf(type, randomFrom(seed), rows),
  }));

const eachRow = <T>(blocks: readonly Block[], read: (block: Block, row: number) => T): T[] =>
  blocks.flatMap((block) => Array.from({ length: block.rows }, (_, row) => read(block, row)));
const jsonOf = (blocks: readonly Block[]) => eachRow(blocks, ({ columns }, row) => columns[0]!.data.json(row));

/** The first difference, so that a failure names one value. */
function compare(title: string, found: readonly string[], expected: readonly string[]) {
  const i = expected.findIndex((text, row) => text !== found[row]);
  expect([title, found.length, found[i]]).toEqual([title, expected.length, expected[i]]);
}

/** A text with its length (LEB128) in front, as in a block. */
function withLength(text: string): number[] {
  const bytes = [...Buffer.from(text)];
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128);
  return [...length, rest, ...bytes];
}

const answers = new Map<string, Promise<[Uint8Array, string[]]>>();
/** The Native bytes and the JSON rows of a case. */
function answer(sql: string, settings = ''): Promise<[Uint8Array, string[]]> {
  const whole = `${sql} ${typeSettings}${settings}`;
  const known = answers.get(whole);
  if (known) return known;
  const asked = Promise.all([askBytes(engine.url, whole, { default_format: 'Native' }), askJson(engine.url, whole)]);
  answers.set(whole, asked);
  return asked;
}

test.each([
  ['as it comes', ''],
  ['flattened', ', output_format_native_use_flattened_dynamic_and_json_serialization = 1'],
])('%s: values of random types are those of the engine’s JSON', async (_, settings) => {
  for (const { title, type, sql } of cases) {
    if (settings && !/JSON|Dynamic/.test(type.text)) continue;
    const [bytes, expected] = await answer(sql, settings);
    const decoder = createNativeDecoder();
    const blocks = decoder.push(bytes);
    decoder.end();
    expect([title, decoder.position]).toEqual([title, bytes.length]);
    compare(title, jsonOf(blocks).map(oneSpelling), expected);
  }
});

test('an answer without rows has no bytes', async () => {
  const sql = `${cases[0]!.sql} LIMIT 0 ${typeSettings}`;
  expect(await askBytes(engine.url, sql, { default_format: 'Native' })).toHaveLength(0);
});

test('over HTTP a revision in the URL changes the head of each block only', async () => {
  const sql = 'SELECT number, toString(number) AS t, toLowCardinality(t) AS l FROM numbers(150000)';
  const parameters = { default_format: 'Native', client_protocol_version: '54405' };
  const plain = decodeNative(await askBytes(engine.url, sql, { default_format: 'Native' }));
  const headed = decodeNative(await askBytes(engine.url, sql, parameters), { revision: 54_405 });
  expect(headed.length).toBeGreaterThan(1);
  const firsts = (blocks: readonly Block[]) =>
    blocks.map(({ rows: n, columns }) => [n, ...columns.map(({ type, data }) => [type, data.json(n - 1)])]);
  expect(firsts(headed)).toEqual(firsts(plain));
});

test('JSON sent as text reads the same', async () => {
  const json = cases.filter(({ type }) => /^JSON|^Array\(JSON|^Nullable\(JSON/.test(type.text));
  expect(json.length).toBeGreaterThan(8);
  for (const { title, sql } of json) {
    const [bytes, expected] = await answer(sql, ', output_format_native_write_json_as_string = 1');
    compare(title, jsonOf(decodeNative(bytes)).map(oneSpelling), expected);
  }
});

test('values for frames say the same as the JSON', async () => {
  for (const { title, type, sql } of cases) {
    const [block] = decodeNative((await answer(sql))[0]);
    const { shape, data } = block!.columns[0]!;
    const values = new Array<Plain>(block!.rows);
    data.copyTo(values, 0);
    if (data.allExact && !data.allExact()) data.copyTextTo!(values, 0);
    values.forEach((value, row) => {
      const json = data.json(row);
      if (value === null) expect([title, json]).toEqual([title, 'null']);
      else if (shape.kind === 'other') expect([title, value]).toEqual([title, json]);
      else if (shape.kind === 'string') expect([title, JSON.stringify(value)]).toEqual([title, json]);
      else if (shape.kind === 'boolean') expect([title, String(value)]).toEqual([title, json]);
      else if (shape.kind === 'number' && !json.includes(':')) {
        const expected = Number(json.replace(/"(-?)inf"/, '$1Infinity').replace(/"/g, ''));
        const fit = /Float32|BFloat16/.test(type.text) ? Math.fround : Number;
        expect([title, fit(Number(value))]).toEqual([title, fit(expected)]);
      } else expect([title, Number.isFinite(Number(value))]).toEqual([title, true]);
    });
  }
});

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'no error';
};

test('every shorter prefix is refused', async () => {
  for (const { title, sql } of cases) {
    const [bytes] = await answer(sql);
    const step = Math.ceil(bytes.length / 60);
    for (let cut = 1; cut < bytes.length; cut += cut < 60 ? 1 : step)
      expect([title, cut, code(() => decodeNative(bytes.subarray(0, cut)))]).toEqual([title, cut, 'native_truncated']);
  }
});

test('every chunking reads the same', async () => {
  for (const [i, { title, sql }] of cases.entries()) {
    const [bytes] = await answer(sql);
    const random = randomFrom(i);
    const largest = pick(random, [1, 2, 9, 100]);
    const decoder = createNativeDecoder();
    const blocks: Block[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = 1 + random(largest);
      blocks.push(...decoder.push(bytes.slice(at, at + size)));
      at += size;
    }
    decoder.end();
    compare(title, jsonOf(blocks), jsonOf(decodeNative(bytes)));
  }
});

test('blocks without rows have columns', async () => {
  for (const { title, sql } of cases) {
    // Over HTTP the server sends no block without rows: here is one by hand.
    const sent = decodeNative((await answer(sql))[0])[0]!.columns[0]!.type;
    const [block] = decodeNative(Uint8Array.from([1, 0, 1, 118, ...withLength(sent)]));
    const { data } = block!.columns[0]!;
    const target: Plain[] = [];
    data.copyTo(target, 0);
    expect([title, block!.rows, data.length, target]).toEqual([title, 0, 0, []]);
  }
});
