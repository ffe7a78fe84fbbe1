import { z } from 'zod';

const text = (description: string) => z.string().min(1).describe(description);
const secret = (description: string) => z.string().default('').describe(description);
const every = (preset: number, description = 'Seconds between two looks.') =>
  z.int().min(1).max(3600).default(preset).describe(description);

const server = z.strictObject({
  url: text(
    'postgres://user@host:5432/database: how to reach it, and a database of it to look at what belongs to the whole server. ?sslmode=verify-full for TLS.',
  ),
  password: secret('Password of the user. Write ${PG_PASSWORD} and set that environment variable.'),
  everySeconds: every(15),
  tablesEverySeconds: every(60, 'Seconds between two comparisons of the tables with their copies.'),
});

const kafka = z.strictObject({
  brokers: z.array(z.string().min(1)).min(1).describe('host:port of the brokers to begin with.'),
  tls: z.boolean().default(false).describe('Whether the brokers are reached over TLS.'),
  sasl: z
    .strictObject({
      mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).describe('How the login is sent.'),
      user: text('User.'),
      password: secret('Its password. Write ${KAFKA_PASSWORD} and set that environment variable.'),
    })
    .optional()
    .describe('Login at the brokers; none where it is left out.'),
  everySeconds: every(15),
});

const connect = z.strictObject({
  url: text('Address of its REST interface: http://host:8083.'),
  user: text('User, where it asks for a login.').optional(),
  password: secret('Password of the user. Write ${CONNECT_PASSWORD} and set that environment variable.'),
  jolokia: text('Address of Jolokia in the worker, for Debezium’s own gauges: http://host:8778/jolokia.').optional(),
  everySeconds: every(15),
});

const job = z.strictObject({
  every: text('How often it should run: 5m, 1h, 1d.'),
  late: text(
    'Age of its last success from which on it is late; half of every longer than it, at least 10m, at most 2h.',
  ).optional(),
  selects: text('What it passes to --select, where several jobs write to one folder.').optional(),
  command: text(
    'Command whose success is its: build, run, test and so on; any that makes something where it is left out.',
  ).optional(),
});

const dbt = z.strictObject({
  target: text(
    'Folder that dbt writes run_results.json to; counts from the folder of tidemark.yaml. Either this or elementary.',
  ).optional(),
  elementary: text(
    'Database of ClickHouse in which the dbt package Elementary has dbt_invocations and dbt_run_results, where runs are read from these.',
  ).optional(),
  jobs: z.record(z.string(), job).default({}).describe('Jobs that should run, by name.'),
  everySeconds: every(15),
});

const clickhouse = z
  .strictObject({
    everySeconds: every(30),
    queries: z
      .boolean()
      .default(true)
      .describe('Whether the cost of queries is added up by user, dashboard and panel, from system.query_log.'),
  })
  .prefault({})
  .describe('What is read of ClickHouse itself.');

const buffer = z
  .strictObject({
    rows: z.int().min(1000).max(10_000_000).default(200_000).describe('Rows.'),
    megabytes: z.int().min(1).max(4096).default(32).describe('Megabytes.'),
  })
  .prefault({})
  .describe(
    'How much is kept while ClickHouse cannot be reached; beyond that the oldest rows are dropped, and counted.',
  );

/** Section `collect` of tidemark.yaml. */
export const collect = z
  .strictObject({
    user: text('ClickHouse user of tidemark collect; connection.user where it is left out.').optional(),
    password: secret('Its password. Write ${TIDEMARK_COLLECT_PASSWORD} and set that environment variable.'),
    listen: text('Address for /metrics and /healthz: 127.0.0.1:9464. Not served where it is left out.').optional(),
    buffer,
    clickhouse,
    postgres: z.record(z.string(), server).default({}).describe('PostgreSQL servers, by name.'),
    kafka: z.record(z.string(), kafka).default({}).describe('Kafka clusters, by name.'),
    connect: z.record(z.string(), connect).default({}).describe('Kafka Connect clusters, by name.'),
    dbt: z.record(z.string(), dbt).default({}).describe('dbt projects, by name.'),
  })
  .optional()
  .describe('What tidemark collect looks at. The health tables are made only where this section is.');

export type WrittenCollect = NonNullable<z.output<typeof collect>>;
