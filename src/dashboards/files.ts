import { renderDashboards } from './dashboards';
import { dashboardsFile, dataSourceFile } from './provisioning';
import type { BuildSettings } from './settings';
import { pages } from './spec';

/** A file that `tidemark build` writes. */
export interface BuiltFile {
  /** Below the output folder, with `/`. */
  readonly path: string;
  readonly content: string;
}

/** `tidemark-active-users` → `active-users`: the file's name is the dashboard's uid without our prefix. */
const fileName = (uid: string) => uid.replace(/^tidemark-/, '');

/** Every path that any configuration may produce: what a build with fewer roles has to remove. */
export const possiblePaths: readonly string[] = Object.values(pages).map(
  ({ uid }) => `dashboards/${fileName(uid)}.json`,
);

/** Everything that is built, in the order of paths. Same settings, same bytes. Throws as `renderDashboards`. */
export function buildFiles(settings: BuildSettings): BuiltFile[] {
  const dashboards = renderDashboards(settings).map((dashboard) => ({
    path: `dashboards/${fileName(dashboard.uid ?? '')}.json`,
    content: `${JSON.stringify(dashboard, null, 2)}\n`,
  }));
  const provisioning = [
    { path: 'provisioning/dashboards/tidemark.yaml', content: dashboardsFile() },
    { path: 'provisioning/datasources/tidemark.yaml', content: dataSourceFile(settings) },
  ];
  return [...dashboards, ...provisioning].sort((a, b) => (a.path < b.path ? -1 : 1));
}
