import { readdirSync } from 'node:fs';
import { columnFamilies } from './table';

const files = readdirSync(__dirname).filter((name) => !name.includes('.test.') && name !== 'table.ts');

test('every file of the folder is one family of the table, and no family is missing', async () => {
  const exported = await Promise.all(
    files.map(async (file) => {
      const module = (await import(`./${file}`)) as Record<string, unknown>;
      return Object.values(module).filter((value) => columnFamilies.includes(value as never));
    }),
  );
  expect(exported.map((found, i) => [files[i], found.length])).toEqual(files.map((file) => [file, 1]));
  expect(new Set(exported.flat()).size).toBe(columnFamilies.length);
});

test('no type belongs to two families', () => {
  const names = columnFamilies.flatMap(({ types }) => types);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});
