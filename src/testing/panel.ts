import { dateTime } from '@grafana/data';
import type {
  DataFrame,
  DataQueryRequest,
  DataQueryResponse,
  DataSourceInstanceSettings,
  DataSourcePluginMeta,
  ScopedVars,
} from '@grafana/data';
import { fetchTransport } from '../clickhouse/fetchTransport';
import { createSlots } from '../clickhouse/slots';
import { replaceReferences } from '../core/interpolate/references';
import { isAllOrEmpty } from '../core/interpolate/variable';
import type { VariableValue } from '../core/interpolate/variable';
import type { HttpRequest, Transport } from '../clickhouse/transport';
import { DataSource } from '../plugin/datasource';
import type { Host } from '../plugin/host';
import type { TidemarkOptions, TidemarkQuery } from '../plugin/query';

/** A data source as a provisioning file sets it up. */
export const sourceSettings: DataSourceInstanceSettings<TidemarkOptions> = {
  uid: 'u',
  type: 'tidemark-clickhouse-datasource',
  name: 'Tidemark',
  meta: {} as DataSourcePluginMeta,
  readOnly: false,
  access: 'proxy',
  url: '/api/datasources/proxy/uid/u',
  jsonData: {},
};

/** A Grafana around the data source: variables from a table (scoped ones before them), requests by `transport`. */
export function testHost(
  transport: Transport,
  {
    variables = {},
    sideBySide = 5,
  }: { readonly variables?: Readonly<Record<string, VariableValue>>; readonly sideBySide?: number } = {},
): Host {
  const known = (name: string, scoped: ScopedVars) => Object.hasOwn(scoped, name) || Object.hasOwn(variables, name);
  const valueOf = (name: string, scoped: ScopedVars) =>
    Object.hasOwn(scoped, name) ? (scoped[name]?.value as VariableValue) : variables[name];
  return {
    transport: () => transport,
    slots: createSlots(() => sideBySide),
    replace: (text, scoped, format) =>
      replaceReferences(text, ({ name, text: written }) =>
        known(name, scoped) ? format(valueOf(name, scoped), { name }) : written,
      ),
    isAll: (name, scoped) => (known(name, scoped) ? isAllOrEmpty({ value: valueOf(name, scoped) }) : undefined),
    user: () => 'ada',
    random: (bytes) => crypto.getRandomValues(bytes),
  };
}

/** A data source as panels see it, without variables, its requests written down. */
export interface PanelSource {
  readonly source: DataSource;
  /** All requests so far, probes and cancellations too. */
  readonly sent: readonly HttpRequest[];
  /** Those that panels asked for. */
  statements(): readonly string[];
}

export interface PanelSourceOptions extends TidemarkOptions {
  /** Replaces the way to the server, for instance by one that fails first. */
  readonly through?: (transport: Transport) => Transport;
  readonly sideBySide?: number;
  /** Dashboard variables. */
  readonly variables?: Readonly<Record<string, VariableValue>>;
}

/** Makes a data source straight over a ClickHouse. */
export function panelSource(url: string, options: PanelSourceOptions = {}): PanelSource {
  const { through, sideBySide = 5, variables = {}, ...jsonData } = options;
  const sent: HttpRequest[] = [];
  const straight = fetchTransport(fetch, url);
  const way = through?.(straight) ?? straight;
  const host = testHost(
    (asked) => {
      sent.push(asked);
      return way(asked);
    },
    { variables, sideBySide },
  );
  const settings = { ...sourceSettings, jsonData };
  return {
    source: new DataSource(settings, host),
    sent,
    statements: () => sent.map(({ body }) => body).filter((body) => body.startsWith('/* tidemark')),
  };
}

/** A panel's request for the two hours from 2026-03-01 00:00 UTC on; targets are lettered from A. */
export function panelRequest(
  sql: readonly (string | Partial<TidemarkQuery>)[],
  more: Partial<DataQueryRequest<TidemarkQuery>> = {},
): DataQueryRequest<TidemarkQuery> {
  const from = dateTime('2026-03-01T00:00:00Z');
  const to = dateTime('2026-03-01T02:00:00Z');
  return {
    requestId: 'r',
    interval: '1m',
    intervalMs: 60_000,
    range: { from, to, raw: { from, to } },
    scopedVars: {},
    targets: sql.map((target, i) => ({
      refId: String.fromCharCode(65 + i),
      rawSql: '',
      format: 'table',
      ...(typeof target === 'string' ? { rawSql: target } : target),
    })),
    timezone: 'utc',
    app: 'dashboard',
    startTime: 0,
    ...more,
  };
}

/** Everything that a request emits, in order; rejects with what it throws. */
export function emissions(
  source: DataSource,
  request: DataQueryRequest<TidemarkQuery>,
): Promise<readonly DataQueryResponse[]> {
  return new Promise((resolve, reject) => {
    const all: DataQueryResponse[] = [];
    source.query(request).subscribe({
      next: (response) => void all.push(response),
      error: reject,
      complete: () => resolve(all),
    });
  });
}

/** The frames of an emission. */
export const framesOf = (response: DataQueryResponse | undefined): readonly DataFrame[] =>
  (response?.data ?? []) as readonly DataFrame[];

/** What the frames of an emission say to the viewer. */
export const noticesOf = (response: DataQueryResponse | undefined): readonly string[] =>
  framesOf(response).flatMap(({ meta }) => (meta?.notices ?? []).map(({ text }) => text));
