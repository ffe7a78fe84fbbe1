import type { BuiltFile } from '../dashboards/files';
import type { BuildSettings } from '../dashboards/settings';
import { alertmanagerFiles, alertmanagerPaths } from './alertmanager/files';
import { grafanaAlertFiles, possibleGrafanaPaths } from './grafana/files';

/** Those who write files, each with every path that any configuration may make it write. */
const writers: readonly {
  readonly paths: readonly string[];
  readonly write: (settings: BuildSettings) => readonly BuiltFile[];
}[] = [
  { paths: possibleGrafanaPaths, write: grafanaAlertFiles },
  { paths: alertmanagerPaths, write: alertmanagerFiles },
];

/** Every path of an alert file that any configuration may produce: what a build with other settings has to remove. */
export const possibleAlertPaths: readonly string[] = writers.flatMap(({ paths }) => paths);

/**
 * The files that `tidemark build` writes about alerts, in the order of paths. Same settings, same bytes. Throws as
 * {@link grafanaAlertFiles}.
 */
export const alertFiles = (settings: BuildSettings): BuiltFile[] =>
  writers.flatMap(({ write }) => write(settings)).sort((a, b) => (a.path < b.path ? -1 : 1));
