import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';

import { defaultLogin, isLocalHost } from './access';
import { claimDataFolder } from './dataFolder';
import { Engine } from './engine';
import { fail } from './errors';
import { Fifos } from './fifos';
import { HttpSessions } from './httpSessions';
import { QueryLog } from './queryLog';
import { handleQuery } from './requestHandler';
import { RunningQueries } from './runningQueries';
import { Spool } from './spool';

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Login } from './access';
import type { Services } from './requestHandler';
import type { ServerFacts } from './response';

/** How the embedded ClickHouse is to run. */
export interface ServerOptions {
  /** Made where missing; one process at a time. */
  readonly dataDir: string;
  /** On 127.0.0.1; 0 picks a free one. */
  readonly port: number;
  /** Every request is one of a user with `readonly = 1`. Default false. */
  readonly readonly?: boolean;
  /** Default: `default` without a password. */
  readonly login?: Login;
  /** A file in the form of ClickHouse's config.xml, for settings of the server: threads of the Kafka engine, named collections, … */
  readonly configFile?: string;
  /** Whether queries are written down in `system.query_log`. Default true. */
  readonly queryLog?: boolean;
}

export interface RunningServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The engine's version, e.g. `26.7.2.1`. */
  readonly version: string;
  /**
   * Takes no more requests, gives those under way two seconds, cancels the rest, closes the engine. True where everything
   * came to its end; false where a query cannot be stopped: then the process has to be.
   */
  stop(): Promise<boolean>;
}

const graceMs = 2_000;
/** ClickHouse's `http_max_uri_size`, and as much again for the headers. */
const maxUriBytes = 2 * 1_048_576;

/**
 * Opens the engine on its folder and serves ClickHouse's HTTP interface on loopback. Throws `data_in_use`,
 * `data_unusable`, `no_config_file`, `engine_failed`, `port_in_use`, `port_unusable`; then nothing is left open.
 *
 * As ClickHouse's server: query in URL, body or form; parameters, settings, sessions, external tables; data in every
 * input format, bodies in gzip, deflate, br, zstd and lz4; errors with code, HTTP status and, after the first byte, marks
 * at the end of the answer. Different from it, on purpose:
 * - Answers in formats that can be cut anywhere (TabSeparated, CSV, JSONEachRow, Native, RowBinary, …) leave block by
 *   block; all others a MiB at a time, as ClickHouse sends every format. `buffer_size` holds nothing back.
 * - Answers are compressed with gzip, else br, else deflate; a client that takes only zstd or lz4 gets them plain.
 * - A client that goes away takes its SELECT along, with or without `cancel_http_readonly_queries_on_client_close`;
 *   inserts and definitions come to their end.
 * - `async_insert` is done at once. `send_progress_in_http_headers` gives one progress header, before the body.
 * - `X-ClickHouse-Summary` has exact reads for the formats that leave block by block and for JSON; for other formats what
 *   was last seen while the query ran, which for a very short one may be nothing.
 * - In a session (`session_id`), `readonly` and GET are enforced by the statement's first word.
 * - `KILL QUERY … WHERE query_id` and `system.processes` know clients' ids; `queryID()` gives the engine's own.
 * - `system.query_log` is kept by this server (queryLog.ts), not by the engine: no QueryStart rows, nothing of refreshes; what was
 *   read, memory and processor time as last seen while a query ran, exact for formats that leave block by block.
 * - Refused by name: compress=1 and decompress=1, roles, quotas, stack traces, users, KILL … SYNC.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { port, readonly = false, login = defaultLogin, queryLog = true } = options;
  // Absolute, as the engine takes relative paths for its own.
  const dataDir = resolve(options.dataDir);
  const configFile = options.configFile === undefined ? undefined : resolve(options.configFile);
  if (configFile !== undefined && !existsSync(configFile)) throw fail('no_config_file', { file: configFile });
  await claimDataFolder(dataDir);
  const server = createServer({ keepAliveTimeout: 10_000, requestTimeout: 0, maxHeaderSize: maxUriBytes });
  await listen(server, port);
  const opened = await openEngine(dataDir, configFile, queryLog).catch((thrown: unknown) => {
    server.close();
    throw thrown;
  });
  const { engine } = opened;
  const spool = await Spool.open(join(dataDir, 'tidemark-spool'));
  const services: Services = {
    ...opened,
    spool,
    fifos: new Fifos(spool),
    sessions: new HttpSessions(engine),
    running: new RunningQueries(engine),
    facts: await readFacts(engine),
    login,
    readonly,
  };
  server.on('request', (request, response) => void route(services, request, response));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    version: services.facts.version,
    stop: () => stop(server, services),
  };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((done, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE') reject(fail('port_in_use', { port }, { cause }));
      else reject(fail('port_unusable', { port, reason: cause.message }, { cause }));
    });
    server.listen(port, '127.0.0.1', done);
  });
}

async function openEngine(
  dataDir: string,
  configFile: string | undefined,
  logs: boolean,
): Promise<Pick<Services, 'engine' | 'queryLog'>> {
  try {
    // As a server, not as clickhouse-local: `selec 1` is a syntax error and not an expression.
    const connectionArgs = [
      '--implicit_select=0',
      ...(configFile === undefined ? [] : [`--config-file=${configFile}`]),
    ];
    const engine = await Engine.start({ dataDir, connectionArgs });
    await makeDefaultAtomic(engine);
    return { engine, queryLog: logs ? await QueryLog.open(engine) : undefined };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fail('engine_failed', { dir: dataDir, reason }, { cause });
  }
}

/**
 * chDB opens the database `default` as an overlay over files, in which refreshable views are refused; a server has it as
 * Atomic. On disk it is Atomic, once made so.
 */
async function makeDefaultAtomic(engine: Engine): Promise<void> {
  const [row] = await engine.control(
    `SELECT engine, (SELECT count() FROM system.tables WHERE database = 'default')
     FROM system.databases WHERE name = 'default'`,
  );
  if (row?.[0] !== 'Overlay') return;
  if (Number(row[1]) === 0) {
    await engine.control('DROP DATABASE default');
    await engine.control('CREATE DATABASE default ENGINE = Atomic');
  } else {
    await engine.control('DETACH DATABASE default');
    await engine.control('ATTACH DATABASE default');
  }
}

async function readFacts(engine: Engine): Promise<ServerFacts> {
  const [row = []] = await engine.control('SELECT version(), timezone(), displayName()');
  const [version = '', timezone = '', displayName = ''] = row.map(String);
  const formats = await engine.control('SELECT name, content_type FROM system.formats WHERE is_output');
  const contentTypes = new Map(formats.map(([name, type]) => [String(name), String(type)]));
  return { version, timezone, displayName, contentTypes };
}

async function route(services: Services, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const plain = (status: number, text: string) => {
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=UTF-8' }).end(text);
    request.resume();
  };
  const target = `http://127.0.0.1${request.url ?? '/'}`;
  if (!URL.canParse(target)) return plain(400, 'The request has no path that can be read.\n');
  const url = new URL(target);
  if (!isLocalHost(request.headers.host)) return plain(403, 'The embedded ClickHouse answers to localhost only.\n');
  const { method = 'GET' } = request;
  if (method === 'OPTIONS') return void response.writeHead(204).end();
  const asks = ['/', '/query'].includes(url.pathname) && ['GET', 'HEAD', 'POST'].includes(method);
  if (asks && (method === 'POST' || url.searchParams.has('query')))
    return handleQuery(services, request, response, url);
  if (asks || url.pathname === '/ping' || url.pathname === '/replicas_status') return plain(200, 'Ok.\n');
  return plain(404, `There is no handle ${url.pathname}. Use / or /ping.\n`);
}

async function stop(server: Server, { running, sessions, engine, queryLog }: Services): Promise<boolean> {
  server.close();
  server.closeIdleConnections();
  await running.drain(graceMs);
  if (running.count > 0) return false;
  server.closeAllConnections();
  await queryLog?.close();
  await sessions.closeAll();
  await engine.stop();
  return true;
}
