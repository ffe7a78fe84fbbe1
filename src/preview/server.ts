import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { messageOf } from '../core/errors';
import type { PreviewSettings } from './api';
import { readDashboards } from './dashboardFiles';
import { fail } from './errors';
import type { DataSourceConfig } from './proxy';
import { proxyRequest } from './proxy';
import { fileBelow, sendFile, sendMissingIcon } from './staticFiles';

/** Where the preview finds what it serves. */
export interface PreviewServerOptions {
  /** Folder of the bundled page, usually `build/preview`. */
  readonly pageDir: string;
  /** Folder of the built plugin, usually `dist`, served under the type of each data source. */
  readonly pluginDir: string;
  /** Folder of dashboards, read afresh at each request. */
  readonly dashboardsDir: string;
  readonly dataSources: readonly DataSourceConfig[];
  /** What the data is, for the banner. */
  readonly dataLabel?: string;
  /** Where the data lies: dashboards open on it instead of on their own range. */
  readonly range?: { readonly from: string; readonly to: string };
  /** 0 for any free port. */
  readonly port: number;
}

/** A running preview. */
export interface PreviewServer {
  readonly url: string;
  readonly port: number;
  /** Stops listening and ends what is still open. */
  close(): Promise<void>;
}

const loopbackHosts = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** Refuses whoever reached this port under another name, or from another site's page. */
function isOwnPage(request: IncomingMessage): boolean {
  const { host = '', origin } = request.headers;
  return loopbackHosts.test(host) && (origin === undefined || origin === `http://${host}`);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

function sendJson(response: ServerResponse, json: string): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(json);
}

function settings({ dashboardsDir, dataSources, dataLabel = '', range }: PreviewServerOptions): PreviewSettings {
  const defaultUid = (dataSources.find((source) => source.isDefault) ?? dataSources[0])?.uid;
  return {
    dataSources: dataSources.map(({ uid, name, type, jsonData = {} }) => ({
      uid,
      name,
      type,
      isDefault: uid === defaultUid,
      jsonData,
    })),
    dashboards: readDashboards(dashboardsDir).map(({ json: _json, ...entry }) => entry),
    dataLabel,
    ...(range && { range }),
  };
}

type Handler = (rest: string, request: IncomingMessage, response: ServerResponse) => void;

function routes(options: PreviewServerOptions): ReadonlyArray<readonly [prefix: string, handler: Handler]> {
  const file =
    (folder: string): Handler =>
    (rest, _request, response) => {
      const path = fileBelow(folder, rest.split('?')[0] ?? '');
      if (path) sendFile(response, path, rest);
      else sendText(response, 404, 'Not found');
    };
  const icons: Handler = (rest, _request, response) => {
    const path = fileBelow(join(options.pageDir, 'icons'), rest.split('?')[0] ?? '');
    if (path) sendFile(response, path, rest);
    else sendMissingIcon(response);
  };
  const dashboard: Handler = (rest, _request, response) => {
    const uid = decodeURIComponent(rest.split('?')[0] ?? '');
    const found = readDashboards(options.dashboardsDir).find((entry) => entry.uid === uid);
    if (found) sendJson(response, found.json);
    else sendText(response, 404, `No dashboard has the uid "${uid}".`);
  };
  const proxy: Handler = (rest, request, response) => {
    const slash = rest.search(/[/?]/);
    const uid = decodeURIComponent(slash < 0 ? rest : rest.slice(0, slash));
    const source = options.dataSources.find((one) => one.uid === uid);
    if (source) proxyRequest(source, slash < 0 ? '' : rest.slice(slash), request, response);
    else sendText(response, 404, JSON.stringify({ message: 'Data source not found' }));
  };
  const page: Handler = (_rest, _request, response) =>
    sendFile(response, join(options.pageDir, 'index.html'), 'index.html');
  return [
    ['/api/preview/settings', (_rest, _request, response) => sendJson(response, JSON.stringify(settings(options)))],
    ['/api/preview/dashboards/', dashboard],
    ['/api/datasources/proxy/uid/', proxy],
    ...[...new Set(options.dataSources.map((source) => source.type))].map(
      (type) => [`/public/plugins/${type}/`, file(options.pluginDir)] as const,
    ),
    ['/public/build/img/icons/', icons],
    ['/public/fonts/', file(join(options.pageDir, 'fonts'))],
    ['/preview/', file(options.pageDir)],
    ['/d/', page],
  ];
}

/**
 * Serves the preview on 127.0.0.1: the page, the built plugin, the dashboards, and a data source proxy that imitates
 * Grafana's. Throws `port_taken` when the port is in use.
 */
export async function startPreviewServer(options: PreviewServerOptions): Promise<PreviewServer> {
  const table = routes(options);
  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    if (!isOwnPage(request)) {
      sendText(response, 403, 'The preview answers its own page on this machine only.');
      return;
    }
    const route = table.find(([prefix]) => url.startsWith(prefix));
    const isHome = url === '/' || url.startsWith('/?') || url.startsWith('/dashboards');
    try {
      if (route) route[1](url.slice(route[0].length), request, response);
      else if (isHome) sendFile(response, join(options.pageDir, 'index.html'), 'index.html');
      else sendText(response, 404, 'Not found');
    } catch (thrown) {
      sendText(response, 500, messageOf(thrown));
    }
  });
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? fail('port_taken', { port }) : error),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}
