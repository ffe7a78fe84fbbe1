import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseConfig } from '../config/parse';
import { ddlWithComment, demoTables, fullName, sourceScript } from './tables';

const root = join(__dirname, '..', '..');

test('demo/source.sql is the DDL that seed runs', () => {
  expect(readFileSync(join(root, 'demo/source.sql'), 'utf8')).toBe(sourceScript());
});

test.each(['cdnow', 'product'])('demo/%s/tidemark.yaml maps the tables and columns of the DDL', (demo) => {
  const text = readFileSync(join(root, 'demo', demo, 'tidemark.yaml'), 'utf8');
  const { roles } = parseConfig(text, { file: demo, env: {} });
  for (const table of Object.values(demoTables)) {
    const role = roles[table.name]!;
    expect(role.table).toBe(fullName(table));
    expect([role.columns.id, role.columns.time]).toEqual([table.idColumn, table.timeColumn]);
    const absent = Object.values(role.columns).filter((column) => !new RegExp(`^    ${column} `, 'm').test(table.ddl));
    expect(absent).toEqual([]);
  }
});

test('the comment is quoted', () => {
  expect(ddlWithComment(demoTables.orders, "it's")).toMatch(/\nCOMMENT 'it\\'s'$/);
});
