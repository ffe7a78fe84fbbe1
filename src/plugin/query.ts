import type { DataSourceJsonData } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import { parameterUses } from '../core/interpolate/parameters';

/** What the rows are made into; see frames/. */
export const queryFormats = ['table', 'timeseries', 'logs', 'trace'] as const;
export type QueryFormat = (typeof queryFormats)[number];

/** A query as it is saved in dashboards. Change it only together with {@link migrateQuery}. */
export interface TidemarkQuery extends DataQuery {
  /** Statement with macros and variables, as typed. */
  readonly rawSql: string;
  readonly format: QueryFormat;
  /**
   * `${name}` of each variable that the statement asks for as a parameter `{name:Type}`: Grafana reads from a query's
   * texts which variables it depends on, and does not know parameters. Written by the editors ({@link withReferences}).
   */
  readonly references?: readonly string[];
}

/** Settings of a data source that are no secret: every viewer's browser sees them. */
export interface TidemarkOptions extends DataSourceJsonData {
  /** Database of names without one; empty means the user's default. */
  readonly defaultDatabase?: string;
  /** Rows that one query may return; what comes after is cut off with a notice. @default 1000000 */
  readonly maxRows?: number;
  /** MiB of FORMAT Native that one query may return; as {@link maxRows}. @default 256 */
  readonly maxMegabytes?: number;
  /** Seconds that Grafana's proxy waits for an answer (Grafana's own option), and so the plugin. */
  readonly timeout?: number;
}

/** Secrets of a data source: written by the config page, kept by Grafana's server, never sent back. */
export interface TidemarkSecrets {
  readonly basicAuthPassword?: string;
}

/** A query as something saved it: an older version of this plugin, or another ClickHouse or SQL data source. */
export interface SavedQuery extends DataQuery {
  readonly rawSql?: unknown;
  /** Altinity's name for the statement; also a bare variable query. */
  readonly query?: unknown;
  /** A word, or the official plugin's number: 0 time series, 1 table, 2 logs, 3 traces. */
  readonly format?: unknown;
}

/** Keys of other plugins' saved queries that mean nothing here. */
const foreignKeys = ['query', 'editorType', 'editorMode', 'rawQuery', 'builderOptions', 'pluginVersion', 'meta'];

/**
 * Brings a saved query to today's shape. Pure; never throws; a query that is already right keeps its values. Macros of
 * other plugins are not rewritten. What is lost: the builder state of the official plugin (its SQL is kept).
 * @example migrateQuery({ refId: 'A', rawSql: 'SELECT 1', format: 0 }) // { refId: 'A', rawSql: 'SELECT 1', format: 'timeseries' }
 */
export function migrateQuery(saved: SavedQuery): TidemarkQuery {
  const kept = Object.fromEntries(Object.entries(saved).filter(([key]) => !foreignKeys.includes(key)));
  const text = saved.rawSql ?? saved.query;
  return {
    ...kept,
    refId: saved.refId,
    rawSql: typeof text === 'string' ? text : '',
    format: formatOf(saved),
  };
}

/** Formats under the names and numbers that other ClickHouse and SQL sources save. */
const savedFormats: Readonly<Record<string, QueryFormat>> = {
  '0': 'timeseries',
  timeseries: 'timeseries',
  time_series: 'timeseries',
  '2': 'logs',
  logs: 'logs',
  '3': 'trace',
  trace: 'trace',
  traces: 'trace',
};

function formatOf({ format, queryType }: SavedQuery): QueryFormat {
  const said = format ?? queryType;
  const known = typeof said === 'string' || typeof said === 'number' ? String(said) : '';
  return Object.hasOwn(savedFormats, known) ? savedFormats[known]! : 'table';
}

/**
 * The query with the references of its parameters, so that Grafana runs it again when their variables change.
 * @example withReferences({ refId: 'A', rawSql: 'SELECT {v:String}', format: 'table' }).references // ['${v}']
 */
export function withReferences<Query extends TidemarkQuery>(query: Query): Query {
  const { references: _old, ...rest } = query;
  const references = [...new Set(parameterUses(query.rawSql).map(({ name }) => `\${${name}}`))];
  return { ...rest, ...(references.length > 0 && { references }) } as Query;
}
