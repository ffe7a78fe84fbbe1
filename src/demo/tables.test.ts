import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseConfig } from '../config/parse';
import { demoTables, fullName, makeTable, sourceScript } from './tables';

const root = join(__dirname, '..', '..');

test('demo/source.sql is the DDL that seed runs', () => {
  expect(readFileSync(join(root, 'demo/source.sql'), 'utf8')).toBe(sourceScript());
});

test.each([
  ['cdnow', ['events', 'orders']],
  ['product', ['events', 'orders', 'requests', 'subscriptions']],
] as const)('demo/%s/tidemark.yaml maps the tables and columns of the DDL', (demo, filled) => {
  const text = readFileSync(join(root, 'demo', demo, 'tidemark.yaml'), 'utf8');
  const { roles } = parseConfig(text, { file: demo, env: {} });
  expect(Object.keys(roles).sort()).toEqual([...filled]);
  for (const name of filled) {
    const table = demoTables[name];
    const role = roles[name]!;
    expect(role.table).toBe(fullName(table));
    expect([role.columns.id, role.columns.time]).toEqual([table.idColumn, table.timeColumn]);
    const read = [...Object.values(role.columns), ...role.dimensions.map(({ column }) => column)];
    expect(read.filter((column) => !new RegExp(`^    ${column} `, 'm').test(table.ddl))).toEqual([]);
  }
});

test('a column that came later is added as the DDL has it, after the same column', () => {
  for (const { ddl, addedColumns } of Object.values(demoTables))
    for (const added of addedColumns) {
      const [, column, after] = /^(.*) AFTER (\w+)$/.exec(added)!;
      expect(ddl).toMatch(new RegExp(`^    ${after} .*,\n    ${column!.replace(/[()]/g, '\\$&')},$`, 'm'));
    }
});

test('the comment is quoted', () => {
  expect(makeTable(demoTables.events, "it's")).toEqual([expect.stringMatching(/\nCOMMENT 'it\\'s'$/)]);
});

test('a table that may be older gains its later columns', () => {
  expect(makeTable(demoTables.orders, 'x')[1]).toBe(
    "ALTER TABLE `shop`.`orders` ADD COLUMN IF NOT EXISTS refunded_at Nullable(DateTime64(3, 'UTC')) AFTER refunded_amount",
  );
});
