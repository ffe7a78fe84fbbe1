import { TidemarkError } from '../../core/errors';
import { createNativeDecoder, decodeNative } from '../decoder';
import type { Block } from '../decoder';
import type { Plain } from '../column';
import { startEngine } from '../../testing/engine';
import type { TestEngine } from '../../testing/engine';
import { columnFamilies } from './table';

// What the engine says in JSON is the truth that each decoded value is held against.
const settings = `SETTINGS output_format_json_quote_denormals = 1, output_format_json_escape_forward_slashes = 0,
  output_format_json_quote_64bit_integers = 0, allow_suspicious_low_cardinality_types = 1,
  allow_suspicious_variant_types = 1, allow_experimental_nullable_tuple_type = 1, flatten_nested = 0`;

/** Types filled by the engine's own random generator: arrays up to 3 items, strings up to 12 bytes. */
const randomTypes = [
  ...['Int8', 'Int16', 'Int32', 'Int64', 'Int128', 'Int256'],
  ...['UInt8', 'UInt16', 'UInt32', 'UInt64', 'UInt128', 'UInt256'],
  ...['Float32', 'Float64', 'Bool', 'String', 'FixedString(7)', 'UUID', 'IPv4', 'IPv6'],
  ...['Date', 'Date32', 'DateTime', 'DateTime64(0)', 'DateTime64(3)', 'DateTime64(5)', 'DateTime64(9)'],
  ...[`DateTime64(3, 'Europe/Berlin')`, `DateTime64(9, 'Asia/Kolkata')`, `Array(DateTime('America/New_York'))`],
  ...['Decimal(9, 2)', 'Decimal(18, 4)', 'Decimal(38, 10)', 'Decimal(76, 30)', 'Decimal(9, 0)'],
  ...[`Enum8('a' = 1, 'b\\'c' = -2)`, `Enum16('x, y' = 300, '(' = -300)`],
  ...['Nullable(Int64)', 'Nullable(String)', 'Nullable(DateTime64(9))', 'Nullable(Decimal(18, 3))'],
  ...['Nullable(Tuple(Int8, Array(String)))', 'SimpleAggregateFunction(sum, UInt64)'],
  ...['LowCardinality(String)', 'LowCardinality(Nullable(String))', 'LowCardinality(Int64)'],
  ...['LowCardinality(Nullable(DateTime))', 'LowCardinality(FixedString(3))'],
  ...['Array(Int64)', 'Array(Array(Array(Nullable(String))))', 'Array(LowCardinality(Nullable(String)))'],
  ...['Array(Tuple(LowCardinality(String), Array(Nullable(Date))))', 'Array(Array(Array(Array(Int256))))'],
  ...['Tuple(Int8, String)', 'Tuple(`a b` Int8, c Tuple(d Date))'],
  ...['Map(String, UInt64)', 'Map(UInt8, Array(LowCardinality(String)))'],
  ...['Map(LowCardinality(String), Map(Date, Float64))'],
  ...['Point', 'Ring', 'LineString', 'Polygon', 'MultiLineString', 'MultiPolygon'],
];

const manyVariants = `arrayMap(i -> multiIf(i % 4 = 0, [i]::Array(UInt8)::V, i % 4 = 1, NULL::V,
  i % 4 = 2, toLowCardinality(toString(i % 3))::V, tuple(toDate(i))::Tuple(a Date)::V), range(40))`.replace(
  /::V/g,
  '::Variant(Array(UInt8), LowCardinality(String), Tuple(a Date))',
);
const jsonTexts = `['{"a":1,"b":{"c":"x","e":[1]},"z":1,"yes":2}', '{"a":[{"q":1}],"d":-5,"f":{"g":"2024-01-01"}}', '{}']`;
/** A value of every type whose values Dynamic can keep aside, each with its type in front. */
const asideValues = `[${[
  ...[`1::Int8`, `-1::Int256`, `1::UInt64`, `0.5::Float32`, `nan::Float64`, `1.5::BFloat16`, `true`, `'text'`],
  ...[`'ab'::FixedString(3)`, `generateUUIDv4(1) != toUUID('${'0'.repeat(8)}-0000-0000-0000-000000000000')`],
  ...[`toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0')`, `toIPv4('1.2.3.4')`, `toIPv6('::1')`, `toDate('2024-01-01')`],
  ...[`toDate32('1900-01-01')`, `toDateTime(1)`, `toDateTime(1, 'Asia/Tokyo')`, `toDateTime64(1.5, 3)`],
  ...[`toDateTime64(1.5, 9, 'Asia/Kolkata')`, `'-01:00:00'::Time`, `'-01:00:00.5'::Time64(1)`, `toIntervalYear(2)`],
  ...[`toIntervalNanosecond(2)`, `1.5::Decimal(9, 2)`, `-1.5::Decimal(18, 2)`, `1.5::Decimal(38, 2)`],
  ...[`1.5::Decimal(76, 2)`, `'b\\'c'::Enum8('a' = 1, 'b\\'c' = -2)`, `'ü'::Enum16('ü' = 300)`, `[1, 2]::Array(UInt8)`],
  ...[`[[], [NULL, 'x']]::Array(Array(Nullable(String)))`, `(1, 'a')::Tuple(Int8, String)`],
  ...[
    "(1, 'a')::Tuple(`a b` Int8, c String)",
    `tuple()`,
    `[tuple(), tuple()]`,
    `map('a', [1])::Map(String, Array(Int8))`,
  ],
  ...[
    `map(1, 'x')::Map(UInt8, String)`,
    `toLowCardinality('l')`,
    `[toLowCardinality(NULL::Nullable(String))]`,
    `[NULL]`,
  ],
  ...[`(1, 2)::Point`, `[[(1, 2)]]::Polygon`, `[(1, 'a')]::Nested(x Int8, y String)`, `[1, 2, 3]::QBit(Float32, 3)`],
  ...[`[1, 2, 3, 4, 5, 6, 7, -8, 9, 10, 11, 12, 13, 14, 15, 16]::QBit(Int8, 16, 8)`, `[1.5]::QBit(BFloat16, 1)`],
  ...[`1::SimpleAggregateFunction(sum, UInt64)`, `[1::Variant(Int8, String), NULL, 'x'::Variant(Int8, String)]`],
  ...[`[1::Int8::Dynamic, NULL, 'x'::Dynamic]`, `'{"a":1,"b":{"c":[1,"x"]}}'::JSON`],
  ...[`'{"d":{"t":7},"x":[{"y":1}]}'::JSON(d.t Nullable(Int8), SKIP q, SKIP REGEXP 'x''y')`, `['{"a":1}'::JSON]`],
]
  .map((value) => `CAST(${value}, 'Dynamic(max_types=0)')`)
  .join(', ')}]`;

/** Values at the edges, as ClickHouse array literals, cast to the type. */
const edges: readonly (readonly [type: string, values: string])[] = [
  ['Int64', `[0, 1, -1, 9007199254740991, 9007199254740992, -9007199254740991, -9007199254740993, 4294967296]`],
  ['Int64', `['9223372036854775807', '-9223372036854775808']`],
  ['UInt64', `[0, 9007199254740991, 9007199254740993, 18446744073709551615]`],
  ['Int128', `['170141183460469231731687303715884105727', '-170141183460469231731687303715884105728', '-1', '0']`],
  ['UInt256', `['115792089237316195423570985008687907853269984665640564039457584007913129639935', '0']`],
  ['Float64', `[0, -0., 0.1, nan, inf, -inf, 1e300, 5e-324, 1.7976931348623157e308, 1e21, 1e-7, 1e22]`],
  ['Float32', `[0, -0., 0.1, nan, inf, -inf, 3.4028235e38, 1e-45, 16777216]`],
  ['BFloat16', `[0, 1.5, -2, 0.10009765625, nan, inf, 338953138925153547590470800371487866880]`],
  [
    'String',
    `['', 'plain', 'umlaut ü', '漢字', '👍🏽', 'a\\0b', '\\xff\\xfe', 'cut \\xe2\\x82', '\\xa9', repeat('x', 70000)]`,
  ],
  ['String', `[repeat('ü', 100), '', '\\ufeffmark', repeat('a', 127), repeat('a', 128), repeat('a', 300), 'ü']`],
  ['FixedString(4)', `['', 'ab', 'abcd', 'ü']`],
  ['Date', `['1970-01-01', '2149-06-06', '2024-02-29']`],
  ['Date32', `['1900-01-01', '2299-12-31', '1969-12-31', '1970-01-01']`],
  ['DateTime', `['1970-01-01 00:00:00', '2106-02-07 06:28:15']`],
  [`DateTime64(3)`, `['1900-01-01 00:00:00.001', '2299-12-31 23:59:59.999', '1969-12-31 23:59:59.999']`],
  [`DateTime64(8)`, `['1900-01-01 00:00:00.00000001', '2299-12-31 23:59:59.99999999', '1969-12-31 23:59:59.99999999']`],
  [
    `DateTime64(9)`,
    `['1900-01-01 00:00:00.000000001', '2262-04-11 23:47:16.854775807', '1969-12-31 23:59:59.999999999']`,
  ],
  [`Array(DateTime('Europe/Berlin'))`, `[[1711846799, 1711846800, 1729990799, 1729990800]]`],
  ['Decimal(9, 9)', `['0.999999999', '-0.000000001', '0']`],
  ['Decimal(18, 6)', `['999999999999.999999', '-999999999999.999999', '1.5', '999999999.999999']`],
  ['Decimal(76, 76)', `['0.1', '-0.0000000000000000000000000000000000000000000000000000000000000000000000000001']`],
  ['IPv4', `['0.0.0.0', '255.255.255.255']`],
  ['IPv6', `['::', '::1', '1::', '::ffff:1.2.3.4', '::1.2.3.4', 'fe80::1:0:0:1', '1:0:0:2:0:0:0:3', '::ffff:0:1']`],
  ['IPv6', `['1:0:2:3:4:5:6:7', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '0:0:0:0:0:ffff:0:0', '::1:2']`],
  ['UUID', `['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']`],
  [`Enum8('' = -128, 'ü' = 127)`, `['', 'ü']`],
  ['Nullable(Float64)', `[NULL, nan, 0]`],
  ['Nullable(Nothing)', `[NULL]`],
  ['Array(Nothing)', `[[], []]`],
  ['Array(Nullable(Nothing))', `[[], [NULL, NULL]]`],
  ['Tuple()', `[tuple(), tuple()]`],
  ['IntervalDay', `[toIntervalDay(3), toIntervalDay(-3)]`],
  ['LowCardinality(Nullable(String))', `[NULL, '', 'a', NULL, 'ü']`],
  ['LowCardinality(String)', `arrayMap(i -> toString(i % 300), range(700))`],
  ['Array(LowCardinality(String))', `[[], [], []]`],
  ['Nested(x Int8, y String)', `[[(1, 'a'), (-2, '')], []]`],
  ['Map(Int8, Nullable(Float32))', `[map(), map(1, NULL, -2, nan)]`],
  ['Time', `['00:00:00', '-00:00:01', '12:34:56', '-12:34:56', '999:59:59', '-999:59:59']`],
  ['Time64(0)', `['00:00:00', '-999:59:59']`],
  ['Time64(2)', `['-00:00:00.10', '00:00:01.05', '999:59:59.99', '-999:59:59.99', '100:00:00']`],
  ['Time64(9)', `['-00:00:00.000000001', '999:59:59.999999999', '-999:59:59.123456789', '00:00:00.5']`],
  ['Nullable(Time64(3))', `[NULL, '01:02:03.456', '-00:00:00.001']`],
  ['Array(Time)', `[[], ['10:00:00', '-00:00:59']]`],
  ['Variant(Int8, String)', `[1::Int8, 'null', NULL, 'a"b', -128::Int8, '']::Array(Variant(Int8, String))`],
  ['Variant(Array(UInt8), LowCardinality(String), Tuple(a Date))', manyVariants],
  [
    'Array(Variant(Int8, String))',
    `[[1::Int8, NULL, 'x'], [NULL], []::Array(Variant(Int8, String))]::Array(Array(Variant(Int8, String)))`,
  ],
  ['Geometry', `[(1, 2)::Point::Geometry, [(1, 2), (3, 4)]::Ring::Geometry, NULL, [[(0, 0.5)]]::Polygon::Geometry]`],
  ['Dynamic', `[1::Int64::Dynamic, 'text', NULL, toDate('2024-02-29')::Dynamic, [1, NULL]::Array(Nullable(Int8))]`],
  ['Dynamic(max_types=1)', `[1::Int64::Dynamic(max_types=1), 'text', NULL, [1, NULL]::Array(Nullable(Int8))]`],
  ['Dynamic(max_types=0)', `arrayConcat([NULL], ${asideValues})`],
  ['Array(Dynamic)', `[[1::Int8::Dynamic, NULL, 'x'::Dynamic], [toLowCardinality('l')::Dynamic], []::Array(Dynamic)]`],
  ['Tuple(Dynamic, Dynamic(max_types=1))', `[(1::Dynamic, 'a'::Dynamic(max_types=1)), (NULL, [1]::Dynamic)]`],
  ['JSON', `['{}', '{"a":1,"b":{"c":"x","d":[1,2.5,null]}}', '{"a":"text","b":{"c":{"e":true}}}']`],
  [
    'JSON',
    `['{"a-b":1,"a":{"x":2},"a.y":3,"":4,"😀":{"\\uE000":1},"ü":"\\\\n"}', '{"n":null,"big":9007199254740993}']`,
  ],
  ['JSON', `['{"l":[{"k":1},{"k":[{"m":"x"}]},{}],"mix":[1,"a",{"b":2},[3],null]}', '{"l":[]}']`],
  ['JSON(max_dynamic_paths=1, b.c LowCardinality(String), d Nullable(Int8))', jsonTexts],
  ["JSON(max_dynamic_paths=0, max_dynamic_types=0, SKIP z, SKIP REGEXP 'y.*')", jsonTexts],
  ['JSON(`SKIP` Int8, `a b`.c Array(Dynamic))', `['{"SKIP":1,"a b":{"c":[1,"x"]}}', '{}']`],
  ['Array(JSON)', `[[], ['{"a":1}', '{}'], ['{"a":[{"b":1}]}']]`],
  ['Map(String, JSON)', `[map('k', '{"a":1}'), map()]`],
  ['Nullable(JSON)', `[NULL, '{"a":1}', '{}']`],
  ['QBit(Float32, 3)', `[[1, -2.5, 0.1], [0, nan, inf]]`],
  ['QBit(Float64, 9)', `[[1, 2, 3, 4, 5, 6, 7, 8, -0.1], [0, 0, 0, 0, 0, 0, 0, 0, 5e-324]]`],
  ['QBit(BFloat16, 8)', `[[1, 2, 3, 4, 5, 6, 7, -8]]`],
  ['QBit(Int8, 16, 8)', `[range(16), arrayMap(x -> -x * 8, range(16))]`],
];

interface Case {
  readonly title: string;
  readonly type: string;
  readonly sql: string;
}

const cases: readonly Case[] = [
  ...randomTypes.map((type) => ({
    title: `${type}: random values`,
    type,
    sql: `SELECT v FROM generateRandom('v ${type.replace(/[\\']/g, '\\$&')}', 7, 12, 3) LIMIT 25`,
  })),
  ...edges.map(([type, values], i) => ({
    title: `${type}: edge values ${i + 1}`,
    type,
    sql: `SELECT CAST(arrayJoin(${values}), '${type.replace(/[\\']/g, '\\$&')}') AS v`,
  })),
];

let engine: TestEngine;
beforeAll(async () => void (engine = await startEngine()), 60_000);
afterAll(() => engine.stop());

async function ask(sql: string, format: string): Promise<Uint8Array> {
  const response = await fetch(`${engine.url}/?default_format=${format}`, {
    method: 'POST',
    body: `${sql} ${settings}`,
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (!response.ok) throw new Error(`${sql}: ${Buffer.from(bytes).toString()}`);
  return bytes;
}

const native = (sql: string) => ask(sql, 'Native');
const jsonRows = async (sql: string) =>
  // Each line is one row of one column, `[value]`.
  Buffer.from(await ask(sql, 'JSONCompactEachRow'))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(1, -1));

const eachRow = <T>(blocks: readonly Block[], read: (block: Block, row: number) => T): T[] =>
  blocks.flatMap((block) => Array.from({ length: block.rows }, (_, row) => read(block, row)));
const ours = (blocks: readonly Block[]) => eachRow(blocks, ({ columns }, row) => columns[0]!.data.json(row));

/**
 * JSON text in one spelling: escapes in strings alike, NaN without its sign bit, and in types with floats numbers as
 * doubles (the last digit of a Float32 may be written in two ways that read the same).
 */
function spelled(json: string, type: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.e+-]*|-?\b(?:nan|inf)\b/g, (token) => {
    // In QBit the server leaves the quotes off.
    if (/^-?[ni]/.test(token)) return token === '-nan' ? '"nan"' : `"${token}"`;
    if (token === '"-nan"') return '"nan"';
    if (token.startsWith('"')) return JSON.stringify(JSON.parse(token));
    if (/Float32|BFloat/.test(type)) return String(Math.fround(Number(token)));
    return /Float64|Point|Ring|Line|Polygon/.test(type) ? String(Number(token)) : token;
  });
}

/** The value in a frame that belongs to the engine's JSON text. */
function plain(json: string, block: Block): Plain {
  const { shape } = block.columns[0]!;
  const { kind } = shape;
  if (json === 'null') return null;
  if (kind === 'number' && shape.unit === 's' && json.includes(':')) return secondsOf(json);
  if (kind === 'other') return json;
  const value = JSON.parse(json) as Plain;
  if (kind === 'time') return Date.parse(`${String(value).slice(0, 23).replace(' ', 'T')}${/:/.test(json) ? 'Z' : ''}`);
  if (kind !== 'number' || typeof value === 'number') return value;
  return { nan: NaN, '-nan': NaN, inf: Infinity, '-inf': -Infinity }[String(value)] ?? value;
}

/** Seconds of a Time in JSON: `"-01:02:03.5"`. */
function secondsOf(json: string): number {
  const [, sign, hours, minutes, seconds] = /"(-?)(\d+):(\d+):([\d.]+)"/.exec(json)!;
  return (sign ? -1 : 1) * Number((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)).toFixed(9));
}

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof TidemarkError ? error.code : String(error);
  }
  return 'no error';
};

test.each(cases)('$title: equal to the JSON of the engine, with the cursor at the end', async ({ type, sql }) => {
  const bytes = await native(sql);
  const expected = await jsonRows(sql);
  const decoder = createNativeDecoder();
  const blocks = decoder.push(bytes);
  decoder.end();
  expect(decoder.position).toBe(bytes.length);
  expect(ours(blocks).map((text) => spelled(text, type))).toEqual(expected.map((text) => spelled(text, type)));
});

test.each(cases)('$title: values for frames are those of the JSON', async ({ type, sql }) => {
  const [blocks, expected] = [decodeNative(await native(sql)), await jsonRows(sql)];
  const zoned = /Berlin|Kolkata/.test(type);
  const values = blocks.flatMap((block) => {
    const target: Plain[] = new Array<Plain>(block.rows);
    block.columns[0]!.data.copyTo(target, 0);
    return target;
  });
  const { kind } = blocks[0]!.columns[0]!.shape;
  if (kind === 'time' && zoned) return; // the JSON shows another wall clock: see the test of instants below
  const normal = (value: Plain) => (kind === 'other' ? spelled(String(value), type) : value);
  const rounded = (value: Plain) => (/32|BF/.test(type) && typeof value === 'number' ? Math.fround(value) : value);
  const fit = kind === 'number' && /Float/.test(type) ? rounded : normal;
  expect(values.map(fit)).toEqual(expected.map((json) => fit(plain(json, blocks[0]!))));
});

test.each(cases)('$title: every shorter prefix is refused, every chunking reads the same', async ({ sql }) => {
  const bytes = await native(sql.replace('LIMIT 25', 'LIMIT 6').replace('70000', '300'));
  // Long columns are cut at fewer places, always at all of their first 400.
  const step = Math.ceil(bytes.length / 700);
  for (let cut = 1; cut < bytes.length; cut += cut < 400 ? 1 : step)
    expect([cut, code(() => decodeNative(bytes.subarray(0, cut)))]).toEqual([cut, 'native_truncated']);
  const whole = ours(decodeNative(bytes));
  for (const size of [1, 7, 64]) {
    const decoder = createNativeDecoder();
    const blocks: Block[] = [];
    for (let at = 0; at < bytes.length; at += size) blocks.push(...decoder.push(bytes.subarray(at, at + size)));
    decoder.end();
    expect(ours(blocks)).toEqual(whole);
  }
});

test.each(cases)('$title: damaged bytes are read or refused, never crash', async ({ sql }) => {
  const bytes = await native(sql.replace('LIMIT 25', 'LIMIT 6').replace('70000', '300'));
  let seed = 20261121;
  const random = (below: number) => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % below;
  for (let i = 0; i < 300; i++) {
    const damaged = Uint8Array.from(bytes);
    for (let k = random(3); k >= 0; k--) damaged[random(damaged.length)] = random(256);
    const result = code(() => ours(decodeNative(damaged, { maxBytes: 1_000_000 })));
    expect(result).toMatch(/^(no error|native_\w+)$/);
  }
});

test('every type of the table is among the cases', () => {
  const tested = cases.map(({ type }) => type).join(' ');
  const missing = columnFamilies.flatMap(({ types }) => types.filter((name) => !tested.includes(name)));
  expect(missing.filter((name) => !name.startsWith('Interval'))).toEqual([]);
});

test('instants do not depend on the zone of the column, and nanoseconds are kept', async () => {
  const at = `arrayJoin(['1900-01-01 00:00:00.123456789', '1969-12-31 23:59:59.999999999', '2261-01-01 00:00:00.1'])`;
  const sql = `SELECT toDateTime64(${at}, 9, 'Asia/Kolkata') AS v, toInt64(toUnixTimestamp64Nano(v)) AS nanos`;
  const [block] = decodeNative(await native(sql));
  const [ms, nanos]: [Plain[], number[]] = [[], []];
  block!.columns[0]!.data.copyTo(ms, 0);
  block!.columns[0]!.data.copyNanosTo!(nanos, 0);
  const expected: Plain[] = [];
  block!.columns[1]!.data.copyTextTo!(expected, 0);
  expect(ms.map((value, i) => String(BigInt(value as number) * 1_000_000n + BigInt(nanos[i]!)))).toEqual(expected);
  expect(block!.columns[0]!.shape).toEqual({ kind: 'time', precision: 9, zone: 'Asia/Kolkata' });
});

test('the shape of an Enum names all its values, in the order of their numbers', async () => {
  const [block] = decodeNative(
    await native(`SELECT CAST('b', 'Enum8(\\'b\\' = 2, \\'a\\' = -1, \\'c\\' = 5)') AS e, toNullable(e)`),
  );
  const shape = { kind: 'string', names: ['a', 'b', 'c'] };
  expect(block!.columns.map((column) => column.shape)).toEqual([shape, shape]);
});

test('over HTTP the server names the zone of DateTime64 and of nested DateTime, not that of a bare DateTime', async () => {
  const sql = `SELECT toDateTime(0, 'Asia/Tokyo') AS a, toDateTime64(0, 3, 'Asia/Tokyo') AS b, [a] AS c`;
  const [block] = decodeNative(await native(sql));
  expect(block!.columns.map(({ type }) => type)).toEqual([
    'DateTime',
    `DateTime64(3, 'Asia/Tokyo')`,
    `Array(DateTime('Asia/Tokyo'))`,
  ]);
});

test('answers of many blocks come out block by block', async () => {
  const bytes = await native('SELECT number, toString(number) FROM numbers(200000)');
  const decoder = createNativeDecoder();
  const sizes: number[] = [];
  for (let at = 0; at < bytes.length; at += 65536)
    sizes.push(decoder.push(bytes.subarray(at, at + 65536)).reduce((sum, { rows }) => sum + rows, 0));
  decoder.end();
  expect(sizes.filter((rows) => rows > 0).length).toBeGreaterThan(2);
  expect(sizes.reduce((a, b) => a + b)).toBe(200000);
});

test('columns stored sparse on disk arrive full', async () => {
  await engine.db.command(
    'CREATE TABLE sparse (k UInt64, a UInt8, b String) ENGINE = MergeTree ORDER BY k SETTINGS ratio_of_defaults_for_sparse_serialization = 0.5',
  );
  await engine.db.command(
    `INSERT INTO sparse SELECT number, number % 100 = 7, if(number % 100 = 7, 'x', '') FROM numbers(1000)`,
  );
  const sql = 'SELECT tuple(a, b) FROM sparse ORDER BY k';
  expect(ours(decodeNative(await native(sql)))).toEqual(await jsonRows(sql));
});

test.each([
  ['SELECT sumState(1) AS s', 'native_aggregate_state', /"s".*AggregateFunction\(sum, UInt8\).*finalizeAggregation/],
  [`SELECT [uniqState('a')] AS s`, 'native_aggregate_state', /Column "s"/],
  [`SELECT map('k', sumState(1)) AS s`, 'native_aggregate_state', /"s".*finalizeAggregation/],
  [`SELECT (1, sumState(1)) AS s`, 'native_aggregate_state', /"s".*finalizeAggregation/],
  [`SELECT sumState(1)::Dynamic AS s`, 'native_aggregate_state', /"s".*AggregateFunction\(sum.*finalizeAggregation/],
  [`SELECT sumState(1)::Dynamic(max_types=0) AS s`, 'native_aggregate_state', /"s".*AggregateFunction.*finalizeAgg/],
  [`SELECT [quantileState(0.5)(1)::Dynamic] AS s`, 'native_aggregate_state', /"s".*finalizeAggregation/],
])('%s is refused by name', async (sql, expected, message) => {
  const bytes = await native(sql);
  expect(code(() => decodeNative(bytes))).toBe(expected);
  expect(() => decodeNative(bytes)).toThrow(message);
});
