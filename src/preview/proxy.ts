/**
 * Imitates Grafana's data source proxy as read in its source: what reaches ClickHouse and what comes back. It proves
 * queries and drawing, not Grafana's own proxy.
 */
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';

/** A data source of the preview. The password stays in this process: it is added to each request here and sent to no browser. */
export interface DataSourceConfig {
  readonly uid: string;
  readonly name: string;
  /** Plugin id. */
  readonly type: string;
  /** Base address of ClickHouse's HTTP interface. */
  readonly url: string;
  readonly isDefault?: boolean;
  readonly jsonData?: Readonly<Record<string, unknown>>;
  readonly basicAuth?: { readonly user: string; readonly password: string };
}

/** What Grafana 13.2.2 calls itself. */
export const userAgent = 'Grafana/13.2.2';

const hopByHop = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'upgrade'];
/** Request headers that stop at Grafana. */
const droppedFromRequest = new Set([...hopByHop, 'host', 'cookie', 'origin', 'referer', 'authorization', 'user-agent']);
/** Answer headers that stop at Grafana. */
const droppedFromAnswer = new Set([...hopByHop, 'set-cookie']);

function outgoing(headers: IncomingHttpHeaders, source: DataSourceConfig): OutgoingHttpHeaders {
  const sent: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) if (!droppedFromRequest.has(name)) sent[name] = value;
  delete sent['x-ds-authorization'];
  const asked = headers['x-ds-authorization'];
  if (asked) sent['authorization'] = String(asked);
  if (source.basicAuth) {
    const { user, password } = source.basicAuth;
    sent['authorization'] = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }
  sent['user-agent'] = userAgent;
  return sent;
}

function incoming(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const given: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) if (!droppedFromAnswer.has(name)) given[name] = value;
  given['content-security-policy'] = 'sandbox';
  given['x-content-type-options'] = 'nosniff';
  return given;
}

function answer(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify({ message, messageId: '', statusCode: status, traceID: '' }));
}

/** The address at the target: its base path, then the asked path and query; `undefined` for a path that climbs out. */
export function targetUrl(base: string, pathAndQuery: string): URL | undefined {
  const [path = '', query] = splitOnce(pathAndQuery, '?');
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  if (/[\0\\]/.test(decoded) || decoded.split('/').some((part) => part === '..')) return undefined;
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${path.replace(/^\/+/, '')}`;
  if (query !== undefined) url.search = url.search ? `${url.search}&${query}` : `?${query}`;
  return url;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/**
 * Passes one request on and the answer back, both as they come. A target that answers 401 becomes 400, one that cannot
 * be reached 502, as Grafana does. When the browser goes away, so does the request to the target.
 */
export function proxyRequest(
  source: DataSourceConfig,
  pathAndQuery: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = targetUrl(source.url, pathAndQuery);
  if (!url) {
    answer(response, 400, 'Invalid data source proxy path');
    return;
  }
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const upstream = send(url, { method: request.method, headers: outgoing(request.headers, source) }, (reply) => {
    if (reply.statusCode === 401) {
      reply.resume();
      answer(response, 400, 'Authentication to data source failed');
      return;
    }
    response.writeHead(reply.statusCode ?? 502, incoming(reply.headers));
    response.flushHeaders();
    pipeline(reply, response, () => undefined);
  });
  upstream.on('error', () => answer(response, 502, 'Bad Gateway'));
  response.on('close', () => upstream.destroy());
  pipeline(request, upstream, () => undefined);
}
