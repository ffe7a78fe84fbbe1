import type { ConnectConfig, PipelineConfig } from '../config/collectConfig';
import { TidemarkError } from '../core/errors';
import { healthConnector } from '../packs/pipeline/health/connector';
import { readGauges } from './connect/jolokia';
import type { DebeziumGauges } from './connect/jolokia';
import { readConnectors, readPosition } from './connect/rest';
import type { ConnectorFacts } from './connect/rest';
import { absentRow, seenRow } from './connect/rows';
import type { ConnectorRow, ConnectorSubject } from './connect/rows';
import { rowsOf } from './source';
import type { Collected, Look, Part, Source } from './source';

/**
 * A Kafka Connect cluster: the connectors that the pipelines name, or all where none names any. A worker that does not answer is no
 * failure of the whole look: each connector that should run has a row that says so. Parts `rest` and, where configured, `jolokia`.
 */
export function connectSource(config: ConnectConfig, pipelines: readonly PipelineConfig[]): Source {
  const expected = pipelines.flatMap(({ name, connect }): ConnectorSubject[] =>
    connect?.cluster === config.name
      ? connect.connectors.map((connector) => ({ pipeline: name, cluster: config.name, connector }))
      : [],
  );
  return {
    name: `connect ${config.name}`,
    tables: [healthConnector],
    intervalMs: config.everySeconds * 1_000,
    timeoutMs: Math.max(800, config.everySeconds * 800),
    async collect(look) {
      const { rows, parts } = await lookAt(config, expected, look);
      return { rows: [rowsOf(healthConnector, rows)], parts } satisfies Collected;
    },
  };
}

async function lookAt(
  config: ConnectConfig,
  expected: readonly ConnectorSubject[],
  look: Look,
): Promise<{ rows: readonly ConnectorRow[]; parts: readonly Part[] }> {
  let found: Readonly<Record<string, ConnectorFacts>>;
  try {
    found = await readConnectors(config, look);
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError) || look.signal.aborted) throw thrown;
    const { code, message } = thrown;
    const rows = expected.map((subject) => absentRow(subject, 'unreachable', message));
    return { rows, parts: [{ part: 'rest', failure: { code, message } }] };
  }
  const all = Object.keys(found).map((connector) => ({ pipeline: '', cluster: config.name, connector }));
  const subjects = expected.length > 0 ? expected : all;
  const gauges = await gaugesOf(config, subjects, found, look);
  const rows = subjects.map(async (subject) => {
    const facts = found[subject.connector];
    if (!facts) return absentRow(subject, 'missing', missing(subject, Object.keys(found)));
    const position = await readPosition(config, look, subject.connector);
    const seen = { facts, position, gauges: gauges.of.get(subject.connector) ?? {} };
    return seenRow(subject, seen, look.now());
  });
  return { rows: await Promise.all(rows), parts: [{ part: 'rest' }, ...gauges.parts] };
}

const missing = ({ cluster, connector }: ConnectorSubject, there: readonly string[]) =>
  `Kafka Connect ${cluster} has no connector ${connector}; it has ${there.join(', ') || 'none'}. Create it again with PUT /connectors/${connector}/config.`;

/** Gauges by connector, where Jolokia is configured; where it fails, none, and a part that says so. */
async function gaugesOf(
  config: ConnectConfig,
  subjects: readonly ConnectorSubject[],
  found: Readonly<Record<string, ConnectorFacts>>,
  look: Look,
): Promise<{ of: ReadonlyMap<string, DebeziumGauges>; parts: readonly Part[] }> {
  const { jolokia } = config;
  if (jolokia === undefined) return { of: new Map(), parts: [] };
  const of = new Map<string, DebeziumGauges>();
  try {
    for (const { connector } of subjects) {
      const server = found[connector]?.info.config['topic.prefix'];
      if (server) of.set(connector, await readGauges(config, jolokia, look, server));
    }
    return { of, parts: [{ part: 'jolokia' }] };
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError) || look.signal.aborted) throw thrown;
    const { code, message } = thrown;
    return { of, parts: [{ part: 'jolokia', failure: { code, message } }] };
  }
}
