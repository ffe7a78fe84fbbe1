import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..');

/** How a run of the CLI ended. */
export interface Ended {
  /** Whether it came to its end by itself, without failing. */
  readonly done: boolean;
  /** Lines that it wrote on stderr: how far it is at every quarter, and its error. */
  readonly lines: readonly string[];
}

/** A moment some milliseconds after the start of the process, or after it first told how far it is. */
export interface KillAt {
  readonly from: 'start' | 'progress';
  readonly afterMs: number;
}

/**
 * Runs `tidemark` in a process of its own, which dies by SIGKILL at the given moment. Never throws.
 * @param args such as `['backfill', '--config', file]`
 */
export function runKilled(args: readonly string[], kill?: KillAt): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, 'bin', 'tidemark.js'), ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  let timer: NodeJS.Timeout | undefined;
  const arm = () => {
    if (kill) timer ??= setTimeout(() => child.kill('SIGKILL'), kill.afterMs);
  };
  if (kill?.from === 'start') arm();
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString();
    arm();
  });
  return new Promise((resolve) => {
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ done: code === 0, lines: errors.split('\n').filter((line) => line !== '') });
    });
  });
}
