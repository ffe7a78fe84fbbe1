import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';

/** Plugin id, as in src/plugin.json: type of every query and of the data source variable. */
export const pluginId = 'tidemark-clickhouse-datasource';

/** Data source of panels and variables: whatever the reader picks in the variable `DS`. */
export const sourceRef = { type: pluginId, uid: '${DS}' } as const;

/** A query of the plugin as Grafana saves it (`TidemarkQuery` of the plugin room; a test holds the two together). */
export interface SavedQuery {
  readonly refId: string;
  readonly datasource: typeof sourceRef;
  readonly rawSql: string;
  readonly format: 'table' | 'timeseries';
}

/** The saved form of a statement, its indentation in the source taken away. */
export function savedQuery(rawSql: string, format: SavedQuery['format'], refId = 'A'): SavedQuery {
  return { refId, datasource: sourceRef, rawSql: undent(rawSql), format };
}

/** The same as a builder of the Foundation SDK, which knows no ClickHouse query. */
export function queryBuilder(query: SavedQuery): Builder<Dataquery> {
  // The marker is a function, hence never in the JSON.
  return { build: () => ({ ...query, _implementsDataqueryVariant: () => undefined }) };
}

/** Takes the common indentation and blank first and last lines away, so that the SQL reads well in Grafana's editor. */
export function undent(text: string): string {
  const lines = text.split('\n').filter((line, at, all) => line.trim() !== '' || (at > 0 && at < all.length - 1));
  const margins = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  // A statement that begins on the line of its quote has no margin there.
  const first = text.startsWith('\n') ? 0 : 1;
  const margin = Math.min(...margins.slice(first), Infinity);
  if (!Number.isFinite(margin)) return text.trim();
  return lines.map((line, at) => (at < first ? line.trim() : line.slice(margin).trimEnd())).join('\n');
}
