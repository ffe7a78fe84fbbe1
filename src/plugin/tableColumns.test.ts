import { TidemarkError } from '../core/errors';
import { TableColumns } from './tableColumns';

const row = (database: string, table: string, name: string, own = 0, comment = '') => ({
  ...{ database, table, name, type: 'String', own, comment },
});

function lookup(answer: () => Promise<object[]>) {
  const asked: string[] = [];
  let nowMs = 0;
  const columns = new TableColumns(
    async <Row>(sql: string) => {
      asked.push(sql);
      return (await answer()) as Row[];
    },
    () => nowMs,
  );
  return { columns, asked, later: (ms: number) => (nowMs += ms) };
}

test('panels that ask together share one statement, and a minute one answer', async () => {
  const { columns, asked, later } = lookup(async () => [
    row('d', 't', 'a', 1),
    row('d', 't', 'b', 1),
    row('e', 'u', 'c'),
  ]);
  const tables = [
    [{ table: 't' }],
    [{ database: 'd', table: 't' }],
    [{ database: 'e', table: 'u' }, { table: 'nowhere' }],
  ];
  const [first, second, third] = await Promise.all(tables.map((refs) => columns.of(refs)));
  expect(asked).toHaveLength(1);
  expect([...first!({ table: 't' })!.keys()]).toEqual(['a', 'b']);
  expect([...second!({ database: 'd', table: 't' })!.keys()]).toEqual(['a', 'b']);
  expect([...third!({ database: 'e', table: 'u' })!.keys()]).toEqual(['c']);
  expect(third!({ table: 'u' })).toBeUndefined();
  expect(third!({ table: 'nowhere' })).toBeUndefined();
  await columns.of([{ table: 't' }, { table: 'nowhere' }]);
  expect(asked).toHaveLength(1);
  later(60_000);
  await columns.of([{ table: 't' }]);
  expect(asked).toHaveLength(2);
});

test.each([
  ['refuses', new TidemarkError('server_error', 'no right'), 1],
  ['is not there', new TidemarkError('unreachable', 'gone'), 2],
])('of a server that %s nothing is known', async (_, thrown, statements) => {
  const { columns, asked } = lookup(() => Promise.reject(thrown));
  expect((await columns.of([{ table: 't' }]))({ table: 't' })).toBeUndefined();
  await columns.of([{ table: 't' }]);
  expect(asked).toHaveLength(statements);
});

test('comments say how a column is drawn, unless two tables of a statement disagree', async () => {
  const { columns } = lookup(async () => [
    row('d', 't', 'took', 1, 'unit=ms'),
    row('d', 't', 'size', 1, 'unit=bytes of the body'),
    row('d', 'u', 'took', 1, 'unit=s'),
    row('d', 'u', 'size', 1, 'unit=bytes of the body'),
    row('d', 'u', 'name', 1),
  ]);
  const { hints } = await columns.look([{ table: 't' }]);
  expect(Object.fromEntries(hints)).toEqual({
    took: { unit: 'ms' },
    size: { unit: 'bytes', description: 'of the body' },
  });
  const both = await columns.look([{ table: 't' }, { table: 'u' }, { table: 'nowhere' }]);
  expect([...both.hints.keys()]).toEqual(['size']);
});
