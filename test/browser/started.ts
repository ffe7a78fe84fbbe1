/** `npm start` as a program, for the tests of what it says and shows. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const started: ChildProcess[] = [];

/** Ends what {@link start} started and what still runs. */
export function endStarted(): void {
  for (const child of started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
}

/** Starts it with some arguments. `says` waits for what a pattern finds: its first group, or all of it. */
export function start(args: readonly string[]) {
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', 'src/preview/start.ts', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const waiting: Array<() => void> = [];
  const read = (chunk: Buffer) => {
    output += chunk.toString();
    for (const look of waiting) look();
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const says = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(output);
        if (found) resolve(found[1] ?? found[0]);
      };
      waiting.push(look);
      look();
      void ended.then(() => reject(new Error(`It ended before it said ${String(pattern)}:\n${output}`)));
    });
  return { child, says, ended, output: () => output };
}
