import { createServer, request as ask } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What Grafana's proxy passes on at a time, roughly. */
const pieceBytes = 64 * 1024;

export interface PathServerOptions {
  /** The page's script. */
  readonly script: string;
  /** Answers by format, recorded before: `/recorded/<n>/?default_format=`. */
  readonly recorded: readonly ReadonlyMap<string, Uint8Array>[];
  /** Statements that the engine at `engineUrl` is asked for: `/live/<n>/?default_format=`. */
  readonly statements: readonly string[];
  readonly engineUrl: string;
}

/** Serves the page, and answers: from memory in pieces, or from the engine as it makes them. */
export async function startServer({ script, recorded, statements, engineUrl }: PathServerOptions) {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const format = url.searchParams.get('default_format') ?? '';
    const [, source, index] = /^\/(recorded|live)\/(\d+)\//.exec(url.pathname) ?? [];
    request.resume();
    if (source === 'recorded') void inPieces(response, recorded[Number(index)]?.get(format));
    else if (source === 'live') passOn(response, `${engineUrl}/?default_format=${format}`, statements[Number(index)]);
    else {
      const isScript = url.pathname === '/page.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? script : '<!doctype html><script src="/page.js"></script>');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  };
}

async function inPieces(response: ServerResponse, bytes: Uint8Array | undefined): Promise<void> {
  response.writeHead(bytes ? 200 : 404, { 'content-type': 'application/octet-stream', 'x-clickhouse-timezone': 'UTC' });
  for (let at = 0; bytes && at < bytes.length; at += pieceBytes) {
    if (!response.write(bytes.subarray(at, at + pieceBytes)))
      await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end();
}

function passOn(response: ServerResponse, url: string, statement: string | undefined): void {
  const asked = ask(url, { method: 'POST' }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  asked.once('error', () => response.destroy());
  asked.end(statement ?? '');
}
