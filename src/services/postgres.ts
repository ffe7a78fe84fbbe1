import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';

import { fail } from './errors';
import { isListening } from './kafka';
import { freePort } from './ports';
import { startProgram } from './program';
import type { Program } from './program';

/** A PostgreSQL with logical replication switched on. */
export interface Postgres {
  readonly port: number;
  /** `postgres://postgres@127.0.0.1:PORT/postgres`: a superuser, no password asked on loopback. */
  readonly url: string;
  readonly program: Program;
}

/** What {@link startPostgres} takes. */
export interface PostgresOptions {
  /** For the data and the log; initialised where empty. */
  readonly dir: string;
  readonly port?: number;
  /** Further lines of postgresql.conf, e.g. `max_slot_wal_keep_size`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Command line that the server's own follows, e.g. `['nice']`. */
  readonly under?: readonly string[];
}

/** Starts PostgreSQL on loopback: 1 s with a new folder, 0.2 s with an old one. As root it runs as user `postgres`. */
export async function startPostgres({
  dir,
  port: given,
  settings = {},
  under = [],
}: PostgresOptions): Promise<Postgres> {
  const bin = findPostgres();
  const port = given ?? (await freePort());
  const user = process.getuid?.() === 0 ? unprivileged() : undefined;
  mkdirSync(dir, { recursive: true });
  if (user) chownSync(dir, user.uid, user.gid);
  const data = join(dir, 'data');
  if (!existsSync(join(data, 'PG_VERSION'))) {
    const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
    const { status, stderr } = spawnSync(join(bin, 'initdb'), args, { encoding: 'utf8', cwd: dir, ...user });
    if (status !== 0) throw new Error(`PostgreSQL's data folder could not be made: ${stderr}`);
    const lines = { ...defaults, unix_socket_directories: data, ...settings };
    const text = Object.entries(lines).map(([name, value]) => `${name} = '${value}'\n`);
    await appendFile(join(data, 'postgresql.conf'), text.join(''));
  }
  const [command = '', ...args] = [...under, join(bin, 'postgres'), '-D', data, '-p', String(port)];
  const program = await startProgram({
    name: 'PostgreSQL',
    command,
    args,
    cwd: dir,
    log: join(dir, 'postgres.log'),
    ...(user && { user }),
    ready: async (output) => output.includes('ready to accept connections') && (await isListening(port)),
    readySeconds: 30,
    // Ends sessions at once, and leaves a clean folder.
    endSignal: 'SIGINT',
  });
  return { port, url: `postgres://postgres@127.0.0.1:${port}/postgres`, program };
}

const defaults = {
  listen_addresses: '127.0.0.1',
  wal_level: 'logical',
  max_connections: '40',
  shared_buffers: '32MB',
  fsync: 'off',
  log_min_messages: 'warning',
  timezone: 'UTC',
};

/** Folder with `initdb` and `postgres`, the newest of those found. Throws `no_postgres`. */
export function findPostgres(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const dirs = [
    ...(process.env['TIDEMARK_POSTGRES'] ? [process.env['TIDEMARK_POSTGRES']] : []),
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  const found = dirs.find((dir) => existsSync(join(dir, 'initdb')) && existsSync(join(dir, 'postgres')));
  if (!found) throw fail('no_postgres', { looked: [`${debian}/*/bin`, 'the path'] });
  return found;
}

function unprivileged(): { uid: number; gid: number } {
  const user = 'postgres';
  const id = (kind: '-u' | '-g') => Number(execFileSync('id', [kind, user], { encoding: 'utf8', stdio: 'pipe' }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch (cause) {
    throw fail('no_postgres_user', { user }, { cause });
  }
}
