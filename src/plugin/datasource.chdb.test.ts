import { dateTime, FieldType, LoadingState } from '@grafana/data';
import type { DataFrame, DataQueryRequest, DataQueryResponse, ScopedVars } from '@grafana/data';
import { lastValueFrom } from 'rxjs';
import { fetchTransport } from '../clickhouse/fetchTransport';
import type { VariableValue } from '../core/interpolate/variable';
import { startEngine } from '../testing/engine';
import { sourceSettings, testHost } from '../testing/panel';
import type { TestEngine } from '../testing/engine';
import { DataSource } from './datasource';
import type { TidemarkQuery } from './query';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE DATABASE shop');
  await engine.db.command(
    `CREATE TABLE shop.orders (ts DateTime('UTC'), id UInt64, city LowCardinality(String), amount Float64, note Nullable(String), tags Array(String)) ORDER BY ts`,
  );
  await engine.db.command(
    `INSERT INTO shop.orders SELECT toDateTime('2026-03-01 00:00:00', 'UTC') + number * 60, number + 9007199254740993, ['Oslo', 'Rom', 'O''Brien'][number % 3 + 1], number / 2, NULL, ['a'] FROM numbers(300)`,
  );
}, 60_000);
afterAll(() => engine?.stop(), 30_000);

const settings = { ...sourceSettings, jsonData: { defaultDatabase: 'shop' } };

const hostOver = (url: string, variables: Readonly<Record<string, VariableValue>> = {}) =>
  testHost(fetchTransport(fetch, url), { variables });

const source = (values?: Readonly<Record<string, VariableValue>>, url = engine.url) =>
  new DataSource(settings, hostOver(url, values));

function request(
  targets: readonly Partial<TidemarkQuery>[],
  more: Partial<DataQueryRequest<TidemarkQuery>> = {},
): DataQueryRequest<TidemarkQuery> {
  const from = dateTime('2026-03-01T00:00:00Z');
  const to = dateTime('2026-03-01T02:00:00Z');
  return {
    requestId: 'r',
    interval: '1h',
    intervalMs: 3_600_000,
    range: { from, to, raw: { from, to } },
    scopedVars: {},
    targets: targets.map((target, index) => ({ refId: 'ABC'[index] ?? 'Z', rawSql: '', format: 'table', ...target })),
    timezone: 'utc',
    app: 'dashboard',
    startTime: 0,
    dashboardTitle: 'Home',
    panelName: 'Orders */ DROP TABLE shop.orders; /*',
    ...more,
  };
}

const run = (
  targets: readonly Partial<TidemarkQuery>[],
  more?: Partial<DataQueryRequest<TidemarkQuery>>,
  values?: Readonly<Record<string, VariableValue>>,
): Promise<DataQueryResponse> => lastValueFrom(source(values).query(request(targets, more)));

const columns = (frame: DataFrame | undefined) =>
  Object.fromEntries((frame?.fields ?? []).map((field) => [field.name, field.values as unknown[]]));

describe('a query', () => {
  it('becomes a table with macros and the range filled in', async () => {
    const { data, errors, state } = await run([
      {
        rawSql:
          'SELECT $__timeInterval(ts) AS t, count() AS n, round(sum(amount), 1) AS total FROM orders WHERE $__timeFilter(ts) GROUP BY t ORDER BY t',
      },
    ]);
    expect(errors).toBeUndefined();
    expect(state).toBe(LoadingState.Done);
    const [frame] = data as DataFrame[];
    const hour = Date.UTC(2026, 2, 1);
    expect(columns(frame)).toEqual({
      t: [hour, hour + 3_600_000, hour + 7_200_000],
      n: [60, 60, 1],
      total: [885, 2685, 60],
    });
    expect(frame?.fields.map(({ type }) => type)).toEqual([FieldType.time, FieldType.number, FieldType.number]);
    expect(frame?.refId).toBe('A');
  });

  it('becomes time series with labels', async () => {
    const { data } = await run([
      {
        format: 'timeseries',
        rawSql:
          'SELECT $__timeInterval(ts) AS t, city, count() AS orders FROM orders WHERE $__timeFilter(ts) GROUP BY t, city ORDER BY t',
      },
    ]);
    const fields = (data[0] as DataFrame).fields.slice(1);
    expect(fields.map(({ labels }) => labels?.['city']).sort()).toEqual(["O'Brien", 'Oslo', 'Rom']);
    expect(fields.every(({ type }) => type === FieldType.number)).toBe(true);
  });

  it('carries the statement sent, its price, and a comment that no name can leave', async () => {
    const { data } = await run([{ rawSql: 'SELECT count() AS n FROM orders' }]);
    const { meta } = data[0] as DataFrame;
    expect(meta?.executedQueryString).toBe(
      '/* tidemark app=dashboard dashboard=Home panel=Orders DROP TABLE shop.orders ref=A user=ada */\nSELECT count() AS n FROM orders',
    );
    expect(meta?.stats?.map(({ displayName }) => displayName)).toEqual(expect.arrayContaining(['Rows read']));
    expect(await engine.db.query('SELECT count() AS n FROM shop.orders')).toEqual([{ n: 300 }]);
  });

  it('keeps integers beyond 2^53 exact and says so', async () => {
    const { data } = await run([{ rawSql: 'SELECT id FROM orders ORDER BY id LIMIT 2' }]);
    const [frame] = data as DataFrame[];
    expect(columns(frame)).toEqual({ id: ['9007199254740993', '9007199254740994'] });
    expect(frame?.meta?.notices?.map(({ text }) => text).join()).toMatch(/"id" holds numbers with more digits/);
  });

  it('takes variables: lists quoted and escaped, All by $__conditionalAll', async () => {
    const sql = 'SELECT count() AS n FROM orders WHERE $__conditionalAll(city IN ($city), $city)';
    const some = await run([{ rawSql: sql }], {}, { city: ["O'Brien", 'Rom'] });
    const all = await run([{ rawSql: sql }], {}, { city: ['$__all'] });
    expect([columns(some.data[0] as DataFrame), columns(all.data[0] as DataFrame)]).toEqual([
      { n: [200] },
      { n: [300] },
    ]);
  });

  it('takes ad hoc filters, one-of among them, whatever their values hold', async () => {
    const count = async (filters: DataQueryRequest['filters']) => {
      const { data, errors } = await run([{ rawSql: 'SELECT count() AS n FROM orders' }], { filters });
      expect(errors).toBeUndefined();
      return columns(data[0] as DataFrame)['n'];
    };
    expect(await count([{ key: 'city', operator: '=', value: "O'Brien" }])).toEqual([100]);
    expect(await count([{ key: 'city', operator: '=|', value: 'Oslo', values: ['Oslo', 'Rom'] }])).toEqual([200]);
    expect(await count([{ key: 'city', operator: '!=', value: "x' OR 1=1 --" }])).toEqual([300]);
  });

  it('runs without a filter whose column its table has not, and says so', async () => {
    const { data, errors } = await run([{ rawSql: 'SELECT count() AS n FROM orders' }], {
      filters: [
        { key: 'country', operator: '=', value: 'NO' },
        { key: 'city', operator: '=', value: 'Rom' },
      ],
    });
    expect(errors).toBeUndefined();
    const [frame] = data as DataFrame[];
    expect(columns(frame)).toEqual({ n: [100] });
    expect(frame?.meta?.notices?.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^The filter on "country" was not applied/),
    ]);
  });

  it('that is hidden or empty is not sent', async () => {
    const { data, state } = await run([{ rawSql: 'SELECT 1', hide: true }, { rawSql: '  \n' }]);
    expect([data, state]).toEqual([[], LoadingState.Done]);
  });
});

describe('an error', () => {
  it('belongs to its own target and leaves the others alone', async () => {
    const { data, errors, state } = await run([
      { rawSql: 'SELECT 1 AS one' },
      { rawSql: 'SELECT * FROM nowhere' },
      { rawSql: 'SELECT $__timeFilter()' },
    ]);
    expect(state).toBe(LoadingState.Error);
    expect(columns((data as DataFrame[]).find(({ refId }) => refId === 'A'))).toEqual({ one: [1] });
    expect(errors?.map(({ refId }) => refId).sort()).toEqual(['B', 'C']);
    const [b, c] = ['B', 'C'].map((refId) => errors?.find((error) => error.refId === refId)?.message);
    expect(b).toMatch(/nowhere.*UNKNOWN_TABLE, code 60.*Check database and table name/s);
    expect(c).toMatch(/\$__timeFilter/);
  });

  it('of a column of the wrong type says what to do', async () => {
    const { errors } = await run([{ rawSql: 'SELECT sum(city) FROM orders' }]);
    expect(errors?.[0]?.message).toMatch(/ILLEGAL_TYPE_OF_ARGUMENT, code 43.*DESCRIBE TABLE/s);
  });

  it('of a type that cannot be shown names column and type', async () => {
    const { errors } = await run([{ rawSql: 'SELECT uniqState(id) AS users FROM orders' }]);
    expect(errors?.[0]?.message).toMatch(/users.*finalizeAggregation/s);
  });

  it('shows the statement that was refused', async () => {
    const { data } = await run([{ rawSql: 'SELEC 1' }]);
    expect((data[0] as DataFrame).meta?.executedQueryString).toMatch(/SELEC 1$/);
  });

  it('in the middle of an answer is no half result', async () => {
    const { data, errors } = await run([
      { rawSql: "SELECT throwIf(number = 300000, 'late') AS x FROM numbers(1000000) SETTINGS max_block_size = 1000" },
    ]);
    // A connection that is cut may take the server's last words with it; an error it is in any case.
    expect(errors?.[0]?.message).toMatch(/late|The answer broke off after \d+ bytes/);
    expect((data as DataFrame[]).flatMap(({ fields }) => fields)).toEqual([]);
  }, 30_000);

  it('of a server that is not there names the place to look', async () => {
    const { errors } = await lastValueFrom(
      source(undefined, 'http://127.0.0.1:1').query(request([{ rawSql: 'SELECT 1' }])),
    );
    expect(errors?.[0]?.message).toMatch(/could not be reached.*Check the URL/);
  });
});

describe('a variable', () => {
  const options = async (rawSql: string, scopedVars: ScopedVars = {}) => {
    const { data } = await lastValueFrom(source().variables.query(request([{ rawSql }], { scopedVars })));
    return columns(data[0] as DataFrame);
  };

  it('lists a column, sees the range and the search', async () => {
    expect(await options('SELECT DISTINCT city FROM orders WHERE $__timeFilter(ts) ORDER BY city')).toEqual({
      text: ["O'Brien", 'Oslo', 'Rom'],
      value: ["O'Brien", 'Oslo', 'Rom'],
    });
    const search = "SELECT DISTINCT city FROM orders WHERE city LIKE '$__searchFilter' ORDER BY city";
    expect((await options(search))['value']).toHaveLength(3);
    expect((await options(search, { __searchFilter: { text: '', value: "O'B" } }))['value']).toEqual(["O'Brien"]);
    expect((await options(search, { __searchFilter: { text: '', value: '%' } }))['value']).toEqual([]);
    expect((await options(search, { __searchFilter: { text: '', value: "' OR 1=1 --" } }))['value']).toEqual([]);
  });

  it('errors with the server’s own words', async () => {
    await expect(options('SELECT nope FROM orders')).rejects.toThrow(/nope/);
  });
});

describe('ad hoc keys and values', () => {
  it('are the columns of the default database, and what they hold', async () => {
    const keys = await source().getTagKeys();
    expect(keys.map(({ value }) => value)).toEqual(['amount', 'city', 'id', 'note', 'tags', 'ts']);
    const values = await source().getTagValues({ key: 'city', filters: [] });
    expect(values.map(({ value }) => value)).toEqual(["O'Brien", 'Oslo', 'Rom']);
    expect(await source().getTagValues({ key: "x' OR 1=1", filters: [] })).toEqual([]);
  });

  it('are those of the tables that the queries name', async () => {
    const queries: TidemarkQuery[] = [{ refId: 'A', rawSql: 'SELECT * FROM system.one', format: 'table' }];
    expect(await source().getTagKeys({ filters: [], queries })).toEqual([{ text: 'dummy', value: 'dummy' }]);
  });
});

describe('the health check', () => {
  it('names server, user and what is missing', async () => {
    const { status, message, details } = await source().testDatasource();
    expect(status).toBe('success');
    expect(message).toMatch(/^Connected to ClickHouse \d+\.\d+.* as ".+", database "shop"\./);
    expect(details?.message).toMatch(/The user .*tidemark migrate/s);
  });

  it('says why it fails', async () => {
    const { status, message } = await source(undefined, 'http://127.0.0.1:1').testDatasource();
    expect([status, message]).toEqual(['error', expect.stringMatching(/could not be reached/)]);
  });
});

describe('a read-only user', () => {
  let closed: TestEngine;
  beforeAll(async () => {
    closed = await startEngine({ readonly: true });
  }, 60_000);
  afterAll(() => closed?.stop(), 30_000);

  const reader = () => new DataSource({ ...settings, jsonData: {} }, hostOver(closed.url));

  it('may do all of it: query, filter, keys, health check', async () => {
    const { data, errors } = await lastValueFrom(
      reader().query(
        request(
          [{ rawSql: 'SELECT $__interval_s AS seconds FROM system.one' }, { rawSql: 'SELECT dummy FROM system.one' }],
          {
            filters: [{ key: 'dummy', operator: '=', value: '0' }],
          },
        ),
      ),
    );
    expect(errors).toBeUndefined();
    expect((data as DataFrame[]).map(({ length }) => length)).toEqual([1, 1]);
    const { status, details } = await reader().testDatasource();
    expect([status, details?.message]).toEqual(['success', expect.stringMatching(/readonly = 1/)]);
  });

  it('is told in one sentence that it may not write', async () => {
    const { errors } = await lastValueFrom(
      reader().query(request([{ rawSql: 'CREATE TABLE x (a UInt8) ORDER BY a' }])),
    );
    expect(errors?.[0]?.message).toMatch(/READONLY, code 164.*right for dashboards/s);
  });
});

describe('a query that nobody waits for any more', () => {
  // An engine of its own: were the query not stopped, it would hold up the other tests.
  let busy: TestEngine;
  beforeAll(async () => {
    busy = await startEngine();
    await busy.db.command('CREATE DATABASE shop');
  }, 60_000);
  afterAll(() => busy?.kill(), 30_000);

  it('is stopped on the server', async () => {
    const running = async () =>
      (
        await busy.db.query(
          `SELECT query FROM system.processes WHERE query LIKE '%slow_marker%' AND query NOT LIKE '%system.processes%'`,
        )
      ).length;
    const subscription = source(undefined, busy.url)
      .query(request([{ rawSql: "SELECT 'slow_marker' AS m, sum(sipHash64(number)) FROM numbers(1000000000000)" }]))
      .subscribe();
    await until(async () => (await running()) > 0);
    subscription.unsubscribe();
    await until(async () => (await running()) === 0);
    expect(await running()).toBe(0);
  }, 30_000);
});

/** Waits for a condition on the engine: looks every 50 ms, gives up after 10 s. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('the condition did not come true within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
