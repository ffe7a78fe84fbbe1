import { ClickHouseError } from '@clickhouse/client';

import { TidemarkError, messageOf } from '../core/errors';
import type { ConnectionConfig } from '../config/config';
import { fail } from './errors';

/** Which sentence belongs to which of ClickHouse's error codes. Codes that are not listed read `server_error`. */
const loginCodes = new Set(['192', '193', '194', '516']);
const columnCodes = new Set(['10', '16', '47']);
const typeCodes = new Set(['43', '53', '70', '386']);

/**
 * Turns what a call through `@clickhouse/client` threw into an error whose message names the next step. Never throws;
 * what is a TidemarkError already stays as it is.
 */
export function explain(thrown: unknown, { url, user }: ConnectionConfig): TidemarkError {
  if (thrown instanceof TidemarkError) return thrown;
  const cause = { cause: thrown };
  if (thrown instanceof ClickHouseError) return explainServer(thrown, { url, user });
  const reason = messageOf(thrown);
  const code = (thrown as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ECONNRESET|ETIMEDOUT|EPIPE|ERR_TLS.*|.*CERT.*)$/.test(
      code,
    )
  )
    return fail('unreachable', { url, reason: code }, cause);
  if (/timeout/i.test(reason)) return fail('timed_out', { url }, cause);
  if (/socket hang up|Parse Error|HPE_|SSL|EPROTO/i.test(`${reason} ${code}`))
    return fail('not_clickhouse', { url, reason: firstLine(reason) }, cause);
  if (/^(<|HTTP|Not Found|404)/i.test(reason.trim()))
    return fail('not_clickhouse', { url, reason: firstLine(reason) }, cause);
  return new TidemarkError('unexpected', `${firstLine(reason)} This is not an answer that Tidemark knows.`, {}, cause);
}

function explainServer(error: ClickHouseError, { url, user }: { url: string; user: string }): TidemarkError {
  const { code } = error;
  const detail = detailOf(error.message);
  const cause = { cause: error };
  if (loginCodes.has(code)) return fail('wrong_password', { url, user }, cause);
  if (code === '164') return fail('readonly_user', { user, detail }, cause);
  if (code === '497') return fail('access_denied', { user, detail }, cause);
  if (code === '81') return fail('unknown_database', { detail }, cause);
  if (code === '60') return fail('unknown_table', { detail }, cause);
  if (columnCodes.has(code)) return fail('unknown_column', { detail }, cause);
  if (typeCodes.has(code)) return fail('wrong_type', { detail }, cause);
  return fail('server_error', { code, detail }, cause);
}

/** The server's sentence without its version, its stack and the query it repeats; ends with a full stop. */
function detailOf(message: string): string {
  const text = firstLine(message)
    .replace(/\s*\(version [^)]*\)?.*$/, '')
    .replace(/:? While (executing|processing) .*$/, '')
    .trim();
  const short = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  return /[.!?…]$/.test(short) ? short : `${short}.`;
}

const firstLine = (text: string): string => text.trim().split('\n', 1)[0] ?? '';
