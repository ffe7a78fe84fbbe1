import type { DataSourcePluginOptionsEditorProps, DataSourceSettings } from '@grafana/data';
import type { TidemarkOptions, TidemarkSecrets } from '../query';

/** Grafana's own proxy options, which it reads from `jsonData`. */
export interface ProxyOptions extends TidemarkOptions {
  readonly tlsAuth?: boolean;
  readonly tlsAuthWithCACert?: boolean;
  readonly tlsSkipVerify?: boolean;
  readonly oauthPassThru?: boolean;
}

export type ConfigProps = DataSourcePluginOptionsEditorProps<ProxyOptions, TidemarkSecrets>;
export type Settings = DataSourceSettings<ProxyOptions, TidemarkSecrets>;

/** Settings with some of `jsonData` replaced. */
export function withJson(settings: Settings, change: Partial<ProxyOptions>): Settings {
  return { ...settings, jsonData: { ...settings.jsonData, ...change } };
}

/** Settings with another user; basic auth is on exactly when there is one. Without a user ClickHouse takes `default`. */
export function withUser(settings: Settings, user: string): Settings {
  return { ...settings, basicAuth: user !== '', basicAuthUser: user };
}

/** Settings with a new password, to be stored by the next save. */
export function withPassword(settings: Settings, password: string): Settings {
  return { ...settings, secureJsonData: { ...settings.secureJsonData, basicAuthPassword: password } };
}

/** Settings that forget the stored password with the next save. */
export function withoutPassword(settings: Settings): Settings {
  return {
    ...settings,
    secureJsonFields: { ...settings.secureJsonFields, basicAuthPassword: false },
    secureJsonData: { ...settings.secureJsonData, basicAuthPassword: '' },
  };
}

/**
 * What is wrong with the URL, as a sentence; empty when nothing is. Ports of ClickHouse's other protocols are named,
 * because 9000 is what people try first.
 */
export function urlProblem(text: string): string {
  if (!text) return 'The address of ClickHouse’s HTTP interface is needed, for example http://clickhouse:8123.';
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'This is no URL. It begins with http:// or https://, for example http://clickhouse:8123.';
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `"${url.protocol}" is not spoken here: use http:// (port 8123) or https:// (port 8443).`;
  if (url.port === '9000' || url.port === '9440')
    return `Port ${url.port} is ClickHouse’s native protocol: use the HTTP port, 8123, or 8443 with TLS.`;
  if (url.username || url.password)
    return 'Take user and password out of the URL (every viewer can read it) and enter them below.';
  return '';
}
