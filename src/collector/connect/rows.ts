import type { HealthRow } from '../../packs/health';
import type { healthConnector } from '../../packs/pipeline/health/connector';
import { instant } from '../source';
import type { DebeziumGauges } from './jolokia';
import type { ConnectorFacts, SourcePosition } from './rest';

export type ConnectorRow = HealthRow<typeof healthConnector>;

/** Whose row it is. */
export interface ConnectorSubject {
  readonly pipeline: string;
  readonly cluster: string;
  readonly connector: string;
}

/** What was seen of a connector that is there. */
export interface ConnectorSeen {
  readonly facts: ConnectorFacts;
  readonly position: SourcePosition;
  readonly gauges: DebeziumGauges;
}

const traceChars = 2_000;
/** `database.password=…`, `sasl.jaas.config: …`; the salt is part of a name (connector.properties). */
const secrets =
  /((?:password|passphrase|secret|token|jaas\.config|credentials|private\.?key)[\w.-]*\s*[=:]\s*|\.with\.salt\.)(?:"[^"]*"|[^\s,;{}[\]"=]+)/gi;

/** Row of a connector that is there. */
export function seenRow(
  subject: ConnectorSubject,
  { facts, position, gauges }: ConnectorSeen,
  now: number,
): ConnectorRow {
  const { connector, tasks } = facts.status;
  const detail = whyDown(subject.connector, facts, gauges);
  const failed = tasks.filter(({ state }) => state === 'FAILED');
  return {
    ...subject,
    down: detail === '' ? 0 : 1,
    detail,
    state: connector.state,
    tasks: tasks.length,
    tasks_running: tasks.filter(({ state }) => state === 'RUNNING').length,
    tasks_failed: failed.length,
    trace: causesOf(failed[0]?.trace ?? connector.trace ?? '').slice(0, traceChars),
    version: connector.version ?? '',
    lsn: position.lsn ?? null,
    source_at: position.at === undefined ? null : instant(position.at),
    source_lag_s: position.at === undefined ? null : Math.max(0, now - position.at) / 1_000,
    connected: flag(gauges.connected),
    behind_ms: gauges.behindMs ?? null,
    since_event_ms: gauges.sinceEventMs ?? null,
    queue_total: gauges.queueTotal ?? null,
    queue_left: gauges.queueLeft ?? null,
    events: gauges.events ?? null,
    erroneous: gauges.erroneous ?? null,
    snapshot_running: flag(gauges.snapshotRunning),
    snapshot_tables_left: gauges.snapshotTablesLeft ?? null,
    snapshot_rows: gauges.snapshotRows ?? null,
  };
}

const flag = (value: boolean | undefined) => (value === undefined ? null : value ? 1 : 0);

/** Row of a connector that should be there, and is not or cannot be asked about. */
export const absentRow = (
  subject: ConnectorSubject,
  state: 'missing' | 'unreachable',
  detail: string,
): ConnectorRow => ({
  ...subject,
  down: 1,
  detail,
  state,
  tasks: 0,
  tasks_running: 0,
  tasks_failed: 0,
  trace: '',
  version: '',
  lsn: null,
  source_at: null,
  source_lag_s: null,
  connected: null,
  behind_ms: null,
  since_event_ms: null,
  queue_total: null,
  queue_left: null,
  events: null,
  erroneous: null,
  snapshot_running: null,
  snapshot_tables_left: null,
  snapshot_rows: null,
});

/** Why nothing comes through, with what to do; empty where it runs. The state of the connector alone says too little. */
function whyDown(name: string, { status }: ConnectorFacts, gauges: DebeziumGauges): string {
  const { connector, tasks } = status;
  const restart = `POST /connectors/${name}/restart?includeTasks=true&onlyFailed=true`;
  if (connector.state === 'PAUSED' || connector.state === 'STOPPED')
    return `Connector ${name} is ${connector.state.toLowerCase()} by hand; PUT /connectors/${name}/resume starts it again.`;
  if (connector.state !== 'RUNNING')
    return `Connector ${name} is ${connector.state}${causeOf(connector.trace)}. When the cause is gone: ${restart}.`;
  if (tasks.length === 0)
    return `Connector ${name} is RUNNING without any task: its start fails again and again. A lost slot looks like this; see the log of the worker.`;
  const bad = tasks.find(({ state }) => state === 'FAILED') ?? tasks.find(({ state }) => state !== 'RUNNING');
  if (bad) return `Task ${bad.id} of ${name} is ${bad.state}${causeOf(bad.trace)}. When the cause is gone: ${restart}.`;
  if (gauges.connected === false && gauges.snapshotRunning !== true)
    return `Connector ${name} says RUNNING and is not connected to its source. See the log of the worker.`;
  return '';
}

const causeOf = (trace: string | undefined): string => {
  const last = causesOf(trace ?? '')
    .split('\n')
    .at(-1)
    ?.replace(/^Caused by: /, '');
  if (!last) return '';
  // Debezium spells out its whole offset in the middle.
  const short = last.length > 300 ? `${last.slice(0, 100)} … ${last.slice(-180)}` : last;
  return `: ${short.replace(/\.+$/, '')}`;
};

/**
 * The first line of a stack trace and its causes, without the frames. Traces may print the connector's whole configuration: values
 * of what sounds secret are left out.
 */
export function causesOf(trace: string): string {
  const lines = trace.split('\n').map((line) => line.trim().replaceAll(secrets, '$1…'));
  return lines.filter((line, i) => (i === 0 ? line !== '' : line.startsWith('Caused by: '))).join('\n');
}
