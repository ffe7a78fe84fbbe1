import { alertsEnv, alertsSourceEntry } from './alertsSource';
import { pluginId } from './query';
import type { BuildSettings } from './settings';
import { envReference, plainValue, yamlFile } from './yamlFile';

/** Uid of the provisioned data source: links may name it. */
export const dataSourceUid = 'tidemark-clickhouse';

/** Environment of the Grafana server from which the data source takes address and login. No file holds their values. */
export const grafanaEnv = {
  url: 'TIDEMARK_CLICKHOUSE_URL',
  user: 'TIDEMARK_CLICKHOUSE_USER',
  password: 'TIDEMARK_CLICKHOUSE_PASSWORD',
} as const;

/** Folder in Grafana's container that holds dashboards/*.json; docker-compose.yaml mounts it there. */
export const dashboardsPath = '/etc/tidemark/dashboards';

/**
 * provisioning/datasources/tidemark.yaml: the dashboards' source, through Grafana's proxy, login by basic auth that only Grafana's server
 * adds; and the source of the alert rules, which Grafana's server asks itself.
 */
export function dataSourceFile(settings: BuildSettings): string {
  const source = {
    name: 'Tidemark',
    uid: dataSourceUid,
    type: pluginId,
    access: 'proxy',
    orgId: 1,
    url: envReference(grafanaEnv.url),
    isDefault: true,
    editable: false,
    basicAuth: true,
    basicAuthUser: envReference(grafanaEnv.user),
    jsonData: { defaultDatabase: plainValue(settings.database) },
    secureJsonData: { basicAuthPassword: envReference(grafanaEnv.password) },
  };
  return yamlFile(
    [
      'The data sources.',
      `Set ${Object.values(grafanaEnv).join(', ')} (dashboards),`,
      `${Object.values(alertsEnv).join(', ')} (alert rules) in the environment of Grafana's server;`,
      'a literal $ is written $$ here, as Grafana expands every string.',
    ],
    { apiVersion: 1, datasources: [source, alertsSourceEntry(settings)] },
  );
}

/** provisioning/dashboards/tidemark.yaml: all of dashboards/ into one folder, read anew every 30 s. */
export function dashboardsFile(): string {
  const provider = {
    name: 'tidemark',
    orgId: 1,
    folder: 'Tidemark',
    folderUid: 'tidemark',
    type: 'file',
    disableDeletion: false,
    updateIntervalSeconds: 30,
    allowUiUpdates: false,
    options: { path: dashboardsPath, foldersFromFilesStructure: false },
  };
  return yamlFile(['Where Grafana finds the dashboards.'], { apiVersion: 1, providers: [provider] });
}
