import { spawn } from 'node:child_process';

import { program } from './engine';

/** What a command of the CLI said and how long it took, start of Node included. */
export interface CliRun {
  readonly seconds: number;
  readonly output: string;
}

/** Runs `tidemark …` and waits for it. Throws with its output where it fails. */
export function tidemark(args: readonly string[]): Promise<CliRun> {
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) return resolve({ seconds: (performance.now() - startMs) / 1000, output });
      reject(new Error(`tidemark ${args.join(' ')} ended with ${code}:\n${output.trim()}`));
    });
  });
}

/** Installs what a tidemark.yaml asks for and fills it from the whole history: `backfill`, before it existed `refresh`. */
export async function install(file: string): Promise<{ migrate: CliRun; fill: CliRun; fillCommand: string }> {
  const migrate = await tidemark(['migrate', '--config', file]);
  const { output: help } = await tidemark(['--help']);
  const fillCommand = /^\s+backfill\b/m.test(help) ? 'backfill' : 'refresh';
  const fill = await tidemark([fillCommand, '--config', file]);
  return { migrate, fill, fillCommand };
}
