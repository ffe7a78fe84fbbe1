import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { loadConfig } from '../../config/load';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';
import type { ServerObject } from '.';
import { allShards, clusterDialect, clusterObjects } from '.';

const root = join(__dirname, '..', '..', '..');
const dialect = clusterDialect("prod's `1`");

let engine: TestEngine;
/** What migrate makes of the product demo on one server. */
let server: readonly ServerObject[];
let objects: readonly ServerObject[];

beforeAll(async () => {
  engine = await startEngine();
  const tables = readFileSync(join(root, 'demo/source.sql'), 'utf8').replace(/^--.*$/gm, '');
  for (const sql of tables.split(/;\s*$/m).filter((s) => s.trim())) await engine.db.command(sql);
  const installation = await inspect(loadConfig(join(root, 'demo/product/tidemark.yaml'), {}), engine.db);
  const plan = await planMigration(installation, engine.db, 'test');
  server = plan.map(({ object, kind, statements, hash }) => ({
    kind,
    name: object,
    ddl: statements.find((sql) => sql.startsWith('CREATE')) ?? '',
    ...(hash !== undefined && (kind === 'rollup' || kind === 'ledger') && { generation: hash }),
  }));
  objects = clusterObjects('tidemark', server, dialect);
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
  for (const { name, ddl } of objects) {
    const tree = await engine.db.query<{ explain: string }>(`EXPLAIN AST ${ddl}`);
    expect([name, tree.length > 1]).toEqual([name, true]);
  }
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
  for (const { ddl } of refreshes) expect(ddl.split('\n').at(-1)).toMatch(/^SETTINGS .*enable_parallel_replicas = 0$/);
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
        .replace(/(, |\nSETTINGS )enable_parallel_replicas = 0$/, ''),
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
