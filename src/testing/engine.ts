import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { ClickHouseLogLevel, createClient } from '@clickhouse/client';

import type { ClickHouseClient } from '@clickhouse/client';
import type { Db } from '../core/db';
import { servedAddress, serveEnded } from '../services/served';

/** A real ClickHouse engine for a test: `tidemark serve` in a process of its own. */
export interface TestEngine {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  readonly db: Db;
  /** Stops it as Ctrl-C does and removes the data folder unless one was given. */
  stop(): Promise<void>;
  /** SIGKILL; keeps the data folder, so that `startEngine({ dataDir })` can reopen it. */
  kill(): Promise<void>;
}

/** What {@link startEngine} takes; without `dataDir` a fresh folder that `stop` removes. */
export interface TestEngineOptions {
  readonly dataDir?: string;
  readonly readonly?: boolean;
  /** Further arguments of `tidemark serve`. */
  readonly args?: readonly string[];
}

const program = join(__dirname, '..', '..', 'bin', 'tidemark.js');

/**
 * Starts an engine on a free port and waits for its address: about 1 s. Throws with the process's output where it ends
 * before it answers.
 */
export async function startEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'tidemark-test-')));
  const args = [program, 'serve', '--port', '0', '--data', dataDir, ...(options.args ?? [])];
  if (options.readonly) args.push('--readonly');
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await servedAddress(child, serveEnded);
  const client = createClient({ url, log: { level: ClickHouseLogLevel.OFF } });
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    await client.close();
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  return {
    url,
    pid: child.pid!,
    dataDir,
    db: dbOver(client),
    async stop() {
      await end('SIGTERM');
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
    kill: () => end('SIGKILL'),
  };
}

/** A ClickHouse as the schema room asks it. */
export function dbOver(client: ClickHouseClient): Db {
  return {
    async query<Row>(sql: string, params?: Readonly<Record<string, unknown>>) {
      const result = await client.query({ query: sql, query_params: params, format: 'JSONEachRow' });
      return result.json<Row>();
    },
    async command(sql, params) {
      await client.command({ query: sql, query_params: params });
    },
    async insert(table, rows) {
      const values = Array.isArray(rows) ? rows : Readable.from(rows as AsyncIterable<object>);
      await client.insert({ table, values, format: 'JSONEachRow' });
    },
  };
}
