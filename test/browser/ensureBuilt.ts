import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builds, fingerprint, isUpToDate, markBuilt } from '../../src/preview/builds';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Takes the lock file, or waits: spec files run side by side and must not build into each other's output. */
async function lock(path: string): Promise<void> {
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return;
    } catch {
      try {
        if (!isAlive(Number(readFileSync(path, 'utf8')))) rmSync(path, { force: true });
      } catch {
        // Gone meanwhile: try again.
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** Builds plugin and page where their sources changed since. Throws with the output of a build that fails. */
export async function ensureBuilt(root: string): Promise<void> {
  mkdirSync(join(root, 'build'), { recursive: true });
  const path = join(root, 'build', 'browser-tests.lock');
  await lock(path);
  try {
    for (const build of builds) {
      if (isUpToDate(root, build)) continue;
      const made = fingerprint(root, build);
      const { status, stdout, stderr } = spawnSync(process.execPath, build.command, { cwd: root, encoding: 'utf8' });
      if (status !== 0) throw new Error(`Building the ${build.name} failed:\n${stdout}${stderr}`);
      markBuilt(root, build, made);
    }
  } finally {
    rmSync(path, { force: true });
  }
}
