/**
 * What page and server of the preview say to each other. Plain data, imported by both.
 */

/** A data source as the server knows it, without anything secret. */
export interface PreviewDataSource {
  readonly uid: string;
  readonly name: string;
  /** Plugin id; its build is served at `/public/plugins/<type>/`. */
  readonly type: string;
  readonly isDefault: boolean;
  readonly jsonData: Readonly<Record<string, unknown>>;
}

/** One dashboard file, as listed. */
export interface DashboardEntry {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** Folder below `dashboards/`, or `General`. */
  readonly folder: string;
  /** Path below `dashboards/`. */
  readonly file: string;
}

/** `GET /api/preview/settings` */
export interface PreviewSettings {
  readonly dataSources: readonly PreviewDataSource[];
  readonly dashboards: readonly DashboardEntry[];
  /** What the demo data is, shown in the banner; empty when unknown. */
  readonly dataLabel: string;
  /** Where the data lies, if not where the dashboards look: they open on it. */
  readonly range?: { readonly from: string; readonly to: string };
}

/** Paths of the preview's own API and of the imitated Grafana. */
export const paths = {
  settings: '/api/preview/settings',
  dashboard: (uid: string) => `/api/preview/dashboards/${encodeURIComponent(uid)}`,
  proxy: (uid: string) => `/api/datasources/proxy/uid/${encodeURIComponent(uid)}`,
  plugin: (id: string) => `/public/plugins/${encodeURIComponent(id)}`,
} as const;
