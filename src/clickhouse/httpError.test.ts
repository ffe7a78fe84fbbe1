import { httpError } from './httpError';

const html = '<!DOCTYPE html><html><head><title>  Sign in\n to Example </title></head><body>…</body></html>';

describe('httpError', () => {
  const cases: ReadonlyArray<readonly [name: string, status: number, body: string, code: string, says: RegExp]> = [
    [
      'a password that Grafana’s proxy hides',
      400,
      '{"message":"Authentication to data source failed"}',
      'auth_failed',
      /Check user and password/,
    ],
    [
      'an exception, whatever the status',
      403,
      'Code: 516. DB::Exception: x: Authentication failed. (AUTHENTICATION_FAILED)',
      'auth_failed',
      /code 516/,
    ],
    ['an ended Grafana session', 401, '{"message":"Unauthorized"}', 'session_ended', /log in again/],
    [
      'a right that is missing in Grafana',
      403,
      '{"message":"You are not allowed"}',
      'forbidden',
      /You are not allowed/,
    ],
    ['a wrong path', 404, 'There is no handle /x', 'not_found', /http:\/\/clickhouse:8123/],
    ['a statement that a proxy finds too large', 413, '', 'too_large', /Shorten it/],
    ['too many requests', 429, '', 'too_many_requests', /refresh the dashboard less often/],
    ['no ClickHouse behind Grafana', 502, '', 'bad_gateway', /the server runs/],
    ['a proxy that waited long enough', 504, html, 'gateway_timeout', /Narrow the time range/],
    ['a web page', 200, html, 'html_answer', /"Sign in to Example"/],
    ['a status nobody expects', 418, 'short and stout', 'http_error', /HTTP 418: short and stout/],
    ['a status without a word', 500, '', 'http_error', /said nothing about why/],
  ];

  it.each(cases)('names %s', (_name, status, body, code, says) => {
    const error = httpError(status, body, null);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(says);
  });

  it('trusts the exception code where a proxy cut the text', () => {
    expect(httpError(500, 'cut', '241').facts).toMatchObject({ serverCode: 241, text: 'cut' });
  });
});
