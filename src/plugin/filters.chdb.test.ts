import { dateTime } from '@grafana/data';
import type { DataFrame, DataQueryRequest, TimeRange } from '@grafana/data';
import { lastValueFrom } from 'rxjs';
import { fetchTransport } from '../clickhouse/fetchTransport';
import { startEngine } from '../testing/engine';
import { sourceSettings, testHost } from '../testing/panel';
import type { TestEngine } from '../testing/engine';
import { DataSource } from './datasource';
import type { TidemarkQuery } from './query';

jest.setTimeout(60_000);

/** A read-only engine on tables that were made before: filters, keys and values need no right but SELECT. */
let engine: TestEngine;
beforeAll(async () => {
  const writer = await startEngine();
  const { dataDir } = writer;
  await writer.db.command('CREATE DATABASE shop');
  for (const sql of [
    `CREATE TABLE shop.orders (ts DateTime('UTC'), city LowCardinality(String), tags Array(String), labels Map(String, String), sizes Map(UInt8, UInt8), js JSON, state AggregateFunction(uniq, UInt8)) ORDER BY ts`,
    `INSERT INTO shop.orders SELECT toDateTime('2026-03-01 00:00:00', 'UTC') + number * 60, ['Oslo', 'Rom', 'O''Brien'][number % 3 + 1], [toString(number % 2)], map('host', concat('h', toString(number % 4)), 'it''s', 'y'), map(7, number % 3), concat('{"user": {"id": ', toString(number % 5), '}}'), initializeAggregation('uniqState', toUInt8(number)) FROM numbers(300)`,
    'CREATE TABLE shop.refunds (day Date, reason String) ORDER BY reason PARTITION BY toYYYYMM(day)',
    "INSERT INTO shop.refunds SELECT toDate('2026-03-01') + number, concat('r', toString(number)) FROM numbers(60)",
    'CREATE TABLE shop.people (name String, born Date) ORDER BY name',
    "INSERT INTO shop.people SELECT concat('p', toString(number)), toDate('1990-01-01') FROM numbers(5)",
  ])
    await writer.db.command(sql);
  await writer.kill();
  engine = await startEngine({ dataDir, readonly: true });
}, 60_000);
afterAll(() => engine?.stop(), 30_000);

const settings = { ...sourceSettings, jsonData: { defaultDatabase: 'shop' } };

function source(sent: string[] = []) {
  const host = testHost((request) => {
    sent.push(request.body);
    return fetchTransport(fetch, engine.url)(request);
  });
  return new DataSource(settings, host);
}

const range = (from: string, to: string): TimeRange => ({
  from: dateTime(from),
  to: dateTime(to),
  raw: { from: dateTime(from), to: dateTime(to) },
});
const firstHour = range('2026-03-01T00:00:00Z', '2026-03-01T00:01:00Z');
const query = (rawSql: string, refId = 'A'): TidemarkQuery => ({ refId, rawSql, format: 'table' });

async function run(sqls: readonly string[], filters: DataQueryRequest['filters'], sent: string[] = []) {
  const request: DataQueryRequest<TidemarkQuery> = {
    requestId: 'r',
    interval: '1h',
    intervalMs: 3_600_000,
    range: firstHour,
    scopedVars: {},
    targets: sqls.map((sql, at) => query(sql, 'ABC'[at])),
    timezone: 'utc',
    app: 'dashboard',
    startTime: 0,
    filters: filters ?? [],
  };
  const { data, errors } = await lastValueFrom(source(sent).query(request));
  expect(errors).toBeUndefined();
  return (data as DataFrame[]).map(({ fields, meta }) => ({
    values: fields[0]?.values as unknown[],
    notices: (meta?.notices ?? []).map(({ text }) => text),
  }));
}

describe('a dashboard’s filters', () => {
  it('go to the panels whose tables have the column, after one look at the columns', async () => {
    const sent: string[] = [];
    const results = await run(
      ['SELECT count() FROM orders', 'SELECT count() FROM refunds', 'SELECT count() FROM orders, refunds'],
      [{ key: 'city', operator: '=', value: 'Rom' }],
      sent,
    );
    expect(results).toEqual([
      { values: [100], notices: [] },
      { values: [60], notices: ['The filter on "city" was not applied: what the query reads has no such column.'] },
      { values: [6000], notices: [] },
    ]);
    expect(sent.filter((sql) => sql.includes('system.columns'))).toHaveLength(1);
    expect(sent).toHaveLength(4);
  });

  it('ask lists, maps and JSON by what they hold', async () => {
    const count = async (key: string, operator: string, value: string, values?: string[]) =>
      (await run(['SELECT count() FROM orders'], [{ key, operator, value, ...(values && { values }) }]))[0]?.values[0];
    expect(await count('tags', '=', '1')).toBe(150);
    expect(await count('tags', '!=|', '0', ['0', '1'])).toBe(0);
    expect(await count("labels['host']", '=|', 'h1', ['h1', 'h2'])).toBe(150);
    expect(await count("labels['it\\'s']", '=', 'y')).toBe(300);
    expect(await count("sizes['7']", '=', '2')).toBe(100);
    expect(await count('js.user.id', '=|', '1', ['1', '2'])).toBe(120);
    expect(await count('js.user.id', '>=', '3')).toBe(120);
  });

  it('are judged for Grafana: which have an effect, and why others have none', async () => {
    const filters = [
      { key: 'city', operator: '=', value: 'Rom', origin: 'dashboard' },
      { key: 'reason', operator: '=', value: 'r1' },
      { key: 'nowhere', operator: '=', value: 'x' },
      { key: 'state', operator: '=', value: 'x' },
      { key: '', operator: '=', value: '' },
    ];
    const queries = [query('SELECT count() FROM orders'), query('SELECT reason FROM refunds', 'B')];
    expect(await source().getDrilldownsApplicability({ queries, filters, groupByKeys: ['city'] })).toEqual([
      { key: 'city', applicable: true, origin: 'dashboard' },
      { key: 'reason', applicable: true },
      { key: 'nowhere', applicable: false, reason: expect.stringMatching(/has no such column/) },
      {
        key: 'state',
        applicable: false,
        reason: expect.stringMatching(/cannot be compared with a column of its type/),
      },
      { key: '', applicable: true },
      { key: 'city', applicable: false, reason: expect.stringMatching(/not grouped by the dashboard/) },
    ]);
    const placed = [query("SELECT 1 FROM x SETTINGS $__adHocFilters('x')")];
    expect(await source().getDrilldownsApplicability({ queries: placed, filters: filters.slice(2, 3) })).toEqual([
      { key: 'nowhere', applicable: true },
    ]);
    expect(await source().getDrilldownsApplicability()).toEqual([]);
  });
});

describe('keys', () => {
  it('are columns that can be compared, keys of maps and paths of JSON', async () => {
    const keys = await source().getTagKeys({
      filters: [],
      queries: [query('SELECT 1 FROM orders')],
      timeRange: firstHour,
    });
    expect(keys.map(({ value }) => value)).toEqual([
      'city',
      'js.user.id',
      "labels['host']",
      "labels['it\\'s']",
      "sizes['7']",
      'tags',
      'ts',
    ]);
  });
});

describe('values', () => {
  const values = async (key: string, sql: string | undefined, timeRange?: TimeRange, sent: string[] = []) => {
    const found = await source(sent).getTagValues({
      key,
      filters: [],
      ...(sql !== undefined && { queries: [query(sql)] }),
      ...(timeRange && { timeRange }),
    });
    return found.map(({ value }) => value);
  };

  it('are those of the range, by the column that the table is ordered or parted by', async () => {
    expect(await values('city', 'SELECT 1 FROM orders')).toEqual(["O'Brien", 'Oslo', 'Rom']);
    expect(await values('city', 'SELECT 1 FROM orders', firstHour)).toEqual(['Oslo', 'Rom']);
    const april = range('2026-04-20T00:00:00Z', '2026-04-21T12:00:00Z');
    expect(await values('reason', undefined, april)).toEqual(['r50', 'r51']);
  });

  it('are those of the range by the column that a query filters by, where the table’s order says nothing', async () => {
    expect(await values('name', 'SELECT 1 FROM people', firstHour)).toHaveLength(5);
    expect(await values('name', 'SELECT 1 FROM people AS p WHERE $__dateFilter(p.born)', firstHour)).toEqual([]);
  });

  it('are those within lists, maps and JSON', async () => {
    expect(await values('tags', 'SELECT 1 FROM orders')).toEqual(['0', '1']);
    expect(await values("labels['host']", 'SELECT 1 FROM orders')).toEqual(['h0', 'h1', 'h2', 'h3']);
    expect(await values("labels['none']", 'SELECT 1 FROM orders')).toEqual([]);
    expect(await values('js.user.id', 'SELECT 1 FROM shop.orders')).toEqual(['0', '1', '2', '3', '4']);
    expect(await values("sizes['7']", 'SELECT 1 FROM orders')).toEqual(['0', '1', '2']);
  });

  it('read no table further than a bound, and send no settings', async () => {
    const sent: string[] = [];
    await values('city', 'SELECT 1 FROM orders', firstHour, sent);
    await values('tags', undefined, undefined, sent);
    const probes = sent.filter((sql) => !sql.includes('FROM system.'));
    expect(probes.length).toBeGreaterThan(1);
    for (const sql of probes) expect(sql).toMatch(/LIMIT 200000\)/);
    expect(sent.join()).not.toMatch(/SETTINGS/);
  });

  it.each(["x' OR 1=1", 'state', 'nowhere', '`', "labels['", "'; DROP TABLE orders; --"])(
    'of %s are none',
    async (key) => {
      expect(await values(key, 'SELECT 1 FROM orders', firstHour)).toEqual([]);
    },
  );
});
