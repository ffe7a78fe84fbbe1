import { tablesOf } from './tables';

test.each([
  ['SELECT 1 FROM a JOIN `d`.b ON 1', ['a', 'd.b']],
  ['SELECT 1 FROM a AS x, "d".b y, c WHERE f IN (1, 2)', ['a', 'd.b', 'c']],
  ['SELECT 1 FROM numbers(10), (SELECT 1 FROM a), b', ['a', 'b']],
  ['WITH q AS (SELECT 1 FROM a) SELECT x, y FROM q ARRAY JOIN z, w', ['a', 'q', 'z', 'w']],
  ["SELECT ' FROM a ' FROM b -- FROM c\nGROUP BY d, e", ['b']],
  ['SELECT 1 FROM', []],
])('%s reads %j', (sql, expected) => {
  expect(
    tablesOf(sql)
      .map(({ database, table }) => (database ? `${database}.${table}` : table))
      .sort(),
  ).toEqual([...expected].sort());
});
