import fc from 'fast-check';

import { TidemarkError } from '../errors';
import { expandMacros, expandTemplateMacros } from './expand';
import { expandQuery } from '../expand';
import type { MacroContext } from './macro';

const context: MacroContext = { fromMs: 1_000_500, toMs: 90_000_999, intervalMs: 60_000, timezone: 'UTC' };
const expand = (sql: string, more: Partial<MacroContext> = {}) => expandMacros(sql, { ...context, ...more }).sql;

function errorOf(work: () => unknown): { code: string; message: string } {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof TidemarkError) return { code: thrown.code, message: thrown.message };
  }
  throw new Error('nothing was thrown');
}

describe('what a macro stands for', () => {
  test.each([
    ['$__fromTime', 'toDateTime(1000)'],
    ['$__toTime', 'toDateTime(90000)'],
    ['$__fromTime()', 'toDateTime(1000)'],
    ['$__fromTime_ms', 'fromUnixTimestamp64Milli(1000500)'],
    ['$__toTime_ms', 'fromUnixTimestamp64Milli(90000999)'],
    ['$__timeFilter(t)', '(t >= toDateTime(1000) AND t <= toDateTime(90000))'],
    ['$__timeFilter_ms(t)', '(t >= fromUnixTimestamp64Milli(1000500) AND t <= fromUnixTimestamp64Milli(90000999))'],
    ['$__timeFrom(t)', 't >= toDateTime(1000)'],
    ['$__timeTo(t)', 't <= toDateTime(90000)'],
    ['$__dateFilter(d)', "(d >= toDate('1970-01-01') AND d <= toDate('1970-01-02'))"],
    [
      '$__dt(d, t)',
      "((d >= toDate('1969-12-31') AND d <= toDate('1970-01-02')) AND (t >= toDateTime(1000) AND t <= toDateTime(90000)))",
    ],
    ['$__interval_s', '60'],
    ['$__timeInterval(t)', "toStartOfInterval(toDateTime(t, 'UTC'), INTERVAL 1 MINUTE, 'UTC')"],
    ['$__timeInterval_ms(t)', "toStartOfInterval(toDateTime(t, 'UTC'), INTERVAL 1 MINUTE, 'UTC')"],
    ['$__timeGroup(t, 5m)', "toStartOfInterval(toDateTime(t, 'UTC'), INTERVAL 5 MINUTE, 'UTC')"],
    ["$__timeGroup(t, '1M')", "toDateTime(toStartOfInterval(toDateTime(t, 'UTC'), INTERVAL 1 MONTH, 'UTC'), 'UTC')"],
    ['$__interval', '1m'],
    ['$__interval_ms', '60000'],
    ['$__range', '89000s'],
    ['$__range_s', '89000'],
    ['$__range_ms', '89000499'],
    ['$__naturalTimeSeries(t)', "toStartOfInterval(toDateTime(t, 'UTC'), INTERVAL 15 MINUTE, 'UTC')"],
    ['$__adHocFilters(\'t\', "u")', undefined],
    ["$__adHocFilters('t')", 'additional_table_filters={}'],
  ])('%s', (sql, expected) => {
    if (expected === undefined) expect(errorOf(() => expand(sql)).message).toContain('"u" is not in single quotes');
    else expect(expand(sql)).toBe(expected);
  });

  test.each([
    [1, '1', 'INTERVAL 1 SECOND'],
    [1500, '1', 'INTERVAL 1 SECOND'],
    [15_000, '15', 'INTERVAL 15 SECOND'],
    [300_000, '300', 'INTERVAL 5 MINUTE'],
    [7_200_000, '7200', 'INTERVAL 2 HOUR'],
    [86_400_000, '86400', 'INTERVAL 1 DAY'],
    [129_600_000, '129600', 'INTERVAL 1 DAY'],
    [172_800_000, '172800', 'INTERVAL 2 DAY'],
    [604_800_000, '604800', 'INTERVAL 1 WEEK'],
    [2_592_000_000, '2592000', 'INTERVAL 30 DAY'],
  ])('an interval of %d ms is %s s and %s', (intervalMs, seconds, bucket) => {
    expect(expand('$__interval_s', { intervalMs })).toBe(seconds);
    expect(expand('$__timeInterval(t)', { intervalMs, timezone: 'Europe/Berlin' })).toContain(
      `${bucket}, 'Europe/Berlin'`,
    );
  });

  test.each([
    [20 * 60 - 1, '1 SECOND'],
    [20 * 60, '1 MINUTE'],
    [4 * 3600, '5 MINUTE'],
    [24 * 3600, '15 MINUTE'],
    [72 * 3600, '1 HOUR'],
    [15 * 86_400, '1 DAY'],
    [15 * 7 * 86_400, '1 WEEK'],
    [304 * 86_400, '1 MONTH'],
    [6 * 365 * 86_400, '1 QUARTER'],
  ])('over %d s people count in buckets of %s', (seconds, bucket) => {
    const more = { fromMs: 0, toMs: seconds * 1000, timezone: 'Asia/Kolkata' };
    expect(expand('$__naturalTimeSeries(t)', more)).toContain(`INTERVAL ${bucket}, 'Asia/Kolkata'`);
  });

  test('what Grafana’s own variables are filled in with, their macros are', () => {
    const names = ['$__interval', '$__interval_ms', '$__range', '$__range_s', '$__range_ms'];
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e12 }),
        fc.integer({ min: 0, max: 1e12 }),
        fc.integer({ min: 1, max: 1e9 }),
        (fromMs, length, intervalMs) => {
          const range = { ...context, fromMs, toMs: fromMs + length, intervalMs };
          for (const name of names)
            expect(expandMacros(name, range).sql).toBe(expandQuery({ sql: name, ...range }).sql);
        },
      ),
      { seed: 1 },
    );
  });

  test('an interval below a second is kept by $__timeInterval_ms alone', () => {
    const expected = "toStartOfInterval(toDateTime64(t, 3, 'UTC'), INTERVAL 250 MILLISECOND, 'UTC')";
    expect(expand('$__timeInterval_ms(t)', { intervalMs: 250.9 })).toBe(expected);
  });

  test('days are those of the dashboard’s zone', () => {
    const range = { fromMs: Date.UTC(2024, 2, 31, 2), toMs: Date.UTC(2024, 2, 31, 23) };
    expect(expand('$__dateFilter(d)', { ...range, timezone: 'America/New_York' })).toBe(
      "(d >= toDate('2024-03-30') AND d <= toDate('2024-03-31'))",
    );
    expect(expand('$__dateFilter(d)', { ...range, timezone: 'Asia/Tokyo' })).toBe(
      "(d >= toDate('2024-03-31') AND d <= toDate('2024-04-01'))",
    );
  });

  test('$__adHocFilters escapes the conditions a second time, as text of a setting', () => {
    const adhoc = [{ key: "m['it']", operator: '=', value: "O'B" }];
    expect(expand("SETTINGS $__adHocFilters('t', 'db.u')", { adhoc })).toBe(
      "SETTINGS additional_table_filters={'t': '`m`[\\'it\\'] = \\'O\\\\\\'B\\'', 'db.u': '`m`[\\'it\\'] = \\'O\\\\\\'B\\''}",
    );
  });
});

describe('arguments', () => {
  test.each([
    ['$__timeFrom( t.c )', 't.c >= toDateTime(1000)'],
    ['$__timeFrom (f(a, b))', 'f(a, b) >= toDateTime(1000)'],
    ["$__timeFrom(m['a,)'])", "m['a,)'] >= toDateTime(1000)"],
    ['$__timeFrom(a ? b : c)', '(a ? b : c) >= toDateTime(1000)'],
    ['$__timeFrom(t::DateTime)', 't::DateTime >= toDateTime(1000)'],
    ['$__timeFrom(t /* why */)', 't >= toDateTime(1000)'],
    ['$__timeFrom(t -- why\n)', 't >= toDateTime(1000)'],
    ['$__timeFrom(a + b)', '(a + b) >= toDateTime(1000)'],
    ['$__timeFrom(CASE WHEN x THEN a ELSE b END)', '(CASE WHEN x THEN a ELSE b END) >= toDateTime(1000)'],
    ['$__timeFrom({c:Identifier})', '{c:Identifier} >= toDateTime(1000)'],
    ['$__timeFilter($__timeGroup(t, 1h))', undefined],
  ])('%s', (sql, expected) => {
    const bucket = "toStartOfInterval(toDateTime(t, 'UTC'), INTERVAL 1 HOUR, 'UTC')";
    expect(expand(sql)).toBe(expected ?? `(${bucket} >= toDateTime(1000) AND ${bucket} <= toDateTime(90000))`);
  });
});

describe('what stays as it is', () => {
  test.each([
    '$__timeFilterX(t)',
    '$__unknown(a, b',
    '-- $__timeFilter(t)\n',
    '# $__fromTime',
    '/* $__timeFilter( */ 1',
    "'$__fromTime'",
    '$t$ $__fromTime $t$',
    '`$__fromTime`',
    'a$__fromTime',
    "'open $__fromTime",
  ])('%s', (sql) => expect(expand(sql)).toBe(sql));

  test('a statement without macros is unchanged, letter by letter', () => {
    const noMacro = fc.string({ unit: 'binary', maxLength: 80 }).filter((sql) => !sql.includes('$__'));
    fc.assert(fc.property(noMacro, (sql) => expect(expandMacros(sql, context)).toEqual({ sql, notices: [] })));
  });

  test('a macro within quotes gives a notice', () => {
    const { sql, notices } = expandMacros("SELECT '$__interval_s s', $__interval_s", context);
    expect(sql).toBe("SELECT '$__interval_s s', 60");
    expect(notices).toEqual([
      { code: 'macro_in_string', subject: '$__interval_s', message: expect.stringContaining('within quotes') },
    ]);
    expect(expandMacros("SELECT '$__timeFilter_ms'", context).notices.map((n) => n.subject)).toEqual([
      '$__timeFilter_ms',
    ]);
  });
});

describe('errors say which macro, where and what to write', () => {
  test.each([
    [
      'SELECT\n  $__timeFilter',
      'macro_arguments',
      '$__timeFilter at line 2, column 3 was given 0 arguments. Write it as $__timeFilter(column).',
    ],
    [
      '$__timeFilter()',
      'macro_arguments',
      '$__timeFilter at line 1, column 1 was given 0 arguments. Write it as $__timeFilter(column).',
    ],
    [
      '$__timeFilter(a, b)',
      'macro_arguments',
      '$__timeFilter at line 1, column 1 was given 2 arguments. Write it as $__timeFilter(column).',
    ],
    ['$__dt(a,)', 'macro_arguments', '$__dt at line 1, column 1 was given 2 arguments. Write it as $__dt(date, time).'],
    [
      '$__fromTime(a)',
      'macro_arguments',
      '$__fromTime at line 1, column 1 was given 1 argument. Write it as $__fromTime.',
    ],
    [
      '$__timeFilter(a',
      'macro_not_closed',
      '$__timeFilter at line 1, column 1: the bracket after its name is never closed. Write it as $__timeFilter(column).',
    ],
    [
      '$__timeFilter(a]',
      'macro_not_closed',
      '$__timeFilter at line 1, column 1: the bracket after its name is never closed. Write it as $__timeFilter(column).',
    ],
    [
      '$__timeGroup(t, 5 parsecs)',
      'macro_refused',
      '$__timeGroup at line 1, column 1: "5 parsecs" is no duration. Write a whole number and one of ms, s, m, h, d, w, M, Q, y, e.g. 5m.',
    ],
    [
      '$__timeGroup(t, 0s)',
      'macro_refused',
      '$__timeGroup at line 1, column 1: "0s" is no duration. Write a whole number and one of ms, s, m, h, d, w, M, Q, y, e.g. 5m.',
    ],
  ])('%j', (sql, code, message) => expect(errorOf(() => expand(sql))).toEqual({ code, message }));

  test.each([
    [
      { fromMs: NaN },
      'Macros cannot be filled in: fromMs is NaN, but it has to be milliseconds since 1970 as a number.',
    ],
    [
      { intervalMs: 0 },
      'Macros cannot be filled in: intervalMs is 0, but it has to be a number of milliseconds above 0.',
    ],
    [{ timezone: 'browser' }, 'Time zone "browser" does not exist. Use an IANA name such as Europe/Berlin, or UTC.'],
    [{ timezone: "UTC'" }, 'Time zone "UTC\'" does not exist. Use an IANA name such as Europe/Berlin, or UTC.'],
    [{ timezone: '+02:00' }, 'Time zone "+02:00" does not exist. Use an IANA name such as Europe/Berlin, or UTC.'],
  ])('context %j', (more, message) => expect(errorOf(() => expand('1', more)).message).toBe(message));
});

describe('$__conditionalAll', () => {
  const values: Record<string, boolean> = { some: false, all: true };
  const conditional = (sql: string) => expandTemplateMacros(sql, (name) => values[name]);

  test.each([
    ['WHERE $__conditionalAll(a IN ($some), $some) AND 1', 'WHERE a IN ($some) AND 1'],
    ['WHERE $__conditionalAll(a IN ($all), $all) AND 1', 'WHERE 1=1 AND 1'],
    ['$__conditionalAll(a, ${all:csv})', '1=1'],
    ['$__conditionalAll(a, [[all]])', '1=1'],
    ["$__conditionalAll(match(a, '^x,(y)$'), $some)", "match(a, '^x,(y)$')"],
    ["$__conditionalAll(a = '$&$`', ${some}) b", "a = '$&$`' b"],
    ['$__conditionalAll(a, b, $some)', 'a, b'],
    [
      '$__conditionalAll($__timeFilter(t) AND x IN (${some:singlequote}), $some)',
      '$__timeFilter(t) AND x IN (${some:singlequote})',
    ],
    ['$__conditionalAll($__conditionalAll(a, $all) OR b, $some)', '1=1 OR b'],
    ['-- $__conditionalAll(a, $all)', '-- $__conditionalAll(a, $all)'],
  ])('%s', (sql, expected) => expect(conditional(sql)).toBe(expected));

  test.each([
    [
      '$__conditionalAll(a, $nobody)',
      '$__conditionalAll at line 1, column 1: the variable "nobody" does not exist. Check its name.',
    ],
    [
      '$__conditionalAll(a, b)',
      '$__conditionalAll at line 1, column 1: "b" is no variable. Write its name as $name or ${name}.',
    ],
    [
      '$__conditionalAll(a)',
      '$__conditionalAll at line 1, column 1 was given 1 argument. Write it as $__conditionalAll(condition, variable).',
    ],
  ])('%s is refused', (sql, message) => expect(errorOf(() => conditional(sql)).message).toBe(message));

  test('left over in a value it is refused', () => {
    expect(errorOf(() => expand('$__conditionalAll(a, b)')).code).toBe('macro_refused');
  });
});
