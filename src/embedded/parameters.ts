import { refusal } from './engineError';

import type { IncomingHttpHeaders } from 'node:http';

/** What a request says beside its query, from the URL, the form fields and the headers. */
export interface Parameters {
  readonly database: string | undefined;
  readonly defaultFormat: string;
  /** Values of `{name:Type}` in the query, escaped as ClickHouse escapes TabSeparated. */
  readonly substitutions: ReadonlyMap<string, string>;
  /** Settings for this request, for the engine to check. */
  readonly settings: ReadonlyMap<string, string>;
  readonly queryId: string | undefined;
  readonly session: HttpSessionParameters | undefined;
  /** `wait_end_of_query`: no byte is answered before the last is computed. */
  readonly waitForEnd: boolean;
  /** `client_protocol_version`; 0 where the client named none. */
  readonly protocolVersion: number;
}

/** `session_id`, `session_timeout`, `session_check` and `close_session`. */
export interface HttpSessionParameters {
  readonly id: string;
  readonly timeoutSeconds: number;
  readonly mustExist: boolean;
  readonly close: boolean;
}

const defaultTimeoutSeconds = 60;
const maxTimeoutSeconds = 3600;

/** Parameters that are no settings. `buffer_size` is accepted: answers leave earlier than it asks, never later. */
const known = new Set([
  'query',
  'database',
  'default_format',
  'query_id',
  'session_id',
  'session_timeout',
  'session_check',
  'close_session',
  'user',
  'password',
  'wait_end_of_query',
  'buffer_size',
  'client_protocol_version',
  'compress',
  'decompress',
  'stacktrace',
  'quota_key',
  'role',
]);

/** What the embedded engine cannot do, by parameter: the sentence that refuses it. */
const refused: Readonly<Record<string, string>> = {
  compress: 'compress=1 (ClickHouse-compressed answers) is not supported here, use Accept-Encoding: gzip',
  decompress: 'decompress=1 (ClickHouse-compressed bodies) is not supported here, use Content-Encoding: lz4 or zstd',
  stacktrace: 'stacktrace=1 is not supported here, the embedded engine gives no stack traces',
  quota_key: 'quota_key is not supported here, the embedded engine has no quotas',
  role: 'role is not supported here, the embedded engine has no roles',
};

/**
 * Reads the parameters of a request; of a name given twice the first counts, as in ClickHouse. Throws NOT_IMPLEMENTED
 * naming a parameter that the embedded engine cannot honour, BAD_ARGUMENTS and INVALID_SESSION_TIMEOUT for bad values.
 */
export function readParameters(given: Iterable<readonly [string, string]>, headers: IncomingHttpHeaders): Parameters {
  const all = new Map<string, string>();
  for (const [name, value] of given) if (name !== '' && !all.has(name)) all.set(name, value);
  for (const [name, sentence] of Object.entries(refused))
    if (!['', '0', 'false', undefined].includes(all.get(name))) throw refusal('NOT_IMPLEMENTED', sentence);
  if (headerOf(headers, 'x-clickhouse-quota')) throw refusal('NOT_IMPLEMENTED', refused['quota_key']!);

  const substitutions = new Map<string, string>();
  const settings = new Map<string, string>();
  for (const [name, value] of all) {
    if (known.has(name)) continue;
    if (name.startsWith('param_')) substitutions.set(name.slice('param_'.length), value);
    else settings.set(name, value);
  }
  for (const name of [...substitutions.keys(), ...settings.keys()])
    if (!/^\w+$/.test(name)) throw refusal('BAD_ARGUMENTS', `"${name}" is not a name of a setting or parameter`);
  return {
    database: headerOf(headers, 'x-clickhouse-database') ?? (all.get('database') || undefined),
    defaultFormat: headerOf(headers, 'x-clickhouse-format') ?? (all.get('default_format') || 'TabSeparated'),
    substitutions,
    settings,
    queryId: all.get('query_id') || headerOf(headers, 'x-clickhouse-query-id'),
    session: sessionOf(all),
    waitForEnd: isOn(all.get('wait_end_of_query') ?? settings.get('http_wait_end_of_query')),
    protocolVersion: wholeNumber('client_protocol_version', all.get('client_protocol_version') ?? '0'),
  };
}

/** Whether a boolean parameter is switched on. */
export function isOn(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}

function sessionOf(all: ReadonlyMap<string, string>): HttpSessionParameters | undefined {
  const id = all.get('session_id');
  if (id === undefined) return undefined;
  if (id === '') throw refusal('BAD_ARGUMENTS', 'Session id query parameter was provided, but it was empty');
  const text = all.get('session_timeout') ?? String(defaultTimeoutSeconds);
  if (!/^\d+$/.test(text)) throw refusal('INVALID_SESSION_TIMEOUT', `Invalid session timeout: '${text}'`);
  if (Number(text) > maxTimeoutSeconds)
    throw refusal(
      'INVALID_SESSION_TIMEOUT',
      `Session timeout '${text}' is larger than max_session_timeout: ${maxTimeoutSeconds}`,
    );
  return {
    id,
    timeoutSeconds: Number(text),
    mustExist: isOn(all.get('session_check')),
    close: isOn(all.get('close_session')),
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw refusal('BAD_ARGUMENTS', `${name} has to be a whole number, not '${text}'`);
  return Number(text);
}

/** A header's value; undefined where it is missing or empty. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) || undefined;
}
