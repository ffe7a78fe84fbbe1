import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Kafka, logLevel, Partitioners } from 'kafkajs';

import { onClickHouse, onPostgres } from '../src/services/ask';
import { startClickHouse } from '../src/services/clickhouse';
import { startKafka } from '../src/services/kafka';
import { startPostgres } from '../src/services/postgres';
import { program } from './lib/engine';
import { percent, short } from './lib/numbers';
import { residentMiB, watchCpu } from './lib/process';
import { circumstances, circumstancesText, commandLine, table, writeReport } from './lib/report';
import { tidemark } from './lib/tidemark';

export interface CollectOptions {
  readonly minutes: number;
  readonly results?: string;
}

/** What the collector promises over this much. */
const goals = { share: 0.02, residentMiB: 150, statementMs: 50 } as const;
const watched = { tables: 50, slots: 10, partitions: 200 } as const;
const warmSeconds = 60;

const numbered = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** `tidemark collect` at its ordinary intervals over a real PostgreSQL, Kafka and ClickHouse: CPU, memory, how long Postgres is asked. */
export async function runCollect({ minutes, results }: CollectOptions): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-bench-collect-'));
  await chmod(dir, 0o711);
  const ends: (() => Promise<void>)[] = [];
  try {
    const [postgres, kafka, clickhouse] = await Promise.all([
      startPostgres({
        dir: join(dir, 'postgres'),
        settings: { max_replication_slots: '20', log_min_duration_statement: String(goals.statementMs) },
      }),
      startKafka({ dir: join(dir, 'kafka'), heapMb: 384 }),
      startClickHouse({ dir: join(dir, 'clickhouse') }),
    ]);
    ends.push(
      ...[postgres, kafka, clickhouse].map(
        ({ program: own }) =>
          () =>
            own.stop(),
      ),
    );
    const postgresLog = join(dir, 'postgres', 'postgres.log');
    await fill(postgres.url, clickhouse.url, kafka.brokers);
    const config = join(dir, 'tidemark.yaml');
    writeFileSync(config, configText(postgres.url, clickhouse.url, kafka.brokers));
    await tidemark(['migrate', '--config', config]);
    ends.push(mirrorBeats(postgres.url, clickhouse.url));
    console.log('PostgreSQL, Kafka and ClickHouse are filled; the collector begins.');
    const logBefore = readFileSync(postgresLog, 'utf8').length;
    const collector = spawn(process.execPath, [program, 'collect', '--config', config], { stdio: 'ignore' });
    const ended = new Promise((resolve) => collector.once('exit', resolve));
    ends.push(async () => {
      collector.kill('SIGTERM');
      await ended;
    });
    await sleep(warmSeconds * 1000);
    const cpu = watchCpu(collector.pid!);
    await sleep(minutes * 60_000);
    const { share, seconds } = cpu();
    const memory = residentMiB(collector.pid!);
    const slow = [
      ...readFileSync(postgresLog, 'utf8')
        .slice(logBefore)
        .matchAll(/duration: ([\d.]+) ms/g),
    ].map((m) => Number(m[1]));
    const looks = await ask<{ source: string; looks: string; failed: string; p50: number; most: number }>(
      clickhouse.url,
      "SELECT source, count() AS looks, countIf(state != 'ok') AS failed, round(median(duration_ms), 1) AS p50, round(max(duration_ms), 1) AS most FROM tidemark.health_source WHERE part = '' GROUP BY source ORDER BY source",
    );
    const version = await ask<{ v: string }>(clickhouse.url, 'SELECT version() AS v');
    const verdict = [
      `CPU: ${percent(share)} of one core over ${short(seconds)} s (goal ${percent(goals.share)}: ${share <= goals.share ? 'kept' : 'missed'}).`,
      `Memory: ${memory.now} MiB resident, ${memory.most} at its most (goal ${goals.residentMiB}: ${memory.most <= goals.residentMiB ? 'kept' : 'missed'}).`,
      `Statements on PostgreSQL above ${goals.statementMs} ms, by its own log: ${slow.length}${slow.length > 0 ? `, the longest ${short(Math.max(...slow))} ms (missed)` : ''}.`,
    ];
    const head = ['source', 'looks', 'failed', 'p50 ms', 'most ms'];
    const cells = looks.map((l) => [l.source, l.looks, l.failed, short(l.p50), short(l.most)]);
    console.log(verdict.join('\n'));
    const facts = circumstances(commandLine(), { clickhouse: version[0]?.v ?? '' });
    const markdown = `# What \`tidemark collect\` costs

${watched.tables} replicated tables, ${watched.slots} replication slots, ${watched.partitions} partitions read by one group, ClickHouse itself with its query log; ordinary
intervals; ${warmSeconds} s to warm up. The heartbeat's row is copied twice a second by the benchmark, which replicates nothing else.

${circumstancesText(facts, 'collect')}

${verdict.join('\n')}

${table([head, ...cells])}
`;
    writeReport('collect', { ...facts, goals, watched, share, memory, slow, looks }, markdown, results);
  } finally {
    for (const end of ends.reverse()) await end();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function fill(postgresUrl: string, clickhouseUrl: string, brokers: string): Promise<void> {
  const tables = numbered(watched.tables).map((n) => `t${n}`);
  await onPostgres(
    postgresUrl,
    `CREATE TABLE tidemark_heartbeat (id integer PRIMARY KEY, beat_at timestamptz NOT NULL); INSERT INTO tidemark_heartbeat VALUES (1, now());
    ${tables.map((t) => `CREATE TABLE ${t} (id bigint PRIMARY KEY, note text, updated_at timestamptz DEFAULT now()); INSERT INTO ${t} SELECT g, 'note ' || g FROM generate_series(1, 20000) g;`).join('\n')}
    CREATE PUBLICATION tidemark FOR TABLE tidemark_heartbeat, ${tables.join(', ')};
    ANALYZE`,
  );
  for (const n of numbered(watched.slots))
    await onPostgres(postgresUrl, `SELECT pg_create_logical_replication_slot('slot${n}', 'pgoutput')`);
  await onClickHouse(
    clickhouseUrl,
    [
      'CREATE DATABASE copy',
      "CREATE TABLE copy.tidemark_heartbeat (id Int32, beat_at DateTime64(6, 'UTC')) ENGINE = ReplacingMergeTree ORDER BY id",
      ...tables.flatMap((t) => [
        `CREATE TABLE copy.${t} (id Int64, note String, updated_at DateTime64(6, 'UTC')) ENGINE = ReplacingMergeTree ORDER BY id`,
        `INSERT INTO copy.${t} SELECT number + 1, 'note', now64(6) FROM numbers(20000)`,
      ]),
    ].join(';\n'),
  );
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'changes', numPartitions: watched.partitions }], waitForLeaders: true });
  const partitions = numbered(watched.partitions).map((n) => n - 1);
  await admin.setOffsets({
    groupId: 'ch_changes',
    topic: 'changes',
    partitions: partitions.map((partition) => ({ partition, offset: '0' })),
  });
  await admin.disconnect();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({
    topic: 'changes',
    messages: partitions.map((partition) => ({ partition, value: `change ${partition}` })),
  });
  await producer.disconnect();
}

/** Stands in for replication of the heartbeat's row, which the collector waits for: a copy twice a second. */
function mirrorBeats(postgresUrl: string, clickhouseUrl: string): () => Promise<void> {
  let isEnded = false;
  const work = (async () => {
    while (!isEnded) {
      const [beat] = await onPostgres<{ at: string }>(
        postgresUrl,
        'SELECT extract(epoch FROM beat_at)::text AS at FROM tidemark_heartbeat',
      );
      await onClickHouse(
        clickhouseUrl,
        `INSERT INTO copy.tidemark_heartbeat SELECT 1, toDateTime64(${beat?.at ?? 0}, 6, 'UTC')`,
      );
      await sleep(500);
    }
  })();
  return async () => {
    isEnded = true;
    await work;
  };
}

const configText = (postgresUrl: string, clickhouseUrl: string, brokers: string) => `version: 1
connection: { url: ${clickhouseUrl} }
pipelines:
  shop:
    kind: debezium
    postgres: { server: main, database: postgres, slot: slot1, publication: tidemark }
    heartbeat: { target: copy.tidemark_heartbeat }
    tables: { ${numbered(watched.tables)
      .map((n) => `public.t${n}: { target: copy.t${n}, updatedAt: updated_at }`)
      .join(', ')} }
    kafka: { cluster: main, groups: { ch_changes: [changes] } }
collect:
  postgres: { main: { url: ${postgresUrl} } }
  kafka: { main: { brokers: ['${brokers}'] } }
`;

async function ask<Row>(url: string, sql: string): Promise<Row[]> {
  const answer = await fetch(url, { method: 'POST', body: `${sql} FORMAT JSON` });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return (JSON.parse(text) as { data: Row[] }).data;
}
