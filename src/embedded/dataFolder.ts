import { existsSync, readFileSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { fail } from './errors';

/**
 * Makes the folder and makes sure that no other process has its data open: the engine would only say so on stderr. The
 * engine's own lock (`status`) stays what decides. Throws `data_in_use` and `data_unusable`.
 */
export async function claimDataFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
  } catch (cause) {
    throw fail('data_unusable', { dir, reason: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
  const pid = holderOf(dir);
  if (pid !== undefined) throw fail('data_in_use', { dir, pid });
}

/** The process that has the engine's lock file open, as it wrote itself down there. Linux only; elsewhere unknown. */
function holderOf(dir: string): number | undefined {
  const status = join(dir, 'status');
  if (!existsSync(status)) return undefined;
  const pid = Number(/^PID: (\d+)/.exec(readFileSync(status, 'utf8'))?.[1]);
  const open = `/proc/${pid}/fd`;
  if (!existsSync(open)) return undefined;
  const path = realpathSync(status);
  const holds = readdirSync(open).some((fd) => {
    try {
      return readlinkSync(join(open, fd)) === path;
    } catch {
      return false;
    }
  });
  return holds ? pid : undefined;
}
