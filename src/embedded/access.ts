import { timingSafeEqual } from 'node:crypto';

import { refusal } from './engineError';
import { headerOf } from './parameters';

import type { IncomingHttpHeaders } from 'node:http';

/** The one login that the server accepts. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** Without a login of its own the server takes the user `default` without a password, as a fresh ClickHouse does. */
export const defaultLogin: Login = { user: 'default', password: '' };

/**
 * Checks who asks: `X-ClickHouse-User` and `-Key`, basic auth, or `user` and `password` in the URL, never two of them.
 * Throws as ClickHouse does: AUTHENTICATION_FAILED (HTTP 403) for a wrong name or password.
 */
export function checkLogin(headers: IncomingHttpHeaders, url: URLSearchParams, expected: Login): void {
  const given = givenLogin(headers, url);
  if (given.user === '') throw refusal('AUTHENTICATION_FAILED', 'Got an empty user name');
  const right = same(given.user, expected.user) && same(given.password, expected.password);
  if (!right)
    throw refusal(
      'AUTHENTICATION_FAILED',
      `${given.user}: Authentication failed: password is incorrect, or there is no user with such name`,
    );
}

function givenLogin(headers: IncomingHttpHeaders, url: URLSearchParams): Login {
  const user = headerOf(headers, 'x-clickhouse-user');
  const password = headerOf(headers, 'x-clickhouse-key');
  const { authorization } = headers;
  const inHeaders = user !== undefined || password !== undefined;
  const inUrl = url.has('user') || url.has('password');
  if (Number(inHeaders) + Number(authorization !== undefined) + Number(inUrl) > 1)
    throw refusal(
      'AUTHENTICATION_FAILED',
      'Invalid authentication: it is not allowed to use X-ClickHouse HTTP headers, Authorization HTTP header and ' +
        'authentication via parameters simultaneously',
    );
  if (inHeaders) return { user: user ?? '', password: password ?? '' };
  if (authorization !== undefined) return basicLogin(authorization);
  return { user: url.get('user') ?? 'default', password: url.get('password') ?? '' };
}

function basicLogin(authorization: string): Login {
  const [scheme = '', encoded = ''] = authorization.split(' ', 2);
  if (scheme.toLowerCase() !== 'basic')
    throw refusal(
      'AUTHENTICATION_FAILED',
      `Invalid authentication: '${scheme}' HTTP Authorization scheme is not supported`,
    );
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? { user: text, password: '' } : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * Whether a request was meant for this machine: a page elsewhere whose name was made to point here (DNS rebinding) sends
 * its own name.
 */
export function isLocalHost(host: string | undefined): boolean {
  if (host === undefined) return true;
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(\.\d+){3}$/.test(name);
}
