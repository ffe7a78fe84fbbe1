import type { TidemarkError } from '../core/errors';
import { fail } from './errors';

/** An exception of ClickHouse taken apart. */
export interface ServerException {
  readonly code: number;
  /** The server's word, e.g. `UNKNOWN_TABLE`; empty where the text names none (very old servers). */
  readonly type: string;
  /** What happened, without code, type, version and stack trace; at most {@link maxText} characters. */
  readonly text: string;
}

const maxText = 1_000;
const loginCodes: ReadonlySet<number> = new Set([192, 193, 194, 516]);

/**
 * Finds the exception in a text that ClickHouse wrote: an error body, or the tail of a broken 200 answer. The last one
 * counts, since a cluster repeats the exceptions of its shards before its own. Never throws; undefined where there is none.
 * @example parseException('Code: 60. DB::Exception: Table a.b does not exist. (UNKNOWN_TABLE) (version 26.7.1.1)')
 * // { code: 60, type: 'UNKNOWN_TABLE', text: 'Table a.b does not exist.' }
 */
export function parseException(body: string): ServerException | undefined {
  const start = body.lastIndexOf('Code: ');
  for (let at = start; at >= 0; at = at > 0 ? body.lastIndexOf('Code: ', at - 1) : -1) {
    const head = /^Code: (\d{1,6})\. (?:DB|Poco|std)::\w*[Ee]xception: ?/.exec(body.slice(at, at + 80));
    if (head) return takeApart(Number(head[1]), body.slice(at + head[0].length));
  }
  return undefined;
}

function takeApart(code: number, rest: string): ServerException {
  const trace = rest.search(/,? Stack trace( \(when copying|:)/);
  let text = trace >= 0 ? rest.slice(0, trace) : rest;
  const marker = text.indexOf('\r\n');
  if (marker >= 0) text = text.slice(0, marker);
  // The version comes last, the type before it; both are looked for from the end so that the query text cannot fake them.
  const version = text.lastIndexOf(' (version ');
  if (version >= 0) text = text.slice(0, version);
  const typed = /\(([A-Z][A-Z0-9_]+)\)\s*$/.exec(text.slice(-120));
  if (typed) text = text.slice(0, text.lastIndexOf(`(${typed[1]})`));
  text = text.replace(/(?:Received from [^\s]+\. DB::Exception: )+/g, '').trim();
  if (text.length > maxText) text = `${text.slice(0, maxText)} …`;
  return { code, type: typed?.[1] ?? '', text: text || 'no reason given' };
}

/** The exception as an error of ours, worded with the next step; a refused login gets its own sentence. */
export function exceptionError(exception: ServerException): TidemarkError {
  if (loginCodes.has(exception.code))
    return fail('auth_failed', { detail: `code ${exception.code}${exception.type ? `, ${exception.type}` : ''}` });
  return fail('server_error', { serverCode: exception.code, type: exception.type, text: exception.text });
}
