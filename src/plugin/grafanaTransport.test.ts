import type { BackendSrvRequest, FetchResponse } from '@grafana/runtime';
import { of, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { createClient } from '../clickhouse/client';
import { grafanaTransport } from './grafanaTransport';
import type { HttpService } from './grafanaTransport';

const bytes = (text: string) => new TextEncoder().encode(text);

function response<T>(data: T, status = 200): FetchResponse<T> {
  return {
    data,
    status,
    statusText: '',
    ok: status < 300,
    headers: new Headers({ 'x-clickhouse-timezone': 'UTC' }),
    redirected: false,
    type: 'basic',
    url: '',
    config: { url: '' },
  };
}

/** Grafana's HTTP service as GRAFANA.md describes it, with the answers given; remembers what it was asked. */
function grafana(answers: {
  readonly chunked?: Observable<FetchResponse<Uint8Array | undefined>>;
  readonly fetch?: Observable<FetchResponse<unknown>>;
}) {
  const asked: Array<BackendSrvRequest & { readonly by: string }> = [];
  const service: HttpService = {
    fetch: <T>(options: BackendSrvRequest) => {
      asked.push({ ...options, by: 'fetch' });
      return answers.fetch as Observable<FetchResponse<T>>;
    },
    ...(answers.chunked && {
      chunked: (options: BackendSrvRequest) => {
        asked.push({ ...options, by: 'chunked' });
        return answers.chunked as Observable<FetchResponse<Uint8Array | undefined>>;
      },
    }),
  };
  const client = createClient({ transport: grafanaTransport(service, '/api/datasources/proxy/uid/u/') });
  return { asked, rows: () => client.rows({ sql: 'SELECT 1', queryId: 'q-1' }) };
}

const json = '{"data":[{"n":1}]}';
const exception = 'Code: 60. DB::Exception: no such table. (UNKNOWN_TABLE)';

describe('requests through Grafana', () => {
  it('stream where Grafana can', async () => {
    const { asked, rows } = grafana({
      chunked: of(response(bytes(json.slice(0, 5))), response(bytes(json.slice(5))), response(undefined)),
    });
    expect(await rows()).toEqual([{ n: 1 }]);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      by: 'chunked',
      method: 'POST',
      url: '/api/datasources/proxy/uid/u/',
      params: { default_format: 'JSON', query_id: 'q-1' },
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      data: 'SELECT 1',
      showErrorAlert: false,
    });
    expect(Object.keys(asked[0]?.headers ?? {})).not.toContain('authorization');
  });

  it('come whole where Grafana cannot stream', async () => {
    const { asked, rows } = grafana({ fetch: of(response(bytes(json).buffer)) });
    expect(await rows()).toEqual([{ n: 1 }]);
    expect(asked[0]).toMatchObject({ by: 'fetch', responseType: 'arraybuffer', requestId: 'q-1' });
  });

  it('renew an expired session once, by the way that can', async () => {
    const { asked, rows } = grafana({
      chunked: of(response(bytes('{"message":"Unauthorized"}'), 401), response(undefined, 401)),
      fetch: of(response(bytes(json).buffer)),
    });
    expect(await rows()).toEqual([{ n: 1 }]);
    expect(asked.map(({ by }) => by)).toEqual(['chunked', 'fetch']);
  });

  it('end with a sentence where the session cannot be renewed', async () => {
    const { rows } = grafana({
      chunked: of(response(undefined, 401)),
      fetch: throwError(() => ({ status: 401, statusText: 'Unauthorized', data: bytes('{}').buffer })),
    });
    await expect(rows()).rejects.toMatchObject({ code: 'session_ended' });
  });

  it.each([
    ['bytes', bytes(exception).buffer],
    ['text', exception],
    ['JSON', { message: exception }],
  ])('find the server’s exception in an error thrown with %s', async (_shape, data) => {
    const thrown = throwError(() => ({ status: 404, statusText: 'Not Found', data }));
    for (const answers of [{ fetch: thrown }, { chunked: thrown }])
      await expect(grafana(answers).rows()).rejects.toMatchObject({ code: 'server_error', facts: { serverCode: 60 } });
  });

  it('find the server’s exception in pieces of an answer that is no success', async () => {
    const { rows } = grafana({
      chunked: of(response(bytes(exception.slice(0, 9)), 404), response(bytes(exception.slice(9)), 404)),
    });
    await expect(rows()).rejects.toMatchObject({ code: 'server_error', facts: { serverCode: 60 } });
  });

  it('say that a password was refused, which Grafana’s proxy hides behind a 400', async () => {
    const { rows } = grafana({
      chunked: of(response(bytes('{"message":"Authentication to data source failed"}'), 400)),
    });
    await expect(rows()).rejects.toMatchObject({ code: 'auth_failed' });
  });

  it.each([
    ['refused', { status: -1, statusText: 'connection refused', data: undefined }],
    ['a network error', new TypeError('Failed to fetch')],
  ])('that reach nobody (%s) say where to look', async (_name, thrown) => {
    await expect(grafana({ fetch: throwError(() => thrown) }).rows()).rejects.toMatchObject({ code: 'unreachable' });
  });
});
