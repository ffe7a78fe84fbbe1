import { parseConfig } from './parse';

const head = 'version: 1\nconnection: { url: "http://ch:8123" }\n';
const orders =
  'roles:\n  orders: { table: shop.orders, class: moving, columns: { id: id, ingestedAt: at, time: t, user: u, amount: a }, constants: { currency: EUR } }\n';
const parse = (text: string, env = {}) => parseConfig(head + text, { file: 't.yaml', env });
const problems = (text: string, env = {}): string[] => {
  try {
    parse(text, env);
    return [];
  } catch (thrown) {
    return (thrown as Error).message
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/^ +t\.yaml:\d+:\d+ /, ''));
  }
};

test('nothing is collected where nothing is written', () => {
  expect(parse('')).not.toHaveProperty('collect');
  expect(parse('').pipelines).toEqual([]);
  expect(parse('collect: {}').collect).toEqual({
    buffer: { rows: 200_000, bytes: 32_000_000 },
    clickhouse: { everySeconds: 30, queries: true },
    postgres: [],
    kafka: [],
    connect: [],
    dbt: [],
  });
});

test('a pipeline by Debezium, with all that is looked at', () => {
  const { pipelines, collect } = parse(
    `${orders}pipelines:
  shop:
    kind: debezium
    roles: [orders]
    postgres: { server: main, database: shop, slot: dbz_shop }
    heartbeat: { target: shop.beats }
    tables:
      public.orders: shop.orders
      public.users: { target: shop.users, key: id, updatedAt: updated_at, ignore: [email] }
    checks: [shop.pipeline_checks]
    kafka: { cluster: main, groups: { ch_orders: [shop.public.orders] }, deadLetters: [shop.dlq] }
    connect: { cluster: main, connectors: [shop] }
collect:
  user: tidemark_collector
  password: \${CH_PASSWORD}
  listen: 9464
  buffer: { rows: 5000, megabytes: 2 }
  postgres: { main: { url: "postgres://watch@pg:5433/shop?sslmode=require", password: "\${PG}", everySeconds: 5 } }
  kafka: { main: { brokers: ["kafka:9092"] } }
  connect: { main: { url: "http://connect:8083/" } }
  dbt: { marts: { target: dbt/target, jobs: { hourly: { every: 1h }, nightly: { every: 1d, late: 26h, selects: "tag:nightly" } } } }
`.replace('listen: 9464', 'listen: "9464"'),
    { CH_PASSWORD: 'c', PG: 'p@:/' },
  );
  expect(pipelines).toEqual([
    {
      name: 'shop',
      kind: 'debezium',
      roles: ['orders'],
      postgres: { server: 'main', database: 'shop', slot: 'dbz_shop', publication: 'dbz_publication' },
      heartbeat: { target: 'shop.beats', table: 'public.tidemark_heartbeat', column: 'beat_at', everySeconds: 10 },
      tables: [
        { table: 'public.orders', target: 'shop.orders', ignore: [] },
        { table: 'public.users', target: 'shop.users', key: 'id', updatedAt: 'updated_at', ignore: ['email'] },
      ],
      checks: ['shop.pipeline_checks'],
      kafka: {
        cluster: 'main',
        groups: [{ group: 'ch_orders', topics: ['shop.public.orders'] }],
        lagFloor: 0,
        deadLetters: ['shop.dlq'],
      },
      connect: { cluster: 'main', connectors: ['shop'] },
    },
  ]);
  expect(collect).toEqual({
    login: { user: 'tidemark_collector', password: 'c' },
    listen: { host: '127.0.0.1', port: 9464 },
    buffer: { rows: 5000, bytes: 2_000_000 },
    clickhouse: { everySeconds: 30, queries: true },
    postgres: [
      {
        name: 'main',
        url: 'postgres://watch@pg:5433/shop?sslmode=require',
        password: 'p@:/',
        everySeconds: 5,
        tablesEverySeconds: 60,
      },
    ],
    kafka: [{ name: 'main', brokers: ['kafka:9092'], tls: false, everySeconds: 15 }],
    connect: [{ name: 'main', url: 'http://connect:8083', password: '', everySeconds: 15 }],
    dbt: [
      {
        name: 'marts',
        target: 'dbt/target',
        everySeconds: 15,
        jobs: [
          { name: 'hourly', everyMs: 3_600_000, lateMs: 5_400_000 },
          { name: 'nightly', everyMs: 86_400_000, lateMs: 93_600_000, selects: 'tag:nightly' },
        ],
      },
    ],
  });
});

test('MaterializedPostgreSQL chooses its own names of slot and publication', () => {
  const { pipelines } = parse(
    'pipelines: { shop: { kind: materialized, postgres: { server: m, database: Shop } } }\ncollect: { postgres: { m: { url: "postgres://u:s%40@h/x" } } }',
  );
  expect(pipelines[0]?.postgres).toEqual({
    server: 'm',
    database: 'Shop',
    slot: 'shop',
    publication: 'shop_ch_publication',
  });
});

test('a password within the address is taken out of it', () => {
  const { collect } = parse('collect: { postgres: { m: { url: "postgres://u:s%40@h/x" } } }');
  expect(collect?.postgres[0]).toMatchObject({ url: 'postgres://u@h/x', password: 's@' });
});

test.each([
  ['pipelines: { shop: { kind: debezium } }', 'pipelines: Nothing looks at pipelines without section collect.'],
  [
    'pipelines: { shop: { kind: debezium, postgres: { server: mian, database: d } } }\ncollect: { postgres: { main: { url: "postgres://u@h/d" } } }',
    'pipelines.shop.postgres.server: There is no "mian" under collect.postgres. There: main. Did you mean "main"?',
  ],
  [
    'pipelines: { shop: { kind: debezium, kafka: { cluster: main } } }\ncollect: {}',
    'pipelines.shop.kafka.cluster: There is no "main" under collect.kafka. There: nothing.',
  ],
  [
    'pipelines: { shop: { kind: materialized, kafka: { cluster: main } } }\ncollect: { kafka: { main: { brokers: ["k:9"] } } }',
    'pipelines.shop.kafka: MaterializedPostgreSQL reads Postgres itself',
  ],
  [
    'pipelines: { shop: { kind: debezium, roles: [orders] } }\ncollect: {}',
    'pipelines.shop.roles.0: Role orders is not mapped.',
  ],
  [
    'pipelines: { shop: { kind: debezium, tables: { public.a: a.a } } }\ncollect: {}',
    'pipelines.shop.tables: Tables are compared with Postgres.',
  ],
  [
    'pipelines: { shop: { kind: debezium, postgres: { server: m, database: d }, tables: { orders: orders } } }\ncollect: { postgres: { m: { url: "postgres://u@h/d" } } }',
    'pipelines.shop.tables.orders: "orders" is no table of Postgres with its schema. Write public.orders.',
  ],
  [
    'pipelines: { shop: { kind: debezium, checks: [pipeline_checks] } }\ncollect: {}',
    'pipelines.shop.checks.0: "pipeline_checks" is no table of ClickHouse with its database.',
  ],
  [
    'pipelines: { 1: { kind: debezium, heartbeat: { target: beats } } }\ncollect: {}',
    'pipelines.1.heartbeat.target: "beats" is no table of ClickHouse with its database. Write shop.orders.',
  ],
  [
    'pipelines: { a: { kind: debezium, postgres: { server: m, database: d, slot: s } }, b: { kind: debezium, postgres: { server: m, database: e, slot: s } } }\ncollect: { postgres: { m: { url: "postgres://u@h/d" } } }',
    'pipelines.b.postgres.slot: Pipeline a names slot "s" of m too.',
  ],
  [
    'collect: { postgres: { m: { url: "mysql://u:secret@h/d" } } }',
    'collect.postgres.m.url: This is no address of a PostgreSQL.',
  ],
  ['collect: { postgres: { m: { url: "postgres://h/d" } } }', 'collect.postgres.m.url: The address names no user.'],
  [
    'collect: { postgres: { m: { url: "postgres://u:a@h/d", password: b } } }',
    'collect.postgres.m.url: There is a password in the address and one beside it.',
  ],
  [
    'collect: { listen: "all" }',
    'collect.listen: "all" is no address to listen on. Write 127.0.0.1:9464, or a port alone.',
  ],
  [
    'collect: { kafka: { m: { brokers: ["kafka"] } } }',
    'collect.kafka.m.brokers.0: "kafka" is no broker. Write host:port',
  ],
  [
    'collect: { connect: { m: { url: "connect:8083" } } }',
    'collect.connect.m.url: This is no address without a login.',
  ],
  [
    'collect: { dbt: { d: { target: t, jobs: { j: { every: hourly } } } } }',
    'collect.dbt.d.jobs.j.every: "hourly" is no length of time. Write 5m, 1h or 1d.',
  ],
  [
    'collect: { dbt: { d: { target: t, jobs: { j: { every: 1h, late: 5m } } } } }',
    'collect.dbt.d.jobs.j.late: 5m is shorter than every (1h)',
  ],
  ['collect: { dbt: { d: { jobs: {} } } }', 'collect.dbt.d: Nothing says where its runs are read from. Write target,'],
  [
    'collect: { dbt: { d: { target: t, elementary: e } } }',
    'collect.dbt.d.elementary: Runs are read from one place. Leave out target or elementary.',
  ],
  [
    'collect: { dbt: { d: { elementary: e.dbt_run_results } } }',
    'collect.dbt.d.elementary: "e.dbt_run_results" is no database of ClickHouse alone.',
  ],
  [
    'collect: { dbt: { d: { elementray: e } } }',
    'collect.dbt.d.elementray: This key does not exist. Accepted here: target, elementary, jobs, everySeconds. Did you mean "elementary"?',
  ],
  ['collect: { postgers: {} }', 'collect.postgers: This key does not exist.'],
])('%s', (text, expected) => {
  const found = problems(text);
  expect(found.filter((p) => p.startsWith(expected))).toHaveLength(1);
  expect(found.join()).not.toContain('secret');
});

test('a pipeline that holds rules back beats often enough for them', () => {
  const shop = (roles: string, seconds: number) =>
    `${orders}pipelines:\n  shop: { kind: debezium, ${roles}heartbeat: { target: shop.beats, everySeconds: ${seconds} } }\ncollect: {}\n`;
  expect(problems(shop('roles: [orders], ', 120))).toEqual([]);
  expect(problems(shop('', 3600))).toEqual([]);
  expect(problems(shop('roles: [orders], ', 600))).toEqual([
    'pipelines.shop.heartbeat.everySeconds: Rules about the roles of this pipeline are held while no beat comes, so with 600 s between two they would hardly ever judge. Write 120 or less, or leave out roles.',
  ]);
});

test('runs of a dbt project may be read from Elementary’s tables in place of its folder', () => {
  const { collect } = parse(
    'collect: { dbt: { marts: { elementary: analytics_elementary, jobs: { j: { every: 1h } } } } }',
  );
  expect(collect?.dbt).toEqual([
    {
      name: 'marts',
      elementary: 'analytics_elementary',
      everySeconds: 15,
      jobs: [{ name: 'j', everyMs: 3_600_000, lateMs: 5_400_000 }],
    },
  ]);
});

test('schedules of dbt’s jobs are limits of rules, unless section alerts sets them', () => {
  const { alerts, collect } = parse(`alerts:
  thresholds: { dbt_slow: { subjects: { marts nightly: { longest: 3h } } } }
  subjects: { dbt_sla_missed: [marts nightly] }
collect:
  dbt:
    marts:
      target: t
      jobs:
        often: { every: 5m }
        hourly: { every: 1h }
        nightly: { every: 1d, command: build }
        weekly: { every: 7d, late: 9d }
`);
  expect(collect?.dbt[0]?.jobs[2]).toEqual({
    name: 'nightly',
    everyMs: 86_400_000,
    lateMs: 93_600_000,
    command: 'build',
  });
  const limits = alerts.thresholds.map(({ rule, subject, name, value }) => [rule, subject, name, value / 60]);
  expect(limits).toEqual([
    ['dbt_slow', 'marts nightly', 'longest', 180],
    ['dbt_sla_missed', 'marts often', 'late', 15],
    ['dbt_slow', 'marts often', 'longest', 5],
    ['dbt_sla_missed', 'marts hourly', 'late', 90],
    ['dbt_slow', 'marts hourly', 'longest', 60],
    ['dbt_sla_missed', 'marts nightly', 'late', 26 * 60],
    ['dbt_sla_missed', 'marts weekly', 'late', 9 * 1440],
    ['dbt_slow', 'marts weekly', 'longest', 7 * 1440],
  ]);
  expect(alerts.subjects.map(({ rule, subject }) => [rule, subject])).toEqual([
    ['dbt_sla_missed', 'marts nightly'],
    ['dbt_sla_missed', 'marts often'],
    ['dbt_sla_missed', 'marts hourly'],
    ['dbt_sla_missed', 'marts weekly'],
  ]);
});
