import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { dataSourceJsonSchema } from './dataSourceSchema';
import { pluginId } from './query';

const root = join(__dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const validate = new Ajv({ strict: false }).compile(dataSourceJsonSchema());

interface DataSourceFile {
  datasources: (Record<string, unknown> & { jsonData: Record<string, unknown> })[];
}
/** Without the source that alert rules ask: it is another plugin's, and this schema does not know its options. */
const provisioned = () => {
  const file = parse(read('provisioning/datasources/tidemark.yaml')) as DataSourceFile;
  const own = file.datasources.filter(({ type }) => type === pluginId);
  return { ...file, datasources: own };
};

test('docs/datasource.schema.json is what `tidemark config schema --of datasource` prints', () => {
  expect(JSON.parse(read('docs/datasource.schema.json'))).toEqual(dataSourceJsonSchema());
});

test('the file that `tidemark build` writes is valid', () => {
  expect(provisioned().datasources).toHaveLength(1);
  expect([validate(provisioned()), validate.errors]).toEqual([true, null]);
});

test('so is the example of docs/plugin.md, and every option of its table', () => {
  const docs = read('docs/plugin.md');
  const example = /```yaml\n(apiVersion: 1\n[\s\S]*?)```/.exec(docs)?.[1] ?? '';
  expect([validate(parse(example)), validate.errors]).toEqual([true, null]);
  const { properties } = (
    dataSourceJsonSchema() as {
      properties: { datasources: { items: { properties: { jsonData: { properties: object } } } } };
    }
  ).properties.datasources.items;
  const known = Object.keys(properties.jsonData.properties);
  expect(known.filter((key) => !docs.includes(key))).toEqual([]);
});

const changed = (change: (source: DataSourceFile['datasources'][number]) => void) => {
  const file = provisioned();
  change(file.datasources[0]!);
  return file;
};

test.each<[string, DataSourceFile]>([
  ['access direct', changed((source) => (source['access'] = 'direct'))],
  ['a password in the URL', changed((source) => (source['url'] = 'http://me:secret@clickhouse:8123'))],
  ['a URL without http', changed((source) => (source['url'] = 'clickhouse:8123'))],
  ['an unknown key', changed((source) => (source['pasword'] = 'x'))],
  ['a limit of zero', changed((source) => (source.jsonData['maxRows'] = 0))],
  ['a limit in words', changed((source) => (source.jsonData['maxRows'] = 'many'))],
  ['no data source', { datasources: [] }],
])('%s is refused', (_, file) => expect(validate(file)).toBe(false));
