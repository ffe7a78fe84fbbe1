import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';

const root = join(__dirname, '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const plugin = JSON.parse(read('src/plugin.json')) as {
  id: string;
  info: { logos: { small: string; large: string } };
};

/** What Grafana asks of a data source without backend: nothing more is allowed, so that a key is added on purpose. */
const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'type', 'name', 'info', 'dependencies', 'metrics', 'annotations'],
  properties: {
    id: { pattern: '^[0-9a-z]+-([0-9a-z]+-)?(app|panel|datasource)$', const: 'tidemark-clickhouse-datasource' },
    type: { const: 'datasource' },
    name: { type: 'string', minLength: 3 },
    category: { const: 'sql' },
    metrics: { const: true },
    annotations: { const: true },
    logs: { const: true },
    tracing: { const: true },
    streaming: { const: true },
    multiValueFilterOperators: { const: true },
    queryOptions: {
      type: 'object',
      additionalProperties: false,
      required: ['maxDataPoints', 'minInterval'],
      properties: { maxDataPoints: { const: true }, minInterval: { const: true } },
    },
    info: {
      type: 'object',
      additionalProperties: false,
      required: ['description', 'author', 'keywords', 'logos', 'version', 'updated'],
      properties: {
        description: { type: 'string', minLength: 20, maxLength: 200 },
        author: { type: 'object', required: ['name'], properties: { name: { type: 'string', minLength: 1 } } },
        keywords: { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string' } },
        logos: {
          type: 'object',
          required: ['small', 'large'],
          properties: { small: { pattern: '^img/.+\\.svg$' }, large: { pattern: '^img/.+\\.svg$' } },
        },
        links: { type: 'array' },
        screenshots: { type: 'array' },
        version: { const: '%VERSION%' },
        updated: { const: '%TODAY%' },
      },
    },
    dependencies: {
      type: 'object',
      required: ['grafanaDependency'],
      properties: { grafanaDependency: { const: '>=12.3.0' }, plugins: { type: 'array', maxItems: 0 } },
    },
  },
};

const validate = new Ajv({ allErrors: true, strictTypes: false }).compile(schema);

test('plugin.json says what Grafana needs and nothing that would ask for a backend', () => {
  validate(plugin);
  expect(validate.errors ?? []).toEqual([]);
});

test.each(['backend', 'executable', 'alerting', 'routes'])('plugin.json with "%s" is refused', (key) => {
  expect(validate({ ...plugin, [key]: true })).toBe(false);
});

test.each(['small', 'large'] as const)('the %s logo is an SVG of our own that loads nothing', (size) => {
  const svg = read(join('src', plugin.info.logos[size]));
  expect(svg).toMatch(/^<svg [^>]*viewBox=/);
  expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/href|script|https?:/);
});

test('the externals are those that Grafana shares', () => {
  type Config = { externals: ReadonlyArray<string | RegExp | Record<string, string>> };
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const make = require('../webpack.config.js') as (env: object, argv: object) => Config;
  expect(make({}, {}).externals).toEqual([
    { 'amd-module': 'module' },
    ...['lodash', 'jquery', 'moment', 'slate', 'emotion', '@emotion/react', '@emotion/css', 'prismjs'],
    ...['slate-plain-serializer', '@grafana/slate-react', 'react', 'react/jsx-runtime', 'react/jsx-dev-runtime'],
    ...['react-dom', 'react-redux', 'redux', 'rxjs', 'i18next', 'react-router', 'd3', 'angular'],
    ...[/^@grafana\/ui/i, /^@grafana\/runtime/i, /^@grafana\/data/i],
  ]);
});
