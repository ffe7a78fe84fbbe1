import { createServer } from 'node:http';

import { literal } from '../core/sql/quote';
import { EngineError } from './engineError';
import { Engine } from './engine';

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** minimal first cut */
export interface ServerOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly readonly?: boolean;
}

export interface RunningServer {
  readonly url: string;
  stop(): Promise<void>;
}

const own = new Set(['query', 'database', 'default_format', 'query_id', 'session_id', 'user', 'password', 'wait_end_of_query']);

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const engine = await Engine.start({ dataDir: options.dataDir, connectionArgs: ['--implicit_select=0'] });
  const server = createServer((request, response) => void handle(engine, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await engine.stop();
    },
  };
}

async function handle(engine: Engine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname === '/ping') {
    response.end('Ok.\n');
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const inUrl = url.searchParams.get('query');
  const sql = inUrl && body ? `${inUrl}\n${body}` : (inUrl ?? body);
  const release = await engine.turn();
  const session = await engine.openSession();
  try {
    const database = url.searchParams.get('database');
    if (database) await session.run(`USE \`${database}\``);
    for (const [name, value] of url.searchParams)
      if (!own.has(name)) await session.run(`SET ${name} = ${literal(value)}`);
    const format = url.searchParams.get('default_format') ?? 'TabSeparated';
    const result = await session.run(sql, format);
    response.setHeader('X-ClickHouse-Query-Id', url.searchParams.get('query_id') ?? '');
    response.end(result.bytes);
  } catch (thrown) {
    const error = thrown as EngineError;
    response.statusCode = 500;
    response.setHeader('X-ClickHouse-Exception-Code', String(error.code));
    response.end(`${error.message} (version 26.7.2.1)\n`);
  } finally {
    await session.close();
    release();
  }
}
