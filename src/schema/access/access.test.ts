import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Config } from '../../config/config';
import { loadConfig } from '../../config/load';
import { parseConfig } from '../../config/parse';
import { accessParts, accessPlan, printAccess, readerXml } from '.';
import { collectGrants } from './grants';

const root = join(__dirname, '..', '..', '..');
const product = (): Config => loadConfig(join(root, 'demo/product/tidemark.yaml'), {});

const tenanted = `
version: 1
connection: { url: 'http://127.0.0.1:8123', user: loader, database: tide }
roles:
  events:
    table: app.events
    class: append
    dimensions: { tenant: tenant_id, city: props.geo.city }
    columns: { id: id, time: at, event: name, user: uid, ingestedAt: seen }
  orders:
    table: app.orders
    class: moving
    columns: { id: id, time: at, user: uid, amount: total, ingestedAt: seen }
    constants: { currency: EUR }
`;
const withTenants = (): Config => parseConfig(tenanted, { file: 'tidemark.yaml', env: {} });

test('the whole script for the product demo', () => {
  expect(printAccess(accessPlan(product()))).toMatchSnapshot();
});

test('the whole script for a cluster, with tenants', () => {
  expect(printAccess(accessPlan(withTenants(), { cluster: 'main', tenantColumn: 'tenant' }))).toMatchSnapshot();
});

test('is the same every time, and every line is a comment or part of a statement', () => {
  const plan = accessPlan(withTenants(), { tenantColumn: 'tenant' });
  const script = printAccess(plan);
  expect(printAccess(plan)).toBe(script);
  const run = script
    .replace(/^--.*$/gm, '')
    .split(';')
    .map((sql) => sql.trim())
    .filter(Boolean);
  expect(run).toEqual(accessParts(plan).flatMap((p) => p.statements.filter((s) => !s.template).map((s) => s.sql)));
});

test('dashboards may read mapped columns only, and the parents of paths', () => {
  expect(accessPlan(withTenants()).sources).toEqual([
    { table: 'app.events', columns: ['id', 'at', 'name', 'uid', 'seen', 'tenant_id', 'props', 'props.geo.city'] },
    { table: 'app.orders', columns: ['id', 'at', 'uid', 'total', 'seen'] },
  ]);
});

test('a tenant is found by dimension or by column, in rollups and in the source', () => {
  const { tenants = [] } = accessPlan(withTenants(), { tenantColumn: 'tenant' });
  expect(tenants).toEqual(accessPlan(withTenants(), { tenantColumn: 'tenant_id' }).tenants);
  const named = Object.fromEntries(tenants.map(({ table, column }) => [table, column]));
  expect(named).toMatchObject({ 'tide.event_day': 'tenant', 'app.events': 'tenant_id' });
  expect(Object.keys(named)).not.toContain('tide.user_day');
  expect(Object.keys(named)).not.toContain('app.orders');
});

test('a tenant column that nobody maps is refused with those that are', () => {
  const ask = () => accessPlan(withTenants(), { tenantColumn: 'customer' });
  expect(ask).toThrow(
    '--tenant-column: no role of tidemark.yaml maps "customer" as a column or a plain dimension. Add it to dimensions of each role that has tenants, or write one of: tenant, id, time, event, user, ingestedAt, amount.',
  );
  expect(() => accessPlan(withTenants(), { tenantColumn: 'city' })).toThrow('no role of tidemark.yaml maps "city"');
});

test('statements of all users are shown to dashboards only where no tenants are kept apart', () => {
  const text = (tenantColumn?: string) => printAccess(accessPlan(withTenants(), tenantColumn ? { tenantColumn } : {}));
  const granted =
    'SELECT(query_id, query, user, elapsed, read_rows, read_bytes, total_rows_approx, peak_memory_usage) ON system.processes';
  expect(text()).toContain(granted);
  expect(text('tenant')).not.toContain(granted);
});

test('a hostile name leaves neither its quotes nor its comment', () => {
  const plan = accessPlan(
    { ...withTenants(), connection: { ...withTenants().connection, database: 'a`\nDROP TABLE x; --' } },
    { cluster: "c'\nDROP TABLE y" },
  );
  const script = printAccess(plan);
  const outside = script.replace(/^--.*$/gm, '').replace(/`(?:[^`\\]|\\.)*`/gs, 'name');
  expect(outside).not.toMatch(/DROP TABLE [xy]/);
  expect(outside).toContain('GRANT ON CLUSTER name');
  expect(script).toContain('ON `a\\`\nDROP TABLE x; --`.*');
});

test('the compose stack’s user file is the one that is printed', () => {
  const file = readFileSync(join(root, 'provisioning/clickhouse/grafana-reader.xml'), 'utf8');
  // Written by: node bin/tidemark.js migrate --print-access xml --config demo/product/tidemark.yaml
  expect(file).toBe(readerXml(accessPlan(product())));
});

test('the collector may read what it compares (columns where the key is named, else the whole copy), and Elementary’s tables', () => {
  const text = `${tenanted}
pipelines:
  shop:
    kind: debezium
    postgres: { server: main, database: shop }
    heartbeat: { target: app.beats }
    tables:
      public.events: app.events
      public.orders: { target: app.orders, key: id, updatedAt: seen }
collect:
  postgres: { main: { url: 'postgres://u@h/d' } }
  dbt: { marts: { elementary: analytics_elementary }, old: { target: dbt/target } }
`;
  const grants = (cluster?: string) =>
    collectGrants(accessPlan(parseConfig(text, { file: 'tidemark.yaml', env: {} }), cluster ? { cluster } : {}));
  expect(grants().slice(-11, -6)).toEqual([
    'SELECT(`beat_at`) ON `app`.`beats`',
    'SELECT ON `app`.`events`',
    'SELECT(`id`, `seen`) ON `app`.`orders`',
    'SELECT ON `analytics_elementary`.`dbt_invocations`',
    'SELECT ON `analytics_elementary`.`dbt_run_results`',
  ]);
  expect(grants().filter((grant) => grant.includes('analytics_elementary'))).toHaveLength(8);
  expect(grants('main').at(-1)).toBe('REMOTE ON *.*');
});
