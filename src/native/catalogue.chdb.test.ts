import { askBytes, typeSettings } from '../testing/native/ask';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import { columnFamilies } from './columns/table';
import { decodeNative } from './decoder';

let engine: TestEngine;
beforeAll(async () => void (engine = await startEngine()), 60_000);
afterAll(() => engine.stop());

/** Names under which a type is made only: Native sends it under another. */
const sentAs: Readonly<Record<string, readonly [value: string, name: string]>> = {
  DateTime32: [`CAST(0, 'DateTime32')`, 'DateTime'],
  Decimal32: [`CAST(0, 'Decimal32(2)')`, 'Decimal'],
  Decimal64: [`CAST(0, 'Decimal64(2)')`, 'Decimal'],
  Decimal128: [`CAST(0, 'Decimal128(2)')`, 'Decimal'],
  Decimal256: [`CAST(0, 'Decimal256(2)')`, 'Decimal'],
  Enum: [`CAST('a', 'Enum(\\'a\\' = 1)')`, 'Enum8'],
};
/** Types that are refused with an error of their own. */
const refused = ['AggregateFunction'];

test('every type that the engine lists is read, sent under a name that is read, or refused by name', async () => {
  const listed = await engine.db.query<{ name: string }>(
    `SELECT name FROM system.data_type_families WHERE alias_to = ''`,
  );
  expect(listed.length).toBeGreaterThan(60);
  const read = columnFamilies.flatMap(({ types }) => types);
  const known = new Set([...read, ...Object.keys(sentAs), ...refused]);
  expect(listed.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  const names = new Set(listed.map(({ name }) => name));
  expect([...known].filter((name) => !names.has(name))).toEqual([]);
});

test.each(Object.entries(sentAs))('%s comes under another name', async (_, [value, name]) => {
  const sql = `SELECT ${value} AS v ${typeSettings}`;
  const [block] = decodeNative(await askBytes(engine.url, sql, { default_format: 'Native' }));
  expect(block!.columns[0]!.parsed.name).toBe(name);
});
