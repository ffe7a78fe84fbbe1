import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connectorConfig } from '../../services/connectPipeline';
import { pipelinesDir } from '../../services/debezium';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import type { TestPostgres } from '../../testing/postgres';
import { startPostgres } from '../../testing/postgres';
import { runTidemark } from '../../testing/tidemark';

jest.setTimeout(120_000);

let pg: TestPostgres;
let engine: TestEngine;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-demo-'));
  [pg, engine] = await Promise.all([startPostgres(), startEngine()]);
  await pg.sql('CREATE DATABASE crm');
  env = {
    POSTGRES_URL: `postgres://postgres@127.0.0.1:${pg.port}/crm`,
    TIDEMARK_URL: engine.url,
    REPLICATION_PASSWORD: 'r3pl',
  };
  writeFileSync(join(folder, 'env'), `POSTGRES_URL=${env['POSTGRES_URL']}\nTIDEMARK_URL=${engine.url}\n`);
});
afterAll(async () => {
  await engine.db.command('DROP DATABASE IF EXISTS crm SYNC').catch(() => undefined);
  await Promise.all([pg.stop(), engine.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const demo = (...args: string[]) => runTidemark(['demo', ...args], env, folder);
const copied = async () =>
  Number((await engine.db.query<{ n: string }>('SELECT count() AS n FROM crm.orders').catch(() => []))[0]?.n ?? 0);
async function until(what: string, seconds: number, is: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await is()); await new Promise((r) => setTimeout(r, 250)))
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
}

test('a pipeline between services that run; broken, it copies nothing; healed, what waited arrives', async () => {
  const made = await demo('connect', 'materialized', '--history', '3');
  expect([made.code, made.stderr]).toEqual([0, '']);
  const [orders] = await pg.sql<{ n: string }>('SELECT count(*) AS n FROM orders', 'crm');
  const before = Number(orders?.n);
  expect(before).toBeGreaterThan(500);
  await until('the first copy', 60, async () => (await copied()) === before);
  // Safe to repeat, and no second history.
  expect((await demo('connect', 'materialized', '--history', '3')).code).toBe(0);

  const broken = await demo('break', 'replication', '--dir', folder);
  expect([broken.code, broken.stdout]).toEqual([0, expect.stringMatching(/may not log in any more.*\n.*heal/)]);
  await pg.sql('INSERT INTO orders (user_id, amount) SELECT 1, 10 FROM generate_series(1, 7)', 'crm');
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(await copied()).toBe(before);

  const healed = await demo('heal', 'replication', '--dir', folder);
  expect([healed.code, healed.stdout]).toEqual([0, expect.stringMatching(/may log in again/)]);
  await until('what waited', 60, async () => (await copied()) === before + 7);
});

test('what is missing is said, with what to do', async () => {
  const none = await demo('break', 'replication', '--dir', 'nowhere');
  expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/No pipeline .* runs in nowhere/)]);
  const bare = await runTidemark(['demo', 'connect', 'materialized'], { ...env, REPLICATION_PASSWORD: '' }, folder);
  expect([bare.code, bare.stderr]).toEqual([2, expect.stringMatching(/The environment has no REPLICATION_PASSWORD/)]);
  const odd = await demo('connect', 'airbyte');
  expect([odd.code, odd.stderr]).toEqual([2, expect.stringMatching(/Allowed choices are debezium, materialized/)]);
});

test('the connector’s file as Kafka Connect’s REST interface takes it', async () => {
  const values = {
    REPLICATION_PASSWORD: 'r3pl',
    TOPIC_PREFIX: 'shop',
    POSTGRES_HOST: 'pg',
    POSTGRES_PORT: '5432',
    POSTGRES_DATABASE: 'crm',
    PII_SALT: 's',
    HEARTBEAT_MS: '1000',
    REPLICATION_FACTOR: '1',
    PARTITIONS: '1',
    KAFKA_BROKERS: '',
    DATABASE: 'crm',
  };
  const config = await connectorConfig(join(pipelinesDir, 'debezium', 'connector.properties'), values);
  expect(config).toMatchObject({
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'database.hostname': 'pg',
    'database.password': 'r3pl',
    'heartbeat.action.query': 'UPDATE public.tidemark_heartbeat SET beat_at = clock_timestamp() WHERE id = 1',
  });
  expect(config).not.toHaveProperty('name');
});
