import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { fail } from './errors';
import type { Metrics } from './metrics';

/** What `/healthz` answers: 200 where `ok`, otherwise 503. */
export interface Health {
  readonly ok: boolean;
  readonly [fact: string]: unknown;
}

/** A server of /metrics and /healthz. */
export interface Served {
  /** `http://host:port`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Listens. @throws TidemarkError listen_failed. */
export async function serve(
  { host, port }: { readonly host: string; readonly port: number },
  metrics: Metrics,
  health: () => Health,
): Promise<Served> {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    const path = (request.url ?? '').split('?', 1)[0];
    if (request.method !== 'GET') return void answer(405, 'text/plain', 'Only GET.\n');
    if (path === '/healthz') {
      const state = health();
      return void answer(state.ok ? 200 : 503, 'application/json', `${JSON.stringify(state)}\n`);
    }
    if (path !== '/metrics') return void answer(404, 'text/plain', 'There are /metrics and /healthz.\n');
    metrics.text().then(
      (text) => answer(200, metrics.contentType, text),
      () => answer(500, 'text/plain', 'The metrics could not be written.\n'),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(fail('listen_failed', { host, port, reason: error.code ?? error.message }, { cause: error })),
    );
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
