import type { ServerObject } from '.';
import { clusterDialect, clusterObjects } from '.';

const dialect = clusterDialect('main');
const rewritten = (object: ServerObject) => clusterObjects('tidemark', [object], dialect).map((o) => o.ddl);

test('a rollup', () => {
  const ddl =
    'CREATE TABLE IF NOT EXISTS `tidemark`.`event_day`\n(\n  d Date\n)\nENGINE = ReplacingMergeTree(run, del) ORDER BY d';
  expect(rewritten({ kind: 'rollup', name: 'event_day', ddl, generation: '00ff' })).toEqual([
    "CREATE TABLE IF NOT EXISTS `tidemark`.`event_day` ON CLUSTER `main`\n(\n  d Date\n)\nENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/tidemark/event_day/00ff', '{replica}', run, del) ORDER BY d",
    "CREATE TABLE IF NOT EXISTS `tidemark`.`event_day_all` ON CLUSTER `main` AS `tidemark`.`event_day`\nENGINE = Distributed('main', 'tidemark', 'event_day')",
  ]);
});

test('what must be the same on all shards is one table on all servers', () => {
  const ddl =
    'CREATE TABLE IF NOT EXISTS `tidemark`.`top_values`\n(\n  d Date\n)\nENGINE = ReplacingMergeTree(at) ORDER BY d';
  expect(rewritten({ kind: 'table', name: 'top_values', ddl })[0]).toContain(
    "ReplicatedReplacingMergeTree('/clickhouse/tables/all/tidemark/top_values', '{shard}_{replica}', at)",
  );
});

test('a refresh with settings and one without', () => {
  const head = 'CREATE MATERIALIZED VIEW IF NOT EXISTS `tidemark`.`a_v`';
  const body = '\nREFRESH EVERY 5 SECOND APPEND TO `tidemark`.`a` AS\nSELECT 1';
  const view = (ddl: string) => rewritten({ kind: 'refresh', name: 'a_v', ddl })[0];
  expect(view(`${head}${body}`)).toBe(`${head} ON CLUSTER \`main\`${body}\nSETTINGS enable_parallel_replicas = 0`);
  expect(view(`${head}${body}\nSETTINGS max_threads = 1`)).toBe(
    `${head} ON CLUSTER \`main\`${body}\nSETTINGS max_threads = 1, enable_parallel_replicas = 0`,
  );
});

test('names bring no macros and no steps into a path', () => {
  expect(dialect.engine('MergeTree', 'a/{shard}.b', 'shard')).toBe(
    "ReplicatedMergeTree('/clickhouse/tables/{shard}/a%2f%7bshard%7d/b', '{replica}')",
  );
});

test.each<ServerObject>([
  { kind: 'rollup', name: 'a', ddl: 'CREATE TABLE `tidemark`.`a`\n(\n  d Date\n)\nENGINE = MergeTree ORDER BY d' },
  {
    kind: 'rollup',
    name: 'a',
    ddl: 'CREATE TABLE IF NOT EXISTS `tidemark`.`a`s\n(\n  d Date\n)\nENGINE = MergeTree ORDER BY d',
  },
  { kind: 'rollup', name: 'a', ddl: 'CREATE TABLE IF NOT EXISTS `tidemark`.`a` AS b' },
  { kind: 'table', name: 'a', ddl: 'CREATE TABLE IF NOT EXISTS `tidemark`.`a`\n(\n  d Date\n)\nENGINE = Memory' },
])('a statement of another form is refused: %j', (object) => {
  expect(() => rewritten(object)).toThrow(/begins otherwise|has no engine|has no replicated form/);
});
