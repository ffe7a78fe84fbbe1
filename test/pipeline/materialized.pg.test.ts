import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ClickHouseLogLevel, createClient } from '@clickhouse/client';

import { parseConfig } from '../../src/config/parse';
import { onPostgres } from '../../src/services/ask';
import { pipelinesDir } from '../../src/services/debezium';
import { isListening } from '../../src/services/kafka';
import { startMaterialized } from '../../src/services/materialized';
import type { MaterializedPipeline } from '../../src/services/materialized';
import { until } from '../../src/testing/drill/fault';
import { dbOver } from '../../src/testing/engine';
import type { Db } from '../../src/core/db';

let dir: string;
let pipeline: MaterializedPipeline;
let client: ReturnType<typeof createClient>;
let db: Db;

const postgres = <Row extends object>(sql: string) => onPostgres<Row>(pipeline.postgres.url, sql);
const orders = async (): Promise<{ source: string; copy: string }> => {
  const [source] = await postgres(
    'SELECT count(*)::text AS n, coalesce(sum(amount), 0)::numeric(20, 4)::text AS amount FROM orders',
  );
  const [copy] = await db
    .query('SELECT toString(count()) AS n, toDecimalString(sum(amount), 4) AS amount FROM shop.orders FINAL')
    .catch(() => []);
  return { source: JSON.stringify(source), copy: JSON.stringify(copy) };
};
const equal = () =>
  until('the copy equals the source', 40, async () => {
    const { source, copy } = await orders();
    return source === copy;
  });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tidemark-materialized-'));
  pipeline = await startMaterialized({ dir });
  client = createClient({ url: pipeline.clickhouse.url, log: { level: ClickHouseLogLevel.OFF } });
  db = dbOver(client);
});

afterAll(async () => {
  await client?.close();
  await pipeline?.end();
  await rm(dir, { recursive: true, force: true });
});

test('inserts, updates and deletes are copied, personal data is not', async () => {
  await postgres(`INSERT INTO orders (user_id, amount) SELECT g % 10, g / 7.0 FROM generate_series(1, 500) g;
    INSERT INTO customers (email, full_name, country) VALUES ('ann@example.com', 'Ann', 'DE')`);
  await equal();
  await postgres('UPDATE orders SET amount = 1 WHERE order_id < 20; DELETE FROM orders WHERE order_id % 50 = 0');
  await equal();
  const customers = await db.query('SELECT * FROM shop.customers');
  expect(customers).toHaveLength(1);
  expect(Object.keys(customers[0]!)).toEqual(['user_id', 'country', 'created_at']);
});

test('a column that is left out stays in Postgres, whatever happens to its row', async () => {
  await postgres(`INSERT INTO articles (title, body)
    SELECT 'Article ' || g, (SELECT string_agg(md5(g || '/' || i), '') FROM generate_series(1, 300) i) FROM generate_series(1, 3) g`);
  const titles = async () =>
    (await db.query<{ title: string }>('SELECT title FROM shop.articles ORDER BY article_id')).map(
      ({ title }) => title,
    );
  await until('they are there', 20, async () => (await titles()).length === 3);
  await postgres("UPDATE articles SET title = 'Another' WHERE article_id = 1");
  await until('the title is there', 20, async () => (await titles())[0] === 'Another');
  expect(Object.keys((await db.query('SELECT * FROM shop.articles LIMIT 1'))[0]!)).toEqual(['article_id', 'title']);
});

test('an added column stops the table without a word; the whole copy made anew brings it back, without personal data', async () => {
  const beats = async () =>
    Number(
      (await db.query<{ n: string }>('SELECT toUnixTimestamp(max(beat_at)) AS n FROM shop.tidemark_heartbeat'))[0]!.n,
    );
  await postgres('ALTER TABLE orders ADD COLUMN note text');
  await postgres("INSERT INTO orders (user_id, amount, note) VALUES (1, 2, 'new')");
  // The heartbeat goes on: the pipeline as a whole looks alive.
  const before = await beats();
  await postgres("UPDATE tidemark_heartbeat SET beat_at = now() + interval '10 seconds'");
  await until('the heartbeat comes through', 20, async () => (await beats()) > before);
  const stopped = await orders();
  expect(stopped.copy).not.toBe(stopped.source);
  // The runbook of docs/pipelines.md.
  await pipeline.copyAgain();
  await equal();
  const [row] = await db.query<{ note: string }>("SELECT note FROM shop.orders WHERE note = 'new'");
  expect(row?.note).toBe('new');
  await postgres("INSERT INTO orders (user_id, amount, note) VALUES (1, 3, 'newer')");
  await equal();
  expect(Object.keys((await db.query('SELECT * FROM shop.customers LIMIT 1'))[0]!)).toEqual([
    'user_id',
    'country',
    'created_at',
  ]);
});

test('tidemark.yaml beside the files is accepted', async () => {
  const file = join(pipelinesDir, 'materialized', 'tidemark.yaml');
  const { pipelines } = parseConfig(await readFile(file, 'utf8'), { file, env: {} });
  const slots = await postgres<{ slot_name: string }>('SELECT slot_name FROM pg_replication_slots');
  const publications = await postgres<{ pubname: string }>('SELECT pubname FROM pg_publication');
  expect(pipelines[0]?.postgres).toMatchObject({ slot: slots[0]?.slot_name, publication: publications[0]?.pubname });
});

test('tidemark demo pipeline runs it with a shop at work, and Ctrl-C leaves nothing behind', async () => {
  const folder = join(dir, 'demo');
  const program = join(__dirname, '..', '..', 'bin', 'tidemark.js');
  const args = [program, 'demo', 'pipeline', 'materialized', '--dir', folder, '--rate', '50'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await until(
    'it says what to do',
    60,
    () => Promise.resolve(output.includes('Ctrl-C stops all of it')),
    () => output,
  );
  const env = Object.fromEntries(
    (await readFile(join(folder, 'env'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  );
  const there = createClient({ url: env['TIDEMARK_URL']!, log: { level: ClickHouseLogLevel.OFF } });
  const count = async () =>
    Number(
      (
        await dbOver(there)
          .query<{ n: string }>('SELECT count() AS n FROM shop.orders')
          .catch(() => [])
      )[0]?.n ?? 0,
    );
  await until('orders arrive', 40, async () => (await count()) > 20);
  await there.close();
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  for (const url of [env['TIDEMARK_URL']!, env['POSTGRES_URL']!.replace('postgres', 'http')])
    expect(await isListening(Number(new URL(url).port))).toBe(false);
});
