import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** How a run of the CLI ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const program = join(__dirname, '..', '..', 'bin', 'tidemark.js');

/** Runs `tidemark` as a user would, with further environment variables. Never rejects. */
export function runTidemark(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string = process.cwd(),
): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env: { ...process.env, ...env }, cwd }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}
