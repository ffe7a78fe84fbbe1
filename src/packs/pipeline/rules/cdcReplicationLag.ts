import type { AlertRule, RuleKit } from '../../rule';
import { clockSql, lengthSql } from '../../ruleSql';
import { blind, looked, newest, pipelineRule } from './common';

function sql(kit: RuleKit): string {
  // Where no beat could be written, or others write them, the age of the newest one tells; between two beats that grows by itself.
  const lag = 'ifNull(lag_s, if(isNull(age_s), NULL, greatest(0, age_s - every_s)))';
  return looked(kit, {
    expected: kit.pipelines.flatMap(({ name, heartbeat }) =>
      heartbeat ? [{ key: name, subject: name, source: `heartbeat ${name}` }] : [],
    ),
    seen: newest(kit, 'health_heartbeat', 'pipeline', ['lag_s', 'age_s', 'every_s', 'beat_at', 'seen_at']),
    value: lag,
    threshold: kit.limit('lag', 'subject'),
    firing: `${lag} IS NULL OR value > threshold`,
    detail: `if(seen_at IS NULL, 'No beat has ever come to ClickHouse: is the heartbeat table replicated?',
      concat('A change takes ', ${lengthSql('value')}, ' from Postgres to ClickHouse. The newest beat there is of ', ${clockSql('assumeNotNull(seen_at)', kit.zone)}, ' (', ${kit.zone}, ').',
        if(beat_at IS NULL, ' No beat could be written in the last look: is Postgres away, or are others to write them?', '')))`,
    unseen: 'fires',
  });
}

const shared = {
  ...pipelineRule,
  watches: { page: 'cdcPostgres', panel: 'Replication lag' },
  subjects: 'pipeline',
  needs: 'heartbeat',
  unit: 'seconds',
  forSeconds: 300,
  keepFiringForSeconds: 300,
  sql,
} as const satisfies Partial<AlertRule>;

const what =
  'A row that is written in Postgres again and again comes late, or not at all: so does everything else. It is the one gauge that sees every stopped pipeline, while slots may look active, connectors RUNNING and consumers without lag. An idle source still beats, so silence is no alarm; clocks that differ do not count.';

/** Replication stands still, or nearly. */
export const cdcReplicationLag: AlertRule = {
  ...shared,
  name: 'cdc_replication_lag',
  title: 'Replication late',
  description: `${what} Rules about numbers that the pipeline feeds are held meanwhile.`,
  severity: 'critical',
  limits: [
    { name: 'lag', value: 300, unit: 'seconds', description: 'Time that a change may take to ClickHouse.' },
    blind,
  ],
  summary: 'Replication {subject} is {value} late, {threshold} may be: what ClickHouse has is old.',
};

/** The same, earlier and less loud. */
export const cdcReplicationLagHigh: AlertRule = {
  ...shared,
  name: 'cdc_replication_lag_high',
  title: 'Replication slow',
  description: `${what} An early word, at a minute.`,
  severity: 'warning',
  limits: [
    { name: 'lag', value: 60, unit: 'seconds', description: 'Time that a change may take to ClickHouse.' },
    blind,
  ],
  summary: 'Replication {subject} is {value} late, {threshold} may be.',
};
