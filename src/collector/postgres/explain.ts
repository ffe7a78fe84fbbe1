import { DatabaseError } from 'pg';

import { TidemarkError, messageOf } from '../../core/errors';
import { fail } from '../errors';

/** Where a question went, and about what. */
export interface Asked {
  /** Name under collect.postgres. */
  readonly server: string;
  /** `host:port`. */
  readonly address: string;
  readonly user: string;
  readonly database: string;
  /** What was asked about, for the sentence: `its slots`. */
  readonly what: string;
  /** Statement that gives the right that is probably missing. */
  readonly grant: string;
  /** How long it was asked for, in ms. */
  readonly ms: number;
}

/** Says what a driver's or a server's error means and what to do. What is a TidemarkError stays as it is. */
export function explain(thrown: unknown, asked: Asked): TidemarkError {
  if (thrown instanceof TidemarkError) return thrown;
  const cause = { cause: thrown };
  if (isDatabaseError(thrown)) return explainServer(thrown, asked);
  const { server, address } = asked;
  const reason = reasonOf(thrown);
  // The server asks for a password and there is none.
  if (/password must be a (non-empty )?string/.test(reason))
    return fail('pg_wrong_password', { server, user: asked.user, database: asked.database }, cause);
  if (/does not support SSL|self.signed|certificate|wrong version number|SSL/i.test(reason))
    return fail('pg_tls', { server, detail: plain(reason) }, cause);
  if (/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$|timeout|ENOENT/i.test(reason))
    return fail('pg_unreachable', { server, address, reason: plain(reason) }, cause);
  return fail('pg_lost', { server, reason: plain(reason) }, cause);
}

// By its shape: errors of another realm (Jest's sandbox) are errors too.
const isDatabaseError = (thrown: unknown): thrown is DatabaseError =>
  thrown instanceof DatabaseError || (typeof thrown === 'object' && thrown !== null && 'severity' in thrown);

function explainServer(error: DatabaseError, asked: Asked): TidemarkError {
  const { server, user, database, what, grant, ms } = asked;
  const { code = '' } = error;
  const detail = plain(error.message);
  const place = { server, user, database };
  const cause = { cause: error };
  switch (code) {
    case '28P01':
      return fail('pg_wrong_password', place, cause);
    case '28000':
      // Without TLS the same words come where only TLS is let in.
      if (/no encryption|SSL off/.test(detail) && /no pg_hba.conf entry/.test(detail))
        return letInOrTls(detail, place, cause);
      return fail('pg_not_let_in', { ...place, detail }, cause);
    case '3D000':
      return fail('pg_no_database', { server, database }, cause);
    case '53300':
      return fail('pg_full', { server, detail }, cause);
    case '57P01':
    case '57P02':
    case '57P03':
      return fail('pg_starting', { server, reason: detail }, cause);
    case '42501':
      return fail('pg_right', { ...place, detail, grant }, cause);
    case '57014':
    case '55P03':
      return fail('pg_slow', { server, what, ms }, cause);
    case '25006':
      return fail('pg_replica', { server }, cause);
    default:
      return fail('pg_refused', { server, what, code, detail }, cause);
  }
}

type Place = Pick<Asked, 'server' | 'user' | 'database'>;

const letInOrTls = (detail: string, place: Place, cause: { readonly cause: unknown }): TidemarkError =>
  fail(
    'pg_not_let_in',
    { ...place, detail: `${detail} (where only TLS is let in: add ?sslmode=require to the url)` },
    cause,
  );

const plain = (text: string): string => text.trim().replace(/[.\s]+$/, '');

/** The code of a system error, of the first one where several addresses were tried; otherwise its text. */
function reasonOf(thrown: unknown): string {
  const { code, errors } = (thrown ?? {}) as { code?: unknown; errors?: readonly unknown[] };
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return code;
  if (Array.isArray(errors) && errors.length > 0) return reasonOf(errors[0]);
  return messageOf(thrown);
}
