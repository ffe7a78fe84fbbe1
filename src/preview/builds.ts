import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Something built from sources: made anew only when one of them changed. */
export interface Build {
  readonly name: string;
  /** Files and folders below the root. Tests among them do not count. */
  readonly inputs: readonly string[];
  /** The file whose absence means that it was never built. */
  readonly output: string;
  /** Arguments for Node, below the root. */
  readonly command: readonly string[];
}

/** The two builds of `npm start`: the plugin as Grafana installs it, and the page around it. */
export const builds: readonly Build[] = [
  {
    name: 'plugin',
    inputs: [
      ...['plugin', 'frames', 'clickhouse', 'native', 'core', 'img', 'module.ts', 'plugin.json'].map((n) => `src/${n}`),
      'webpack.config.js',
      'package-lock.json',
    ],
    output: 'dist/module.js',
    command: ['node_modules/webpack/bin/webpack.js', '--mode', 'production'],
  },
  {
    name: 'preview page',
    inputs: ['src/preview', 'src/core/errors.ts', 'scripts/buildPreview.mjs', 'package-lock.json'],
    output: 'build/preview/main.js',
    command: ['scripts/buildPreview.mjs'],
  },
];

function files(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => files(join(path, name)));
}

/** A hash over names and contents of a build's sources: milliseconds for some hundred files. */
export function fingerprint(root: string, build: Build): string {
  const hash = createHash('sha256');
  for (const path of build.inputs.flatMap((input) => files(join(root, input)))) {
    if (/\.test\.tsx?$/.test(path)) continue;
    hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

const stampFile = (root: string, build: Build) => join(root, 'build', 'stamps', build.name.replace(/\W+/g, '-'));

/** Whether the output stands and was made from these very sources. */
export function isUpToDate(root: string, build: Build): boolean {
  const stamp = stampFile(root, build);
  if (!existsSync(join(root, build.output)) || !existsSync(stamp)) return false;
  return readFileSync(stamp, 'utf8') === fingerprint(root, build);
}

/** Notes what the output was made from: call it with the fingerprint taken before the build started. */
export function markBuilt(root: string, build: Build, made: string): void {
  const stamp = stampFile(root, build);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, made);
}
