import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const venv = join(__dirname, '..', '..', '.cache', 'dbt');
const bin = (name: string) => join(venv, 'bin', name);

/** How a run of dbt ended. */
export interface DbtRan {
  readonly code: number;
  readonly output: string;
}

/** A dbt project in a folder of its own, over a ClickHouse. */
export interface DbtProject {
  readonly folder: string;
  /** Where it writes its results. */
  readonly target: string;
  /** Runs dbt. Never rejects. */
  dbt(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<DbtRan>;
}

/** Copies a project and makes sure that dbt is there: `npm test` has it ready, a test run by itself makes it. */
export async function dbtProject(source: string, folder: string, url: string): Promise<DbtProject> {
  if (!existsSync(bin('python'))) await run('python3', ['-m', 'venv', venv]);
  if (!existsSync(bin('dbt')))
    await run(bin('python'), ['-m', 'pip', 'install', '-q', '-r', join(__dirname, 'requirements.txt')]);
  await cp(source, folder, { recursive: true });
  const fixed = { CLICKHOUSE_PORT: new URL(url).port, DBT_PROFILES_DIR: folder, DO_NOT_TRACK: '1', NO_COLOR: '1' };
  return {
    folder,
    target: join(folder, 'target'),
    dbt: (args, env = {}) =>
      new Promise((resolve) => {
        const options = { cwd: folder, env: { ...process.env, ...fixed, ...env } };
        execFile(bin('dbt'), [...args], options, (error, stdout, stderr) => {
          const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
          resolve({ code, output: stdout + stderr });
        });
      }),
  };
}
