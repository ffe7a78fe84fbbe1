import { dayIn, wallClock } from '../time/zone';
import { expandMacros } from './expand';
import { startEngine } from '../../testing/engine';
import type { MacroContext } from './macro';
import type { TestEngine } from '../../testing/engine';

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;

// Zones with shifts of an hour, half an hour and at midnight, with quarter-hour offsets, west and east of the date line.
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Auckland',
];

const first = Date.UTC(2024, 0, 1);
const step = 157 * 61 * second; // some 9 moments a day, at odd minutes and seconds
const count = 3_350;

jest.setTimeout(60_000);

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command(
    `CREATE TABLE moments (ms Int64, t DateTime('UTC'), x DateTime64(3, 'Asia/Tokyo'), d Date, d32 Date32, n UInt32) ENGINE = MergeTree ORDER BY t`,
  );
  await engine.db.command(
    `INSERT INTO moments SELECT ${first} + number * ${step} AS ms, fromUnixTimestamp64Milli(ms), fromUnixTimestamp64Milli(ms), toDate(fromUnixTimestamp64Milli(ms, 'UTC')), toDate(fromUnixTimestamp64Milli(ms, 'UTC')), intDiv(ms, 1000) FROM numbers(${count})`,
  );
}, 60_000);
afterAll(() => engine.stop());

const base: MacroContext = { fromMs: first, toMs: first + 366 * day, intervalMs: 60_000, timezone: 'UTC' };

async function ask<Row>(sql: string, more: Partial<MacroContext> = {}): Promise<Row[]> {
  return engine.db.query<Row>(expandMacros(sql, { ...base, ...more }).sql);
}

/** Start of the bucket of every moment, in milliseconds. */
async function buckets(macro: string, more: Partial<MacroContext>): Promise<[ms: number, start: number][]> {
  const sql = `SELECT groupArray((ms, toUnixTimestamp(${macro}) * 1000)) AS r FROM moments`;
  const rows = await ask<{ r: [string | number, string | number][] }>(sql, more);
  return rows[0]!.r.map(([ms, start]) => [Number(ms), Number(start)]);
}

/** The moments, as texts, whose bucket breaks a rule; one list per call keeps ten thousand `expect`s out of a test. */
const breaking = (rows: readonly [number, number][], holds: (ms: number, start: number) => boolean) =>
  rows.filter(([ms, start]) => !holds(ms, start)).map(([ms, start]) => [new Date(ms), new Date(start)]);

describe.each(zones)('buckets in %s', (timezone) => {
  const day0 = (ms: number) => dayIn(ms, timezone);
  const isStartOfDay = (start: number) => day0(start - 1) !== day0(start);

  test('of a day hold exactly the days of the zone', async () => {
    const rows = await buckets('$__timeInterval(t)', { timezone, intervalMs: day });
    expect(breaking(rows, (ms, start) => day0(start) === day0(ms) && isStartOfDay(start))).toEqual([]);
  });

  test('of a week begin on Monday', async () => {
    const rows = await buckets('$__timeInterval(x)', { timezone, intervalMs: 7 * day });
    const holds = (ms: number, start: number) =>
      wallClock(start, timezone).weekday === 1 && isStartOfDay(start) && ms >= start && ms - start < 7 * day + hour;
    expect(breaking(rows, holds)).toEqual([]);
  });

  test('of a month begin on the first', async () => {
    const rows = await buckets('$__timeGroup(t, 1M)', { timezone });
    const holds = (ms: number, start: number) => day0(start) === `${day0(ms).slice(0, 7)}-01` && isStartOfDay(start);
    expect(breaking(rows, holds)).toEqual([]);
  });

  test('of a quarter, as over many years, begin on the first of its first month', async () => {
    const rows = await buckets('$__naturalTimeSeries(t)', { timezone, toMs: first + 7 * 366 * day });
    const holds = (ms: number, start: number) => {
      const month = 3 * Math.floor((Number(day0(ms).slice(5, 7)) - 1) / 3) + 1;
      return day0(start) === `${day0(ms).slice(0, 4)}-${String(month).padStart(2, '0')}-01` && isStartOfDay(start);
    };
    expect(breaking(rows, holds)).toEqual([]);
  });

  test.each(['d', 'd32'])('of the date %s are the date’s own day', async (column) => {
    const rows = await buckets(`$__timeInterval(${column})`, { timezone, intervalMs: day });
    expect(breaking(rows, (ms, start) => day0(start) === dayIn(ms, 'UTC') && isStartOfDay(start))).toEqual([]);
    expect(await buckets(`$__timeInterval(${column})`, { timezone, intervalMs: hour })).toEqual(rows);
    expect(await buckets(`$__timeInterval_ms(${column})`, { timezone, intervalMs: 1 })).toEqual(rows);
  });

  test('of 6 hours begin at hours of the zone’s clock that 6 divides, but for days with a shift', async () => {
    const rows = await buckets('$__timeInterval(t)', { timezone, intervalMs: 6 * hour });
    const odd = breaking(rows, (_, start) => {
      const clock = wallClock(start, timezone);
      return clock.hour % 6 === 0 && clock.minute === 0 && clock.second === 0;
    });
    expect(new Set(odd.map(([ms]) => day0(Number(ms)))).size).toBeLessThanOrEqual(2);
    expect(breaking(rows, (ms, start) => ms >= start && ms - start <= 7 * hour)).toEqual([]);
  });
});

test('a DateTime, a DateTime64 and seconds since 1970 fall in the same buckets', async () => {
  for (const intervalMs of [second, 30 * second, 5 * 60 * second, hour, day]) {
    const rows = await ask<{ c: string | number }>(
      `SELECT count() AS c FROM moments WHERE $__timeInterval(t) != $__timeInterval(x) OR $__timeInterval(t) != $__timeInterval(n)`,
      { intervalMs, timezone: 'Europe/Berlin' },
    );
    expect(rows.map(({ c }) => Number(c))).toEqual([0]);
  }
});

test('the bucket of every interval is a DateTime in the zone', async () => {
  for (const intervalMs of [second, 60_000, hour, day, 7 * day, 365 * day]) {
    const sql = 'SELECT toTypeName($__timeInterval(t)) AS type FROM moments LIMIT 1';
    expect(await ask(sql, { intervalMs, timezone: 'Europe/Berlin' })).toEqual([{ type: "DateTime('Europe/Berlin')" }]);
  }
});

describe('filters', () => {
  const range = { fromMs: first + 3 * step + 400, toMs: first + 9 * step + 700 };
  const inRange = (from: number, to: number) =>
    Array.from({ length: count }, (_, i) => first + i * step).filter((ms) => ms >= from && ms <= to);
  const found = async (where: string, more: Partial<MacroContext> = {}) =>
    (
      await ask<{ ms: string | number }>(`SELECT ms FROM moments WHERE ${where} ORDER BY ms`, { ...range, ...more })
    ).map(({ ms }) => Number(ms));

  test.each([
    '$__timeFilter(t)',
    '$__timeFilter(x)',
    '$__timeFrom(t) AND $__timeTo(t)',
    't >= $__fromTime AND t <= $__toTime',
  ])('%s finds the rows of the range, from whole second to whole second', async (where) => {
    expect(await found(where)).toEqual(inRange(first + 3 * step, first + 9 * step));
  });

  test.each(['$__timeFilter_ms(x)', 'x >= $__fromTime_ms AND x <= $__toTime_ms', '$__timeFilter_ms(t)'])(
    '%s finds them to the millisecond',
    async (where) => {
      expect(await found(where)).toEqual(inRange(range.fromMs, range.toMs));
    },
  );

  test('NOT before a filter means all of it', async () => {
    expect((await found('NOT $__timeFilter(t)')).length + (await found('$__timeFilter(t)')).length).toBe(count);
  });

  test.each(zones)('$__dateTimeFilter loses no row of the range when the dashboard is in %s', async (timezone) => {
    for (const offset of [0, 5, 11, 17, 23]) {
      const more = { timezone, fromMs: first + 30 * day + offset * hour, toMs: first + 31 * day + offset * hour };
      expect(await found('$__dt(d, t)', more)).toEqual(inRange(more.fromMs, more.toMs));
    }
  });

  test('$__timeFilter uses the primary key', async () => {
    const rows = await ask<{ explain: string }>(
      'EXPLAIN indexes = 1 SELECT count() FROM moments WHERE $__timeFilter(t) AND n > 1',
      range,
    );
    const plan = rows.map(({ explain }) => explain).join('\n');
    expect(plan).toMatch(/PrimaryKey[\s\S]*Condition: .*t in/);
  });

  test('$__dateFilter finds the days', async () => {
    const more = { timezone: 'Asia/Tokyo', fromMs: first + 20 * hour, toMs: first + 38 * hour };
    const rows = await ask<{ text: string }>(
      'SELECT DISTINCT toString(d) AS text FROM moments WHERE $__dateFilter(d) ORDER BY d',
      more,
    );
    expect(rows.map(({ text }) => text)).toEqual(['2024-01-02']);
  });
});

test('$__adHocFilters applies hostile values as values', async () => {
  const adhoc = [{ key: 'n', operator: '!=', value: "' OR 1 --" }];
  const sql = "SELECT count() AS c FROM (SELECT toString(n) AS n FROM moments) SETTINGS $__adHocFilters('moments')";
  await expect(ask(sql, { adhoc })).rejects.toThrow(/Cannot (parse|convert) string/);
  const kept = [{ key: 'n', operator: '!~', value: "')] OR 0 -- \\" }];
  expect(await ask(sql, { adhoc: kept })).toEqual([{ c: count }]);
  const fine = [{ key: 'n', operator: '=~', value: String(first / 1000) }];
  expect(await ask(sql, { adhoc: fine })).toEqual([{ c: 1 }]);
});
