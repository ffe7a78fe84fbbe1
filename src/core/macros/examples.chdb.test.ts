import { applyAdhocFilters } from '../adhoc/apply';
import { exampleContext } from './docs';
import { expandMacros, expandTemplateMacros } from './expand';
import { interpolate } from '../interpolate/interpolate';
import { macros } from './table';
import { rewriteCases } from '../../testing/macros/rewrites';
import { startEngine } from '../../testing/engine';
import type { Macro, MacroContext } from './macro';
import type { TestEngine } from '../../testing/engine';

jest.setTimeout(60_000);

const hour = 3_600_000;

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command(
    `CREATE TABLE events (occurred_at DateTime64(3, 'UTC'), day Date, country String, service String, host String, kind String, status UInt16, latency_ms Float32, bytes_total UInt64, queue_length Int32) ENGINE = MergeTree ORDER BY occurred_at`,
  );
  await engine.db.command(
    `INSERT INTO events SELECT fromUnixTimestamp64Milli(${exampleContext.fromMs} + number * 7919) AS at, toDate(at), ['DE', 'FR'][number % 2 + 1], ['api', 'web', 'job'][number % 3 + 1], toString(number % 5), 'page', [200, 404, 500][number % 3 + 1], sin(number) * 100 + 101, number * number, number % 17 FROM numbers(2000)`,
  );
  await engine.db.command(
    `CREATE TABLE e (ts DateTime('UTC'), k String, v UInt64, t DateTime('UTC'), metric String, value Float64) ENGINE = ReplacingMergeTree ORDER BY ts`,
  );
  await engine.db.command(
    `INSERT INTO e SELECT toDateTime(number * 7) AS at, ['a', 'b'][number % 2 + 1], number, at + 1, 'm', number FROM numbers(200)`,
  );
  await engine.db.command('CREATE TABLE names (k String, name String) ENGINE = MergeTree ORDER BY k');
  await engine.db.command("INSERT INTO names VALUES ('a', 'A')");
}, 60_000);
afterAll(() => engine.stop());

/** The example within the least query that makes a statement of it. */
function statementOf({ kind, example }: Macro): string {
  if (kind === 'statement') return example;
  if (example.startsWith('SETTINGS')) return `SELECT count() FROM events ${example}`;
  if (kind === 'template') return `SELECT count() FROM events WHERE ${example}`;
  // The intervals with their unit are for labels.
  const value = example === '$__interval' || example === '$__range' ? '1 AS `' + example + '`' : example;
  return `SELECT ${value} AS result FROM events LIMIT 3`.replace(/` AS result/, '`');
}

const variables = { country: { name: 'country', value: ['DE', 'FR'], multi: true } };
const adhoc = [{ key: 'country', operator: '=', value: 'DE' }];

test.each(macros.map((macro) => [macro.name, macro] as const))('the example of %s runs', async (_, macro) => {
  const sql = interpolate(
    expandTemplateMacros(statementOf(macro), () => false),
    variables,
    'UTC',
  );
  const expanded = expandMacros(sql, { ...exampleContext, adhoc });
  expect(expanded.notices).toEqual([]);
  expect((await engine.db.query(expanded.sql)).length).toBeGreaterThan(0);
});

const context: MacroContext = { fromMs: 60_000, toMs: 660_000, intervalMs: 60_000, timezone: 'UTC' };

test.each(rewriteCases)('%s runs and has rows', async (sql) => {
  const { sql: became } = expandMacros(sql, context);
  const body = became.replace(/ format JSONEachRow/, '');
  expect((await engine.db.query(body)).length).toBeGreaterThan(0);
});

test.each(rewriteCases.filter(([sql]) => !/EXPLAIN|JOIN|join|WITH|with/.test(sql)))(
  'an ad hoc filter reaches the table of %s',
  async (sql) => {
    const filter = [{ key: 'k', operator: '=', value: 'nobody' }];
    const { sql: filtered, notices } = applyAdhocFilters(expandMacros(sql, context).sql, filter);
    expect(notices).toEqual([]);
    expect(await engine.db.query(filtered)).toEqual([]);
  },
);

test('the columns are bucket, key and value, and the bucket is a DateTime in the dashboard’s zone', async () => {
  const sql = '$__perSecondColumns(occurred_at, service AS name, bytes_total AS `bytes/s`) FROM events';
  const { sql: became } = expandMacros(sql, { ...exampleContext, timezone: 'Europe/Berlin' });
  const columns = await engine.db.query<{ name: string; type: string }>(`DESCRIBE (${became})`);
  expect(columns.map(({ name, type }) => [name, type])).toEqual([
    ['t', "DateTime('Europe/Berlin')"],
    ['name', 'String'],
    ['bytes/s', 'Float64'],
  ]);
});

test.each(['count()', 'sum(toDecimal64(bytes_total, 2))', 'max(toNullable(latency_ms))', 'max(toInt128(bytes_total))'])(
  'a value of the type of %s has rates',
  async (value) => {
    const { sql } = expandMacros(`$__rateColumns(occurred_at, service, ${value}) FROM events`, exampleContext);
    expect((await engine.db.query(sql)).length).toBeGreaterThan(100);
  },
);

describe('the key is used', () => {
  const plan = async (sql: string) =>
    (
      await engine.db.query<{ explain: string }>(
        `EXPLAIN indexes = 1 ${expandMacros(sql, { ...exampleContext, fromMs: exampleContext.fromMs + hour }).sql}`,
      )
    )
      .map(({ explain }) => explain)
      .join('\n');

  test.each(macros.filter(({ kind }) => kind === 'statement').map(({ name, example }) => [name, example]))(
    'by %s',
    async (_, example) => expect(await plan(example!)).toMatch(/PrimaryKey[\s\S]*Condition: .*occurred_at in/),
  );

  test('by $__timeFilter on whole seconds since 1970', async () => {
    await engine.db.command('CREATE TABLE epoch (s UInt32) ENGINE = MergeTree ORDER BY s');
    await engine.db.command('INSERT INTO epoch SELECT number FROM numbers(1000)');
    const sql = expandMacros('SELECT count() AS c FROM epoch WHERE $__timeFilter(s)', context).sql;
    expect(await engine.db.query(sql)).toEqual([{ c: 601 }]);
    expect(await plan('SELECT count() FROM epoch WHERE $__timeFilter(s)')).toMatch(
      /PrimaryKey[\s\S]*Condition: .*s in/,
    );
  });
});

describe('$__lttb', () => {
  const ask = async (sql: string) =>
    (await engine.db.query<Record<string, string | number>>(expandMacros(sql, context).sql)).map((row) =>
      Object.values(row).map(String),
    );

  test.each([2, 3, 10, 50])(
    'keeps %d of the points, the first and the last with them, in their order',
    async (points) => {
      const all = await ask('SELECT ts, v FROM e WHERE $__timeFilter(ts) ORDER BY ts');
      const kept = await ask(`$__lttb(${points}, ts, v) FROM e`);
      expect(kept).toHaveLength(points);
      expect(kept[0]).toEqual(all[0]);
      expect(kept.at(-1)).toEqual(all.at(-1));
      expect(kept).toEqual(
        [...kept].sort((a, b) => all.findIndex(([t]) => t === a[0]) - all.findIndex(([t]) => t === b[0])),
      );
      expect(all).toEqual(expect.arrayContaining(kept));
    },
  );

  test('keeps all of fewer points', async () => {
    expect(await ask('$__lttb(1000, ts, v) FROM e')).toEqual(
      await ask('SELECT ts, v FROM e WHERE $__timeFilter(ts) ORDER BY ts'),
    );
  });

  test('per key keeps so many of each key', async () => {
    const kept = await ask('$__lttbColumns(7, ts, k, v) FROM e');
    expect(kept.filter(([, key]) => key === 'a')).toHaveLength(7);
    expect(kept.filter(([, key]) => key === 'b')).toHaveLength(7);
  });
});
