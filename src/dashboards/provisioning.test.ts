import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { defaultAlerts } from '../config/config';
import { parseConfig } from '../config/parse';
import { buildFiles } from './files';
import { dashboardsFile, dashboardsPath, dataSourceFile } from './provisioning';
import { defaultSettings, settingsOf } from './settings';
import type { BuildSettings } from './settings';
import { envReference, plainValue } from './yamlFile';

const root = join(__dirname, '..', '..');

interface SourcesFile {
  readonly apiVersion: number;
  readonly datasources: readonly { readonly jsonData: Readonly<Record<string, unknown>> }[];
}
const sourcesOf = (settings: BuildSettings) => parse(dataSourceFile(settings)) as SourcesFile;

test('the data source goes through Grafana’s proxy with basic auth, address and login from the environment', () => {
  const { apiVersion, datasources } = sourcesOf(defaultSettings);
  expect(apiVersion).toBe(1);
  expect(datasources).toHaveLength(2);
  expect(datasources[0]).toEqual({
    name: 'Tidemark',
    uid: 'tidemark-clickhouse',
    type: 'tidemark-clickhouse-datasource',
    access: 'proxy',
    orgId: 1,
    url: '${TIDEMARK_CLICKHOUSE_URL}',
    isDefault: true,
    editable: false,
    basicAuth: true,
    basicAuthUser: '${TIDEMARK_CLICKHOUSE_USER}',
    jsonData: { defaultDatabase: 'tidemark' },
    secureJsonData: { basicAuthPassword: '${TIDEMARK_CLICKHOUSE_PASSWORD}' },
  });
});

test('alert rules have a source of their own, which Grafana’s server can ask: its official plugin over HTTP', () => {
  const { datasources } = sourcesOf({ ...defaultSettings, secure: true });
  expect(datasources[1]).toEqual({
    name: 'Tidemark alerts',
    uid: 'tidemark-alerts',
    type: 'grafana-clickhouse-datasource',
    access: 'proxy',
    orgId: 1,
    editable: false,
    jsonData: {
      host: '${TIDEMARK_ALERTS_HOST}',
      port: '${TIDEMARK_ALERTS_PORT}',
      protocol: 'http',
      secure: true,
      username: '${TIDEMARK_ALERTS_USER}',
      defaultDatabase: 'tidemark',
      version: '4.20.0',
    },
    secureJsonData: { password: '${TIDEMARK_ALERTS_PASSWORD}' },
  });
});

test('or, of the same uid, Grafana’s own MySQL source', () => {
  const { datasources } = sourcesOf({ ...defaultSettings, alerts: { ...defaultAlerts, through: 'mysql' } });
  expect(datasources[1]).toEqual({
    name: 'Tidemark alerts',
    uid: 'tidemark-alerts',
    type: 'mysql',
    access: 'proxy',
    orgId: 1,
    editable: false,
    url: '${TIDEMARK_ALERTS_HOST}:${TIDEMARK_ALERTS_PORT}',
    user: '${TIDEMARK_ALERTS_USER}',
    jsonData: { database: 'tidemark' },
    secureJsonData: { password: '${TIDEMARK_ALERTS_PASSWORD}' },
  });
});

test('a literal $ is doubled, because Grafana expands every string', () => {
  const { datasources } = sourcesOf({ ...defaultSettings, database: 'a$b$$c' });
  for (const { jsonData } of datasources) expect(jsonData['defaultDatabase']).toBe('a$$b$$$$c');
  expect(plainValue('plain')).toBe('plain');
});

test('a name that no shell could set is refused', () => {
  expect(envReference('A_1')).toBe('${A_1}');
  expect(() => envReference('1A')).toThrow('"1A" is no name of an environment variable.');
});

test('dashboards are provisioned from one folder and cannot be edited away from the files', () => {
  expect(parse(dashboardsFile())).toEqual({
    apiVersion: 1,
    providers: [
      {
        name: 'tidemark',
        orgId: 1,
        folder: 'Tidemark',
        folderUid: 'tidemark',
        type: 'file',
        disableDeletion: false,
        updateIntervalSeconds: 30,
        allowUiUpdates: false,
        options: { path: dashboardsPath, foldersFromFilesStructure: false },
      },
    ],
  });
});

test('the committed files are those that are built', () => {
  const built = buildFiles(defaultSettings);
  for (const { path, content } of built)
    expect([path, readFileSync(join(root, path), 'utf8') === content]).toEqual([path, true]);
  const committed = readdirSync(join(root, 'dashboards')).map((name) => `dashboards/${name}`);
  expect(committed.sort()).toEqual(built.map(({ path }) => path).filter((path) => path.startsWith('dashboards/')));
});

test('the settings without a tidemark.yaml are the defaults of a tidemark.yaml', () => {
  const role = (name: string, columns: string) =>
    `  ${name}:\n    table: s.${name}\n    class: window\n    windowDays: 3\n    columns: {${columns}}\n${name === 'events' ? '    features: [f]\n' : ''}`;
  const roles = [
    role('events', 'time: t, event: e, user: u'),
    role('requests', 'time: t, service: s, durationMs: m, status: c'),
    role('orders', 'time: t, user: u, amount: a, currency: c'),
    role('refunds', 'time: t, amount: a, currency: c'),
    role('subscriptions', 'time: t, subscription: s, user: u, mrr: m, currency: c'),
  ];
  const yaml = `version: 1\nconnection:\n  url: http://127.0.0.1:8123\nroles:\n${roles.join('')}funnels: {f: {steps: [{event: a}, {event: b}]}}
pipelines:
  shop:
    kind: debezium
    postgres: {server: main, database: d}
    heartbeat: {target: s.beats}
    tables: {public.o: s.o}
    checks: [s.checks]
    connect: {cluster: main, connectors: [c]}
collect:
  postgres: {main: {url: "postgres://u@h/d"}}
  connect: {main: {url: "http://c:8083"}}
  kafka: {main: {brokers: ["k:9092"]}}
  dbt: {marts: {target: t, jobs: {}}}
`;
  // Pipelines have names of their own: there are none by default.
  const { pipelines, ...settings } = settingsOf(parseConfig(yaml, { file: 'x.yaml', env: {} }));
  expect({ ...settings, pipelines: [] }).toEqual(defaultSettings);
  expect(pipelines).toHaveLength(1);
});

test('nothing that is built holds an address or a password of the configuration', () => {
  const yaml =
    'version: 1\nconnection:\n  url: http://secret-host:8123\n  user: secret-user\n  password: secret-word\n';
  const files = buildFiles(settingsOf(parseConfig(yaml, { file: 'x.yaml', env: {} })));
  expect(files.map(({ content }) => content).join('')).not.toMatch(/secret-/);
});
