import fc from 'fast-check';

import { expandQuery } from '../expand';
import { startEngine } from '../../testing/engine';
import type { TestEngine } from '../../testing/engine';
import type { Variable, Variables } from './variable';

jest.setTimeout(60_000);

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE TABLE ev (id UInt8, c String) ENGINE = MergeTree ORDER BY id');
  await engine.db.command("INSERT INTO ev VALUES (1, 'a'), (2, 'b'), (3, 'O\\'B'), (4, 'x\\\\'), (5, '')");
}, 60_000);
afterAll(() => engine.stop());

const expand = (sql: string, variables: Variables) =>
  expandQuery({ sql, fromMs: 0, toMs: 60_000, intervalMs: 1_000, timezone: 'UTC', variables }).sql;

const ids = async (condition: string) => {
  const rows = await engine.db.query<{ ids: number[] }>(
    `SELECT arraySort(groupArray(id)) AS ids FROM ev WHERE ${condition}`,
  );
  return rows[0]?.ids;
};

const several = { value: ["O'B", 'x\\'] } satisfies Variable;
const all = { value: '$__all', includeAll: true, options: ['a', "O'B"] } satisfies Variable;

/** A condition, the variable `v`, the text that leaves, and the rows that it finds: docs/interpolation.md as a table. */
test.each<[string, string, Variable, string, number[]]>([
  ['one value, raw in quotes', "c = '$v'", { value: 'a' }, "c = 'a'", [1]],
  ['one value, raw as a number', 'id = ${v}', { value: 2 }, 'id = 2', [2]],
  ['one value, raw as a column', "[[v]] = 'a'", { value: 'c' }, "c = 'a'", [1]],
  ['several values', 'c IN ($v)', several, "c IN ('O\\'B','x\\\\')", [3, 4]],
  ['several values in an array', 'has([$v], c)', several, "has(['O\\'B','x\\\\'], c)", [3, 4]],
  ['one value of several that may be', 'c IN ($v)', { value: 'a', multi: true }, "c IN ('a')", [1]],
  ['no value of a list', 'c IN ($v)', { value: [] }, 'c IN ()', []],
  ['no value of a list, negated', 'c NOT IN ($v)', { value: [] }, 'c NOT IN ()', [1, 2, 3, 4, 5]],
  ['empty text', "c = '$v'", { value: '' }, "c = ''", [5]],
  ['All without a custom value', 'c IN ($v)', all, "c IN ('a','O\\'B')", [1, 3]],
  ['All with one', "c LIKE '$v'", { ...all, allValue: '%' }, "c LIKE '%'", [1, 2, 3, 4, 5]],
  ['All by $__conditionalAll', '$__conditionalAll(c IN ($v), $v)', all, '1=1', [1, 2, 3, 4, 5]],
  ['empty by $__conditionalAll', '$__conditionalAll(c IN ($v), $v)', { value: [''] }, '1=1', [1, 2, 3, 4, 5]],
  ['numbers in a list', 'id IN ($v)', { value: ['1', 2] }, "id IN ('1','2')", [1, 2]],
  [':singlequote', 'c = ${v:singlequote}', { value: 'x\\' }, "c = 'x\\\\'", [4]],
  [':singlequote of several', 'c IN (${v:singlequote})', several, "c IN ('O\\'B','x\\\\')", [3, 4]],
  [':sqlstring', 'c IN (${v:sqlstring})', several, "c IN ('O''B','x\\\\')", [3, 4]],
  [':doublequote names a column', "${v:doublequote} = 'a'", { value: 'c' }, '"c" = \'a\'', [1]],
  [':csv', 'id IN (${v:csv})', { value: ['1', '2'] }, 'id IN (1,2)', [1, 2]],
  [':raw', 'id = ${v:raw}', { value: '1 + 1' }, 'id = 1 + 1', [2]],
  [':pipe', "match(c, '^(${v:pipe})$')", { value: ['a', 'b'] }, "match(c, '^(a|b)$')", [1, 2]],
  [':regex', "match(c, '^${v:regex}$')", { value: ['a', 'b'] }, "match(c, '^(a|b)$')", [1, 2]],
  [
    ':json',
    "has(JSONExtract('${v:json}', 'Array(String)'), c)",
    { value: ['a'] },
    "has(JSONExtract('[\"a\"]', 'Array(String)'), c)",
    [1],
  ],
  [
    ':text',
    "'${v:text}' = 'A + B' AND id = 1",
    { value: ['1', '2'], text: ['A', 'B'] },
    "'A + B' = 'A + B' AND id = 1",
    [1],
  ],
  [':queryparam', "'${v:queryparam}' != '' AND id = 1", { value: ['a b'] }, "'var-v=a%20b' != '' AND id = 1", [1]],
  ['a field', 'id = ${v.deep.id}', { value: { deep: { id: 3 } } }, 'id = 3', [3]],
  [
    'a name that is no variable stays',
    "c != '$nobody ${nobody:csv} [[nobody]]' AND id = $v",
    { value: 1 },
    "c != '$nobody ${nobody:csv} [[nobody]]' AND id = 1",
    [1],
  ],
  ['a value that spells a variable stays', "c != '$v'", { value: '$v ${v}' }, "c != '$v ${v}'", [1, 2, 3, 4, 5]],
])('%s', async (_, condition, v, text, found) => {
  expect(expand(condition, { v })).toBe(text);
  expect(await ids(text)).toEqual(found);
});

const hostile = [
  "'",
  "\\'",
  "' OR 1 = 1 -- ",
  "\\' OR 1 = 1 -- ",
  "') OR (1 = 1",
  "'; DROP TABLE ev; --",
  '\\',
  '"',
  '\\"',
  '`',
  '/*',
  '--',
  '$$',
  "$&$'$`$1",
  '\0',
  '\r\n\t',
  '$v ${v} [[v]]',
  '$__timeFilter(c)',
  '{v:String}',
  '‘’“”',
  '\u2028🙂',
];
const texts = [
  ...hostile,
  ...fc.sample(fc.string({ unit: 'grapheme', maxLength: 10 }), { numRuns: 20, seed: 3 }),
  ...fc
    .sample(fc.string({ unit: 'binary', maxLength: 10 }), { numRuns: 20, seed: 4 })
    .filter((text) => !/[\ud800-\udfff]/.test(text)),
];

test('a value that is quoted by default or by format arrives whole, and nothing else happens', async () => {
  for (const text of texts) {
    const v = { value: [text, 'z'], multi: true };
    const sql = expand('SELECT [$v] AS a, [${v:singlequote}] AS b, [${v:sqlstring}] AS c, [[[v]]] AS d', { v });
    expect(await engine.db.query(sql)).toEqual([{ a: [text, 'z'], b: [text, 'z'], c: [text, 'z'], d: [text, 'z'] }]);
    // As a name, a value is a column of just this name.
    if (text !== '') {
      const named = expand('SELECT ${v:doublequote} FROM (SELECT 1 AS x)', { v: { value: text } });
      await expect(engine.db.query(named)).rejects.toMatchObject({ code: '47' });
    }
  }
  expect(await engine.db.query('SELECT count() AS n FROM ev')).toEqual([{ n: 5 }]);
});
