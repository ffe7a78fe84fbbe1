import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';

import { Argument, InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

import { onPostgres } from '../../services/ask';
import { connectPipeline } from '../../services/connectPipeline';
import type { PipelineKind } from '../../services/connectPipeline';
import { startDebezium } from '../../services/debezium';
import { fillHistory } from '../../services/history';
import { findJolokia } from '../../services/java';
import { startLoad } from '../../services/load';
import { startMaterialized } from '../../services/materialized';
import { breakReplication, healReplication } from '../../services/outage';
import type { PipelineEnv } from '../../services/outage';
import { fail } from '../errors';
import { defineCommand, outputFor } from '../run';

const kinds: readonly PipelineKind[] = ['debezium', 'materialized'];

interface PipelineFlags {
  readonly dir?: string;
  readonly rate: number;
  readonly history: number;
  readonly database?: string;
}

/** `tidemark demo`: what a demo needs beside ClickHouse. */
export function demoCommand(): Command {
  const group = defineCommand({
    name: 'demo',
    summary: 'Run a real pipeline from PostgreSQL to ClickHouse on this machine',
    examples: [
      'tidemark demo pipeline debezium',
      'tidemark demo pipeline materialized --rate 5',
      'tidemark demo break replication',
    ],
  });
  group.addCommand(
    defineCommand({
      name: 'pipeline',
      summary: 'Start one of the reference pipelines in pipelines/, with a shop at work in it, until Ctrl-C',
      examples: [
        'tidemark demo pipeline debezium                # PostgreSQL, Kafka, Debezium, ClickHouse',
        'tidemark demo pipeline materialized --rate 0   # without changes of its own',
      ],
    })
      .addArgument(new Argument('<kind>', 'which way from PostgreSQL to ClickHouse').choices([...kinds]))
      .option('--dir <dir>', 'folder for the data, made if missing (default: data/pipeline-<kind>)')
      .option('--rate <number>', 'rows changed a second', whole(10_000), 20)
      .option('--history <days>', 'days of orders to begin with', whole(400), 0)
      .option(
        '--database <name>',
        'materialized: database on both sides (default: postgres, copied to shop)',
        databaseName,
      )
      .action(pipeline),
  );
  group.addCommand(
    defineCommand({
      name: 'connect',
      summary: 'Make one of the reference pipelines between services that run already (docker-compose.yaml)',
      examples: [
        'POSTGRES_URL=postgres://postgres:secret@pg/shop TIDEMARK_URL=http://ch:8123 REPLICATION_PASSWORD=… tidemark demo connect materialized',
      ],
    })
      .addArgument(new Argument('<kind>', 'which way from PostgreSQL to ClickHouse').choices([...kinds]))
      .option('--database <name>', 'database in ClickHouse for the copy', 'crm')
      .option('--history <days>', 'days of orders to begin with', whole(400), 60)
      .option('--rate <number>', 'rows changed a second from then on, until Ctrl-C; 0: it ends', whole(10_000), 0)
      .action(connect),
  );
  group.addCommand(
    outage('break', {
      summary: 'Stop replication of a demo pipeline that runs, so that its alert fires',
      does: breakReplication,
      then: 'Its lag grows from now on: on Home and CDC: Postgres it is late after a minute, and the alert fires when it has been so for five. To let it go on: tidemark demo heal replication',
    }),
  );
  group.addCommand(
    outage('heal', {
      summary: 'Let replication of a demo pipeline go on, so that its alert ends',
      does: healReplication,
      then: 'The alert ends when its lag has been short for a while.',
    }),
  );
  return group;
}

interface Outage {
  readonly summary: string;
  readonly does: (env: PipelineEnv) => Promise<string>;
  /** What to expect next. */
  readonly then: string;
}

const outage = (name: 'break' | 'heal', { summary, does, then }: Outage): Command =>
  defineCommand({
    name,
    summary,
    examples: [`tidemark demo ${name} replication`, `tidemark demo ${name} replication --dir data/pipeline-debezium`],
  })
    .addArgument(new Argument('<what>', 'what of the pipeline').choices(['replication']))
    .option('--dir <dir>', `folder of the pipeline (default: the one of ${demoDirs.join(', ')} that runs)`)
    .action(async (_: string, { dir }: { readonly dir?: string }) => {
      const out = outputFor({});
      out.say(`${await does(await runningPipeline(dir))}\n${then}`);
    });

/** Where demos keep their pipelines unless told otherwise. */
const demoDirs = [
  'data/product',
  'data/shop',
  'data/shop-kafka',
  'data/pipeline-debezium',
  'data/pipeline-materialized',
];

/** The addresses of a demo pipeline whose PostgreSQL answers. Throws `usage_no_pipeline`. */
async function runningPipeline(dir: string | undefined): Promise<PipelineEnv> {
  const looked = dir === undefined ? demoDirs : [dir];
  for (const each of looked) {
    const text = await readFile(join(resolve(each), 'env'), 'utf8').catch(() => '');
    const env = parseEnv(text) as PipelineEnv;
    const url = env['POSTGRES_URL'];
    const answers = url !== undefined && (await onPostgres(url, 'SELECT 1').then(() => true, () => false)); // prettier-ignore
    if (answers) return env;
  }
  throw fail('usage_no_pipeline', { looked });
}

const databaseName = (text: string) => {
  if (!/^[a-z_][a-z0-9_]*$/.test(text)) throw new InvalidArgumentError('Use small letters, digits and _.');
  return text;
};

const whole = (most: number) => (text: string) => {
  if (!/^\d+$/.test(text) || Number(text) > most) throw new InvalidArgumentError(`Use a number from 0 to ${most}.`);
  return Number(text);
};

async function pipeline(kind: PipelineKind, flags: PipelineFlags): Promise<void> {
  const out = outputFor({});
  const dir = resolve(flags.dir ?? join('data', `pipeline-${kind}`));
  const said = (text: string) => out.say(text);
  const { end, env } = await start[kind](dir, said, flags);
  const file = join(dir, 'env');
  await writeFile(
    file,
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
    { mode: 0o600 },
  );
  const config = `pipelines/${kind}/tidemark.yaml`;
  out.say(`
PostgreSQL  ${env['POSTGRES_URL']}
ClickHouse  ${env['TIDEMARK_URL']}${'KAFKA_BROKERS' in env ? `\nKafka       ${env['KAFKA_BROKERS']}\nConnect     ${env['CONNECT_URL']}` : ''}

To look at it from another terminal:
  set -a; . ${file}; set +a
  npx tidemark migrate --config ${config}
  npx tidemark collect --config ${config}
  npx tidemark demo break replication --dir ${dir}     # and: heal

${flags.rate > 0 ? `${flags.rate} rows change a second. ` : ''}Ctrl-C stops all of it; the data stay in ${dir}.`);
  const load = flags.rate > 0 ? startLoad(env['POSTGRES_URL']!, flags.rate) : undefined;
  await interrupted();
  await load?.stop().catch((thrown: unknown) => out.note(`The load ended early: ${String(thrown)}`));
  await end();
}

interface ConnectFlags {
  readonly database: string;
  readonly history: number;
  readonly rate: number;
}

/** Everything secret comes by the environment. Throws `usage_no_variable`. */
async function connect(kind: PipelineKind, flags: ConnectFlags): Promise<void> {
  const out = outputFor({});
  const given = (name: string) => {
    const value = process.env[name];
    if (value === undefined || value === '') throw fail('usage_no_variable', { name });
    return value;
  };
  const postgresUrl = given('POSTGRES_URL');
  await connectPipeline(
    kind,
    {
      postgresUrl,
      clickhouse: {
        url: given('TIDEMARK_URL'),
        user: process.env['TIDEMARK_USER'] ?? 'default',
        password: process.env['TIDEMARK_PASSWORD'] ?? '',
      },
      replicationPassword: given('REPLICATION_PASSWORD'),
      salt: process.env['PII_SALT'] ?? given('REPLICATION_PASSWORD'),
      database: flags.database,
      historyDays: flags.history,
      ...(kind === 'debezium' && { kafkaBrokers: given('KAFKA_BROKERS'), connectUrl: given('CONNECT_URL') }),
    },
    (text) => out.say(text),
  );
  if (flags.rate === 0) return;
  out.say(`${flags.rate} rows change a second, until Ctrl-C.`);
  const load = startLoad(postgresUrl, flags.rate);
  await interrupted();
  await load.stop();
}

/** Resolves when somebody asks this to end. */
const interrupted = () =>
  new Promise<void>((done) => {
    process.once('SIGINT', done);
    process.once('SIGTERM', done);
  });

/** A pipeline that runs: how it ends, and what its tidemark.yaml asks of the environment. */
interface Started {
  end(): Promise<void>;
  readonly env: Readonly<Record<string, string>>;
}

const start: {
  readonly [K in PipelineKind]: (dir: string, said: (text: string) => void, flags: PipelineFlags) => Promise<Started>;
} = {
  async debezium(dir, said, { history, database }) {
    if (database !== undefined) throw fail('usage_database', { database });
    const jolokiaJar = findJolokia();
    const { services, values, jolokia, end } = await startDebezium({ dir, said, ...(jolokiaJar && { jolokiaJar }) });
    if (history > 0) await fillHistory(services.postgres.url, history);
    return {
      end,
      env: {
        POSTGRES_URL: services.postgres.url,
        TIDEMARK_URL: services.clickhouse.url,
        KAFKA_BROKERS: values.KAFKA_BROKERS,
        CONNECT_URL: services.connect.url,
        ...(jolokia !== undefined && { JOLOKIA_URL: jolokia }),
      },
    };
  },
  async materialized(dir, said, { history, database }) {
    const named = database !== undefined && { database };
    const { postgres, clickhouse, end } = await startMaterialized({ dir, said, historyDays: history, ...named });
    return { end, env: { POSTGRES_URL: postgres.url, TIDEMARK_URL: clickhouse.url } };
  },
};
