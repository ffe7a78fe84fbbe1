import { defaultAlerts } from './config';
import { TidemarkError } from '../core/errors';
import { parseConfig } from './parse';

const head = 'version: 1\nconnection:\n  url: http://localhost:8123\n';
const events = (columns: string, rest = '') =>
  `${head}roles:\n  events:\n    table: shop.events\n    class: append\n    columns: {${columns}}\n${rest}`;
const parse = (text: string, env: Record<string, string> = {}) => parseConfig(text, { file: 'tidemark.yaml', env });

/** The problem lines of a file that is refused. */
function problemsOf(text: string, env: Record<string, string> = {}): string[] {
  try {
    parse(text, env);
  } catch (thrown) {
    if (thrown instanceof TidemarkError && thrown.code === 'config_invalid') return thrown.message.split('\n').slice(1);
    throw thrown;
  }
  return [];
}

test('a minimal file gets the documented defaults', () => {
  expect(parse(head)).toEqual({
    file: 'tidemark.yaml',
    connection: { url: 'http://localhost:8123', user: 'default', password: '', database: 'tidemark' },
    reporting: { timezone: 'UTC', zones: [], weekStart: 'monday' },
    refresh: {
      everySeconds: 5,
      delaySeconds: 3,
      overlapSeconds: 10,
      freshDays: 2,
      lateDaysPerRun: 4,
      memoryMb: 2000,
    },
    tiers: { minuteDays: 7, quarterDays: 366 },
    roles: {},
    pipelines: [],
    funnels: [],
    retentions: [],
    alerts: defaultAlerts,
  });
});

test('a role is mapped with its columns, constants and window', () => {
  const text = `${head}roles:
  orders:
    table: billing.orders
    class: window
    windowDays: 3
    columns: {time: created_at, user: customer, amount: total}
    constants: {currency: EUR}
`;
  expect(parse(text).roles.orders).toEqual({
    table: 'billing.orders',
    sourceClass: 'window',
    windowDays: 3,
    columns: { time: 'created_at', user: 'customer', amount: 'total' },
    constants: { currency: 'EUR' },
    dimensions: [],
    tops: {},
    mode: 'recompute',
    steps: [],
    features: [],
    apdexMs: 500,
  });
});

test('environment references are replaced, with defaults for what is unset or empty', () => {
  const text =
    'version: 1\nconnection:\n  url: http://${HOST:-localhost}:8123\n  user: ${USER:-me}\n  password: ${PW}\n';
  expect(parse(text, { PW: "a'b${x}", USER: '' }).connection).toMatchObject({
    url: 'http://localhost:8123',
    user: 'me',
    password: "a'b${x}",
  });
});

test('a variable that is not set is named at its place, once', () => {
  expect(problemsOf('version: 1\nconnection:\n  url: ${CLICKHOUSE_URL}\n')).toEqual([
    '  tidemark.yaml:3:8 connection.url: Environment variable CLICKHOUSE_URL is not set. Set it, or write a default: ${CLICKHOUSE_URL:-value}.',
  ]);
});

test('the whole message names the file, the number of problems and the next step', () => {
  expect(() => parse('version: 2\nconnection: {url: "http://x"}\n')).toThrow(
    'tidemark.yaml has 1 problem. Correct it and run the command again (docs/config.md lists every key).\n' +
      '  tidemark.yaml:1:10 version: 2 is not accepted. Accepted: 1.',
  );
});

test('everything that is wrong is told at once, in the order of the file', () => {
  const text = `version: 1
conection:
  url: http://localhost:8123
reporting:
  timezone: europe/berlin
  weekStart: Monday
refresh:
  everySeconds: "5"
  delaySeconds: 1.5
  overlapSeconds: -1
roles:
  events:
    table: events
    class: appendd
    columns: {time: t, event: e, usr: u}
  orders:
    table: shop.orders
    class: moving
    windowDays: 3
    columns: {time: t, user: u, amount: a}
`;
  expect(problemsOf(text)).toEqual([
    '  tidemark.yaml:2:1 conection: This key does not exist. Accepted here: version, connection, reporting, refresh, tiers, roles, funnels, retentions, alerts, pipelines, collect. Did you mean "connection"?',
    '  tidemark.yaml:5:13 reporting.timezone: Time zone "europe/berlin" does not exist. Write an IANA name such as Europe/Berlin or UTC. Did you mean "Europe/Berlin"?',
    '  tidemark.yaml:6:14 reporting.weekStart: "Monday" is not accepted. Accepted: monday, sunday. Did you mean "monday"?',
    '  tidemark.yaml:8:17 refresh.everySeconds: Found "5", expected a whole number.',
    '  tidemark.yaml:9:17 refresh.delaySeconds: Found 1.5, expected a whole number.',
    '  tidemark.yaml:10:19 refresh.overlapSeconds: Found -1, expected a whole number of at least 0.',
    '  tidemark.yaml:13:12 roles.events.table: "events" is not of the form database.table. Write for example shop.events.',
    '  tidemark.yaml:14:12 roles.events.class: "appendd" is not accepted. Accepted: append, fixed, moving, window. Did you mean "append"?',
    '  tidemark.yaml:15:34 roles.events.columns.usr: This key does not exist. Accepted here: id, time, event, user, ingestedAt, version, deleted. Did you mean "user"?',
    '  tidemark.yaml:19:5 roles.orders.windowDays: Only class window takes windowDays, and the class is moving. Remove it or write class: window.',
    '  tidemark.yaml:20:5 roles.orders.columns.id: This key is missing. Class moving finds its work by id and ingestedAt: map it, or write class: window if the table has no such column.',
    '  tidemark.yaml:20:5 roles.orders.columns.ingestedAt: This key is missing. Class moving finds its work by id and ingestedAt: map it, or write class: window if the table has no such column.',
    '  tidemark.yaml:20:5 roles.orders.columns.currency: This key is missing. Map it to a column, or name one value for all rows: constants: {currency: USD}.',
  ]);
});

test.each([
  [
    'an empty file',
    '',
    [
      '  tidemark.yaml:1:1 version: This key is missing. Add it: Version of this file format.',
      '  tidemark.yaml:1:1 connection: This key is missing. Add it: How to reach ClickHouse.',
    ],
  ],
  ['a file that is no mapping', 'hello', ['  tidemark.yaml:1:1 (file): Found "hello", expected a mapping of keys.']],
  [
    'a role without content',
    `${head}roles:\n  events:\n`,
    ['  tidemark.yaml:5:3 roles.events: Found nothing, expected a mapping of keys.'],
  ],
  [
    'an address without protocol',
    'version: 1\nconnection:\n  url: localhost:8123\n',
    ['  tidemark.yaml:3:8 connection.url: This is not an address. Write http://host:8123 or https://host:8443.'],
  ],
  [
    'an address with a path',
    `${head.trim()}/play\n`,
    [
      '  tidemark.yaml:3:8 connection.url: The address has more than protocol, host and port. Write http://host:8123 or https://host:8443.',
    ],
  ],
  [
    'a window without days',
    events('time: t, event: e, user: u').replace('append', 'window'),
    [
      '  tidemark.yaml:5:3 roles.events.windowDays: This key is missing. Class window recomputes the last windowDays days at each refresh; write for example 3.',
    ],
  ],
  [
    'a constant for a role that has none',
    events('id: i, time: t, event: e, user: u, ingestedAt: a', '    constants: {event: x}\n'),
    [
      '  tidemark.yaml:9:5 roles.events.constants: This key does not exist. Accepted here: table, class, windowDays, mode, redelivers, keepsDays, dimensions, top, steps, features, columns.',
    ],
  ],
])('%s is refused with its place', (_, text, problems) => {
  expect(problemsOf(text)).toEqual(problems);
});

test('a column and a constant for the same thing exclude each other', () => {
  const text = `${head}roles:
  orders:
    table: a.b
    class: append
    columns: {id: i, time: t, user: u, amount: x, currency: c, ingestedAt: a}
    constants: {currency: USD}
`;
  expect(problemsOf(text)).toEqual([
    '  tidemark.yaml:9:17 roles.orders.constants.currency: currency is given both as a column and as a constant. Keep one of them.',
  ]);
});

test('broken YAML is told with line and column, and nothing else is judged', () => {
  expect(problemsOf('version: 1\nconnection:\n  url: "http://x\n')).toEqual([
    '  tidemark.yaml:4:1 This is not valid YAML: Missing closing "quote. Check indentation, colons and quotes there.',
  ]);
  expect(problemsOf('version: 1\nversion: 1\n')).toEqual([
    '  tidemark.yaml:2:1 This is not valid YAML: Map keys must be unique. Check indentation, colons and quotes there.',
  ]);
});

test('no message repeats a password or a login in the address', () => {
  const said = problemsOf('version: 1\nconnection:\n  url: http://me:hunter2@x:1\n  password: 31337\n').join('\n');
  expect(said).toMatch(/holds a login/);
  expect(said).toMatch(/connection\.password: Found another type, expected a text/);
  expect(said).not.toMatch(/hunter2|31337/);
});
