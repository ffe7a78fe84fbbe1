import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';

import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import type { TestPostgres } from '../../testing/postgres';
import { startPostgres } from '../../testing/postgres';
import { runTidemark } from '../../testing/tidemark';

jest.setTimeout(180_000);

let pg: TestPostgres;
let engine: TestEngine;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-collect-'));
  [pg, engine] = await Promise.all([
    startPostgres({ hba: ['host all watcher 127.0.0.1/32 scram-sha-256'] }),
    startEngine({ dataDir: join(folder, 'ch') }),
  ]);
  await pg.sql('CREATE DATABASE shop');
  await pg.sql(
    [
      'CREATE TABLE orders (id bigint PRIMARY KEY, amount numeric, email text, updated_at timestamptz)',
      "INSERT INTO orders VALUES (1, 1, 'a@example.org', now())",
    ],
    'shop',
  );
  await engine.db.command('CREATE DATABASE shop');
  await engine.db.command(
    'CREATE TABLE shop.orders (id Int64, amount Decimal(18, 4), updated_at DateTime64(6)) ENGINE = MergeTree ORDER BY id',
  );
  await engine.db.command(
    "CREATE TABLE shop.beats (id Int32, beat_at DateTime64(6, 'UTC')) ENGINE = ReplacingMergeTree ORDER BY id",
  );
  writeFileSync(
    join(folder, 'tidemark.yaml'),
    `version: 1
connection: { url: "\${TIDEMARK_URL}" }
pipelines:
  shop:
    kind: debezium
    postgres: { server: main, database: shop, slot: tm_shop, publication: tm_shop }
    heartbeat: { target: shop.beats, everySeconds: 1 }
    tables: { public.orders: { target: shop.orders, updatedAt: updated_at, ignore: [email] } }
collect:
  postgres: { main: { url: "postgres://watcher@127.0.0.1:${pg.port}/shop", password: "\${PG_PASSWORD}", everySeconds: 1, tablesEverySeconds: 2 } }
`,
  );
});
afterAll(async () => {
  await Promise.all([pg.stop(), engine.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const env = (own: Readonly<Record<string, string>> = {}) => ({
  TIDEMARK_URL: engine.url,
  TIDEMARK_CONFIG: join(folder, 'tidemark.yaml'),
  PG_PASSWORD: 's3cret-äß',
  ...own,
});
const tidemark = (args: readonly string[], own = {}) => runTidemark(args, env(own), folder);
interface Line {
  readonly source: string;
  readonly part: string;
  readonly state: string;
  readonly code: string;
  readonly message: string;
}
const lines = (stdout: string) => (JSON.parse(stdout) as { sources: readonly Line[] }).sources;
const admin = () => ({ TIDEMARK_POSTGRES_ADMIN: pg.url() });

test('before anything is made every failure says what to do, and nothing is written', async () => {
  const { code, stdout } = await tidemark(['collect', '--check', '--json']);
  expect(code).toBe(1);
  const all = lines(stdout).map(({ source, part, state, code }) => [source, part, state, code]);
  // ClickHouse itself is looked at too, in parts: clickhouse.chdb.test.ts knows them.
  expect(all).toContainEqual(['clickhouse', '', 'ok', '']);
  expect(all.filter(([source]) => source !== 'clickhouse')).toEqual([
    ['postgres main', '', 'failed', 'pg_wrong_password'],
    ['tables main', '', 'ok', ''],
    ['tables main', 'pipeline shop', 'failed', 'pg_wrong_password'],
    ['heartbeat shop', '', 'ok', ''],
    ['heartbeat shop', 'source', 'failed', 'pg_wrong_password'],
    ['heartbeat shop', 'copy', 'ok', ''],
  ]);
  expect(stdout).not.toContain('s3cret');
});

test('--init-postgres shows, makes, and finds everything there', async () => {
  const dry = await tidemark(['collect', '--init-postgres', '--dry-run'], admin());
  expect([dry.code, dry.stderr]).toEqual([0, '']);
  for (const statement of [
    /CREATE ROLE "watcher" LOGIN PASSWORD 'SCRAM-SHA-256\$4096:[^']+';/,
    'GRANT pg_monitor TO "watcher";',
    'CREATE TABLE "public"."tidemark_heartbeat" (id int PRIMARY KEY CHECK (id = 1), "beat_at" timestamptz NOT NULL DEFAULT clock_timestamp());',
    'GRANT SELECT (id, "beat_at"), UPDATE ("beat_at") ON "public"."tidemark_heartbeat" TO "watcher";',
    'GRANT SELECT ("id", "updated_at") ON "public"."orders" TO "watcher";',
    'CREATE PUBLICATION "tm_shop" FOR TABLE "public"."orders" ("id", "amount", "updated_at"), "public"."tidemark_heartbeat";',
    /\d+ of \d+ would be done\. Nothing was done\./,
  ])
    expect(dry.stdout).toMatch(
      statement instanceof RegExp ? statement : new RegExp(statement.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')),
    );
  expect(dry.stdout).not.toContain('s3cret');
  expect(await pg.sql("SELECT FROM pg_roles WHERE rolname = 'watcher'")).toEqual([]);

  const made = await tidemark(['collect', '--init-postgres'], admin());
  expect([made.code, made.stderr]).toEqual([0, '']);
  const again = await tidemark(['collect', '--init-postgres', '--json'], admin());
  const { steps } = JSON.parse(again.stdout) as { steps: readonly { what: string; state: string }[] };
  expect(new Set(steps.map(({ state }) => state))).toEqual(new Set(['there']));

  // A table that somebody adds to the configuration is not put into the publication behind his back; its heartbeat is.
  await pg.sql('ALTER PUBLICATION tm_shop DROP TABLE orders, tidemark_heartbeat', 'shop');
  const healed = JSON.parse(
    (await tidemark(['collect', '--init-postgres', '--json'], admin())).stdout,
  ) as typeof JSON & { steps: typeof steps };
  expect(healed.steps.filter(({ state }) => state !== 'there').map(({ what, state }) => [what, state])).toEqual([
    ['publication tm_shop has public.orders', 'left'],
    ['publication tm_shop has public.tidemark_heartbeat', 'done'],
  ]);
  await pg.sql('ALTER PUBLICATION tm_shop ADD TABLE orders', 'shop');

  // Nothing beyond what is needed.
  const client = new Client({
    connectionString: pg.url('watcher', 'shop').replace('watcher', `watcher:${encodeURIComponent('s3cret-äß')}`),
  });
  await client.connect();
  for (const forbidden of [
    'SELECT email FROM orders',
    'UPDATE orders SET amount = 0',
    'DELETE FROM tidemark_heartbeat',
    'UPDATE tidemark_heartbeat SET id = 2',
  ])
    await expect(client.query(forbidden)).rejects.toMatchObject({ code: '42501' });
  await client.end();
});

test('who may not make it is told so', async () => {
  await pg.sql('CREATE ROLE nobody LOGIN');
  await pg.sql('DROP OWNED BY watcher', 'shop');
  const refused = await tidemark(['collect', '--init-postgres'], { TIDEMARK_POSTGRES_ADMIN: pg.url('nobody') });
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(
      /^tidemark: User "nobody" of PostgreSQL main lacks a right: permission denied .*let a superuser or the owner/,
    ),
  ]);
  expect((await tidemark(['collect', '--init-postgres'], admin())).code).toBe(0);
  const unknown = await tidemark(['collect', '--init-postgres', 'other']);
  expect([unknown.code, unknown.stderr]).toEqual([2, 'tidemark: --init-postgres "other" is none of main.\n']);
});

test('--once writes to the tables that migrate makes; before, it says to run it', async () => {
  await pg.sql("SELECT pg_create_logical_replication_slot('tm_shop', 'pgoutput')", 'shop');
  const early = await tidemark(['collect', '--once']);
  expect([early.code, early.stderr]).toEqual([
    1,
    expect.stringMatching(/rows could not be written: A (table|database) does not exist.*Run tidemark migrate/),
  ]);
  const migrated = await tidemark(['migrate']);
  expect([migrated.code, migrated.stderr]).toEqual([0, '']);
  const { code, stdout } = await tidemark(['collect', '--once', '--json']);
  expect(lines(stdout).filter(({ state }) => state !== 'ok')).toEqual([]);
  expect(code).toBe(0);
  expect(await engine.db.query('SELECT slot, status, pipeline FROM tidemark.health_slot')).toEqual([
    { slot: 'tm_shop', status: 'reserved', pipeline: 'shop' },
  ]);
  expect(await engine.db.query('SELECT table, rows, target_rows, published FROM tidemark.health_table')).toMatchObject([
    { table: 'public.orders', rows: 1, target_rows: 0, published: 1 },
  ]);
  const away = await tidemark(['collect', '--once'], { TIDEMARK_URL: 'http://127.0.0.1:1' });
  expect(away.code).toBe(3);
  expect(away.stderr).toMatch(/rows could not be written: ClickHouse at http:\/\/127\.0\.0\.1:1 cannot be reached/);
});

test('wrong options end with what is right', async () => {
  expect((await tidemark(['collect', '--dry-run'])).stderr).toMatch(/--dry-run only goes with --init-postgres/);
  expect((await tidemark(['collect', '--listen', 'here'])).stderr).toMatch(
    /--listen "here" is no address to listen on/,
  );
  writeFileSync(join(folder, 'none.yaml'), 'version: 1\nconnection: { url: "http://127.0.0.1:1" }\n');
  const none = await tidemark(['collect', '--config', 'none.yaml']);
  expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/none\.yaml has no section collect/)]);
});

/** A line of the collector's log. */
interface Logged {
  readonly message: string;
  readonly level: string;
  readonly source?: string;
  readonly listen?: string;
}

/** A collector that runs as a process of its own. */
async function running(args: readonly string[] = []) {
  const program = join(__dirname, '..', '..', '..', 'bin', 'tidemark.js');
  const child: ChildProcess = spawn(process.execPath, [program, 'collect', '--listen', '127.0.0.1:0', ...args], {
    env: { ...process.env, ...env() },
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const logged: Logged[] = [];
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const all = (rest + chunk.toString()).split('\n');
    rest = all.pop() ?? '';
    for (const line of all) logged.push(JSON.parse(line) as Logged);
  });
  const until = async <T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> => {
    const end = Date.now() + 60_000;
    for (;;) {
      const seen = await look();
      if (seen) return seen as NonNullable<T>;
      if (Date.now() > end) throw new Error(`${what}: not seen; log: ${JSON.stringify(logged)}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const url = await until('address', () => logged.find(({ listen }) => listen)?.listen);
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  return { child, logged, until, url, ended };
}

test('it runs on while ClickHouse is away and while Postgres restarts, loses no row, and stops cleanly', async () => {
  const { child, logged, until, url, ended } = await running();
  try {
    const count = async (where = '1') =>
      Number(
        (await engine.db.query<{ n: string }>(`SELECT count() AS n FROM tidemark.health_heartbeat WHERE ${where}`))[0]
          ?.n,
      );
    const first = await count();
    await until('rows', async () => (await count()) > first + 2);
    const health = (await (await fetch(`${url}/healthz`)).json()) as { ok: boolean; sources: Record<string, unknown> };
    expect([health.ok, Object.keys(health.sources).sort()]).toEqual([
      true,
      ['clickhouse', 'heartbeat shop', 'postgres main', 'tables main'],
    ]);

    await engine.kill();
    const awayFrom = Date.now();
    await until('rows that wait', async () =>
      /tidemark_collect_buffer_rows ([1-9]\d)/.test(await (await fetch(`${url}/metrics`)).text()),
    );
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const port = Number(new URL(engine.url).port);
    const awayUntil = Date.now();
    engine = await startEngine({ dataDir: engine.dataDir, args: ['--port', String(port)] });
    // Slots are read without ClickHouse: there is a row for every second of the outage.
    const during = `at BETWEEN toDateTime64(${awayFrom / 1000}, 3) AND toDateTime64(${awayUntil / 1000}, 3)`;
    const seconds = Math.floor((awayUntil - awayFrom) / 1000);
    await until('rows of the outage', async () => {
      const [row] = await engine.db.query<{ n: string }>(
        `SELECT uniqExact(at) AS n FROM tidemark.health_slot WHERE ${during}`,
      );
      return Number(row?.n) >= seconds - 2;
    });
    await until('an empty buffer', async () =>
      /tidemark_collect_dropped_total 0/.test(await (await fetch(`${url}/metrics`)).text()),
    );

    await pg.halt();
    // Heartbeat and tables look at the same server: it is this source's own failure that must be told well again below.
    await until('a failed look', () =>
      logged.find(
        ({ source, message }) =>
          source === 'postgres main' &&
          /PostgreSQL main .*(cannot be reached|takes no connections)|The connection to PostgreSQL main broke/.test(
            message,
          ),
      ),
    );
    await pg.restart();
    await until('well again', () => logged.find(({ message }) => message === 'postgres main: well again.'));
    const before = await count();
    await until('beats again', async () => (await count('beat_at IS NOT NULL')) > 0 && (await count()) > before);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
  // After that the buffer is written for the last time, and nothing else happens.
  const last = logged.findIndex(({ message }) => message === 'Stopping.');
  expect(logged[last]).toMatchObject({ message: 'Stopping.', signal: 'SIGTERM' });
  expect(logged.slice(last + 1).filter(({ message }) => !/ is written again\.$/.test(message))).toEqual([]);
});
