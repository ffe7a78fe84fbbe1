import { at, column, healthTable } from '../../health';

/** The end-to-end lag of each pipeline. */
export const healthHeartbeat = healthTable({
  name: 'health_heartbeat',
  description:
    'The row that is written in Postgres again and again, and its copy in ClickHouse: how late replication is, from end to end.',
  columns: [
    at,
    column('pipeline', 'LowCardinality(String)', 'Pipeline.'),
    column(
      'beat_at',
      "Nullable(DateTime64(3, 'UTC'))",
      'The beat of this look, by the clock of Postgres; NULL: it could not be written.',
    ),
    column(
      'seen_at',
      "Nullable(DateTime64(3, 'UTC'))",
      'The newest beat in ClickHouse, by the clock of Postgres; NULL: there is none.',
    ),
    column(
      'lag_s',
      'Nullable(Float64)',
      'Seconds from a beat to its being in ClickHouse: measured where it came within the look, otherwise the age of the oldest beat that is not there yet. NULL: no beat could be written, or none is there.',
    ),
    column('arrived', 'UInt8', '1: the beat of this look came within the look, so lag_s is measured.'),
    column(
      'age_s',
      'Nullable(Float64)',
      'Age of the newest beat in ClickHouse, in seconds: between two beats it grows by itself.',
    ),
    column(
      'waits_since',
      "Nullable(DateTime64(3, 'UTC'))",
      'The oldest beat that is not in ClickHouse; NULL: all are.',
    ),
    column('every_s', 'Float64', 'Seconds between two beats.'),
    column(
      'source_skew_ms',
      'Nullable(Float64)',
      'Clock of Postgres less the clock of the collector, in milliseconds; lag_s is free of it.',
    ),
    column(
      'target_skew_ms',
      'Nullable(Float64)',
      'Clock of ClickHouse less the clock of the collector, in milliseconds.',
    ),
  ],
  orderBy: ['pipeline', 'at'],
  ttlDays: 400,
});
