import { readdirSync } from 'node:fs';

import { healthTables } from '.';

const files = readdirSync(__dirname).filter((file) => !/index\.ts$|\.test\.ts$/.test(file));

test('every file of the folder is in the list, each with one table', () => {
  expect(healthTables).toHaveLength(files.length);
  expect(new Set(healthTables.map(({ name }) => name)).size).toBe(files.length);
});

test.each(healthTables.map((table) => [table.name, table] as const))('%s is a table of its kind', (name, table) => {
  const columns = table.columns.map((c) => c.name);
  expect(name).toMatch(/^health_[a-z_]+$/);
  expect(table.columns[0]).toMatchObject({ name: 'at', type: "DateTime64(3, 'UTC')" });
  expect(new Set(columns).size).toBe(columns.length);
  expect(columns.filter((c) => !/^[a-z][a-z0-9_]*$/.test(c))).toEqual([]);
  expect(table.orderBy.filter((c) => !columns.includes(c))).toEqual([]);
  expect(table.orderBy.at(-1)).toBe('at');
  expect([table.description, ...table.columns.map((c) => c.description)].filter((d) => !/[.)]$/.test(d))).toEqual([]);
  expect(table.ttlDays).toBeGreaterThan(0);
});
