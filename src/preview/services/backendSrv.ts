import { Observable } from 'rxjs';
import type { BackendSrv, BackendSrvRequest, FetchResponse } from '@grafana/runtime';

type Data = FetchResponse['data'];

/** Running requests by `requestId`: a second call with the same id cancels the first, as in Grafana. */
const running = new Map<string, AbortController>();

function urlOf({ url, params }: BackendSrvRequest): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) if (one != null) query.append(key, String(one));
  }
  const text = query.toString();
  const absolute = /^(https?:)?\//.test(url) ? url : `/${url}`;
  return text ? `${absolute}${absolute.includes('?') ? '&' : '?'}${text}` : absolute;
}

function initOf(request: BackendSrvRequest, signal: AbortSignal): RequestInit {
  const headers = new Headers(request.headers as HeadersInit | undefined);
  const method = (request.method ?? 'GET').toUpperCase();
  const hasBody = request.data != null && method !== 'GET' && method !== 'HEAD';
  // Grafana renames it on its own URLs, so that a plugin cannot log in as somebody at Grafana.
  const authorization = headers.get('authorization');
  if (authorization) {
    headers.delete('authorization');
    headers.set('x-ds-authorization', authorization);
  }
  if (hasBody && !headers.has('content-type')) headers.set('content-type', 'application/json');
  if (!headers.has('accept')) headers.set('accept', 'application/json, text/plain, */*');
  const body = !hasBody ? undefined : typeof request.data === 'string' ? request.data : JSON.stringify(request.data);
  return { method, headers, body, signal, credentials: request.credentials ?? 'same-origin' };
}

function start(request: BackendSrvRequest): AbortController {
  const controller = new AbortController();
  if (request.requestId) {
    running.get(request.requestId)?.abort();
    running.set(request.requestId, controller);
  }
  request.abortSignal?.addEventListener('abort', () => controller.abort(), { once: true });
  if (request.abortSignal?.aborted) controller.abort();
  return controller;
}

function finish(request: BackendSrvRequest, controller: AbortController): void {
  if (request.requestId && running.get(request.requestId) === controller) running.delete(request.requestId);
}

async function bodyOf(response: Response, type: BackendSrvRequest['responseType']): Promise<Data> {
  if (type === 'arraybuffer') return response.arrayBuffer();
  if (type === 'blob') return response.blob();
  const text = await response.text();
  if (type === 'text') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Runs `read` over the response; unsubscribing aborts the request. Errors have Grafana's shape `{status, statusText, data}`. */
function request<T>(
  config: BackendSrvRequest,
  read: (response: Response, emit: (part: FetchResponse<T>) => void) => Promise<void>,
): Observable<FetchResponse<T>> {
  return new Observable((subscriber) => {
    const controller = start(config);
    let done = false;
    fetch(urlOf(config), initOf(config, controller.signal))
      .then((response) => read(response, (part) => subscriber.next(part)))
      .then(
        () => subscriber.complete(),
        (thrown: unknown) => subscriber.error(controller.signal.aborted ? cancelled(config) : failed(thrown, config)),
      )
      .finally(() => {
        done = true;
        finish(config, controller);
      });
    return () => {
      if (!done) controller.abort();
      finish(config, controller);
    };
  });
}

const cancelled = (config: BackendSrvRequest) => ({
  type: 'cancelled',
  cancelled: true,
  status: -1,
  statusText: 'Request was aborted',
  data: null,
  config,
});

function failed(thrown: unknown, config: BackendSrvRequest) {
  if (typeof thrown === 'object' && thrown !== null && 'status' in thrown) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { status: 0, statusText: message, message, data: { message, error: message }, config };
}

function envelope<T>(response: Response, data: T, config: BackendSrvRequest): FetchResponse<T> {
  const { status, statusText, ok, headers, redirected, type, url } = response;
  return { data, status, statusText, ok, headers, redirected, type, url, config };
}

/** As Grafana's: one emission, or an error `{status, statusText, data}` when the answer is not 2xx. */
function fetchOnce<T>(config: BackendSrvRequest): Observable<FetchResponse<T>> {
  return request<T>(config, async (response, emit) => {
    const data = (await bodyOf(response, config.responseType)) as T;
    const answer = envelope(response, data, config);
    if (!response.ok) throw answer;
    emit(answer);
  });
}

/** As Grafana's: one emission per network chunk whatever the status, a last one without data, then completion. */
function chunked(config: BackendSrvRequest): Observable<FetchResponse<Uint8Array | undefined>> {
  return request<Uint8Array | undefined>(config, async (response, emit) => {
    const reader = response.body?.getReader();
    for (;;) {
      const part = await reader?.read();
      if (!part || part.done) break;
      emit(envelope(response, part.value, config));
    }
    emit(envelope<Uint8Array | undefined>(response, undefined, config));
  });
}

function promised<T>(config: BackendSrvRequest): Promise<T> {
  return new Promise((resolve, reject) =>
    fetchOnce<T>(config).subscribe({ next: (answer) => resolve(answer.data), error: reject }),
  );
}

/** Grafana's HTTP service over the browser's `fetch`: what plugins and Scenes call. No alerts pop up, nothing is retried. */
export const backendSrv: BackendSrv = {
  fetch: fetchOnce,
  chunked,
  request: promised,
  datasourceRequest: <T>(config: BackendSrvRequest) =>
    new Promise<FetchResponse<T>>((resolve, reject) =>
      fetchOnce<T>(config).subscribe({ next: resolve, error: reject }),
    ),
  get: (url, params, requestId, options) => promised({ ...options, method: 'GET', url, params, requestId }),
  delete: (url, data, options) => promised({ ...options, method: 'DELETE', url, data }),
  post: (url, data, options) => promised({ ...options, method: 'POST', url, data }),
  put: (url, data, options) => promised({ ...options, method: 'PUT', url, data }),
  patch: (url, data, options) => promised({ ...options, method: 'PATCH', url, data }),
};
