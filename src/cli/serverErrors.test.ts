import { ClickHouseError } from '@clickhouse/client';

import { TidemarkError } from '../core/errors';
import { exitCodeOf } from './run';
import { explain } from './serverErrors';

const connection = { url: 'http://localhost:8123', user: 'me', password: 'hunter2', database: 'tidemark' };
const server = (code: string, message: string) => new ClickHouseError({ message, code, type: 'X' });
const network = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

test.each([
  [
    network('ECONNREFUSED'),
    'unreachable',
    3,
    'ClickHouse at http://localhost:8123 cannot be reached (ECONNREFUSED). Start it (npx tidemark serve starts an embedded one) or correct connection.url.',
  ],
  [
    new Error('Timeout error.'),
    'timed_out',
    3,
    'ClickHouse at http://localhost:8123 did not answer in time. Look at its load (system.processes) and run the command again.',
  ],
  [
    Object.assign(new Error('Parse Error: Expected HTTP/'), { code: 'HPE_INVALID_CONSTANT' }),
    'not_clickhouse',
    3,
    /is not ClickHouse's HTTP interface \(Parse Error: Expected HTTP\/\)/,
  ],
  [
    server('516', 'me: Authentication failed: password is incorrect, or there is no user with such name.'),
    'wrong_password',
    3,
    /refused user "me": no such user or wrong password/,
  ],
  [
    server('164', 'me: Cannot execute query in readonly mode. (version 26.7.2.1)'),
    'readonly_user',
    1,
    /may only read .* Server: me: Cannot execute query in readonly mode\.$/,
  ],
  [
    server('60', "Unknown table expression identifier 'shop.orders' in scope SELECT 1"),
    'unknown_table',
    1,
    /A table does not exist: Unknown table expression identifier 'shop.orders'/,
  ],
  [
    server('81', 'Database nope does not exist'),
    'unknown_database',
    1,
    "A database does not exist: Database nope does not exist. Run tidemark migrate if it is Tidemark's own, otherwise correct roles.*.table.",
  ],
  [server('47', 'Missing columns: usr'), 'unknown_column', 1, /Correct roles\.\*\.columns/],
  [server('53', 'Cannot convert String to Date'), 'wrong_type', 1, /has a type that does not fit/],
  [
    server('241', 'Memory limit exceeded\nstack'),
    'server_error',
    1,
    /\(code 241\): Memory limit exceeded\. Nothing was retried/,
  ],
])('%s becomes %s', (thrown, code, exitCode, message) => {
  const error = explain(thrown, connection);
  expect(error.code).toBe(code);
  expect(exitCodeOf(error)).toBe(exitCode);
  if (typeof message === 'string') expect(error.message).toBe(message);
  else expect(error.message).toMatch(message);
  expect(error.message).not.toMatch(/hunter2|\n/);
});

test('what is explained already stays as it is', () => {
  const error = new TidemarkError('config_invalid', 'x');
  expect(explain(error, connection)).toBe(error);
  expect(exitCodeOf(error)).toBe(2);
});
