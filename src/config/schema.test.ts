import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

import { roleNames } from '../core/model';
import { roles } from '../packs/roles';
import { loadConfig } from './load';
import { configJsonSchema } from './schema';

const root = join(__dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const files = ['tidemark.example.yaml', 'demo/cdnow/tidemark.yaml', 'demo/product/tidemark.yaml'];

test('docs/tidemark.schema.json is what `tidemark config schema` prints', () => {
  expect(JSON.parse(read('docs/tidemark.schema.json'))).toEqual(configJsonSchema());
});

test.each(files)('%s is valid, by the reader and by the schema that editors use', (file) => {
  const validate = addFormats(new Ajv({ strict: false })).compile(
    JSON.parse(read('docs/tidemark.schema.json')) as object,
  );
  expect(Object.keys(loadConfig(join(root, file), {}).roles)).toEqual(expect.arrayContaining(['events', 'orders']));
  expect([validate(parse(read(file))), validate.errors]).toEqual([true, null]);
});

test('the schema refuses what the reader refuses: unknown keys and missing columns', () => {
  const validate = addFormats(new Ajv({ strict: false })).compile(configJsonSchema());
  expect(validate({ version: 1, connection: { url: 'http://x', pasword: 'x' } })).toBe(false);
  expect(
    validate({
      version: 1,
      connection: { url: 'http://x' },
      roles: { events: { table: 'a.b', class: 'append', columns: {} } },
    }),
  ).toBe(false);
});

test.each(files)('the first line of %s points editors to the schema', (file) => {
  const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(file)) ?? [];
  expect(join(root, file, '..', path)).toBe(join(root, 'docs/tidemark.schema.json'));
});

test('docs/config.md names every key and every logical column', () => {
  const docs = read('docs/config.md');
  const sections = configJsonSchema().properties as Record<string, { properties?: Record<string, unknown> }>;
  const keys = ['connection', 'reporting', 'refresh', 'tiers'].flatMap((section) =>
    Object.keys(sections[section]?.properties ?? {}).map((key) => `\`${section}.${key}\``),
  );
  const columns = roleNames.flatMap((name) => roles[name].columns.map((column) => `\`${column.name}\``));
  expect(keys).toHaveLength(16);
  const ofRoles = ['windowDays', 'mode', 'redelivers', 'keepsDays', 'dimensions', 'top', 'steps', 'apdexMs'];
  for (const key of ofRoles) expect(docs).toMatch(new RegExp(`\\| \`roles\\.[^ |]*\\.${key}[.\`]`));
  expect([...keys, ...columns].filter((key) => !docs.includes(key))).toEqual([]);
});

test('a missing file is an error that names the next step', () => {
  expect(() => loadConfig('/nowhere/tidemark.yaml', {})).toThrow(
    'There is no /nowhere/tidemark.yaml. tidemark init looks at your tables and writes one. Or copy tidemark.example.yaml to tidemark.yaml and edit it, or name another file with --config FILE (demo/product/tidemark.yaml shows the demo).',
  );
  expect(() => loadConfig(root, {})).toThrow(/cannot be read \(EISDIR\)/);
});
