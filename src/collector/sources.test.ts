import { parseConfig } from '../config/parse';
import { watchedSources } from '../config/watched';
import { healthTables } from '../packs/pipeline/health';
import { collectedSystemTables } from '../schema/access/grants';
import { systemLooks } from './clickhouse/looks';
import { readerOf } from './clickhouse/server';
import { systemClock } from './clock';
import { codeOf } from './errors';
import { sourcesOf } from './sources';

const text = `version: 1
connection: { url: 'http://ch:8123' }
pipelines:
  shop:
    kind: debezium
    postgres: { server: main, database: shop }
    heartbeat: { target: shop.beats }
    tables: { public.orders: shop.orders }
    kafka: { cluster: main, groups: { g: [t] } }
    connect: { cluster: main, connectors: [shop] }
    checks: [shop.truth]
  bare: { kind: debezium, heartbeat: { target: shop.others } }
collect:
  postgres: { main: { url: 'postgres://u@h/d' }, other: { url: 'postgres://u@h/d' } }
  kafka: { main: { brokers: ['k:9092'] } }
  connect: { main: { url: 'http://c:8083' } }
  dbt: { marts: { target: dbt/target } }
`;

test('there is a source for everything that tidemark.yaml names, and all that they write is a health table', () => {
  const sources = sourcesOf(parseConfig(text, { file: 'tidemark.yaml', env: {} }), systemClock);
  expect(sources.map(({ name }) => name)).toEqual([
    'clickhouse',
    'postgres main',
    'tables main',
    'postgres other',
    'heartbeat shop',
    'heartbeat bare',
    'kafka main',
    'connect main',
    'dbt marts',
    'checks',
  ]);
  // What rules expect looks of.
  const watched = watchedSources(parseConfig(text, { file: 'tidemark.yaml', env: {} }));
  expect(watched).toEqual(sources.map(({ name, intervalMs }) => ({ source: name, everySeconds: intervalMs / 1000 })));
  const known = new Set(healthTables);
  expect(sources.flatMap(({ tables }) => tables).filter((table) => !known.has(table))).toEqual([]);
});

test('without section collect there is nothing to look at', () => {
  const config = parseConfig("version: 1\nconnection: { url: 'http://ch:8123' }", { file: 'tidemark.yaml', env: {} });
  expect(() => sourcesOf(config, systemClock)).toThrow(
    'tidemark.yaml has no section collect, so there is nothing to look at.',
  );
});

test('the collector’s user is granted every system table that is asked for', () => {
  const granted: readonly string[] = collectedSystemTables;
  const needs = [
    ...systemLooks.flatMap((look) => look.needs),
    'errors',
    'metrics',
    'events',
    'asynchronous_metrics',
    'query_log',
  ];
  expect(needs.filter((table) => !granted.includes(table))).toEqual([]);
});

test('on a cluster every server is asked', () => {
  expect(readerOf(undefined as never, "ma'in").from('parts', ['rows'], 'active')).toBe(
    "(SELECT hostName() AS tm_host, rows FROM clusterAllReplicas('ma\\'in', system.parts) WHERE active)",
  );
});

test.each([
  [{ code: '60' }, 'unknown_table'],
  [{ code: 497 }, 'access_denied'],
  [{ code: 'access_denied' }, 'access_denied'],
  [{ code: '241' }, '241'],
  [undefined, ''],
])('the code of %j is %s', (thrown, code) => {
  expect(codeOf(thrown)).toBe(code);
});
