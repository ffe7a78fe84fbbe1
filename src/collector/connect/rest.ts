import { z } from 'zod';

import type { ConnectConfig } from '../../config/collectConfig';
import { messageOf } from '../../core/errors';
import type { Look } from '../source';
import { fail } from '../errors';

const task = z.looseObject({ id: z.number(), state: z.string(), trace: z.string().optional() });
const connectors = z.record(
  z.string(),
  z.looseObject({
    status: z.looseObject({
      connector: z.looseObject({ state: z.string(), trace: z.string().optional(), version: z.string().optional() }),
      tasks: z.array(task),
    }),
    info: z.looseObject({ config: z.record(z.string(), z.string().nullable()) }),
  }),
);
const offsets = z.looseObject({
  offsets: z.array(
    z.looseObject({
      offset: z.looseObject({ lsn: z.number().optional(), ts_usec: z.number().optional() }).nullable(),
    }),
  ),
});

/** A connector as REST tells it. */
export type ConnectorFacts = z.output<typeof connectors>[string];

/** Where the source was when its last flushed change was made. */
export interface SourcePosition {
  readonly lsn?: number;
  /** ms since 1970, by the clock of the source. */
  readonly at?: number;
}

/** All connectors of the cluster. Throws `connect_unreachable`, `connect_login_refused`, `connect_failed`. */
export async function readConnectors(
  config: ConnectConfig,
  look: Look,
): Promise<Readonly<Record<string, ConnectorFacts>>> {
  return connectors.parse(await get(config, look, '/connectors?expand=status&expand=info'));
}

/**
 * The position of a connector's source, as of the last flush of offsets (`offset.flush.interval.ms`, 60 s unless set). Empty for
 * connectors without an LSN and for Kafka before 3.6, which cannot be asked.
 */
export async function readPosition(config: ConnectConfig, look: Look, connector: string): Promise<SourcePosition> {
  const answer = await get(config, look, `/connectors/${encodeURIComponent(connector)}/offsets`).catch(() => undefined);
  const parsed = offsets.safeParse(answer);
  const { lsn, ts_usec: micros } = parsed.data?.offsets[0]?.offset ?? {};
  return { ...(lsn !== undefined && { lsn }), ...(micros !== undefined && { at: micros / 1_000 }) };
}

async function get({ name: cluster, url, user, password }: ConnectConfig, look: Look, path: string): Promise<unknown> {
  const login = user === undefined ? undefined : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const address = `${url}${path}`;
  const headers = { Accept: 'application/json', ...(login && { Authorization: login }) };
  const answer = await look.fetch(address, { headers, signal: look.signal }).catch((cause: unknown) => {
    throw fail('connect_unreachable', { cluster, url, reason: reasonOf(cause) }, { cause });
  });
  const text = await answer.text();
  const { status } = answer;
  if (status === 401 || status === 403) throw fail('connect_login_refused', { cluster, url, status });
  try {
    if (answer.ok) return JSON.parse(text) as unknown;
  } catch {
    // No JSON: not Kafka Connect, or a proxy before it.
  }
  throw fail('connect_failed', { cluster, url: address, status, answer: text.slice(0, 300) });
}

/** Node's fetch says "fetch failed" and keeps the reason in its cause. */
export function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return messageOf(cause ?? thrown);
}
