import type { BackendSrv, BackendSrvRequest, FetchResponse } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import type { HttpAnswer, HttpRequest, Transport } from '../clickhouse/transport';
import { streamOf } from './streamOf';

/** What the transport uses of Grafana's HTTP service; `chunked` exists from Grafana 11.6 on. */
export type HttpService = Pick<BackendSrv, 'fetch'> & Partial<Pick<BackendSrv, 'chunked'>>;

/**
 * Sends requests through Grafana's data source proxy, which adds the login on its server. Streams where the host can;
 * a 401 is tried once more through `fetch`, because only that renews an expired session token.
 * @param url the data source's address on Grafana (`instanceSettings.url`)
 */
export function grafanaTransport(service: HttpService, url: string): Transport {
  const address = `${url.replace(/\/+$/, '')}/`;
  return async (request) => {
    if (typeof service.chunked !== 'function') return whole(service, address, request);
    // Some versions of Grafana throw HTTP errors instead of passing them on as pieces.
    const answer = await streamOf(service.chunked(options(address, request)), request.signal).catch(answerOfError);
    if (answer.status !== 401) return answer;
    await answer.chunks[Symbol.asyncIterator]().return?.();
    return whole(service, address, request);
  };
}

function options(url: string, request: HttpRequest): BackendSrvRequest {
  return {
    url,
    method: 'POST',
    params: { ...request.params },
    headers: { ...request.headers },
    data: request.body,
    showErrorAlert: false,
    hideFromInspector: false,
    ...(request.signal && { abortSignal: request.signal }),
  };
}

async function whole(service: HttpService, url: string, request: HttpRequest): Promise<HttpAnswer> {
  try {
    const response = await lastValueFrom(
      service.fetch<ArrayBuffer>({
        ...options(url, request),
        responseType: 'arraybuffer',
        // A second call with the same id would cancel the first.
        requestId: request.params['query_id'] ?? '',
      }),
    );
    return answerOf(response, response.data);
  } catch (thrown) {
    return answerOfError(thrown);
  }
}

/**
 * An HTTP error that Grafana threw, as the answer it was. Rethrows what never was an answer (cancelled, unreachable).
 */
export function answerOfError(thrown: unknown): HttpAnswer {
  const { status, data, statusText, cancelled } = (thrown ?? {}) as {
    status?: unknown;
    data?: unknown;
    statusText?: unknown;
    cancelled?: unknown;
  };
  if (cancelled || typeof status !== 'number' || status < 100)
    throw thrown instanceof Error ? thrown : lostError(statusText);
  return { status, header: () => null, chunks: once(bytesOf(data)) };
}

function lostError(statusText: unknown): Error {
  return new Error(typeof statusText === 'string' && statusText ? statusText : 'no answer');
}

function answerOf(response: Pick<FetchResponse, 'status' | 'headers'>, data: unknown): HttpAnswer {
  return { status: response.status, header: (name) => response.headers.get(name), chunks: once(bytesOf(data)) };
}

/** A body in whatever shape Grafana gives it: bytes, text, or JSON that it has parsed already. */
function bytesOf(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (data === null || data === undefined) return new Uint8Array(0);
  return new TextEncoder().encode(typeof data === 'string' ? data : JSON.stringify(data));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}
