import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { parseConfig } from '../config/parse';
import { buildFiles } from './files';
import { dashboardsFile, dashboardsPath, dataSourceFile, envReference, plainValue } from './provisioning';
import { defaultSettings, settingsOf } from './settings';

const root = join(__dirname, '..', '..');

test('the data source goes through Grafana’s proxy with basic auth, address and login from the environment', () => {
  expect(parse(dataSourceFile(defaultSettings))).toEqual({
    apiVersion: 1,
    datasources: [
      {
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
      },
    ],
  });
});

test('a literal $ is doubled, because Grafana expands every string', () => {
  const file = parse(dataSourceFile({ ...defaultSettings, database: 'a$b$$c' })) as {
    datasources: { jsonData: { defaultDatabase: string } }[];
  };
  expect(file.datasources[0]?.jsonData.defaultDatabase).toBe('a$$b$$$$c');
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
  const yaml = `version: 1\nconnection:\n  url: http://127.0.0.1:8123\nroles:\n${roles.join('')}`;
  expect(settingsOf(parseConfig(yaml, { file: 'x.yaml', env: {} }))).toEqual(defaultSettings);
});

test('nothing that is built holds an address or a password of the configuration', () => {
  const yaml =
    'version: 1\nconnection:\n  url: http://secret-host:8123\n  user: secret-user\n  password: secret-word\n';
  const files = buildFiles(settingsOf(parseConfig(yaml, { file: 'x.yaml', env: {} })));
  expect(files.map(({ content }) => content).join('')).not.toMatch(/secret-/);
});
