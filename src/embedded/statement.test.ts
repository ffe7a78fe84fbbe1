import { parseStatement } from './statement';

describe('parseStatement', () => {
  it.each([
    ['SELECT 1', 'SELECT', undefined, true],
    [' /* a */ with x as (select 1) select * from x format JSON', 'WITH', 'JSON', true],
    ['(SELECT 1) UNION ALL (SELECT 2) FORMAT Native', '', 'Native', true],
    ['FROM t SELECT 1 SETTINGS a = 1 FORMAT CSV', 'FROM', 'CSV', true],
    ['SELECT 1 FORMAT TSV SETTINGS max_threads = 1', 'SELECT', 'TSV', true],
    ["SELECT format('{}', 'x')", 'SELECT', undefined, true],
    ['SELECT format FROM t WHERE format = 1', 'SELECT', undefined, true],
    ["SELECT ' FORMAT JSON' -- FORMAT CSV", 'SELECT', undefined, true],
    ['SELECT * FROM (SELECT 1 FORMAT JSON)', 'SELECT', undefined, true],
    ['SHOW TABLES FORMAT JSON', 'SHOW', 'JSON', false],
    ['INSERT INTO t SELECT 1', 'INSERT', undefined, false],
    ['WITH 1 AS x INSERT INTO t SELECT x', 'INSERT', undefined, false],
    ['CREATE TABLE t (a Int8) ENGINE = Memory', 'CREATE', undefined, false],
  ])('reads %s', (sql, verb, format, readsRows) => {
    expect(parseStatement(sql)).toMatchObject({ verb, format, readsRows });
  });

  it('drops what follows the semicolon, and says where an INTO OUTFILE would stand', () => {
    const { sql, formatAt } = parseStatement('SELECT 1 FORMAT JSON ; -- end');
    expect([sql, sql.slice(formatAt)]).toEqual(['SELECT 1 FORMAT JSON ', 'FORMAT JSON ']);
    expect(parseStatement('SELECT 1 -- x\n').formatAt).toBe(8);
    expect(parseStatement('SELECT 1 GROUP BY 1 WITH TOTALS').withTotals).toBe(true);
  });

  it.each([
    ['', 'SYNTAX_ERROR'],
    [' -- only a comment', 'SYNTAX_ERROR'],
    ['SELECT 1; SELECT 2', 'SYNTAX_ERROR'],
    ["SELECT 1 INTO OUTFILE 'x'", 'INTO_OUTFILE_NOT_ALLOWED'],
  ])('refuses %j', (sql, type) => {
    expect(() => parseStatement(sql)).toThrow(expect.objectContaining({ type }));
  });
});
