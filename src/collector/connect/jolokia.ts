import { z } from 'zod';

import type { ConnectConfig } from '../../config/collectConfig';
import type { Look } from '../source';
import { fail } from '../errors';
import { reasonOf } from './rest';

const attributes = z.record(z.string(), z.unknown());
const answers = z.array(z.looseObject({ status: z.number(), value: z.record(z.string(), attributes).optional() }));

/** Gauges of Debezium; absent where its MBeans are not there, as after a task failed. */
export interface DebeziumGauges {
  readonly connected?: boolean;
  readonly behindMs?: number;
  readonly sinceEventMs?: number;
  readonly queueTotal?: number;
  readonly queueLeft?: number;
  readonly events?: number;
  readonly erroneous?: number;
  readonly snapshotRunning?: boolean;
  readonly snapshotTablesLeft?: number;
  readonly snapshotRows?: number;
}

/** Debezium's MBeans of a connector, over Jolokia; `server` is its topic.prefix. Throws `jolokia_unreachable`. */
export async function readGauges(
  { name: cluster }: ConnectConfig,
  url: string,
  look: Look,
  server: string,
): Promise<DebeziumGauges> {
  // The domain names the database (debezium.postgres); it is left open.
  const ask = (context: string) => ({
    type: 'read',
    mbean: `debezium.*:type=connector-metrics,context=${context},server=${server},*`,
  });
  const body = JSON.stringify([ask('streaming'), ask('snapshot')]);
  const unreachable = (cause: unknown) =>
    fail('jolokia_unreachable', { cluster, url, reason: reasonOf(cause) }, { cause });
  try {
    const answer = await look.fetch(url, { method: 'POST', body, signal: look.signal });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const [streaming, snapshot] = answers.parse(await answer.json());
    return { ...streamingOf(beanOf(streaming)), ...snapshotOf(beanOf(snapshot)) };
  } catch (cause) {
    throw unreachable(cause);
  }
}

type Bean = Readonly<Record<string, unknown>>;

const beanOf = (answer: z.output<typeof answers>[number] | undefined): Bean | undefined =>
  answer?.status === 200 ? Object.values(answer.value ?? {})[0] : undefined;

function streamingOf(bean: Bean | undefined): DebeziumGauges {
  if (!bean) return {};
  const counts = ['Create', 'Update', 'Delete'].map((kind) => numberOf(bean, `TotalNumberOf${kind}EventsSeen`) ?? 0);
  return defined({
    connected: booleanOf(bean, 'Connected'),
    behindMs: positive(numberOf(bean, 'MilliSecondsBehindSource')),
    sinceEventMs: positive(numberOf(bean, 'MilliSecondsSinceLastEvent')),
    queueTotal: numberOf(bean, 'QueueTotalCapacity'),
    queueLeft: numberOf(bean, 'QueueRemainingCapacity'),
    events: counts.reduce((sum, count) => sum + count, 0),
    erroneous: numberOf(bean, 'NumberOfErroneousEvents'),
  });
}

function snapshotOf(bean: Bean | undefined): DebeziumGauges {
  if (!bean) return {};
  const rows = bean['RowsScanned'];
  const scanned = typeof rows === 'object' && rows !== null ? Object.values(rows) : [];
  return defined({
    snapshotRunning: booleanOf(bean, 'SnapshotRunning'),
    snapshotTablesLeft: numberOf(bean, 'RemainingTableCount'),
    snapshotRows: scanned.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0),
  });
}

function numberOf(bean: Bean, name: string): number | undefined {
  const value = bean[name];
  return typeof value === 'number' ? value : undefined;
}

function booleanOf(bean: Bean, name: string): boolean | undefined {
  const value = bean[name];
  return typeof value === 'boolean' ? value : undefined;
}

/** Debezium says −1 before the first event. */
const positive = (value: number | undefined) => (value !== undefined && value >= 0 ? value : undefined);

const defined = (gauges: { readonly [K in keyof DebeziumGauges]: DebeziumGauges[K] | undefined }): DebeziumGauges =>
  Object.fromEntries(Object.entries(gauges).filter(([, value]) => value !== undefined));
