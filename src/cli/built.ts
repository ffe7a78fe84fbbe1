import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { alertFiles, possibleAlertPaths } from '../alerts/files';
import { buildFiles, possiblePaths } from '../dashboards/files';
import type { BuiltFile } from '../dashboards/files';
import type { BuildSettings } from '../dashboards/settings';

/** What differs between the output folder and what would be built. Paths are below the folder. */
export interface Differences {
  readonly changed: readonly string[];
  readonly missing: readonly string[];
  /** Files of ours that these settings no longer have. */
  readonly left: readonly string[];
}

/** Everything that is built, in the order of paths. Throws for mistakes in the source of a dashboard or rule only. */
export function allFiles(settings: BuildSettings): BuiltFile[] {
  return [...buildFiles(settings), ...alertFiles(settings)].sort((a, b) => (a.path < b.path ? -1 : 1));
}

const possible = [...possiblePaths, ...possibleAlertPaths];

/** Compares a folder with what would be built. Throws what reading a file throws. */
export function compare(out: string, files: readonly BuiltFile[]): Differences {
  const differs = ({ path, content }: BuiltFile) => readFileSync(join(out, path), 'utf8') !== content;
  const there = files.filter(({ path }) => existsSync(join(out, path)));
  return {
    changed: there.filter(differs).map(({ path }) => path),
    missing: files.filter((file) => !there.includes(file)).map(({ path }) => path),
    left: possible.filter((path) => !files.some((file) => file.path === path) && existsSync(join(out, path))),
  };
}
