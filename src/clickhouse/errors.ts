import { errorTable } from '../core/errors';
import { nextStep } from './hints';

/** Code → sentence of everything that can go wrong between a statement and its rows. */
export const fail = errorTable({
  server_error: (f: { serverCode: number; type: string; text: string }) =>
    `ClickHouse refused the query: ${withStop(f.text)} (${f.type ? `${f.type}, ` : ''}code ${f.serverCode}).${after(nextStep(f.serverCode))}`,
  auth_failed: (f: { detail: string }) =>
    `ClickHouse did not accept the login${f.detail ? ` (${f.detail})` : ''}. Check user and password in the data source settings; Grafana adds them on its server.`,
  unreachable: (f: { detail: string }) =>
    `ClickHouse could not be reached${f.detail ? ` (${f.detail})` : ''}. Check the URL in the data source settings, that the server runs, and that Grafana's machine may connect to it.`,
  session_ended: (_: { status: number }) =>
    'Grafana answered 401: your Grafana session has ended. Reload the page and log in again.',
  forbidden: (f: { status: number; detail: string }) =>
    `The request was forbidden (HTTP 403${f.detail ? `: ${f.detail}` : ''}). Check that you may query this data source in Grafana and that a proxy in between lets the request pass.`,
  not_found: (f: { status: number; detail: string }) =>
    `Nothing answers at the address of this data source (HTTP 404${f.detail ? `: ${f.detail}` : ''}). The URL should be ClickHouse's HTTP interface, such as http://clickhouse:8123, without a path.`,
  too_large: (_: { status: number }) =>
    'The statement is too large for a proxy in between (HTTP 413). Shorten it (long variable lists are the usual cause) or raise the body limit of the proxy.',
  too_many_requests: (_: { status: number }) =>
    'Too many requests at once (HTTP 429). Wait a moment, refresh the dashboard less often, or raise the limit of the proxy in between.',
  bad_gateway: (f: { status: number; detail: string }) =>
    `Grafana reached no ClickHouse behind the data source's URL (HTTP ${f.status}${f.detail ? `: ${f.detail}` : ''}). Check that the server runs and that the URL names its HTTP port (8123, or 8443 with TLS).`,
  gateway_timeout: (f: { status: number }) =>
    `A proxy gave up waiting for the answer (HTTP ${f.status}). Narrow the time range or raise the proxy's timeout (in Grafana: Timeout of this data source).`,
  html_answer: (f: { status: number; title: string }) =>
    `A web page came back instead of data${f.title ? ` ("${f.title}")` : ''}: the URL leads to something other than ClickHouse, or a login page stands in between. The URL should be ClickHouse's HTTP interface, such as http://clickhouse:8123.`,
  http_error: (f: { status: number; detail: string }) =>
    `The server answered HTTP ${f.status}${f.detail ? `: ${f.detail}` : ' and said nothing about why'}. Check the URL in the data source settings and the logs of the server.`,
  answer_cut: (f: { bytes: number; detail: string }) =>
    `The answer broke off after ${f.bytes} bytes (${f.detail}). A limit or an error that ClickHouse met in the middle of the query, or a timeout on the way, is the usual cause: narrow the time range, or look for the query in system.query_log.`,
  timed_out: (f: { seconds: number }) =>
    `ClickHouse had not answered in full after ${f.seconds} seconds: the query was stopped. Narrow the time range, read a rollup, or raise the timeout of this data source.`,
  cancelled: (_: { queryId: string }) => 'The query was cancelled. Run it again if that was not intended.',
});

function withStop(text: string): string {
  return text.replace(/[\s.]+$/, '');
}

function after(sentence: string): string {
  return sentence ? ` ${sentence}` : '';
}
