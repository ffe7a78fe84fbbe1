import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The checkout. */
export const root = join(__dirname, '..', '..');

/** What a run of the CLI left behind. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `tidemark` as a user would, in `cwd`, and waits for its end. With `killAt`, SIGKILL as soon as stderr matches. */
export function tidemark(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; killAt?: RegExp } = {},
): Promise<Ran> {
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...options.env };
  const child = spawn(process.execPath, [join(root, 'bin/tidemark.js'), ...args], { cwd: options.cwd ?? root, env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    if (options.killAt?.test(stderr)) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
