import type { BuildSettings } from './settings';
import { envReference, plainValue } from './yamlFile';

/**
 * The data source through which Grafana's server asks the alert views: one with a backend, unlike the dashboards' own. The uid is
 * fixed, rules name it.
 */
export const alertsSource = {
  uid: 'tidemark-alerts',
  name: 'Tidemark alerts',
  /** Grafana's official plugin, not bundled: docker-compose.yaml installs this version. */
  clickhouse: { type: 'grafana-clickhouse-datasource', version: '4.20.0' },
  /** Bundled with Grafana; asks ClickHouse's MySQL port. */
  mysql: { type: 'mysql' },
} as const;

/** Environment of Grafana's server from which that data source takes address and login. The port is the HTTP one, or the MySQL one. */
export const alertsEnv = {
  host: 'TIDEMARK_ALERTS_HOST',
  port: 'TIDEMARK_ALERTS_PORT',
  user: 'TIDEMARK_ALERTS_USER',
  password: 'TIDEMARK_ALERTS_PASSWORD',
} as const;

/** Its entry in provisioning/datasources/tidemark.yaml. */
export function alertsSourceEntry({ database, alerts, secure }: BuildSettings): object {
  const { uid, name } = alertsSource;
  const common = { name, uid, type: alertsSource[alerts.through].type, access: 'proxy', orgId: 1, editable: false };
  const [host, port, user] = [alertsEnv.host, alertsEnv.port, alertsEnv.user].map(envReference);
  const defaultDatabase = plainValue(database);
  const own =
    alerts.through === 'mysql'
      ? { url: `${host}:${port}`, user, jsonData: { database: defaultDatabase } }
      : {
          jsonData: {
            host,
            port,
            protocol: 'http',
            secure,
            username: user,
            defaultDatabase,
            version: alertsSource.clickhouse.version,
          },
        };
  return { ...common, ...own, secureJsonData: { password: envReference(alertsEnv.password) } };
}
