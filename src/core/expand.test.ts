import fc from 'fast-check';

import { expandFilled, expandQuery } from './expand';
import { parseExpandRequest } from './request';
import { TidemarkError } from './errors';

const base = { fromMs: 0, toMs: 86_400_000, intervalMs: 60_000, timezone: 'utc' };
const expand = (sql: string, more = {}) => expandQuery({ sql, ...base, ...more });

test('variables are filled in before macros, and filters go in last', () => {
  const { sql, notices } = expand(
    'SELECT $__timeInterval($col) AS time FROM ev WHERE $__timeFilter($col) AND $__conditionalAll(c IN ($c), $c) GROUP BY time',
    {
      variables: { col: { value: 't' }, c: { value: ["x'"] } },
      adhoc: [{ key: 'k', operator: '=', value: '$__fromTime' }],
    },
  );
  expect(sql).toBe(
    "SELECT toStartOfInterval(toDateTime(t, 'UTC'), INTERVAL 1 MINUTE, 'UTC') AS time FROM ev " +
      "WHERE ((t >= toDateTime(0) AND t <= toDateTime(86400)) AND c IN ('x\\'')) AND `k` = '$__fromTime' GROUP BY time",
  );
  expect(notices).toEqual([]);
});

test('a variable of the user’s own wins over a built-in one', () => {
  expect(expand('$__interval ${__from:date:YYYY}', { variables: { __interval: { value: '1h' } } }).sql).toBe('1h 1970');
});

test('$__adHocFilters says where the filters go, so they go nowhere else', () => {
  const adhoc = [{ key: 'k', operator: '=', value: 'v' }];
  const { sql } = expand("SELECT 1 FROM t SETTINGS $__adHocFilters('t')", { adhoc });
  expect(sql).toBe("SELECT 1 FROM t SETTINGS additional_table_filters={'t': '`k` = \\'v\\''}");
  expect(expandFilled("SELECT 1 FROM t -- $__adHocFilters('t')", { ...base, adhoc }).sql).toContain('WHERE `k`');
});

test('a query without macros, variables and filters comes back unchanged', () => {
  const sql = fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => !text.includes('$__'));
  fc.assert(fc.property(sql, (text) => expect(expand(text)).toEqual({ sql: text, notices: [] })));
});

describe('a request', () => {
  const request = (more: object) => JSON.stringify({ sql: 'SELECT 1', ...base, ...more });
  const errorOf = (line: string) => {
    try {
      parseExpandRequest(line);
    } catch (thrown) {
      if (thrown instanceof TidemarkError) return `${thrown.code}: ${thrown.message}`;
    }
    return 'none';
  };

  test('is read with variables in every form', () => {
    const variables = {
      a: 'x',
      b: 1,
      c: ['x', 2],
      d: { value: ['x'], text: ['X'], multi: true, allValue: null },
      e: { value: { f: 1 } },
    };
    const { query, notices } = parseExpandRequest(
      request({ variables, adhoc: [{ key: 'k', operator: '=|', values: ['v', 'w'] }] }),
    );
    expect(query).toEqual({
      sql: 'SELECT 1',
      ...base,
      timezone: 'UTC',
      variables: {
        a: { name: 'a', value: 'x' },
        b: { name: 'b', value: 1 },
        c: { name: 'c', value: ['x', 2] },
        d: { name: 'd', value: ['x'], text: ['X'], multi: true, includeAll: false },
        e: { name: 'e', value: { f: 1 }, multi: false, includeAll: false },
      },
      adhoc: [{ key: 'k', operator: '=|', value: 'v', values: ['v', 'w'] }],
    });
    expect(notices).toEqual([]);
  });

  test('with an unknown field gives a notice', () => {
    expect(parseExpandRequest(request({ variable: {} })).notices).toMatchObject([
      { code: 'unknown_field', subject: 'variable' },
    ]);
  });

  test.each([
    ['{', 'bad_input: The line is not JSON'],
    ['', 'bad_input: The line is not JSON'],
    ['[]', 'bad_input: The field "line" has to be a JSON object, but is [].'],
    [request({ sql: undefined }), 'bad_input: The field "sql" has to be a string, but is missing.'],
    [
      request({ fromMs: '0' }),
      'bad_input: The field "fromMs" has to be milliseconds since 1970 as a number, but is "0".',
    ],
    [
      request({ toMs: null }),
      'bad_input: The field "toMs" has to be milliseconds since 1970 as a number, but is null.',
    ],
    [request({ toMs: -1 }), 'bad_input: The field "toMs" has to be at or after "fromMs", but is -1.'],
    [
      request({ intervalMs: 0 }),
      'bad_input: The field "intervalMs" has to be a number of milliseconds above 0, but is 0.',
    ],
    [request({ timezone: undefined }), 'bad_input: The field "timezone" has to be a string, but is missing.'],
    [
      request({ timezone: 'Mars/Base' }),
      'bad_zone: The field "timezone" names the time zone "Mars/Base", which does not exist.',
    ],
    [request({ timezone: 'browser' }), 'bad_zone: The field "timezone" names the time zone "browser"'],
    [
      request({ variables: [] }),
      'bad_input: The field "variables" has to be an object of variables by name, but is [].',
    ],
    [
      request({ variables: { a: null } }),
      'bad_input: The field "variables.a" has to be a string, a number, a list of them, or an object with "value", but is null.',
    ],
    [request({ variables: { a: {} } }), 'bad_input: The field "variables.a.value" has to be'],
    [
      request({ variables: { a: [[]] } }),
      'bad_input: The field "variables.a[0]" has to be a string or a number, but is [].',
    ],
    [request({ adhoc: {} }), 'bad_input: The field "adhoc" has to be a list of filters, but is {}.'],
    [
      request({ adhoc: [{ key: 'k', operator: '=' }] }),
      'bad_input: The field "adhoc[0].value" has to be a string or a number, but is missing.',
    ],
    [
      request({ adhoc: [{ operator: '=', value: '' }] }),
      'bad_input: The field "adhoc[0].key" has to be a string, but is missing.',
    ],
  ])('%s is refused, naming the field', (line, message) => expect(errorOf(line)).toContain(message));
});
