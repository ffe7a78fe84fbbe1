import { timeColumnOf } from './timeColumn';

const columns = new Map([
  ['id', 'UInt64'],
  ['ts', "DateTime64(3, 'UTC')"],
  ['day', 'Date'],
  ['seen', 'Nullable(DateTime)'],
]);
const at = (sorting_key: string, partition_key = '', statements: string[] = []) =>
  timeColumnOf({ database: 'd', table: 't' }, columns, { sorting_key, partition_key }, statements);

test.each([
  ['the first of the sorting key', 'ts, id', '', 'ts'],
  ['one in an expression', 'toStartOfHour(ts), id', '', 'ts'],
  ['in backticks', '`day`, id', '', 'day'],
  ['that of the partitions', 'id, ts', 'toYYYYMM(day)', 'day'],
  ['none that only comes later in the order', 'id, ts', '', undefined],
  ['none of a table without order', '', '', undefined],
])('the time column is %s', (_, sorting, partition, expected) => expect(at(sorting, partition)).toBe(expected));

test.each([
  ['SELECT 1 FROM t WHERE $__timeFilter(seen)', 'seen'],
  ['SELECT 1 FROM d.t AS x WHERE $__dt(x.day, x.ts)', 'day'],
  ['SELECT 1 FROM t WHERE $__timeFilter( `ts` )', 'ts'],
  ['SELECT 1 FROM other WHERE $__timeFilter(seen)', 'day'],
  ['SELECT 1 FROM t WHERE $__timeFilter(toDateTime(seen))', 'day'],
  ['SELECT 1 FROM t WHERE $__timeFilter(id)', 'day'],
  ["SELECT '$__timeFilter(seen)' FROM t", 'day'],
  ['SELECT 1 FROM t WHERE $__timeFilter(', 'day'],
])('the column that a query filters by comes first: %s', (sql, expected) => {
  expect(at('day', '', [sql])).toBe(expected);
});
