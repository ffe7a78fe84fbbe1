import fc from 'fast-check';

import { applyAdhocFilters } from './apply';
import type { AdhocFilter } from './filter';

const de: AdhocFilter = { key: 'country', operator: '=', value: 'DE' };
const apply = (sql: string, ...filters: AdhocFilter[]) => applyAdhocFilters(sql, filters.length > 0 ? filters : [de]);
const where = "`country` = 'DE'";

describe('the condition goes', () => {
  test.each([
    ['behind FROM', 'SELECT 1 FROM t', `SELECT 1 FROM t WHERE ${where}`],
    ['into WHERE', 'SELECT 1 FROM t WHERE a OR b', `SELECT 1 FROM t WHERE (a OR b) AND ${where}`],
    ['before GROUP BY', 'SELECT a FROM t\nGROUP BY a', `SELECT a FROM t WHERE ${where}\nGROUP BY a`],
    [
      'behind PREWHERE',
      'SELECT a FROM t PREWHERE b ORDER BY a',
      `SELECT a FROM t PREWHERE b WHERE ${where} ORDER BY a`,
    ],
    [
      'into WHERE behind PREWHERE',
      'SELECT a FROM t PREWHERE b WHERE c',
      `SELECT a FROM t PREWHERE b WHERE (c) AND ${where}`,
    ],
    [
      'behind FINAL and SAMPLE',
      'SELECT a FROM t FINAL SAMPLE 0.1 LIMIT 1 BY a LIMIT 5',
      `SELECT a FROM t FINAL SAMPLE 0.1 WHERE ${where} LIMIT 1 BY a LIMIT 5`,
    ],
    ['behind an alias', 'SELECT a FROM db.t AS x HAVING 1', `SELECT a FROM db.t AS x WHERE ${where} HAVING 1`],
    [
      'behind ARRAY JOIN',
      'SELECT a FROM t ARRAY JOIN b AS c, d SETTINGS x = 1',
      `SELECT a FROM t ARRAY JOIN b AS c, d WHERE ${where} SETTINGS x = 1`,
    ],
    [
      'behind JOIN … ON',
      'SELECT a FROM t JOIN u ON t.a = u.a FORMAT JSON',
      `SELECT a FROM t JOIN u ON t.a = u.a WHERE ${where} FORMAT JSON`,
    ],
    ['before WITH TOTALS', 'SELECT a FROM t WITH TOTALS', `SELECT a FROM t WHERE ${where} WITH TOTALS`],
    [
      'before GROUP BY … WITH ROLLUP',
      'SELECT a FROM t GROUP BY a WITH ROLLUP',
      `SELECT a FROM t WHERE ${where} GROUP BY a WITH ROLLUP`,
    ],
    [
      'not into WITH FILL',
      'SELECT a FROM t ORDER BY a WITH FILL FROM 1 TO 5',
      `SELECT a FROM t WHERE ${where} ORDER BY a WITH FILL FROM 1 TO 5`,
    ],
    [
      'behind the SELECT of a FROM that comes first',
      'FROM t SELECT a LIMIT 1',
      `FROM t SELECT a WHERE ${where} LIMIT 1`,
    ],
    ['before the comment at the end', 'SELECT 1 FROM t -- all of it', `SELECT 1 FROM t WHERE ${where} -- all of it`],
    [
      'before a comment behind WHERE',
      'SELECT 1 FROM t WHERE a -- why\nLIMIT 1',
      `SELECT 1 FROM t WHERE (a) AND ${where} -- why\nLIMIT 1`,
    ],
    ['before the semicolon', 'SELECT 1 FROM t ; -- end', `SELECT 1 FROM t WHERE ${where} ; -- end`],
    [
      'into a sub-query',
      'SELECT a FROM (SELECT * FROM t LIMIT 1) WHERE a',
      `SELECT a FROM (SELECT * FROM t WHERE ${where} LIMIT 1) WHERE a`,
    ],
    [
      'into a CTE',
      'WITH x AS (SELECT * FROM t) SELECT a FROM x',
      `WITH x AS (SELECT * FROM t WHERE ${where}) SELECT a FROM x`,
    ],
    [
      'into a CTE of a CTE, once',
      'WITH x AS (SELECT 1 FROM t), y AS (SELECT 1 FROM x) SELECT 1 FROM y UNION ALL SELECT 2 FROM x',
      `WITH x AS (SELECT 1 FROM t WHERE ${where}), y AS (SELECT 1 FROM x) SELECT 1 FROM y UNION ALL SELECT 2 FROM x`,
    ],
    [
      'past scalar WITH expressions',
      'WITH (SELECT max(a) FROM u) AS m, 1 AS n SELECT m FROM t',
      `WITH (SELECT max(a) FROM u) AS m, 1 AS n SELECT m FROM t WHERE ${where}`,
    ],
    [
      'into each part of a UNION',
      'SELECT 1 FROM t UNION ALL (SELECT 2 FROM u WHERE b) ORDER BY 1',
      `SELECT 1 FROM t WHERE ${where} UNION ALL (SELECT 2 FROM u WHERE (b) AND ${where}) ORDER BY 1`,
    ],
    ['past * EXCEPT', 'SELECT * EXCEPT (a) FROM t', `SELECT * EXCEPT (a) FROM t WHERE ${where}`],
    ['past EXPLAIN', 'EXPLAIN indexes = 1 SELECT 1 FROM t', `EXPLAIN indexes = 1 SELECT 1 FROM t WHERE ${where}`],
    [
      'past sub-queries elsewhere',
      'SELECT (SELECT 1 FROM u) FROM t WHERE a IN (SELECT 1 FROM v)',
      `SELECT (SELECT 1 FROM u) FROM t WHERE (a IN (SELECT 1 FROM v)) AND ${where}`,
    ],
    [
      'behind a table function',
      "SELECT 1 FROM merge(db, '^t') LIMIT 1",
      `SELECT 1 FROM merge(db, '^t') WHERE ${where} LIMIT 1`,
    ],
    ['behind a parameter', 'SELECT 1 FROM {t:Identifier}', `SELECT 1 FROM {t:Identifier} WHERE ${where}`],
    [
      'past names spelled as clauses',
      'SELECT format, t.limit, window AS w FROM settings WHERE offset > limit AND format(a) = 1',
      `SELECT format, t.limit, window AS w FROM settings WHERE (offset > limit AND format(a) = 1) AND ${where}`,
    ],
    [
      'past words in strings and comments',
      "SELECT ' FROM x WHERE ' /* WHERE */ FROM t",
      `SELECT ' FROM x WHERE ' /* WHERE */ FROM t WHERE ${where}`,
    ],
    ['behind a comma at the end of the list', 'SELECT a, FROM t', `SELECT a, FROM t WHERE ${where}`],
  ])('%s', (_, sql, expected) => expect(apply(sql)).toEqual({ sql: expected, notices: [] }));
});

describe('an alias of the same name', () => {
  test.each([
    ['SELECT upper(country) AS country FROM t', "SELECT upper(country) AS country FROM t WHERE `t`.`country` = 'DE'"],
    ['SELECT upper(a) country FROM db.t x', "SELECT upper(a) country FROM db.t x WHERE `x`.`country` = 'DE'"],
    ['WITH upper(a) AS country SELECT 1 FROM t', "WITH upper(a) AS country SELECT 1 FROM t WHERE `t`.`country` = 'DE'"],
    ['SELECT country FROM t', `SELECT country FROM t WHERE ${where}`],
    [
      'SELECT upper(a) AS country FROM numbers(5) AS n',
      "SELECT upper(a) AS country FROM numbers(5) AS n WHERE `n`.`country` = 'DE'",
    ],
  ])('%s', (sql, expected) => expect(apply(sql)).toEqual({ sql: expected, notices: [] }));
});

describe('each operator', () => {
  test.each([
    ['=', "`k` = 'v'"],
    ['!=', "`k` != 'v'"],
    ['<', "`k` < 'v'"],
    ['<=', "`k` <= 'v'"],
    ['>', "`k` > 'v'"],
    ['>=', "`k` >= 'v'"],
    ['=~', "match(toString(`k`), 'v')"],
    ['!~', "NOT match(toString(`k`), 'v')"],
    ['=|', "`k` IN ('a', 'b')"],
    ['!=|', "`k` NOT IN ('a', 'b')"],
  ])('%s', (operator, expected) => {
    const filter = { key: 'k', operator, value: 'v', values: ['a', 'b'] };
    expect(apply('SELECT 1 FROM t', filter).sql).toBe(`SELECT 1 FROM t WHERE ${expected}`);
  });

  test('one-of without a list takes the value', () => {
    expect(apply('FROM t SELECT 1', { key: 'k', operator: '=|', value: 'v', values: [] }).sql).toContain("IN ('v')");
  });

  test('one that does not exist gives a notice, and the others are applied', () => {
    const { sql, notices } = apply('SELECT 1 FROM t', { key: 'k', operator: '~~', value: 'v' }, de);
    expect(sql).toBe(`SELECT 1 FROM t WHERE ${where}`);
    expect(notices).toEqual([{ code: 'adhoc_operator', subject: 'k', message: expect.stringContaining('"~~"') }]);
  });

  test('of a filter that is still being typed nothing is applied or said', () => {
    expect(apply('SELECT 1 FROM t', { key: '', operator: '=', value: '' })).toEqual({
      sql: 'SELECT 1 FROM t',
      notices: [],
    });
  });
});

test.each([
  ['a.b', '`a`.`b`'],
  ['`a.b`', '`a.b`'],
  ["labels['it.s']", "`labels`['it.s']"],
  ["a.labels['k\\'']", "`a`.`labels`['k\\'']"],
  ['x`y', '`x\\`y`'],
  ['a) OR (1', '`a) OR (1`'],
  ["m['k'] = 1 OR 'x']", "`m`['k\\'] = 1 OR \\'x']"],
  ['user-agent', '`user-agent`'],
])('the key %s is written %s', (key, expected) => {
  const { sql } = apply('SELECT 1 FROM t', { key, operator: '=', value: '' });
  expect(sql).toBe(`SELECT 1 FROM t WHERE ${expected} = ''`);
});

describe('a notice names the filter and the reason', () => {
  test.each([
    ['SELECT 1', 'a SELECT of the query reads from no table'],
    ['SHOW TABLES', 'the query is not a SELECT'],
    ['INSERT INTO t VALUES (1)', 'the query is not a SELECT'],
    ['', 'the query is not a SELECT'],
    ["SELECT 1 FROM t WHERE a = 'x", 'the query holds a quote or comment that is never closed'],
    ['SELECT 1 FROM t /* x', 'the query holds a quote or comment that is never closed'],
    ['SELECT (1 FROM t', 'brackets of the query do not match'],
    ['SELECT 1) FROM t', 'brackets of the query do not match'],
    ['SELECT 1 FROM t; SELECT 2 FROM t', 'the query holds more than one statement'],
    ['SELECT 1 FROM (SELECT 1 FROM t) a JOIN u USING x', 'joined with other tables'],
    ['WITH x AS (SELECT 1 FROM t) SELECT 1 FROM x, u', 'joined with other tables'],
    ['WITH RECURSIVE x AS (SELECT 1 FROM t UNION ALL SELECT 2 FROM x) SELECT 1 FROM x', 'recursive'],
    ['SELECT 1 AS country FROM numbers(1)', 'an alias of the query has the same name'],
  ])('%j', (sql, reason) => {
    const result = apply(sql);
    expect(result.sql).toBe(sql);
    expect(result.notices).toEqual([
      { code: 'adhoc_not_applied', subject: 'country', message: expect.stringContaining(reason) },
    ]);
    expect(result.notices[0]!.message).toMatch(/^The filter on "country" was not applied/);
  });

  test('where only a part of a UNION could be filtered', () => {
    const { sql, notices } = apply('SELECT 1 FROM t UNION ALL SELECT 2');
    expect(sql).toBe(`SELECT 1 FROM t WHERE ${where} UNION ALL SELECT 2`);
    expect(notices).toHaveLength(1);
    expect(notices[0]!.message).toContain('to all of the query');
  });
});

test('without filters any text stays as it is, and with them nothing is thrown', () => {
  const text = fc.array(
    fc.constantFrom(
      'SELECT ',
      'a',
      ' FROM ',
      't',
      ' WHERE ',
      '(',
      ')',
      ',',
      ' UNION ALL ',
      'WITH ',
      ' AS ',
      ' JOIN ',
      "'",
      '--',
      '\n',
      ';',
      ' GROUP BY ',
      '$__x',
      '{',
      '[',
      'EXPLAIN ',
    ),
    { maxLength: 25 },
  );
  fc.assert(
    fc.property(text, (parts) => {
      const sql = parts.join('');
      expect(applyAdhocFilters(sql, [])).toEqual({ sql, notices: [] });
      const { sql: filtered, notices } = applyAdhocFilters(sql, [de]);
      // Either the filter is in it or a notice says that it is not.
      expect(filtered.includes(where) || filtered.includes(".`country` = 'DE'") || notices.length > 0).toBe(true);
    }),
    { numRuns: 5000 },
  );
});

test('the OFFSET of a SAMPLE belongs to the table', () => {
  const filter = [{ key: 'k', operator: '=', value: 'v' }];
  expect(applyAdhocFilters('SELECT 1 FROM t SAMPLE 1/10 OFFSET 1/2', filter).sql).toBe(
    "SELECT 1 FROM t SAMPLE 1/10 OFFSET 1/2 WHERE `k` = 'v'",
  );
  expect(applyAdhocFilters('SELECT 1 FROM t SAMPLE 0.1 LIMIT 5 OFFSET 1', filter).sql).toBe(
    "SELECT 1 FROM t SAMPLE 0.1 WHERE `k` = 'v' LIMIT 5 OFFSET 1",
  );
});
