import type { Field } from '@grafana/data';
import { decodeNative } from '../native/decoder';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import { toDataFrames } from './toDataFrames';
import type { FrameFormat, FrameOptions } from './toDataFrames';

let engine: TestEngine;
beforeAll(async () => void (engine = await startEngine()), 60_000);
afterAll(() => engine.stop());

async function blocksOf(sql: string) {
  const response = await fetch(`${engine.url}/?default_format=Native`, { method: 'POST', body: sql });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (!response.ok) throw new Error(Buffer.from(bytes).toString());
  return decodeNative(bytes);
}

async function framesOf(sql: string, format: FrameFormat, options: Partial<FrameOptions> = {}) {
  const { frames, notices } = toDataFrames(await blocksOf(sql), { refId: 'A', format, ...options });
  expect(frames).toHaveLength(1);
  return { frame: frames[0]!, fields: frames[0]!.fields, notices, codes: notices.map(({ code }) => code) };
}

/** Field as [legend name, type, values]. */
const shown = ({ name, type, values, config }: Field) => [config.displayNameFromDS ?? name, type, values];

const utc = (text: string) => Date.parse(`${text}Z`);

describe('table', () => {
  test('has a field per column in order, plain arrays, nulls as null', async () => {
    const { frame, fields } = await framesOf(
      `SELECT toDateTime('2026-01-01 00:00:00') AS t, 'x' AS s, 1.5 AS f, NULL AS n, true AS b, [1, 2] AS a,
              map('k', (1, 'x')) AS m, CAST('one', 'Enum8(\\'one\\' = 1)') AS e, toUUID('00000000-0000-0000-0000-000000000001') AS u`,
      'table',
    );
    expect(fields.map(shown)).toEqual([
      ['t', 'time', [utc('2026-01-01T00:00')]],
      ['s', 'string', ['x']],
      ['f', 'number', [1.5]],
      ['n', 'string', [null]],
      ['b', 'boolean', [true]],
      ['a', 'other', ['[1,2]']],
      ['m', 'other', ['{"k":[1,"x"]}']],
      ['e', 'string', ['one']],
      ['u', 'string', ['00000000-0000-0000-0000-000000000001']],
    ]);
    expect(fields.every(({ values }) => Array.isArray(values))).toBe(true);
    expect(frame).toMatchObject({ refId: 'A', length: 1, meta: { preferredVisualisationType: 'table' } });
  });

  test('integers up to 2^53 are numbers, a column beyond is text with a notice', async () => {
    const { fields, notices } = await framesOf(
      `SELECT arrayJoin([9007199254740991, 1]) AS safe, toUInt64(18446744073709551615) AS big,
              toDecimal64(0.25, 4) AS price, toDecimal128('12345678901234567.89', 2) AS sum`,
      'table',
    );
    expect(fields.map(shown)).toEqual([
      ['safe', 'number', [9007199254740991, 1]],
      ['big', 'string', Array(2).fill('18446744073709551615')],
      ['price', 'number', [0.25, 0.25]],
      ['sum', 'string', Array(2).fill('12345678901234567.89')],
    ]);
    expect(fields[2]!.config).toEqual({ decimals: 4 });
    expect(notices.map(({ code, subject }) => [code, subject])).toEqual([
      ['shown_as_text', 'big'],
      ['shown_as_text', 'sum'],
    ]);
  });

  test('a number hidden under NULL does not make the column text', async () => {
    const { fields, notices } = await framesOf(
      'SELECT nullIf(arrayJoin([5, 18446744073709551615]), 18446744073709551615) AS n',
      'table',
    );
    expect(fields.map(shown)).toEqual([['n', 'number', [5, null]]]);
    expect(notices).toEqual([]);
  });

  test('nanoseconds stand beside the milliseconds, zones of columns in the field’s config', async () => {
    const { fields } = await framesOf(
      `SELECT toDateTime64('2026-01-01 00:00:00.123456789', 9, 'Asia/Tokyo') AS t, toDateTime64('2026-01-01 00:00:00.123', 3, 'UTC') AS u`,
      'table',
    );
    expect(fields[0]).toMatchObject({ values: [utc('2025-12-31T15:00:00.123')], nanos: [456789] });
    expect(fields[1]!.nanos).toBeUndefined();
    expect(fields.map(({ config }) => config.custom)).toEqual([{ timeZone: 'Asia/Tokyo' }, { timeZone: 'UTC' }]);
  });

  test('days begin at midnight of the given zone', async () => {
    const sql = `SELECT toDate('2026-03-29') AS d`;
    const start = async (timezone?: string) =>
      (await framesOf(sql, 'table', { timezone })).fields[0]!.values[0] as number;
    expect(await start()).toBe(utc('2026-03-29T00:00'));
    expect(await start('utc')).toBe(utc('2026-03-29T00:00'));
    expect(await start('Europe/Berlin')).toBe(utc('2026-03-28T23:00'));
    expect(await start('America/New_York')).toBe(utc('2026-03-29T04:00'));
  });

  test('intervals carry their unit, floats keep NaN', async () => {
    const { fields } = await framesOf('SELECT toIntervalHour(3) AS i, nan AS f', 'table');
    expect(fields[0]).toMatchObject({ type: 'number', values: [3], config: { unit: 'h' } });
    expect(fields[1]!.values).toEqual([NaN]);
  });

  test('an answer of several blocks is one frame', async () => {
    const { frame, fields } = await framesOf('SELECT number AS n, toString(number) AS s FROM numbers(200000)', 'table');
    expect(frame.length).toBe(200000);
    expect([fields[0]!.values[199999], fields[1]!.values[199999]]).toEqual([199999, '199999']);
  });

  test('an empty answer is a frame without rows', async () => {
    expect((await framesOf('SELECT 1 AS a WHERE 0', 'table')).frame).toMatchObject({ length: 0 });
    expect(toDataFrames([], { refId: 'B', format: 'timeseries' }).frames).toMatchObject([
      { refId: 'B', fields: [], length: 0 },
    ]);
  });

  test('every call makes its own objects', async () => {
    const blocks = await blocksOf('SELECT 1 AS a');
    const [one, two] = [1, 2].map(() => toDataFrames(blocks, { refId: 'A', format: 'table' }).frames[0]!);
    expect(one).toEqual(two);
    expect(one!.fields[0]).not.toBe(two!.fields[0]);
    expect(one!.fields[0]!.values).not.toBe(two!.fields[0]!.values);
    expect(one!.fields[0]!.config).not.toBe(two!.fields[0]!.config);
  });
});

describe('timeseries', () => {
  const long = (rows: string) =>
    `SELECT toDateTime(t, 'UTC') AS time, c AS country, v AS orders FROM values('t UInt32, c Nullable(String), v Nullable(Int64)', ${rows})`;

  test('goes from long to wide: sorted, gaps null, the label alone as name', async () => {
    const { fields, frame, notices } = await framesOf(
      long(`(120, 'FR', 6), (60, 'FR', 4), (60, 'DE', 1), (180, 'DE', 3), (120, 'DE', NULL)`),
      'timeseries',
    );
    expect(fields.map(shown)).toEqual([
      ['time', 'time', [60000, 120000, 180000]],
      ['DE', 'number', [1, null, 3]],
      ['FR', 'number', [4, 6, null]],
    ]);
    expect(fields[1]).toMatchObject({ name: 'orders', labels: { country: 'DE' } });
    expect(frame).toMatchObject({ length: 3, meta: { type: 'timeseries-wide', typeVersion: [0, 1] } });
    expect(notices).toEqual([]);
  });

  test('several value columns and labels are named apart', async () => {
    const { fields } = await framesOf(
      `SELECT toDateTime(60) AS t, 'DE' AS c, toLowCardinality('web') AS d, 1 AS orders, 2.5 AS revenue`,
      'timeseries',
    );
    expect(fields.map(shown)).toEqual([
      ['t', 'time', [60000]],
      ['orders DE, web', 'number', [1]],
      ['revenue DE, web', 'number', [2.5]],
    ]);
    expect(fields[1]!.labels).toEqual({ c: 'DE', d: 'web' });
  });

  test('NULL and empty labels have names; series come in order of their names', async () => {
    const { fields } = await framesOf(long(`(60, NULL, 1), (60, '', 2), (60, 'v10', 3), (60, 'v9', 4)`), 'timeseries');
    expect(fields.slice(1).map(({ config }) => config.displayNameFromDS)).toEqual(['(empty)', 'NULL', 'v9', 'v10']);
  });

  test('without labels each row stays, sorted by time', async () => {
    const { fields } = await framesOf(
      `SELECT fromUnixTimestamp64Micro(arrayJoin([2000002, 1000000, 2000001, 1000000])) AS t, toUnixTimestamp64Micro(t) AS v`,
      'timeseries',
    );
    expect(fields[0]).toMatchObject({ values: [1000, 1000, 2000, 2000], nanos: [0, 0, 1000, 2000] });
    expect(fields[1]).toMatchObject({ name: 'v', values: [1000000, 1000000, 2000001, 2000002] });
    expect(fields[1]!.labels).toBeUndefined();
  });

  test('strings are values when there is nothing else', async () => {
    const { fields } = await framesOf(`SELECT toDateTime(60) AS t, 'up' AS state`, 'timeseries');
    expect(fields.map(shown)).toEqual([
      ['t', 'time', [60000]],
      ['state', 'string', ['up']],
    ]);
  });

  test.each([
    ['rounded', `SELECT toDateTime(1) AS t, 18446744073709551615 AS v`, [18446744073709552000]],
    ['infinite_left_out', 'SELECT toDateTime(1) AS t, arrayJoin([inf, nan, 1.]) AS v', [null, null, 1]],
    ['null_time', 'SELECT arrayJoin([NULL, toDateTime(1)]) AS t, 3 AS v', [3]],
    ['column_left_out', 'SELECT toDateTime(1) AS t, [1] AS list, 3 AS v', [3]],
    ['same_point_twice', `SELECT toDateTime(1) AS t, 'x' AS label, arrayJoin([1, 2, 3]) AS v`, [3]],
  ])('says so when: %s', async (code, sql, values) => {
    const { fields, codes } = await framesOf(sql, 'timeseries');
    expect(codes).toEqual([code]);
    expect(fields[1]!.values).toEqual(values);
  });

  test('keeps as many series as allowed and says how many are left out', async () => {
    const sql = 'SELECT toDateTime(1) AS t, toString(number) AS label, number AS v FROM numbers(50)';
    const { fields, notices } = await framesOf(sql, 'timeseries', { maxSeries: 10 });
    expect(fields).toHaveLength(11);
    expect(notices[0]!.message).toContain('The labels make 50 time series: 10 are shown and 40 left out.');
  });

  test.each([
    ['numeric-wide', 'SELECT count() AS orders FROM numbers(5)'],
    ['numeric-long', `SELECT 'DE' AS country, count() AS orders FROM numbers(5)`],
  ])('without a time the frame is %s', async (type, sql) => {
    const { frame } = await framesOf(sql, 'timeseries');
    expect(frame.meta).toMatchObject({ type });
    expect(frame.fields.at(-1)).toMatchObject({ name: 'orders', values: [5] });
  });
});
