import { parseException, exceptionError } from './serverError';

describe('parseException', () => {
  it('takes code, type and text out of a server’s answer', () => {
    expect(
      parseException(
        'Code: 60. DB::Exception: Table a.b does not exist. (UNKNOWN_TABLE) (version 26.7.1.1 (official build))',
      ),
    ).toEqual({ code: 60, type: 'UNKNOWN_TABLE', text: 'Table a.b does not exist.' });
  });

  it('keeps brackets that belong to the text', () => {
    expect(
      parseException('Code: 43. DB::Exception: Illegal type (String) of f(x). (ILLEGAL_TYPE_OF_ARGUMENT)'),
    ).toEqual({
      code: 43,
      type: 'ILLEGAL_TYPE_OF_ARGUMENT',
      text: 'Illegal type (String) of f(x).',
    });
  });

  it('drops the stack trace and the addresses of the shards', () => {
    const text =
      'Code: 47. DB::Exception: Received from shard-1:9000. DB::Exception: Missing columns. (UNKNOWN_IDENTIFIER) (version 26.7), Stack trace (when copying this message, always include the lines below):\n0. x';
    expect(parseException(text)?.text).toBe('Missing columns.');
  });

  it('finds an exception behind bytes of data', () => {
    const body =
      '\u0001\u0002{"a":1}\r\n__exception__\r\nabcdefgh\r\nCode: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED) (version 26.7)\r\n80 abcdefgh\r\n__exception__\r\n';
    expect(parseException(body)).toEqual({ code: 241, type: 'MEMORY_LIMIT_EXCEEDED', text: 'Memory limit exceeded.' });
  });

  it('is not fooled by the words in data', () => {
    expect(parseException('Code: sixty. DB::Exception')).toBeUndefined();
    expect(parseException('Promo Code: 60. Enjoy')).toBeUndefined();
  });

  it('ends in time on a hostile text', () => {
    const text = 'Code: '.repeat(20_000) + '('.repeat(20_000);
    const started = performance.now();
    expect(parseException(text)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('exceptionError', () => {
  it('says what happened and what to do next', () => {
    expect(exceptionError({ code: 60, type: 'UNKNOWN_TABLE', text: 'Table a.b does not exist.' }).message).toBe(
      'ClickHouse refused the query: Table a.b does not exist (UNKNOWN_TABLE, code 60). Check database and table name; if it is a table of Tidemark, run "tidemark migrate".',
    );
  });

  it('turns a refused login into one sentence about the settings', () => {
    const error = exceptionError({
      code: 516,
      type: 'AUTHENTICATION_FAILED',
      text: 'reader: Authentication failed: …',
    });
    expect([error.code, error.message]).toEqual([
      'auth_failed',
      'ClickHouse did not accept the login (code 516, AUTHENTICATION_FAILED). Check user and password in the data source settings; Grafana adds them on its server.',
    ]);
  });
});
