import { isLocalHost } from './access';
import { readParameters } from './parameters';

describe('readParameters', () => {
  it('sorts what a request says', () => {
    const given = Object.entries({
      query: 'SELECT 1',
      database: 'd',
      param_a: '1',
      max_threads: '2',
      session_id: 's',
      session_timeout: '5',
      close_session: '1',
      wait_end_of_query: '1',
      client_protocol_version: '54405',
      '': 'x',
    });
    expect(readParameters([...given, ['max_threads', '9']], { 'x-clickhouse-format': 'JSON' })).toEqual({
      database: 'd',
      defaultFormat: 'JSON',
      substitutions: new Map([['a', '1']]),
      settings: new Map([['max_threads', '2']]),
      queryId: undefined,
      session: { id: 's', timeoutSeconds: 5, mustExist: false, close: true },
      waitForEnd: true,
      protocolVersion: 54_405,
    });
  });

  it.each([
    [{ compress: '1' }, /compress=1.*Accept-Encoding/],
    [{ quota_key: 'k' }, /quota_key.*no quotas/],
    [{ role: 'r' }, /role.*no roles/],
    [{ stacktrace: '1' }, /stacktrace/],
    [{ 'a; DROP': '1' }, /not a name/],
    [{ session_id: '' }, /empty/],
    [{ session_id: 's', session_timeout: 'x' }, /Invalid session timeout: 'x'/],
    [{ client_protocol_version: 'x' }, /whole number/],
  ])('refuses %j', (given, sentence) => {
    expect(() => readParameters(Object.entries(given as Record<string, string>), {})).toThrow(sentence);
  });

  it('takes what is switched off', () => {
    expect(() => readParameters(Object.entries({ compress: '0', decompress: 'false', role: '' }), {})).not.toThrow();
  });
});

describe('isLocalHost', () => {
  it.each([
    ['127.0.0.1:18123', true],
    ['localhost:1', true],
    ['LOCALHOST', true],
    ['[::1]:8123', true],
    ['ch.localhost', true],
    [undefined, true],
    ['evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['localhost.evil.example:18123', false],
  ])('of %s is %s', (host, local) => expect(isLocalHost(host)).toBe(local));
});
