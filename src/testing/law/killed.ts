import { spawn } from 'node:child_process';
import { join } from 'node:path';

import type { ChildWork } from './child';

const bootstrap = "require('tsx/cjs/api').register(); require(process.argv[1])";

/** How a piece of work in a process of its own ended. */
export interface Ended {
  /** Whether it came to its end by itself, without failing. */
  readonly done: boolean;
  /** Chunks that it said were done. */
  readonly chunks: number;
  readonly errors: string;
}

/**
 * Runs work in a process of its own, which dies by SIGKILL some milliseconds after `from`: its start, or its first chunk.
 * Never throws; what it wrote to stderr is in the result.
 */
export function runKilled(
  work: ChildWork,
  kill?: { readonly from: 'start' | 'chunk'; readonly afterMs: number },
): Promise<Ended> {
  const child = spawn(process.execPath, ['-e', bootstrap, join(__dirname, 'child.ts'), JSON.stringify(work)], {
    cwd: join(__dirname, '..', '..', '..'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let chunks = 0;
  let errors = '';
  let timer: NodeJS.Timeout | undefined;
  const arm = () => {
    if (kill) timer ??= setTimeout(() => child.kill('SIGKILL'), kill.afterMs);
  };
  if (kill?.from === 'start') arm();
  child.stdout.on('data', (text: Buffer) => {
    chunks += text.toString().split('\n').length - 1;
    arm();
  });
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  return new Promise((resolve) => {
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ done: code === 0, chunks, errors });
    });
  });
}
