import { describeVariable, migrateVariable, variableKinds } from './variableQuery';

describe('migrateVariable', () => {
  const sql = { refId: 'variable', rawSql: 'SELECT 1', format: 'table', queryType: 'sql' };

  it.each([
    ['a bare string', 'SELECT 1', sql],
    ['a query of today', { ...sql, refId: 'A' }, { ...sql, refId: 'A' }],
    ['a query of Altinity’s plugin', { refId: '', query: 'SELECT 1' }, sql],
    ['a query of the official plugin', { refId: '', rawSql: 'SELECT 1', format: 0, queryType: 'timeseries' }, sql],
    ['a word of Object’s own', { ...sql, queryType: 'constructor' }, sql],
    ['nothing yet', undefined, { ...sql, rawSql: '' }],
    [
      'a guided query',
      { refId: 'variable', rawSql: '', format: 'table', queryType: 'values', table: 't', column: 'c' },
      { refId: 'variable', rawSql: '', format: 'table', queryType: 'values', table: 't', column: 'c' },
    ],
  ])('takes %s', (_name, saved, expected) => {
    expect(migrateVariable(saved)).toEqual(expected);
    expect(migrateVariable(migrateVariable(saved))).toEqual(expected);
  });
});

test('a variable is described by its kind and fields', () => {
  expect(describeVariable(migrateVariable('SELECT 1'))).toBe('SELECT 1');
  const guided = { refId: 'v', queryType: 'columns', database: 'shop', table: '$t', column: 'unused' };
  expect(describeVariable(migrateVariable(guided))).toBe('Columns, database shop, table $t');
});

test('a kind requires only fields that it has', () => {
  for (const { fields, required } of Object.values(variableKinds))
    expect(fields).toEqual(expect.arrayContaining([...required]));
});
