import type { AlertRule, RuleKit } from '../../rule';
import { countSql } from '../../ruleSql';
import { serverRule } from './common';

/** Tables that are told of: those with most parts. */
const most = 100;

const sql = (kit: RuleKit): string => `
SELECT subject, toFloat64(parts) AS value, ${kit.limit('parts', 'subject')} AS threshold, value > threshold AS firing, 0 AS held, ${kit.now} AS as_of,
  concat(${countSql('parts')}, ' active parts in partition ', worst, ' and ', ${countSql('total')}, ' in all. At 1,000 in one partition ClickHouse slows inserts down, at 3,000 it refuses them (unless its settings say otherwise).') AS detail
FROM (
  SELECT concat(database, '.', table) AS subject, max(n) AS parts, argMax(partition, n) AS worst, sum(n) AS total
  FROM (SELECT database, table, partition, count() AS n FROM ${kit.system('parts')} WHERE active GROUP BY database, table, partition)
  GROUP BY database, table
  ORDER BY parts DESC, subject
  LIMIT ${most}
)`;

const shared = {
  subjects: 'table',
  systemTables: ['parts'],
  unit: 'count',
  ...serverRule,
  watches: { page: 'rollups', panel: 'Storage' },
  sql,
} as const satisfies Partial<AlertRule>;

const what =
  'A partition of a table has many parts: rows are inserted in too small portions, or merges do not keep up. Before inserts are refused there is time to act.';

/** Merges do not keep up: inserts will soon be refused. */
export const chParts: AlertRule = {
  ...shared,
  name: 'ch_parts',
  title: 'Too many parts',
  description: `${what} Of the 100 tables with most parts.`,
  severity: 'critical',
  limits: [{ name: 'parts', value: 300, unit: 'count', description: 'Active parts of one partition.' }],
  summary:
    '{subject} has {value} parts in one partition, more than {threshold}: inserts will soon be slowed down and refused.',
};

/** The same, earlier and less loud. */
export const chPartsHigh: AlertRule = {
  ...shared,
  name: 'ch_parts_high',
  title: 'Many parts',
  description: `${what} An early word, at half of what ch_parts tells of; of the 100 tables with most parts.`,
  severity: 'warning',
  limits: [{ name: 'parts', value: 150, unit: 'count', description: 'Active parts of one partition.' }],
  summary: '{subject} has {value} parts in one partition, more than {threshold}: merges do not keep up.',
};
