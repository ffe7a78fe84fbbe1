import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import Ajv from 'ajv';
import { parse } from 'yaml';

import { dashboardsPath, dataSourceUid, grafanaEnv } from '../src/dashboards/provisioning';
import schema from './schemas/composeSubset.schema.json';

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}
interface Compose {
  readonly services: Readonly<Record<'clickhouse' | 'tidemark' | 'grafana', Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const text = read('docker-compose.yaml');
const compose = parse(text) as Compose;
const { clickhouse, tidemark, grafana } = compose.services;
const services = Object.values(compose.services);
const pluginId = (JSON.parse(read('src/plugin.json')) as { id: string }).id;
const mounts = services.flatMap(({ volumes }) => volumes.map((volume) => volume.split(':')));

const validate = new Ajv({ allErrors: true, strictTypes: false, strictTuples: false }).compile(schema);

test('docker-compose.yaml fits the subset of the Compose format', () => {
  validate(compose);
  expect(validate.errors ?? []).toEqual([]);
});

test.each([
  ['an unknown key', { services: { a: { image: 'x', enviroment: {} } } }],
  ['a condition that does not exist', { services: { a: { image: 'x', depends_on: { b: { condition: 'healthy' } } } } }],
  ['a duration without unit', { services: { a: { image: 'x', healthcheck: { test: ['CMD', 'x'], interval: '5' } } } }],
  ['no services', { volumes: {} }],
])('the subset refuses %s', (_, wrong) => {
  expect(validate(wrong)).toBe(false);
});

test('every image is pinned to a full version', () => {
  for (const { image } of services) expect(image).toMatch(/^[a-z/-]+:\d+\.\d+\.\d+(\.\d+)?(-[a-z-]+)?$/);
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> };
  expect(grafana.image).toBe(`grafana/grafana:${devDependencies['@grafana/data']}`);
});

test('every mounted path is in the project, or what the build makes', () => {
  const built = ['./dist'];
  const local = mounts.map(([from = '']) => from).filter((from) => from.startsWith('.'));
  expect(local.length).toBeGreaterThan(4);
  for (const path of local.filter((p) => !built.includes(p)))
    expect([path, existsSync(join(root, path))]).toEqual([path, true]);
  expect(read('webpack.config.js')).toMatch(/path\.join\(__dirname, 'dist'\)/);
  expect(read('.gitignore')).toMatch(/^\/dist\/$/m);
});

test('every named volume is declared, and every declared one is used', () => {
  const named = mounts.map(([from = '']) => from).filter((from) => !from.startsWith('.'));
  expect([...new Set(named)].sort()).toEqual(Object.keys(compose.volumes).sort());
});

test('every variable is in .env.example and the other way round; no secret has a default', () => {
  const references = [...text.matchAll(/(?<!\$)\$\{(\w+)(:[-?][^}]*)?\}/g)];
  const example = new Map(
    [...read('.env.example').matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  expect([...new Set(references.map(([, name = '']) => name))].sort()).toEqual([...example.keys()].sort());
  for (const [, name = '', rest = ''] of references) {
    if (name.includes('PASSWORD')) expect([name, rest.slice(0, 2), example.get(name)]).toEqual([name, ':?', '']);
    else expect([name, rest]).toEqual([name, `:-${example.get(name)}`]);
  }
});

test('Grafana loads the plugin unsigned, finds the dashboards and fills in the data source', () => {
  const { environment } = grafana;
  expect(environment['GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS']).toBe(pluginId);
  expect(grafana.volumes).toContain(`./dist:/var/lib/grafana/plugins/${pluginId}:ro`);
  expect(grafana.volumes).toContain(`./dashboards:${dashboardsPath}:ro`);
  const home = environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '';
  expect(existsSync(join(root, home.replace(dashboardsPath, 'dashboards')))).toBe(true);
  const provisioned = read('provisioning/datasources/tidemark.yaml');
  const wanted = [...provisioned.matchAll(/: \$\{(\w+)\}/g)].map(([, name]) => name);
  expect(wanted).toEqual(Object.values(grafanaEnv));
  for (const name of wanted) expect(environment).toHaveProperty([name!]);
  expect(provisioned).toContain(`uid: ${dataSourceUid}`);
});

test('Grafana’s ClickHouse user exists, reads only, and has the password that Grafana sends', () => {
  const xml = read('provisioning/clickhouse/grafana-reader.xml');
  const user = grafana.environment['TIDEMARK_CLICKHOUSE_USER'] ?? '';
  expect(xml).toContain(`<${user}>`);
  expect(xml).toMatch(/<readonly>1<\/readonly>/);
  const [, variable = ''] = /<password from_env="(\w+)"\/>/.exec(xml) ?? [];
  expect(clickhouse.environment[variable]).toBe(grafana.environment['TIDEMARK_CLICKHOUSE_PASSWORD']);
  expect(clickhouse.volumes.some((v) => v.startsWith('./provisioning/clickhouse/grafana-reader.xml:'))).toBe(true);
});

test('addresses name a service and the port on which it answers', () => {
  for (const url of [grafana.environment[grafanaEnv.url], tidemark.environment['TIDEMARK_URL']])
    expect(url).toBe('http://clickhouse:8123');
  const inside = (service: Service) => (service.ports ?? []).map((port) => port.split(':').at(-1));
  expect([inside(clickhouse), inside(grafana)]).toEqual([['8123'], ['3000']]);
  for (const { ports = [] } of services) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  expect(clickhouse.healthcheck?.test.join(' ')).toContain('127.0.0.1:8123/ping');
  expect(grafana.healthcheck?.test.join(' ')).toContain('127.0.0.1:3000/api/health');
});

test('the one-off service runs commands that exist, with variables that the demo configurations read', () => {
  const script = tidemark.command?.at(-1) ?? '';
  const verbs = [...script.matchAll(/bin\/tidemark\.js (\w+)/g)].map(([, verb]) => verb);
  expect(verbs).toEqual(['seed', 'migrate']);
  for (const verb of verbs) expect(existsSync(join(root, `src/cli/commands/${verb}.ts`))).toBe(true);
  expect(clickhouse.environment['CLICKHOUSE_USER']).toBe(tidemark.environment['TIDEMARK_USER']);
  for (const demo of ['product', 'cdnow']) {
    const asked = [...read(`demo/${demo}/tidemark.yaml`).matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    expect(asked.length).toBeGreaterThan(0);
    for (const name of asked) expect(tidemark.environment).toHaveProperty([name!]);
  }
});
