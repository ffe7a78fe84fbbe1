import type { HttpAnswer, Transport } from './transport';

/** The part of `fetch` that is used; handed in so that nothing here reads a global. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/**
 * A transport straight to a server, without Grafana between: for tests and benches. `headers` are added to each request
 * (a login, for instance).
 */
export function fetchTransport(
  fetch: FetchLike,
  baseUrl: string,
  headers: Readonly<Record<string, string>> = {},
): Transport {
  return async (request): Promise<HttpAnswer> => {
    const query = new URLSearchParams(request.params).toString();
    const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/?${query}`, {
      method: 'POST',
      headers: { ...headers, ...request.headers },
      body: request.body,
      signal: request.signal ?? null,
    });
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      chunks: readAll(response.body),
    };
  };
}

async function* readAll(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (!body) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
