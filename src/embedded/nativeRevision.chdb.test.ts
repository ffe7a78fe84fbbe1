import { startEngine } from '../testing/engine';
import { raisedCodes } from './engineError';
import { statusTable } from './httpStatus';
import { rewriteBlocks } from './nativeRevision';

import type { TestEngine } from '../testing/engine';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine.stop());

async function native(sql: string, version?: number): Promise<Buffer> {
  const path = version === undefined ? '' : `?client_protocol_version=${version}`;
  const response = await fetch(`${engine.url}/${path}`, { method: 'POST', body: `${sql} FORMAT Native` });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (!response.ok) throw new Error(bytes.toString());
  return bytes;
}

const info = [1, 0, 2, 255, 255, 255, 255, 0];

it('puts a BlockInfo before each block from revision 51903 on, and a byte behind each type from 54454 on', async () => {
  const plain = [...(await native('SELECT 1 AS check'))];
  expect(await native('SELECT 1 AS check', 51_902)).toEqual(Buffer.from(plain));
  // What clickhouse-connect and dbt look at: bytes 8 to 15 are one column, one row, the name "check".
  expect(await native('SELECT 1 AS check', 54_405)).toEqual(Buffer.from([...info, ...plain]));
  const type = 2 + 6 + 6;
  expect(await native('SELECT 1 AS check', 54_454)).toEqual(
    Buffer.from([...info, ...plain.slice(0, type), 0, ...plain.slice(type)]),
  );
});

/** Columns of every type of which the length is known, some of them empty or nested in each other. */
const columns = [
  'number',
  'toString(number)',
  "toFixedString('abc', 3)",
  'toLowCardinality(toString(number % 3))',
  "toLowCardinality(if(number % 2 = 0, NULL, 'x'))",
  'if(number % 2 = 0, NULL, number)',
  'range(number % 4)',
  'arrayMap(x -> toLowCardinality(toString(x)), range(number % 3))',
  '[[toNullable(1)], [NULL, 2]]',
  "map('a', [number], 'b', [])",
  "map(toLowCardinality('k'), tuple(number, toNullable('v')))",
  "CAST((1, 'x', [2]), 'Tuple(a UInt8, `b c` String, d Array(Int16))')",
  'tuple()',
  "CAST([(1, 'a')], 'Nested(x UInt8, y LowCardinality(String))')",
  "toDate('2024-01-01')",
  "toDate32('1930-01-01')",
  'now()',
  "toDateTime64(0, 6, 'Asia/Tokyo')",
  'toDecimal32(1, 2)',
  'toDecimal64(1, 2)',
  'toDecimal128(1, 2)',
  'toDecimal256(1, 2)',
  'toInt128(1)',
  'toUInt256(1)',
  'generateUUIDv4()',
  "toIPv4('1.2.3.4')",
  "toIPv6('::1')",
  "CAST('b', 'Enum8(\\'a(\\' = 1, \\'b\\' = 2)')",
  'true',
  'toFloat32(1)',
  'NULL',
  '(1., 2.)::Point',
  '[[(1., 2.)]]::Polygon',
  "CAST(1, 'SimpleAggregateFunction(sum, UInt64)')",
  'toBFloat16(1)',
];

it.each(columns)('measures %s', async (column) => {
  const sql = `SELECT ${column} AS c, 'end' AS e FROM numbers(10)`;
  const bytes = await native(`${sql} SETTINGS allow_suspicious_low_cardinality_types = 1`);
  const rewritten = rewriteBlocks(bytes, 54_454);
  expect(rewritten).toHaveLength(bytes.length + info.length + 2);
  // The last column is where it has to be: its type, the added byte, and nothing but its values behind them.
  const end = Buffer.from([3, ...Buffer.from('end')]);
  expect(rewritten.subarray(-10 * end.length - 1)).toEqual(
    Buffer.from([
      0,
      ...Array(10)
        .fill([...end])
        .flat(),
    ]),
  );
  for (let length = 1; length < bytes.length; length += 1 + Math.floor(bytes.length / 50))
    expect(() => rewriteBlocks(bytes.subarray(0, length), 54_454)).toThrow('ends before its last column');
});

it('rewrites every block of a longer answer', async () => {
  const sql = 'SELECT number FROM numbers(200000)';
  const [plain, rewritten] = [await native(sql), await native(sql, 54_460)];
  const blocks = (rewritten.length - plain.length) / (info.length + 1);
  expect(blocks).toBeGreaterThan(1);
  expect(Number.isInteger(blocks)).toBe(true);
});

it('refuses by name a type that it cannot measure, and leaves it alone where it need not', async () => {
  const sql = 'SELECT sumState(1) AS s';
  await expect(native(sql, 54_454)).rejects.toThrow(/client_protocol_version=54454.*AggregateFunction\(sum, UInt8\)/);
  expect((await native(sql)).length).toBeGreaterThan(10);
});

it('names errors by the engine’s own numbers and names', async () => {
  const known = await engine.db.query<{ code: number; name: string }>(
    'SELECT number AS code, errorCodeToName(number) AS name FROM numbers(2000)',
  );
  const names = new Map(known.map(({ code, name }) => [name, Number(code)]));
  for (const [name, code] of Object.entries(raisedCodes)) expect([name, names.get(name)]).toEqual([name, code]);
  for (const name of statusTable.flatMap(([, types]) => types)) expect([name, names.has(name)]).toEqual([name, true]);
});
