import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { servedAddress, serveEnded } from '../../src/services/served';
import { post } from './http';

/** Root of the checkout. */
export const root = join(import.meta.dirname ?? __dirname, '..', '..');
/** The CLI as a user runs it. */
export const program = join(root, 'bin', 'tidemark.js');

export type Row = Record<string, string | number | null>;

/** `tidemark serve` as a process of its own. */
export interface Engine {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly pid: number;
  readonly version: string;
  /** Rows of a SELECT; 64-bit integers as numbers. Throws the server's message. */
  query<R = Row>(sql: string): Promise<R[]>;
  /** Runs a statement to its end; ms that it took. Throws the server's message. */
  command(sql: string, settings?: Readonly<Record<string, string>>): Promise<number>;
  /** Ends it as Ctrl-C does and waits for it. */
  stop(): Promise<void>;
}

/** Starts an engine on a free port over a data folder. Throws with the process's output where it ends before it answers. */
export async function startEngine(dataDir: string): Promise<Engine> {
  const args = [program, 'serve', '--port', '0', '--data', dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // A bench that dies must not leave its engine behind.
  const orphaned = () => child.kill('SIGKILL');
  process.prependOnceListener('exit', orphaned);
  const url = await servedAddress(child, serveEnded);
  const query = async <R>(sql: string): Promise<R[]> => {
    const settings = { default_format: 'JSON', output_format_json_quote_64bit_integers: '0' };
    const { body } = await post(url, sql, settings);
    return (JSON.parse(body.toString()) as { data: R[] }).data;
  };
  const [row] = await query<{ v: string }>('SELECT version() AS v');
  return {
    url,
    pid: child.pid!,
    version: row?.v ?? '',
    query,
    command: async (sql, settings) => (await post(url, sql, { wait_end_of_query: '1', ...settings })).ms,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
      process.off('exit', orphaned);
    },
  };
}

/** The first row's first value as a number; 0 where there is none. */
export async function numberOf(engine: Pick<Engine, 'query'>, sql: string): Promise<number> {
  const [row] = await engine.query(sql);
  return Number(Object.values(row ?? {})[0] ?? 0);
}
