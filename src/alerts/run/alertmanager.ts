import { messageOf } from '../../core/errors';
import { fail } from '../errors';
import type { PostableAlert } from './payload';

/** An alert that Alertmanager has. */
export interface KnownAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
}

/** Prometheus' Alertmanager, by its API v2. */
export interface Alertmanager {
  /** Hands over alerts. @throws TidemarkError alertmanager_unreachable, alertmanager_refused */
  post(alerts: readonly PostableAlert[]): Promise<void>;
  /** What fires there of ours: alerts with a label `rule`, whether or not silenced or inhibited. Throws as {@link post}. */
  active(): Promise<readonly KnownAlert[]>;
  /** Attempts to deliver that failed since Alertmanager began, by kind of receiver: `slack`, `email`. Throws as {@link post}. */
  failures(): Promise<ReadonlyMap<string, number>>;
}

const timeoutMs = 10_000;

/** @param url address up to its path prefix; a login in it is sent as basic authentication. */
export function alertmanagerAt(url: string, fetch: typeof globalThis.fetch): Alertmanager {
  const { address, headers } = reach(url);
  const call = async (path: string, init: RequestInit): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(`${address}/${path}`, {
        ...init,
        headers: { ...headers, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (cause) {
      throw fail('alertmanager_unreachable', { url: address, reason: reasonOf(cause) }, { cause });
    }
    if (!response.ok) {
      const said = (await response.text().catch(() => '')).trim().slice(0, 300);
      throw fail('alertmanager_refused', { url: address, status: response.status, said });
    }
    return response;
  };
  return {
    async post(alerts) {
      await call('api/v2/alerts', { method: 'POST', body: JSON.stringify(alerts) });
    },
    async active() {
      const response = await call(`api/v2/alerts?active=true&filter=${encodeURIComponent('rule=~".+"')}`, {
        method: 'GET',
      });
      return (await response.json()) as readonly KnownAlert[];
    },
    async failures() {
      return failuresOf(await (await call('metrics', { method: 'GET' })).text());
    },
  };
}

/** Reads `alertmanager_notification_requests_failed_total{integration="slack",…} 3` out of Alertmanager's metrics. */
function failuresOf(metrics: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const line of metrics.split('\n')) {
    if (!line.startsWith('alertmanager_notification_requests_failed_total{')) continue;
    const integration = /integration="([^"]*)"/.exec(line)?.[1];
    const count = Number(line.slice(line.lastIndexOf(' ') + 1));
    if (integration !== undefined && count > 0) found.set(integration, (found.get(integration) ?? 0) + count);
  }
  return found;
}

function reach(url: string): { readonly address: string; readonly headers: Readonly<Record<string, string>> } {
  const parsed = new URL(url);
  const { username, password } = parsed;
  parsed.username = '';
  parsed.password = '';
  parsed.search = '';
  parsed.hash = '';
  const address = parsed.href.replace(/\/+$/, '');
  if (username === '') return { address, headers: {} };
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const bytes = Array.from(new TextEncoder().encode(login), (byte) => String.fromCharCode(byte)).join('');
  return { address, headers: { authorization: `Basic ${btoa(bytes)}` } };
}

/** What fetch hides behind "fetch failed". */
function reasonOf(thrown: unknown): string {
  const cause = typeof thrown === 'object' && thrown !== null && 'cause' in thrown ? thrown.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  return code === '' ? messageOf(cause ?? thrown) : code;
}
