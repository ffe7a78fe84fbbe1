import type { PipelineConfig, PostgresConfig } from '../../config/collectConfig';
import { healthHeartbeat } from '../../packs/pipeline/health/heartbeat';
import { healthTableDrift } from '../../packs/pipeline/health/table';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { lookAt, makeHealthTables, rowsIn } from '../../testing/health';
import type { TestPostgres } from '../../testing/postgres';
import { startPostgres } from '../../testing/postgres';
import { systemClock } from '../clock';
import { heartbeatSource } from './heartbeat';
import { postgresSource } from './source';
import { tablesSource } from './tables';

// MaterializedPostgreSQL asks every one to ten seconds: this waits for it several times. `npm run test:soak` runs it whole.
const whole = process.env.TIDEMARK_MATERIALIZED === '1';
jest.setTimeout(240_000);

const home = { database: 'tidemark', user: 'default' };
let pg: TestPostgres;
let engine: TestEngine;
beforeAll(async () => {
  [pg, engine] = await Promise.all([startPostgres(), startEngine()]);
  await makeHealthTables(engine.db, 'tidemark');
  await pg.sql('CREATE DATABASE shop');
  await pg.sql(
    `CREATE TABLE orders (id bigint PRIMARY KEY, amount numeric(18, 4)); INSERT INTO orders VALUES (1, 1), (2, 2);
     CREATE TABLE tidemark_heartbeat (id int PRIMARY KEY, beat_at timestamptz); INSERT INTO tidemark_heartbeat VALUES (1, now())`,
    'shop',
  );
  const made = await fetch(`${engine.url}/?allow_experimental_database_materialized_postgresql=1`, {
    method: 'POST',
    body: `CREATE DATABASE mat ENGINE = MaterializedPostgreSQL('127.0.0.1:${pg.port}', 'shop', 'postgres', '') SETTINGS materialized_postgresql_tables_list = 'orders,tidemark_heartbeat'`,
  });
  expect([made.status, await made.text()]).toEqual([200, '']);
});
afterAll(async () => {
  await Promise.all([pg.stop(), engine.stop()]);
});

const pipeline: PipelineConfig = {
  name: 'shop',
  kind: 'materialized',
  roles: [],
  // The names that ClickHouse chooses.
  postgres: { server: 'main', database: 'shop', slot: 'shop', publication: 'shop_ch_publication' },
  checks: [],
  tables: [{ table: 'public.orders', target: 'mat.orders', ignore: [] }],
};
const heartbeat = {
  table: 'public.tidemark_heartbeat',
  target: 'mat.tidemark_heartbeat',
  column: 'beat_at',
  everySeconds: 10,
};

async function until<T>(what: string, look: () => Promise<T | undefined>, seconds = 60): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > end) throw new Error(`${what}: not seen within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

test('its slot and publication bear the names that are expected; deleted rows are not counted; a column stops a table and drift tells', async () => {
  const server: PostgresConfig = {
    name: 'main',
    url: pg.url(),
    password: '',
    everySeconds: 15,
    tablesEverySeconds: 60,
  };
  const tables = tablesSource(server, [pipeline], home);
  const clock = { ms: Date.now() };
  const row = async () => {
    clock.ms += 60_000;
    return rowsIn(await lookAt(tables, { db: engine.db, now: () => clock.ms }), healthTableDrift)[0] ?? {};
  };
  const copied = (rows: string) =>
    until(`${rows} rows`, async () => {
      const seen = await row();
      return seen.target_rows === rows && seen.rows === rows ? seen : undefined;
    });
  expect(await copied('2')).toMatchObject({
    published: 1,
    rows_exact: 1,
    target_rows_exact: 1,
    missing_columns: [],
    extra_columns: [],
  });
  const slots = await lookAt(postgresSource(server, [pipeline]));
  expect(slots.rows.flatMap(({ table, rows }) => (table === 'health_slot' ? rows : []))).toMatchObject([
    { slot: 'shop', pipeline: 'shop', expected: 1, status: 'reserved' },
  ]);
  expect(slots.rows.flatMap(({ table, rows }) => (table === 'health_publication' ? rows : []))).toMatchObject([
    { publication: 'shop_ch_publication', present: 1, missing: [] },
  ]);
  if (!whole) return;

  await pg.sql('DELETE FROM orders WHERE id = 1', 'shop');
  await copied('1');

  await pg.sql('ALTER TABLE orders ADD COLUMN note text', 'shop');
  await pg.sql("INSERT INTO orders VALUES (3, 3, 'new')", 'shop');
  const beats = heartbeatSource(pipeline, heartbeat, server, home, systemClock);
  // The heartbeat goes on: by the lag alone all is well.
  await until('a beat after the change', async () => {
    const beat = rowsIn(await lookAt(beats, { db: engine.db }), healthHeartbeat)[0];
    return beat?.arrived === 1 ? beat : undefined;
  });
  const stopped = await row();
  expect(stopped).toMatchObject({ rows: '2', target_rows: '1', missing_columns: ['note'] });
  expect(stopped.waits_since).not.toBeNull();
  await beats.close?.();
  await tables.close?.();
});
