import { stringify } from 'yaml';

import { fail } from './errors';
import { pluginId } from './query';
import type { BuildSettings } from './settings';

/** Uid of the provisioned data source: alert rules and links may name it. */
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
 * A reference that Grafana's server fills in when it reads the file. Throws `bad_env_name` for what no shell could set.
 * @example envReference('TIDEMARK_CLICKHOUSE_URL') // '${TIDEMARK_CLICKHOUSE_URL}'
 */
export function envReference(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw fail('bad_env_name', { name });
  return `\${${name}}`;
}

/** A plain value in a provisioning file: Grafana expands `$` in every string, so each is doubled. */
export function plainValue(text: string): string {
  return text.replaceAll('$', '$$$$');
}

const head = (what: string) => `# ${what} Written by \`tidemark build\`: change tidemark.yaml, not this file.\n`;

const yaml = (value: unknown) => stringify(value, { lineWidth: 0 });

/** provisioning/datasources/tidemark.yaml: through Grafana's proxy, login by basic auth that only Grafana's server adds. */
export function dataSourceFile({ database }: BuildSettings): string {
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
    jsonData: { defaultDatabase: plainValue(database) },
    secureJsonData: { basicAuthPassword: envReference(grafanaEnv.password) },
  };
  return (
    head('The data source.') +
    `# Set ${Object.values(grafanaEnv).join(', ')} in the environment of Grafana's server;\n# a literal $ is written $$ here, as Grafana expands every string.\n` +
    yaml({ apiVersion: 1, datasources: [source] })
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
  return head('Where Grafana finds the dashboards.') + yaml({ apiVersion: 1, providers: [provider] });
}
