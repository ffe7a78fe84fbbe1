import fc from 'fast-check';

import { inlineParameters, parametersOf } from './parameters';
import { startEngine } from '../../testing/engine';
import type { TestEngine } from '../../testing/engine';
import type { VariableValue } from './variable';

jest.setTimeout(60_000);

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE TABLE people (id UInt32, name String) ENGINE = MergeTree ORDER BY id');
  await engine.db.command("INSERT INTO people SELECT number, concat('p', toString(number)) FROM numbers(10)");
  await engine.db.command('CREATE VIEW older AS SELECT * FROM people WHERE id >= {least:UInt32}');
}, 60_000);
afterAll(() => engine.stop());

/** The statement with its parameters in the URL, as the plugin's client sends it. */
async function bound(sql: string, value: VariableValue): Promise<unknown> {
  const url = new URL(engine.url);
  url.searchParams.set('default_format', 'JSONEachRow');
  for (const [name, text] of Object.entries(parametersOf(sql, () => ({ value }))))
    url.searchParams.set(`param_${name}`, text);
  const answer = await fetch(url, { method: 'POST', body: sql });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return JSON.parse(`[${text.trim().split('\n').join(',')}]`);
}

const hostile = [
  "'",
  "\\'",
  "') OR 1 = 1 -- ",
  "'); DROP TABLE people; --",
  '\\',
  '\\N',
  '`',
  '/*',
  '$$',
  "$&$'$`",
  '\0',
  '\n\r\t\b\f\v',
  '{v:String}',
  '[]',
  "','",
  'NULL',
  '‘🙂’',
  '\u2028',
];
const texts = [
  ...hostile,
  ...fc.sample(fc.string({ unit: 'grapheme', maxLength: 12 }), { numRuns: 30, seed: 1 }),
  ...fc
    .sample(fc.string({ unit: 'binary', maxLength: 12 }), { numRuns: 30, seed: 2 })
    .filter((text) => !/[\ud800-\udfff]/.test(text)),
];

test('a text arrives whole, alone and in lists, bound and written in', async () => {
  const inline = 'SELECT {v:String} AS a, {v:Array(Nullable(String))} AS b';
  for (const text of texts) {
    const answers = await Promise.all([
      bound('SELECT {v:String} AS v', text),
      bound('SELECT {v:Array(String)} AS v', [text, 'x', text]),
      bound('SELECT count() AS c FROM people WHERE name IN {v:Array(String)}', [text]),
      engine.db.query(inlineParameters(inline, () => ({ value: text }))),
    ]);
    expect(answers).toEqual([[{ v: text }], [{ v: [text, 'x', text] }], [{ c: 0 }], [{ a: text, b: [text] }]]);
  }
  expect(await bound('SELECT count() AS c FROM people', '')).toEqual([{ c: 10 }]);
});

test.each<[string, VariableValue, unknown]>([
  ['UInt64', '7', 7],
  ['Int128', '-7', '-7'],
  ['Float64', '1.5', 1.5],
  ['Decimal(10, 2)', '1.5', 1.5],
  ['Bool', 'true', true],
  ['Date', '2026-03-01', '2026-03-01'],
  ["DateTime('UTC')", '2026-03-01 01:02:03', '2026-03-01 01:02:03'],
  ['UUID', '61f0c404-5cb3-11e7-907b-a6006ad3dba0', '61f0c404-5cb3-11e7-907b-a6006ad3dba0'],
  ['LowCardinality(String)', 'a', 'a'],
  ['Nullable(String)', undefined, null],
  ['Array(UInt32)', ['1', 2], [1, 2]],
  ['Array(Nullable(Int64))', ['-1'], [-1]],
  ['Array(Float32)', ['0.5', '-2'], [0.5, -2]],
  ['Array(Decimal(10, 2))', ['1.5'], [1.5]],
  ['Array(Bool)', ['true', '0'], [true, false]],
  ['Array(Date)', ['2026-03-01'], ['2026-03-01']],
  ["Array(Enum('a' = 1, 'b' = 2))", ['b'], ['b']],
  ['Array(UUID)', ['61f0c404-5cb3-11e7-907b-a6006ad3dba0'], ['61f0c404-5cb3-11e7-907b-a6006ad3dba0']],
  ['Array(IPv4)', ['10.0.0.1'], ['10.0.0.1']],
  ['Array(LowCardinality(Nullable(String)))', ['a'], ['a']],
  ['Array(UInt8)', [], []],
])('%s takes %j', async (type, value, expected) => {
  const json = (rows: unknown) => JSON.parse(JSON.stringify(rows).replace(/"(-?7)"/, '$1')) as unknown;
  const want = [{ v: expected === '-7' ? -7 : expected }];
  const sql = `SELECT {v:${type}} AS v`;
  expect(json(await bound(sql, value))).toEqual(want);
  expect(json(await engine.db.query(inlineParameters(sql, () => ({ value }))))).toEqual(want);
});

test('a map is read from its text; written in, it has no cast', async () => {
  expect(await bound('SELECT {v:Map(String, UInt8)} AS v', "{'a':1}")).toEqual([{ v: { a: 1 } }]);
});

test('written in, parameters stand wherever they stood', async () => {
  const written = (sql: string, value: VariableValue) => engine.db.query(inlineParameters(sql, () => ({ value })));
  const sql = 'SELECT groupArray(id) AS r FROM people WHERE name IN {v:Array(String)}';
  expect(await written(sql, ['p1', 'p3'])).toEqual([{ r: [1, 3] }]);
  expect(await written('SELECT id FROM {v:Identifier} LIMIT 1', 'people')).toEqual([{ id: 0 }]);
  expect(await written('SELECT id FROM people ORDER BY id LIMIT {v:UInt8}', '1')).toEqual([{ id: 0 }]);
  expect(await written('SELECT count() AS c FROM older(least = {v:UInt32})', '7')).toEqual([{ c: 3 }]);
  expect(await written('SELECT count() AS c FROM numbers({v:UInt8})', '7')).toEqual([{ c: 7 }]);
});

test('names of tables and arguments of parameterised views are parameters too', async () => {
  expect(await bound('SELECT count() AS c FROM {v:Identifier}', 'people')).toEqual([{ c: 10 }]);
  expect(await bound('SELECT count() AS c FROM older(least = {v:UInt32})', '7')).toEqual([{ c: 3 }]);
  await expect(bound('SELECT count() AS c FROM {v:Identifier}', 'people WHERE 1')).rejects.toThrow(/UNKNOWN_TABLE/);
});
