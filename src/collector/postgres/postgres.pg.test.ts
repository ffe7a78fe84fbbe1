import type { PipelineConfig, PostgresConfig } from '../../config/collectConfig';
import { healthPostgres } from '../../packs/pipeline/health/postgres';
import { healthPublication } from '../../packs/pipeline/health/publication';
import { healthSlot } from '../../packs/pipeline/health/slot';
import { healthWalsender } from '../../packs/pipeline/health/walsender';
import type { TestPostgres } from '../../testing/postgres';
import { startPostgres } from '../../testing/postgres';
import { lookAt, rowsIn } from '../../testing/health';
import type { TidemarkError } from '../../core/errors';
import type { Collected } from '../source';
import { postgresSource } from './source';

const pipeline = (own: Partial<NonNullable<PipelineConfig['postgres']>> = {}, name = 'shop'): PipelineConfig => ({
  name,
  kind: 'debezium',
  roles: [],
  postgres: { server: 'main', database: 'shop', slot: 'tm_shop', publication: 'tm_shop', ...own },
  heartbeat: { table: 'public.tidemark_heartbeat', target: 'shop.beats', column: 'beat_at', everySeconds: 10 },
  checks: [],
  tables: [
    { table: 'public.orders', target: 'shop.orders', ignore: [] },
    { table: 'public.users', target: 'shop.users', ignore: [] },
  ],
});

const server = (pg: TestPostgres, user = 'watcher', database = 'postgres'): PostgresConfig => ({
  name: 'main',
  url: pg.url(user, database),
  password: '',
  everySeconds: 15,
  tablesEverySeconds: 60,
});

const slotOf = (collected: Collected, slot: string) => rowsIn(collected, healthSlot).find((row) => row.slot === slot);
const one = (collected: Collected) => rowsIn(collected, healthPostgres)[0];

/** Writes about so many MB of WAL. */
const writeWal = (pg: TestPostgres, megabytes: number, database = 'shop') =>
  pg.sql(
    `INSERT INTO filler SELECT repeat(md5(n::text), 32) FROM generate_series(1, ${megabytes * 1000}) AS n`,
    database,
  );

async function prepare(pg: TestPostgres): Promise<void> {
  await pg.sql([
    'CREATE ROLE watcher LOGIN',
    'GRANT pg_monitor TO watcher',
    'CREATE DATABASE shop',
    'CREATE DATABASE billing',
  ]);
  await pg.sql(
    [
      'CREATE TABLE orders (id bigint PRIMARY KEY, note text); CREATE TABLE users (id int PRIMARY KEY)',
      'CREATE TABLE filler (t text)',
      'CREATE PUBLICATION tm_shop FOR TABLE orders',
      "SELECT pg_create_logical_replication_slot('tm_shop', 'pgoutput')",
      "SELECT pg_create_logical_replication_slot('other', 'pgoutput')",
    ],
    'shop',
  );
}

/** The oldest, the usual and the newest; `npm run test:soak` takes all. */
const majors = (process.env.TIDEMARK_PG_VERSIONS ?? '13,15,18').split(',').map(Number);

describe.each(majors)('PostgreSQL %i', (major) => {
  let pg: TestPostgres;
  beforeAll(async () => {
    pg = await startPostgres({
      major,
      settings: {
        max_slot_wal_keep_size: '4MB',
        wal_keep_size: '0',
        min_wal_size: '2MB',
        max_wal_size: '2MB',
        wal_recycle: 'off',
      },
      walSegmentMb: 1,
    });
    await prepare(pg);
  });
  afterAll(async () => pg.stop());

  test('slots, publications and the server are read; what is missing is a row; a slot that is invalidated has no numbers', async () => {
    const pipelines = [pipeline(), pipeline({ database: 'billing', slot: 'gone', publication: 'gone' }, 'billing')];
    const source = postgresSource(server(pg), pipelines);
    const clock = { ms: Date.now() };
    const look = () => lookAt(source, { now: () => clock.ms });
    const well = await look();
    expect(well.parts).toEqual([{ part: 'rights' }, { part: 'database shop' }, { part: 'database billing' }]);
    expect(one(well)).toMatchObject({
      server: 'main',
      version: expect.any(Number) as number,
      replica: 0,
      wal_level: 'logical',
      keep_bytes: String(4 * 1024 * 1024),
      slots: 2,
      oldest_s: null,
      oldest_what: '',
    });
    expect(Math.floor(Number(one(well)?.version) / 10_000)).toBe(major);
    expect(Number(one(well)?.wal_bytes)).toBeGreaterThan(0);
    expect(Math.abs(Number(one(well)?.clock_skew_ms) - (Date.now() - clock.ms))).toBeLessThan(2000);
    expect(slotOf(well, 'tm_shop')).toMatchObject({
      pipeline: 'shop',
      expected: 1,
      status: 'reserved',
      invalidation: '',
      database: 'shop',
      kind: 'logical',
      plugin: 'pgoutput',
      active: 0,
      total_bytes: major >= 14 ? '0' : null,
    });
    expect(slotOf(well, 'other')).toMatchObject({ pipeline: '', expected: 0 });
    expect(slotOf(well, 'gone')).toMatchObject({
      pipeline: 'billing',
      expected: 1,
      status: 'missing',
      retained_bytes: null,
      inactive_s: null,
    });
    expect(rowsIn(well, healthPublication)).toEqual([
      {
        server: 'main',
        database: 'shop',
        publication: 'tm_shop',
        pipeline: 'shop',
        present: 1,
        all_tables: 0,
        operations: ['insert', 'update', 'delete', 'truncate'],
        tables: 1,
        missing: ['public.users', 'public.tidemark_heartbeat'],
      },
      {
        server: 'main',
        database: 'billing',
        publication: 'gone',
        pipeline: 'billing',
        present: 0,
        all_tables: 0,
        operations: [],
        tables: 0,
        missing: ['public.orders', 'public.users', 'public.tidemark_heartbeat'],
      },
    ]);

    // Retained WAL is the distance from restart_lsn, as PostgreSQL itself counts it.
    await writeWal(pg, 2);
    clock.ms += 60_000;
    const truth = async () =>
      Number(
        (
          await pg.sql<{ bytes: string }>(
            "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) AS bytes FROM pg_replication_slots WHERE slot_name = 'tm_shop'",
          )
        )[0]?.bytes,
      );
    // WAL is still being written behind what was answered.
    const before = await truth();
    const grown = await look();
    expect(Number(slotOf(grown, 'tm_shop')?.retained_bytes)).toBeGreaterThanOrEqual(before);
    expect(Number(slotOf(grown, 'tm_shop')?.retained_bytes)).toBeLessThanOrEqual(await truth());
    expect(Number(slotOf(grown, 'tm_shop')?.retained_bytes)).toBeGreaterThan(1_000_000);
    expect(Number(slotOf(grown, 'tm_shop')?.inactive_s)).toBeGreaterThan(0);
    if (major < 17) expect(slotOf(grown, 'tm_shop')?.inactive_s).toBe(60);

    // The limit is 4 MB: the next checkpoint takes the slot's WAL away.
    await writeWal(pg, 12);
    await pg.sql('CHECKPOINT');
    const lost = slotOf(await look(), 'tm_shop');
    expect(lost).toMatchObject({
      status: 'lost',
      restart_lsn: null,
      retained_bytes: null,
      safe_bytes: null,
      invalidation: major >= 17 ? 'wal_removed' : '',
    });

    await pg.sql("SELECT pg_drop_replication_slot('tm_shop')");
    expect(slotOf(await look(), 'tm_shop')).toMatchObject({ status: 'missing', expected: 1 });
    await source.close?.();
  });
});

describe('what goes wrong', () => {
  let pg: TestPostgres;
  beforeAll(async () => {
    pg = await startPostgres({
      hba: [
        'host all secret 127.0.0.1/32 scram-sha-256',
        'host all banned 127.0.0.1/32 reject',
        'hostssl all tlsonly 127.0.0.1/32 trust',
        'hostnossl all tlsonly 127.0.0.1/32 reject',
      ],
    });
    await prepare(pg);
    await pg.sql([
      "CREATE ROLE secret LOGIN PASSWORD 'right'",
      'CREATE ROLE plain LOGIN',
      'CREATE ROLE banned LOGIN',
      'CREATE ROLE tlsonly LOGIN',
      'CREATE ROLE nologin',
    ]);
  });
  afterAll(async () => pg.stop());

  const failing = async (config: PostgresConfig, pipelines = [pipeline()]): Promise<TidemarkError> => {
    const source = postgresSource(config, pipelines);
    try {
      await lookAt(source);
    } catch (thrown) {
      return thrown as TidemarkError;
    } finally {
      await source.close?.();
    }
    throw new Error('nothing failed');
  };

  test('a wrong password is told without the password', async () => {
    const error = await failing({ ...server(pg, 'secret'), password: 'wrong-one' });
    expect([error.code, error.message]).toEqual([
      'pg_wrong_password',
      `PostgreSQL main refused user "secret": wrong password, or no such user. Correct collect.postgres.main.url and .password, or: ALTER ROLE "secret" PASSWORD '…'.`,
    ]);
    const source = postgresSource({ ...server(pg, 'secret'), password: 'right' }, []);
    expect(one(await lookAt(source))).toMatchObject({ server: 'main' });
    await source.close?.();
  });

  test.each([
    ['banned', 'pg_not_let_in', /pg_hba\.conf .*GRANT CONNECT ON DATABASE "postgres" TO "banned"\.$/],
    ['nologin', 'pg_not_let_in', /ALTER ROLE "nologin" LOGIN/],
    ['nobody', 'pg_not_let_in', /role "nobody" does not exist/],
  ])('user %s is not let in: %s', async (user, code, text) => {
    const error = await failing(server(pg, user));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(text)]);
  });

  test('TLS that the server does not have', async () => {
    const config = server(pg);
    const error = await failing({ ...config, url: `${config.url}?sslmode=require` });
    expect([error.code, error.message]).toEqual([
      'pg_tls',
      expect.stringContaining('Add ?sslmode=require (or verify-full, or disable)'),
    ]);
  });

  test('a database that is not there', async () => {
    expect((await failing(server(pg, 'watcher', 'nowhere'))).message).toBe(
      'PostgreSQL main has no database "nowhere". Correct pipelines.*.postgres.database or collect.postgres.main.url.',
    );
  });

  test('one database that fails leaves the others and the slots as they are', async () => {
    const source = postgresSource(server(pg), [pipeline({ database: 'nowhere' }, 'bad'), pipeline({}, 'good')]);
    const collected = await lookAt(source);
    expect(collected.parts).toEqual([
      { part: 'rights' },
      { part: 'database nowhere', failure: { code: 'pg_no_database', message: expect.any(String) as string } },
      { part: 'database shop' },
    ]);
    expect(rowsIn(collected, healthPublication).map((row) => row.pipeline)).toEqual(['good']);
    expect(slotOf(collected, 'tm_shop')).toMatchObject({ status: 'reserved' });
    await source.close?.();
  });

  test('a role without pg_monitor: slots are read, what is hidden is named with the GRANT', async () => {
    const source = postgresSource(server(pg, 'plain'), [pipeline()]);
    const collected = await lookAt(source);
    expect(slotOf(collected, 'tm_shop')).toMatchObject({ status: 'reserved' });
    expect(one(collected)).toMatchObject({ oldest_s: null, wal_bytes: null });
    expect(collected.parts?.[0]).toEqual({
      part: 'rights',
      failure: {
        code: 'pg_right',
        message:
          'User "plain" of PostgreSQL main lacks a right: transactions and walsenders of other users are hidden. In database "postgres": GRANT pg_monitor TO "plain";',
      },
    });
    await source.close?.();
  });

  test('a long transaction, and a prepared one, are told without their statement', async () => {
    const { Client } = await import('pg');
    const client = new Client({ connectionString: pg.url('postgres', 'shop'), application_name: 'nightly' });
    await client.connect();
    await client.query("BEGIN; INSERT INTO users SELECT 1 WHERE 'secret text' <> ''");
    const source = postgresSource(server(pg), [pipeline()]);
    const row = one(await lookAt(source));
    expect(row?.oldest_what).toMatch(/^shop, postgres, nightly, idle in transaction, process \d+$/);
    expect(Number(row?.oldest_s)).toBeGreaterThan(0);
    await client.query('ROLLBACK');
    await client.end();
    expect(one(await lookAt(source))).toMatchObject({ oldest_s: null });
    await source.close?.();
  });

  test('a reader of a slot shows as walsender with its pipeline', async () => {
    const { Client } = await import('pg');
    const reader = new Client({
      connectionString: `${pg.url('postgres', 'shop')}?replication=database`,
      application_name: 'Debezium Streaming',
    } as never);
    reader.on('error', () => undefined);
    const stream = reader as unknown as { connection: { on(event: string, of: () => void): void } };
    await reader.connect();
    const began = new Promise<void>((resolve) => stream.connection.on('replicationStart', resolve));
    reader
      .query("START_REPLICATION SLOT tm_shop LOGICAL 0/0 (proto_version '1', publication_names 'tm_shop')")
      .catch(() => undefined);
    await began;
    const source = postgresSource(server(pg), [pipeline()]);
    const collected = await lookAt(source);
    expect(rowsIn(collected, healthWalsender)).toEqual([
      expect.objectContaining({
        server: 'main',
        application: 'Debezium Streaming',
        slot: 'tm_shop',
        pipeline: 'shop',
        user: 'postgres',
        client: '127.0.0.1',
      }),
    ]);
    expect(slotOf(collected, 'tm_shop')).toMatchObject({ active: 1, inactive_s: null });
    (reader as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    await source.close?.();
  });

  test('a server that goes down and comes back: told, and read again by the same source', async () => {
    const source = postgresSource(server(pg), [pipeline()]);
    const first = one(await lookAt(source));
    await pg.halt();
    await expect(lookAt(source)).rejects.toMatchObject({
      code: expect.stringMatching(/pg_(unreachable|lost|starting)/) as string,
    });
    await expect(lookAt(source)).rejects.toMatchObject({
      code: 'pg_unreachable',
      message: `PostgreSQL main at 127.0.0.1:${pg.port} cannot be reached (ECONNREFUSED). Start it, or correct collect.postgres.main.url.`,
    });
    await pg.restart();
    const second = one(await lookAt(source));
    expect(second?.started_at).not.toBe(first?.started_at);
    await source.close?.();
  });

  test('nothing that it does can write', async () => {
    const { Sessions } = await import('./session');
    const sessions = new Sessions(server(pg, 'postgres', 'shop'));
    const session = await sessions.get('shop', new AbortController().signal);
    await expect(session.query({ what: 'x', grant: '' }, 'CREATE TABLE public.made (a int)')).rejects.toMatchObject({
      code: 'pg_replica',
    });
    await expect(session.query({ what: 'sleep', grant: '' }, 'SELECT pg_sleep(1)')).rejects.toMatchObject({
      code: 'pg_slow',
      message:
        'PostgreSQL main did not answer about sleep within 500 ms, and was not asked for longer. Look at its load.',
    });
    await sessions.close();
  });
});

test('a replica: its own position, its own slots', async () => {
  const primary = await startPostgres();
  try {
    await prepare(primary);
    const replica = await startPostgres({ replicaOf: primary });
    try {
      const source = postgresSource(server(replica), [pipeline()]);
      const collected = await lookAt(source);
      expect(one(collected)).toMatchObject({ replica: 1 });
      expect(Number(one(collected)?.lsn)).toBeGreaterThan(0);
      expect(slotOf(collected, 'tm_shop')).toMatchObject({ status: 'missing' });
      expect(rowsIn(collected, healthPublication)).toMatchObject([{ present: 1, tables: 1 }]);
      await source.close?.();
      const onPrimary = postgresSource(server(primary), [pipeline()]);
      expect(rowsIn(await lookAt(onPrimary), healthWalsender)).toMatchObject([
        { application: 'walreceiver', slot: '', state: 'streaming' },
      ]);
      await onPrimary.close?.();
    } finally {
      await replica.stop();
    }
  } finally {
    await primary.stop();
  }
});
