import { dateTime } from '@grafana/data';
import type { DataFrame, DataQueryRequest } from '@grafana/data';
import { lastValueFrom } from 'rxjs';
import { fetchTransport } from '../clickhouse/fetchTransport';
import type { VariableValue } from '../core/interpolate/variable';
import { ident } from '../core/sql/quote';
import { startEngine } from '../testing/engine';
import { sourceSettings, testHost } from '../testing/panel';
import type { TestEngine } from '../testing/engine';
import { DataSource } from './datasource';
import type { TidemarkQuery } from './query';
import type { SavedVariable, VariableQuery } from './variableQuery';

jest.setTimeout(60_000);

const odd = "o'd`d \\ $v ${v} [[v]] {v:String}";
let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  for (const sql of [
    'CREATE DATABASE shop',
    `CREATE TABLE shop.orders (ts DateTime('UTC'), city String, ${ident(odd)} String, labels Map(String, String)) ORDER BY ts`,
    `INSERT INTO shop.orders SELECT toDateTime('2026-03-01 00:00:00', 'UTC') + number * 60, ['Oslo', '$v', 'O''Brien'][number % 3 + 1], concat('odd', toString(number % 2)), map(concat('k', toString(number)), 'x') FROM numbers(300)`,
    `CREATE TABLE shop.${ident(odd)} (a UInt8, b UInt8) ORDER BY a`,
    'CREATE DATABASE tidemark',
    'CREATE TABLE tidemark.catalog_metrics (name String, title String, dimensions Array(String)) ORDER BY name',
    "INSERT INTO tidemark.catalog_metrics VALUES ('dau', 'Daily active users', ['country', 'plan']), ('gross', 'Gross revenue', ['currency', 'country'])",
  ])
    await engine.db.command(sql);
}, 60_000);
afterAll(() => engine?.stop(), 30_000);

const settings = { ...sourceSettings, jsonData: { defaultDatabase: 'shop' } };

const source = (variables: Readonly<Record<string, VariableValue>> = {}) =>
  new DataSource(settings, testHost(fetchTransport(fetch, engine.url), { variables }));

async function options(
  saved: SavedVariable | Partial<VariableQuery>,
  values?: Readonly<Record<string, VariableValue>>,
) {
  const from = dateTime('2026-03-01T00:00:00Z');
  const to = dateTime('2026-03-01T00:01:00Z');
  const request: DataQueryRequest<TidemarkQuery> = {
    requestId: 'r',
    interval: '1m',
    intervalMs: 0,
    range: { from, to, raw: { from, to } },
    scopedVars: {},
    targets: [saved as TidemarkQuery],
    timezone: 'utc',
    app: 'dashboard',
    startTime: 0,
  };
  const { data } = await lastValueFrom(source(values).variables.query(request));
  const [text, value] = (data[0] as DataFrame).fields.map((field) => field.values as string[]);
  return { text, value };
}
const values = async (...given: Parameters<typeof options>) => (await options(...given)).value;

test('a saved string is SQL, with macros and the range', async () => {
  expect(await values('SELECT DISTINCT city FROM orders WHERE $__timeFilter(ts) ORDER BY city')).toEqual([
    '$v',
    'Oslo',
  ]);
});

test('a chained variable takes what its parent holds, one value or several', async () => {
  const sql = 'SELECT DISTINCT city FROM orders WHERE city IN ($parent) ORDER BY city';
  expect(await values(sql, { parent: ["O'Brien", '$v', "') OR 1 = 1 -- "], v: 'no' })).toEqual(['$v', "O'Brien"]);
  expect(await values('SELECT DISTINCT city FROM orders WHERE city = ${p:singlequote}', { p: "O'Brien" })).toEqual([
    "O'Brien",
  ]);
});

describe('a guided variable lists', () => {
  test('databases, without the server’s own', async () => {
    expect(await values({ queryType: 'databases' })).toEqual(['default', 'shop', 'tidemark']);
  });

  test('tables of a database, the default one where none is named', async () => {
    expect(await values({ queryType: 'tables' })).toEqual([odd, 'orders']);
    expect(await values({ queryType: 'tables', database: '$d' }, { d: 'tidemark' })).toEqual(['catalog_metrics']);
  });

  test('columns of a table in their order', async () => {
    expect(await values({ queryType: 'columns', table: 'orders' })).toEqual(['ts', 'city', odd, 'labels']);
    expect(await values({ queryType: 'columns', database: 'shop', table: '$t' }, { t: [odd], v: 'no' })).toEqual([
      'a',
      'b',
    ]);
  });

  test('values of a column in the range, whatever its name holds', async () => {
    expect(await values({ queryType: 'values', table: 'orders', column: 'city' })).toEqual(['$v', 'Oslo']);
    const named = { queryType: 'values', database: 'shop', table: 'orders', column: '$c', timeColumn: 'ts' } as const;
    expect(await values(named, { c: "`o'd\\`d \\\\ $v ${v} [[v]] {v:String}`", v: 'no' })).toEqual(['odd0', 'odd1']);
    expect(await values(named, { c: "labels['k1']" })).toEqual(['x']);
  });

  test('keys of a map in the range', async () => {
    expect(await values({ queryType: 'mapKeys', table: 'orders', column: 'labels' })).toEqual(['k0', 'k1']);
  });

  test('metrics by title, and the dimensions of one or of all', async () => {
    expect(await options({ queryType: 'metrics' })).toEqual({
      text: ['Daily active users', 'Gross revenue'],
      value: ['dau', 'gross'],
    });
    expect(await values({ queryType: 'dimensions', metric: '$m' }, { m: 'gross' })).toEqual(['country', 'currency']);
    expect(await values({ queryType: 'dimensions' })).toEqual(['country', 'currency', 'plan']);
  });
});

describe('an error says what is missing', () => {
  test.each<[Partial<VariableQuery>, RegExp]>([
    [{ queryType: 'columns' }, /^A variable of the kind "Columns" needs a table\./],
    [{ queryType: 'values', table: 'orders', column: ' ' }, /needs a column/],
    [{ queryType: 'values', table: 'orders', column: 'nowhere' }, /The table "orders" has no column "nowhere"/],
    [{ queryType: 'mapKeys', table: 'orders', column: 'city' }, /"city" that a variable of the kind "Map keys"/],
    [{ queryType: 'tables', database: '$several' }, /stands for one value, but "several" has 2/],
    [{ queryType: 'metrics', database: 'shop' }, /catalog_metrics/],
  ])('%j', async (query, message) => {
    await expect(options(query, { several: ['a', 'b'] })).rejects.toThrow(message);
  });
});

test.each(["'", "') OR 1 = 1 -- ", '\\', "\\'", '`', '$&', '{x:String}', '$__timeFilter(', 'a\nb', '/*', '--'])(
  'a name that holds %j finds nothing and changes nothing',
  async (name) => {
    expect(await values({ queryType: 'tables', database: name })).toEqual([]);
    expect(await values({ queryType: 'columns', table: '$t' }, { t: name })).toEqual([]);
    expect(await values({ queryType: 'dimensions', metric: '$m' }, { m: name })).toEqual([]);
    await expect(values({ queryType: 'values', table: 'orders', column: '$c' }, { c: name })).rejects.toThrow(
      /has no column|needs a column/,
    );
  },
);
