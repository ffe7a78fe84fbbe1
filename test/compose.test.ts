import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import Ajv from 'ajv';
import { parse } from 'yaml';

import { parseConfig } from '../src/config/parse';
import { alertsEnv, alertsSource } from '../src/dashboards/alertsSource';
import { dashboardsPath, dataSourceUid, grafanaEnv } from '../src/dashboards/provisioning';
import schema from './schemas/composeSubset.schema.json';

interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}
interface Compose {
  readonly services: Readonly<
    Record<'clickhouse' | 'postgres' | 'tidemark' | 'shop' | 'collector' | 'grafana' | 'mailpit' | 'slack', Service> &
      Record<'kafka' | 'connect' | 'dbt', Service>
  >;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const text = read('docker-compose.yaml');
const compose = parse(text) as Compose;
const { clickhouse, postgres, tidemark, shop, collector, grafana, mailpit, slack, kafka, connect, dbt } =
  compose.services;
const services = Object.values(compose.services);
const pluginId = (JSON.parse(read('src/plugin.json')) as { id: string }).id;
const mounts = services.flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')));

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
  for (const { image } of services) expect(image).toMatch(/^[a-z/-]+:v?\d+\.\d+(\.\d+){0,2}(\.Final)?(-[a-z-]+)?$/);
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> };
  expect(grafana.image).toBe(`grafana/grafana:${devDependencies['@grafana/data']}`);
});

test('every mounted path is in the project, or what the build makes', () => {
  const built = ['./dist'];
  const local = mounts.map(([from = '']) => from).filter((from) => from.startsWith('.'));
  expect(local.length).toBeGreaterThan(3);
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
  expect(grafana.volumes).toContain(`built:${dashboardsPath.replace(/\/dashboards$/, '')}:ro`);
  expect(environment['GF_PATHS_PROVISIONING']).toBe(dashboardsPath.replace(/dashboards$/, 'provisioning'));
  const home = environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '';
  expect(existsSync(join(root, home.replace(dashboardsPath, 'dashboards')))).toBe(true);
  const provisioned = read('provisioning/datasources/tidemark.yaml');
  const wanted = [...provisioned.matchAll(/: \$\{(\w+)\}/g)].map(([, name]) => name);
  expect(wanted).toEqual([...Object.values(grafanaEnv), ...Object.values(alertsEnv)]);
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
  expect(clickhouse.volumes?.some((v) => v.startsWith('./provisioning/clickhouse/grafana-reader.xml:'))).toBe(true);
});

test('alert rules are asked through an installed plugin, as a user that exists, once their views are there', () => {
  const { environment } = grafana;
  const { type, version } = alertsSource.clickhouse;
  expect(environment['GF_PLUGINS_PREINSTALL_SYNC']).toBe(`${type}@${version}`);
  const xml = read('provisioning/clickhouse/grafana-reader.xml');
  const own = xml.slice(xml.indexOf(`<${environment[alertsEnv.user]}>`));
  const [, variable = ''] = /<password from_env="(\w+)"\/>/.exec(own) ?? [];
  expect(variable).toBe('ALERTS_CLICKHOUSE_PASSWORD');
  expect(clickhouse.environment[variable]).toBe(environment[alertsEnv.password]);
  expect(grafana.depends_on?.['tidemark']?.condition).toBe('service_completed_successfully');
  // Everything in the folder is read: rules, contact points, policies that name them.
  expect(readdirSync(join(root, 'provisioning/compose/alerting')).sort()).toEqual([
    'contactpoints.yaml',
    'mutetimes.yaml',
    'policies.yaml',
    'rules.yaml',
    'templates.yaml',
  ]);
  const points = read('provisioning/compose/alerting/contactpoints.yaml');
  for (const [, name = ''] of points.matchAll(/: \$\{(\w+)\}/g)) expect(environment).toHaveProperty([name]);
});

test('messages arrive at a service of this file', () => {
  const { environment } = grafana;
  expect(environment['GF_SMTP_HOST']).toBe('mailpit:1025');
  expect(environment['GF_SMTP_ENABLED']).toBe('true');
  expect(environment['TIDEMARK_SLACK_URL']).toBe(
    `\${TIDEMARK_SLACK_URL:-http://slack:${slack.environment['PORT']}/hook}`,
  );
  expect(slack.command).toEqual(['node', '/app/slackCatcher.mjs']);
  expect(slack.volumes).toContain('./demo/slackCatcher.mjs:/app/slackCatcher.mjs:ro');
  expect(mailpit.healthcheck?.test.join(' ')).toContain('127.0.0.1:8025');
  for (const name of Object.keys(grafana.depends_on ?? {})) expect(Object.keys(compose.services)).toContain(name);
});

test('the Slack catcher takes what Slack would, shows it harmless, and refuses what is no message', async () => {
  const catcher = spawn(process.execPath, [join(root, 'demo/slackCatcher.mjs')], { env: { PORT: '0' } });
  const ended = new Promise((resolve) => catcher.once('exit', resolve));
  try {
    const url = await new Promise<string>((resolve, reject) => {
      catcher.stdout.once('data', (said: Buffer) => resolve(/http:\S+/.exec(said.toString())?.[0] ?? ''));
      catcher.once('exit', () => reject(new Error('it ended')));
    });
    const post = (body: string) => fetch(`${url}/hook`, { method: 'POST', body });
    const text = '&lt;b&gt; is late\n<https://g.example/d/x?a=1&b=2|Panel> · <script>alert(1)</script>';
    const message = { attachments: [{ color: '#D63232', title: '🔴 Critical: Lag', text }] };
    const answer = await post(JSON.stringify(message));
    expect([answer.status, await answer.text()]).toEqual([200, 'ok']);
    const refused = await post('payload=');
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringMatching(/^invalid_payload: /)]);
    expect(await (await fetch(`${url}/messages`)).json()).toMatchObject([{ body: message }]);
    const page = await (await fetch(url)).text();
    expect(page).toContain('🔴 Critical: Lag');
    expect(page).toContain(
      '&lt;b&gt; is late<br><a href="https://g.example/d/x?a=1&amp;b=2" rel="noreferrer">Panel</a>',
    );
    expect(page).not.toContain('<script>');
    expect((await fetch(`${url}/other`)).status).toBe(404);
  } finally {
    catcher.kill('SIGTERM');
    await ended;
  }
});

test('addresses name a service and the port on which it answers', () => {
  for (const url of [grafana.environment[grafanaEnv.url], tidemark.environment['TIDEMARK_URL']])
    expect(url).toBe('http://clickhouse:8123');
  const inside = (service: Service) => (service.ports ?? []).map((port) => port.split(':').at(-1));
  expect([clickhouse, grafana, mailpit, slack].map(inside)).toEqual([['8123'], ['3000'], ['8025'], ['8026']]);
  expect(grafana.environment[alertsEnv.host]).toBe('clickhouse');
  expect(grafana.environment[alertsEnv.port]).toBe('8123');
  for (const { ports = [] } of services) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  expect(clickhouse.healthcheck?.test.join(' ')).toContain('127.0.0.1:8123/ping');
  expect(grafana.healthcheck?.test.join(' ')).toContain('127.0.0.1:3000/api/health');
});

test('the one-off service runs commands that exist, and what it builds is what Grafana and the collector read', () => {
  const script = tidemark.command?.at(-1) ?? '';
  const verbs = [...script.matchAll(/bin\/tidemark\.js (\w+)/g)].map(([, verb]) => verb);
  expect(verbs).toEqual(['seed', 'demo', 'migrate', 'build']);
  for (const verb of verbs) expect(existsSync(join(root, `src/cli/commands/${verb}.ts`))).toBe(true);
  expect(clickhouse.environment['CLICKHOUSE_USER']).toBe(tidemark.environment['TIDEMARK_USER']);
  expect(tidemark.volumes).toContain('built:/built');
  expect(collector.command).toEqual(['node', 'bin/tidemark.js', 'collect', '--config', '/built/tidemark.yaml']);
  for (const service of [collector, shop]) {
    expect(service.depends_on?.['tidemark']?.condition).toBe('service_completed_successfully');
    expect(service.environment).toEqual(tidemark.environment);
    expect(service.volumes).toEqual(tidemark.volumes);
  }
});

test('each choice of demo, pipeline and dbt makes a configuration, whose variables the services have', () => {
  const env = Object.fromEntries(Object.entries(tidemark.environment).map(([name]) => [name, `http://${name}:1`]));
  for (const demo of ['product', 'cdnow'])
    for (const pipeline of ['none', 'materialized', 'debezium'])
      for (const more of ['', read('demo/compose/dbt.yaml')]) {
        const written = `${read(`demo/${demo}/tidemark.yaml`)}${read(`demo/compose/${pipeline}.yaml`)}${more}`;
        for (const [, name = ''] of written.matchAll(/\$\{(\w+)/g)) expect(tidemark.environment).toHaveProperty([name]);
        const given = { ...env, POSTGRES_URL: 'postgres://postgres:p@postgres:5432/crm', KAFKA_BROKERS: 'kafka:9092' };
        const { pipelines, collect } = parseConfig(written, { file: `${demo}, ${pipeline}`, env: given });
        expect(collect?.clickhouse).toEqual({ everySeconds: 30, queries: true });
        expect(collect?.dbt.map(({ target }) => target)).toEqual(more === '' ? [] : ['/dbt-target']);
        expect(pipelines.map(({ kind }) => kind)).toEqual(pipeline === 'none' ? [] : [pipeline]);
      }
  const example = new Map([...read('.env.example').matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  expect(existsSync(join(root, `demo/compose/${example.get('TIDEMARK_PIPELINE')}.yaml`))).toBe(true);
});

test('PostgreSQL can be replicated from, Kafka and dbt wait for their profiles, and dbt leaves its files where they are looked for', () => {
  expect(postgres.command).toContain('wal_level=logical');
  expect(tidemark.environment['POSTGRES_URL']).toMatch(
    new RegExp(`^postgres://postgres:.*@postgres:5432/${postgres.environment['POSTGRES_DB']}$`),
  );
  expect(tidemark.environment['KAFKA_BROKERS']).toBe('kafka:9092');
  expect(kafka.environment['KAFKA_ADVERTISED_LISTENERS']).toBe('PLAINTEXT://kafka:9092');
  expect(connect.environment['BOOTSTRAP_SERVERS']).toBe('kafka:9092');
  expect(tidemark.environment['CONNECT_URL']).toBe('http://connect:8083');
  expect([kafka, connect, dbt].map(({ profiles }) => profiles)).toEqual([['kafka'], ['kafka'], ['dbt']]);
  const asked = [...read('dbt/profiles.yml').matchAll(/env_var\('(CLICKHOUSE_(?:HOST|PORT|USER|PASSWORD))'/g)];
  for (const [, name = ''] of asked) expect(dbt.environment).toHaveProperty([name]);
  expect(asked).toHaveLength(4);
  expect(dbt.volumes).toContain('dbt-target:/dbt-target');
  expect(collector.volumes).toContain('dbt-target:/dbt-target');
  expect(dbt.command?.at(-1)).toContain('-r test/dbt/requirements.txt');
  expect(dbt.environment['DBT_ENV_CUSTOM_ENV_JOB']).toBe('hourly');
});
