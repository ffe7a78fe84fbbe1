import { applyAdhocFilters } from './apply';
import { askedOf, elementOf, mapOf } from './columnType';
import type { Columns, TableRef } from './columns';

const tables: Readonly<Record<string, Columns>> = {
  t: new Map([
    ['country', 'LowCardinality(String)'],
    ['tags', 'Array(LowCardinality(String))'],
    ['js', 'JSON'],
    ['m', 'Map(UInt8, String)'],
    ['pos', 'Tuple(x Float64, y Float64)'],
    ['state', 'AggregateFunction(uniq, UInt64)'],
    ['nest.a', 'Array(String)'],
  ]),
  u: new Map([
    ['country', 'String'],
    ['name', 'String'],
  ]),
  v: new Map([['name', 'String']]),
};
const columnsOf = ({ database = 'd', table }: TableRef) => (database === 'd' ? tables[table] : undefined);
const apply = (sql: string, key: string, operator = '=', value = 'x') =>
  applyAdhocFilters(sql, [{ key, operator, value }], columnsOf);

describe('with columns known, the condition is', () => {
  test.each([
    [
      'asked of a list by its elements',
      'SELECT 1 FROM t',
      'tags',
      "SELECT 1 FROM t WHERE arrayExists(tm_x -> tm_x = 'x', `tags`)",
    ],
    [
      'asked of an element of a Nested',
      'SELECT 1 FROM t',
      'nest.a',
      "SELECT 1 FROM t WHERE arrayExists(tm_x -> tm_x = 'x', `nest.a`)",
    ],
    [
      'asked of an unfolded list by its value',
      'SELECT 1 FROM t ARRAY JOIN tags',
      'tags',
      "SELECT 1 FROM t ARRAY JOIN tags WHERE `tags` = 'x'",
    ],
    [
      'asked of an unfolded list that is named with its table',
      'SELECT 1 FROM t AS x LEFT ARRAY JOIN js AS j, x.tags',
      'tags',
      "SELECT 1 FROM t AS x LEFT ARRAY JOIN js AS j, x.tags WHERE `tags` = 'x'",
    ],
    [
      'asked of an unfolded Nested',
      'SELECT 1 FROM t ARRAY JOIN nest',
      'nest.a',
      "SELECT 1 FROM t ARRAY JOIN nest WHERE `nest.a` = 'x'",
    ],
    [
      'asked of a list unfolded under another name',
      'SELECT 1 FROM t ARRAY JOIN t.tags AS tag',
      'tags',
      "SELECT 1 FROM t ARRAY JOIN t.tags AS tag WHERE arrayExists(tm_x -> tm_x = 'x', `tags`)",
    ],
    [
      'asked of JSON by its text',
      'SELECT 1 FROM t',
      'js.a.b',
      "SELECT 1 FROM t WHERE CAST(`js`.`a`.`b`, 'Nullable(String)') = 'x'",
    ],
    [
      'asked of a map by a key of its type',
      'SELECT 1 FROM t',
      "m['1']",
      "SELECT 1 FROM t WHERE `m`[CAST('1', 'UInt8')] = 'x'",
    ],
    ['asked of a tuple by its element', 'SELECT 1 FROM t', 'pos.x', "SELECT 1 FROM t WHERE `pos`.`x` = 'x'"],
    [
      'behind the table where the key names it',
      'SELECT 1 FROM d.t',
      't.country',
      "SELECT 1 FROM d.t WHERE `t`.`country` = 'x'",
    ],
    [
      'behind the alias where the key names the table',
      'SELECT 1 FROM d.t AS a',
      'd.t.country',
      "SELECT 1 FROM d.t AS a WHERE `a`.`country` = 'x'",
    ],
    [
      'behind the table where an alias hides the column',
      'SELECT 1 AS js FROM t',
      'js.a',
      "SELECT 1 AS js FROM t WHERE CAST(`t`.`js`.`a`, 'Nullable(String)') = 'x'",
    ],
    [
      'of the joined table that has the column',
      'SELECT 1 FROM t JOIN u ON 1',
      'name',
      "SELECT 1 FROM t JOIN u ON 1 WHERE `name` = 'x'",
    ],
    [
      'of the first of three that have it',
      'SELECT 1 FROM t, u AS b, v',
      'name',
      "SELECT 1 FROM t, u AS b, v WHERE `b`.`name` = 'x'",
    ],
    [
      'in the joined sub-query that has it',
      'SELECT 1 FROM (SELECT * FROM t) AS a LEFT JOIN v ON 1',
      'country',
      "SELECT 1 FROM (SELECT * FROM t WHERE `country` = 'x') AS a LEFT JOIN v ON 1",
    ],
    [
      'behind the table that a sub-query is joined with',
      'SELECT 1 FROM (SELECT * FROM t) AS a JOIN v ON 1',
      'name',
      "SELECT 1 FROM (SELECT * FROM t) AS a JOIN v ON 1 WHERE `v`.`name` = 'x'",
    ],
    [
      'in the WITH expression that is joined',
      'WITH q AS (SELECT * FROM t) SELECT 1 FROM q JOIN v ON 1',
      'country',
      "WITH q AS (SELECT * FROM t WHERE `country` = 'x') SELECT 1 FROM q JOIN v ON 1",
    ],
    [
      'as it stands where a table is not known',
      'SELECT 1 FROM other.t',
      'nowhere',
      "SELECT 1 FROM other.t WHERE `nowhere` = 'x'",
    ],
  ])('%s', (_, sql, key, expected) => {
    expect(apply(sql, key)).toEqual({ sql: expected, notices: [] });
  });
});

describe('with columns known, a notice says', () => {
  test.each([
    ['SELECT 1 FROM t', 'nowhere', 'was not applied: what the query reads has no such column.'],
    ['SELECT 1 FROM t JOIN u ON 1', 'u.nowhere', 'was not applied: what the query reads has no such column.'],
    [
      'SELECT 1 FROM (SELECT 1 FROM t) AS a JOIN u ON 1',
      'nowhere',
      'was not applied: what the query reads has no such column.',
    ],
    ['SELECT 1 FROM t LEFT JOIN (SELECT name FROM v) AS s ON 1', 'nowhere', 'what the query reads has no such column.'],
    ['SELECT 1 FROM t', 'country.x', 'was not applied: what the query reads has no such column.'],
    ['SELECT 1 FROM t', 'state', 'was not applied: a single value cannot be compared with a column of its type.'],
    ['SELECT 1 FROM t', 'm', 'was not applied: a single value cannot be compared with a column of its type.'],
    ['SELECT 1 FROM (SELECT * FROM t) AS a RIGHT JOIN v ON 1', 'country', 'joined with other tables'],
    ['SELECT 1 FROM (SELECT * FROM other.t) AS a JOIN v ON 1', 'country', 'joined with other tables'],
  ])('%s, %s: %s', (sql, key, said) => {
    const result = apply(sql, key);
    expect(result.sql).toBe(sql);
    expect(result.notices).toEqual([
      { code: 'adhoc_not_applied', subject: key, message: expect.stringContaining(said) },
    ]);
  });

  test('that a part of a UNION has no such column', () => {
    const { sql, notices } = apply('SELECT 1 FROM v UNION ALL SELECT 1 FROM t', 'country');
    expect(sql).toBe("SELECT 1 FROM v UNION ALL SELECT 1 FROM t WHERE `country` = 'x'");
    expect(notices.map(({ message }) => message)).toEqual([
      'The filter on "country" was not applied to all of the query: what the query reads has no such column.',
    ]);
  });
});

test.each([
  ['LowCardinality(Nullable(String))', 'value'],
  ['Array(Nullable(UInt8))', 'list'],
  ['Array(Tuple(a String))', 'never'],
  ['Array(Array(String))', 'never'],
  ['Array(JSON)', 'list'],
  ['Variant(String, UInt8)', 'text'],
  ["Enum8('Map' = 1)", 'value'],
  ['Map(String, String)', 'never'],
  ['SimpleAggregateFunction(sum, UInt64)', 'value'],
  [undefined, 'value'],
])('a column of type %s is asked by its %s', (type, expected) => expect(askedOf(type)).toBe(expected));

test('types within types', () => {
  expect(elementOf('Array(Nullable(String))')).toBe('Nullable(String)');
  expect(mapOf('Map(LowCardinality(String), Tuple(a UInt8, b String))')).toEqual({
    key: 'LowCardinality(String)',
    value: 'Tuple(a UInt8, b String)',
  });
  expect(mapOf("Map(Enum8('a, b' = 1), UInt8)")?.value).toBeDefined();
});
