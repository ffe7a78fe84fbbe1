import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { loadConfig } from '../../config/load';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { runWithUsers } from '../../testing/rights';
import { desiredObjects } from '../ddl/desired';
import type { Action } from '../ddl/migrate';
import { planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';
import type { Installation } from '../installation';
import type { ServerObject } from '.';
import { allShards, clusterDialect, clusterObjects, everywhere, insertEverywhere } from '.';

const root = join(__dirname, '..', '..', '..');
const cluster = "prod's `1`";
const dialect = clusterDialect(cluster);

let engine: TestEngine;
let installation: Installation;
/** What migrate makes of the product demo on one server. */
let server: readonly ServerObject[];
/** The same on a cluster. */
let objects: readonly ServerObject[];
/** Everything that migrate would say to a cluster, the first time. */
let statements: readonly string[];

const createOf = ({ object, kind, statements: all, hash }: Action): ServerObject => ({
  kind,
  name: object,
  ddl: all.find((sql) => sql.startsWith('CREATE')) ?? '',
  ...(hash !== undefined && (kind === 'rollup' || kind === 'ledger') && { generation: hash }),
});

beforeAll(async () => {
  engine = await startEngine();
  const tables = readFileSync(join(root, 'demo/source.sql'), 'utf8').replace(/^--.*$/gm, '');
  for (const sql of tables.split(/;\s*$/m).filter((s) => s.trim())) await engine.db.command(sql);
  const config = loadConfig(join(root, 'demo/product/tidemark.yaml'), {});
  installation = await inspect({ ...config, connection: { ...config.connection, cluster } }, engine.db);
  const alone = await planMigration(await inspect(config, engine.db), engine.db, 'test');
  const plan = await planMigration(installation, engine.db, 'test');
  server = alone.map(createOf);
  objects = plan.map(createOf);
  statements = plan.flatMap((action) => action.statements);
}, 60_000);
afterAll(() => engine.stop());

test('every object is made on the cluster, and beside each rollup one over all shards', () => {
  expect(server.length).toBeGreaterThan(30);
  const rollups = server.filter((o) => o.kind === 'rollup').map((o) => o.name);
  const names = objects.map((o) => o.name);
  expect(names.filter((n) => !server.some((o) => o.name === n))).toEqual(rollups.map(allShards));
  for (const { ddl } of objects) expect(ddl.split('\n')[0]).toContain(" ON CLUSTER `prod's \\`1\\``");
});

test('every statement parses', async () => {
  for (const sql of [...statements, ...rebuilds('2026-01-01 00:00:00.000')]) {
    const tree = await engine.db.query<{ explain: string }>(`EXPLAIN AST ${sql}`);
    expect([sql.slice(0, 200), tree.length > 1]).toEqual([sql.slice(0, 200), true]);
  }
});

/** All statements that make everything anew. */
function rebuilds(settled: string, onePlace = false): readonly string[] {
  const making = { large: new Set(['events']), comments: new Map(), onePlace, settled };
  return desiredObjects(installation, 'test', making).flatMap((d) => {
    const { statements: first, then } = d.replace();
    return [...first, ...(then?.shows ?? [])];
  });
}

test('statements that make anew reach all servers, and rows all shards', () => {
  for (const onePlace of [true, false]) {
    const all = rebuilds('2026-01-01 00:00:00.000', onePlace);
    expect(all.filter((sql) => sql.startsWith('EXCHANGE')).length).toBeGreaterThan(10);
    for (const sql of all) {
      const into = sql.startsWith('INSERT INTO');
      const reaches = into ? sql.startsWith('INSERT INTO FUNCTION cluster(') : sql.includes(dialect.onCluster);
      expect([sql.slice(0, 200), reaches]).toEqual([sql.slice(0, 200), true]);
    }
  }
});

test('a table that is filled beside another has the path of the one that it becomes', () => {
  const next = rebuilds('2026-01-01 00:00:00.000').filter(
    (sql) => sql.startsWith('CREATE TABLE') && sql.includes('__next'),
  );
  expect(next.length).toBeGreaterThan(10);
  const paths = objects.map(({ ddl }) => /'(\/clickhouse\/[^']+)'/.exec(ddl)?.[1]);
  for (const sql of next) expect(paths).toContain(/'(\/clickhouse\/[^']+)'/.exec(sql)?.[1]);
});

test('a mark reaches every shard, whatever its weight', () => {
  const shard = (weight: number) =>
    `<shard><weight>${weight}</weight><internal_replication>true</internal_replication><replica><host>localhost</host><port>9000</port></replica></shard>`;
  const config = `<tcp_port>9000</tcp_port><remote_servers><main>${shard(1)}${shard(3)}</main></remote_servers>`;
  const place = { database: 'x', cluster: 'main' };
  const mark = "SELECT 'v' AS view, now64(3) AS hi, now64(3) AS at";
  const outcomes = runWithUsers(
    [],
    [
      'CREATE DATABASE x',
      'CREATE TABLE x.done (view String, hi DateTime64(3), at DateTime64(3)) ENGINE = MergeTree ORDER BY view',
      insertEverywhere(place, 'done', ['view', 'hi', 'at'], 'at', mark),
      // Both shards are this one table: four rows, one for each unit of weight, in four milliseconds on end.
      'SELECT count(), uniqExact(toUnixTimestamp64Milli(at) % 4) FROM x.done',
      `SELECT count() FROM ${everywhere(place, 'x.done')}`,
      'SELECT uniqExact(shard_num) FROM system.clusters',
    ],
    {},
    config,
  );
  expect(outcomes.slice(2)).toEqual([{ rows: [] }, { rows: ['4\t4'] }, { rows: ['8'] }, { rows: ['2'] }]);
});

test('every table with rows is replicated, but the catalogue, which each server writes itself', () => {
  for (const { kind, name, ddl } of objects) {
    if (kind === 'catalogue') expect(ddl).toContain('ENGINE = MergeTree ');
    else if (kind === 'rollup' || kind === 'ledger')
      expect(ddl).toMatch(/\)\nENGINE = ReplicatedReplacingMergeTree\('\/clickhouse\/tables\/\{shard\}\//);
    else if (kind === 'table' && !name.endsWith('_all')) expect(ddl).toMatch(/\)\nENGINE = Replicated\w*MergeTree\('/);
  }
});

test('paths differ, between tables and between generations of one', () => {
  const paths = objects.flatMap(({ ddl }) => /'(\/clickhouse\/[^']+)'/.exec(ddl)?.[1] ?? []);
  expect(new Set(paths).size).toBe(paths.length);
  const rebuilt = server.map((o) => ({ ...o, ...(o.generation !== undefined && { generation: 'other' }) }));
  const then = clusterObjects('tidemark', rebuilt, dialect);
  const pathsOf = (list: readonly ServerObject[]) =>
    list.filter((o) => o.kind === 'rollup').map(({ ddl }) => /'(\/clickhouse\/[^']+)'/.exec(ddl)?.[1]);
  expect(pathsOf(then).length).toBeGreaterThan(5);
  for (const path of pathsOf(then)) expect(paths).not.toContain(path);
});

test('no refresh reads through parallel replicas', () => {
  const refreshes = objects.filter((o) => o.kind === 'refresh');
  expect(refreshes.length).toBeGreaterThan(10);
  for (const { ddl } of refreshes) expect(ddl.split('\n').at(-1)).toMatch(/^SETTINGS .*enable_parallel_replicas = 0\b/);
});

test('nothing else is changed: taken out again, one server’s statements are left', () => {
  const undone = objects
    .filter(({ name }) => server.some((o) => o.name === name))
    .map(({ ddl }) =>
      ddl
        .replace(dialect.onCluster, '')
        .replace(/Replicated(\w+)\('[^']*', '[^']*'(?:, ([^)]*))?\)/, (_, name: string, args?: string) =>
          args ? `${name}(${args})` : name,
        )
        .replace(/(, |\nSETTINGS )enable_parallel_replicas = 0/, ''),
    );
  expect(undone).toEqual(server.map((o) => o.ddl));
});

test('heads, engines and settings, object by object', () => {
  const frame = ({ kind, name, ddl }: ServerObject) => {
    const lines = ddl.split('\n').filter((line, i) => i === 0 || /^(ENGINE|SETTINGS|REFRESH|TTL)/.test(line));
    return [`${kind} ${name}`, ...lines.map((line) => `  ${line.slice(0, 220)}`)].join('\n');
  };
  expect(objects.map(frame).join('\n')).toMatchSnapshot();
});
