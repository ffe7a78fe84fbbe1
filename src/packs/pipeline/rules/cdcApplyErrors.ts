import { literal } from '../../../core/sql/quote';
import type { AlertRule } from '../../rule';
import { countSql, lengthSql } from '../../ruleSql';
import { pipelineRule, staleSeconds } from './common';

/** Minutes in which errors are counted. */
const minutes = 5;

/** Errors in which applying a change ends: values that do not fit their column, views that throw, replication itself. */
const names = [
  'CANNOT_CONVERT_TYPE',
  'CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN',
  'CANNOT_PARSE_DATE',
  'CANNOT_PARSE_DATETIME',
  'CANNOT_PARSE_INPUT_ASSERTION_FAILED',
  'CANNOT_PARSE_NUMBER',
  'CANNOT_PARSE_TEXT',
  'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO',
  'POSTGRESQL_REPLICATION_INTERNAL_ERROR',
  'TYPE_MISMATCH',
] as const;

/**
 * Said of a query's IN (…) whose types only meet by conversion. The server counts it, goes on without its index, and answers: nothing
 * failed (seen with ClickHouse 26.7 in healthy pipelines).
 */
const harmless = 'Type mismatch in IN or VALUES section%';

/** Changes that cannot be applied in ClickHouse, again and again. */
export const cdcApplyErrors: AlertRule = {
  ...pipelineRule,
  name: 'cdc_apply_errors',
  watches: { page: 'cdcPostgres', panel: 'Errors of ClickHouse, by name' },
  title: 'Changes cannot be applied',
  description:
    'ClickHouse fails to apply changes, minute after minute: a NULL for a column that takes none, a value of another type, a view that throws. Whatever comes after waits. The server counts errors of queries in the same place, so a single minute of them wakes nobody: they have to go on.',
  severity: 'critical',
  subjects: 'error of ClickHouse',
  needs: 'slots',
  limits: [
    { name: 'errors', value: 0, unit: 'count', description: `Errors of one kind within ${minutes} minutes.` },
    { name: 'minutes', value: 3, unit: 'count', description: `Of these ${minutes} minutes so many must have some.` },
  ],
  unit: 'count',
  forSeconds: 300,
  keepFiringForSeconds: 900,
  summary: `ClickHouse could not apply changes: {value} errors {subject} within ${minutes} minutes, more than {threshold}.`,
  sql: (kit) => `
SELECT subject, toFloat64(errors) AS value, ${kit.limit('errors', 'subject')} AS threshold,
  value > threshold AND bad_minutes >= ${kit.limit('minutes', 'subject')} AS firing,
  ${kit.now} - toIntervalSecond(${staleSeconds(kit, 'clickhouse')}) > looked_at AS held,
  ${kit.now} AS as_of,
  concat(multiIf(NOT held, '', ifNull(looked_at, ${kit.now}) < toDateTime64(1, 3, 'UTC'), 'tidemark collect has never looked at ClickHouse. ', concat('ClickHouse was last looked at ', ${lengthSql(`dateDiff('second', looked_at, ${kit.now})`)}, ' ago. ')),
    if(errors = 0, 'None within ${minutes} minutes.', concat(${countSql('errors')}, ' within ${minutes} minutes, in ', toString(bad_minutes), ' of them: ', message))) AS detail
FROM (
  SELECT subject, sum(n) AS errors, uniqExactIf(toStartOfMinute(at), n > 0) AS bad_minutes, argMax(message, at) AS message,
    (SELECT max(at) FROM ${kit.table('health_source')} WHERE source = 'clickhouse' AND part = '' AND state = 'ok' AND at <= ${kit.now}) AS looked_at
  FROM (
    SELECT toString(name) AS subject, at, count AS n, message
    FROM ${kit.table('health_error')}
    WHERE name IN (${names.map(literal).join(', ')}) AND message NOT LIKE ${literal(harmless)} AND at <= ${kit.now} AND at > ${kit.now} - toIntervalMinute(${minutes})
    UNION ALL
    SELECT arrayJoin([${names.map(literal).join(', ')}]) AS subject, toDateTime64(0, 3, 'UTC') AS at, 0 AS n, '' AS message
  )
  GROUP BY subject
)`,
};
