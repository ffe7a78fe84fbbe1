import fc from 'fast-check';

import { expandQuery } from './expand';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import type { Variables } from './interpolate/variable';

jest.setTimeout(60_000);

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE TABLE people (id UInt32, t DateTime, name String) ENGINE = MergeTree ORDER BY id');
  await engine.db.command(
    "INSERT INTO people SELECT number, toDateTime(number * 60), concat('p', toString(number)) FROM numbers(10)",
  );
});
afterAll(() => engine.stop());

const expand = (sql: string, variables: Variables) =>
  expandQuery({ sql, fromMs: 0, toMs: 300_000, intervalMs: 60_000, timezone: 'UTC', variables }).sql;
const ask = (sql: string, variables: Variables = {}) => engine.db.query(expand(sql, variables));

const hostile = [
  "'",
  "\\'",
  "\\\\'",
  "') OR 1 = 1 -- ",
  "\\') OR 1 = 1 -- ",
  "'); DROP TABLE people; --",
  '\\',
  '`',
  '/*',
  '$$',
  '\0',
  '\n',
  '$__fromTime',
  '${v}',
  '{v:String}',
  '‘',
];
const texts = [...hostile, ...fc.sample(fc.string({ unit: 'grapheme', maxLength: 12 }), 40)];

test.each(['$v', '${v}', '[[v]]', '${v:singlequote}', '${v:sqlstring}'])(
  'a list written by %s holds its values and nothing else',
  async (reference) => {
    for (const text of texts) {
      const rows = await ask(`SELECT [${reference}] AS v`, { v: { value: [text, 'other', text] } });
      expect(rows).toEqual([{ v: [text, 'other', text] }]);
      expect(
        await ask(`SELECT count() AS c FROM people WHERE name IN (${reference})`, { v: { value: [text] } }),
      ).toEqual([{ c: 0 }]);
    }
    expect(await ask('SELECT count() AS c FROM people')).toEqual([{ c: 10 }]);
  },
);

test('a list is found in columns of text and of numbers', async () => {
  const variables = { v: { value: ['1', '2', 3] }, p: { value: ['p1', 'p7'], multi: true } };
  expect(await ask('SELECT groupArray(id) AS r FROM people WHERE id IN ($v)', variables)).toEqual([{ r: [1, 2, 3] }]);
  expect(await ask('SELECT groupArray(id) AS r FROM people WHERE name IN (${p})', variables)).toEqual([{ r: [1, 7] }]);
});

test('an empty list finds nothing, and its opposite everything', async () => {
  const variables = { v: { value: [] } };
  expect(await ask('SELECT count() AS c FROM people WHERE name IN ($v)', variables)).toEqual([{ c: 0 }]);
  expect(await ask('SELECT count() AS c FROM people WHERE name NOT IN ($v)', variables)).toEqual([{ c: 10 }]);
});

test('$__conditionalAll drops its condition for All alone', async () => {
  const sql = "SELECT count() AS c FROM people WHERE $__conditionalAll(name IN ($v) AND match(name, '^p[0-9],?$'), $v)";
  expect(await ask(sql, { v: { value: ['p1', 'x'] } })).toEqual([{ c: 1 }]);
  expect(await ask(sql, { v: { value: '$__all', options: ['p1'] } })).toEqual([{ c: 10 }]);
  expect(await ask(sql, { v: { value: '' } })).toEqual([{ c: 10 }]);
});

test('a panel’s whole query runs', async () => {
  const sql = `-- by minute
WITH named AS (SELECT t, name FROM people WHERE $__timeFilter(t))
SELECT $__timeInterval(t) AS time, count() AS c, \${__interval_ms} AS step
FROM named WHERE name != '$skip' GROUP BY time ORDER BY time -- $__timeFilter(`;
  const rows = await engine.db.query<{ c: number; step: number }>(
    expandQuery({
      sql,
      fromMs: 60_000,
      toMs: 300_000,
      intervalMs: 120_000,
      timezone: 'Europe/Berlin',
      variables: { skip: { value: 'p2' } },
      adhoc: [{ key: 'name', operator: '!=|', value: '', values: ['p5', "p'4"] }],
    }).sql,
  );
  expect(rows.map(({ c, step }) => [c, step])).toEqual([
    [1, 120_000],
    [1, 120_000],
    [1, 120_000],
  ]);
});
