import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { possiblePaths } from '../dashboards/files';
import type { BuiltFile } from '../dashboards/files';

/** What differs between the output folder and what would be built. Paths are below the folder. */
export interface Differences {
  readonly changed: readonly string[];
  readonly missing: readonly string[];
  /** Dashboards of ours for roles that are no longer mapped. */
  readonly left: readonly string[];
}

/** Compares a folder with what would be built. Throws what reading a file throws. */
export function compare(out: string, files: readonly BuiltFile[]): Differences {
  const differs = ({ path, content }: BuiltFile) => readFileSync(join(out, path), 'utf8') !== content;
  const there = files.filter(({ path }) => existsSync(join(out, path)));
  return {
    changed: there.filter(differs).map(({ path }) => path),
    missing: files.filter((file) => !there.includes(file)).map(({ path }) => path),
    left: possiblePaths.filter((path) => !files.some((file) => file.path === path) && existsSync(join(out, path))),
  };
}
