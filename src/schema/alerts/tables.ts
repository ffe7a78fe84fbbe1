import type { BaseTable, TableShape } from '../ddl/shape';
import { baseTable } from '../ddl/shape';
import type { Installation } from '../installation';
import { samplesTable } from './samples';

const edit = ['note String', 'at DateTime64(3) DEFAULT now64(3)', 'del UInt8'];
const said = [
  'firing UInt8',
  'held UInt8',
  'value Float64',
  'threshold Float64',
  "as_of DateTime64(3, 'UTC')",
  'detail String',
];
const changes: Omit<TableShape, 'name'> = {
  columns: ['rule LowCardinality(String)', 'subject String', 'at DateTime64(3)', ...said],
  tail: 'ENGINE = MergeTree ORDER BY (rule, subject, at) TTL toDateTime(at) + INTERVAL 400 DAY',
};

/**
 * `threshold_edits`, `holiday_edits`, `subject_edits`, `mutes`: written by people (`del = 1` takes a row back), on top of
 * tidemark.yaml. `alerts_now`: what each rule said of each subject when it was last looked at. `alerts_log`: each change of it.
 * `alerts_replayed`: the changes that there would have been while nobody looked (replay.ts).
 */
const shapes: readonly TableShape[] = [
  {
    name: 'threshold_edits',
    columns: ['rule LowCardinality(String)', 'subject String', 'name LowCardinality(String)', 'value Float64', ...edit],
    tail: 'ENGINE = ReplacingMergeTree(at, del) ORDER BY (rule, subject, name)',
  },
  {
    name: 'holiday_edits',
    columns: ['day Date', 'name String', ...edit],
    tail: 'ENGINE = ReplacingMergeTree(at, del) ORDER BY day',
  },
  {
    name: 'subject_edits',
    columns: ['rule LowCardinality(String)', 'subject String', ...edit],
    tail: 'ENGINE = ReplacingMergeTree(at, del) ORDER BY (rule, subject)',
  },
  {
    name: 'mutes',
    columns: [
      'rule LowCardinality(String)',
      'subject String',
      "since DateTime64(3, 'UTC') DEFAULT now64(3)",
      "until Nullable(DateTime64(3, 'UTC'))",
      'reason String',
      'noted_at DateTime64(3) DEFAULT now64(3)',
    ],
    tail: 'ENGINE = MergeTree ORDER BY (rule, subject, since)',
  },
  {
    name: 'alerts_now',
    columns: ['rule LowCardinality(String)', 'subject String', 'at DateTime64(3)', ...said, 'gone UInt8'],
    tail: 'ENGINE = ReplacingMergeTree(at) ORDER BY (rule, subject) TTL toDateTime(at) + INTERVAL 30 DAY',
  },
  { name: 'alerts_log', ...changes },
  { name: 'alerts_replayed', ...changes },
  {
    name: 'alerts_state',
    columns: [
      'rule LowCardinality(String)',
      'subject String',
      "at DateTime64(3, 'UTC')",
      'state LowCardinality(String)',
      "since DateTime64(3, 'UTC')",
      "starts_at DateTime64(3, 'UTC')",
      'missed UInt32',
      'held UInt8',
      'value Float64',
      'threshold Float64',
      'as_of String',
      'detail String',
      'told LowCardinality(String)',
      "told_at DateTime64(3, 'UTC')",
      "told_from DateTime64(3, 'UTC')",
      "told_until DateTime64(3, 'UTC')",
      'told_value Float64',
      'told_threshold Float64',
      'told_detail String',
      'unjudged UInt8',
      'del UInt8',
      'written_at DateTime64(6) DEFAULT now64(6)',
    ],
    tail: 'ENGINE = ReplacingMergeTree(written_at, del) ORDER BY (rule, subject)',
  },
];

/** Tables of alerts that are made once: those that people write, and what the watching views write. */
export const alertTables = (installation: Installation): readonly BaseTable[] =>
  [...shapes, samplesTable].map((shape) => baseTable(installation, shape));
