import type { AlertRule, RuleKit } from '../../rule';
import { clockSql, countSql, lengthSql } from '../../ruleSql';
import { blind, looked, pipelineRule, recent, sentences } from './common';

const key = "concat(pipeline, ' ', table)";

/** Sub-query: the newest look at each table, and the time of the last look that found nothing wrong. */
function seen(kit: RuleKit): string {
  const gap = 'abs(toInt64(ifNull(rows, 0)) - toInt64(ifNull(target_rows, 0)))';
  // Both sides are counted one after the other: what changed meanwhile is no difference.
  const perSecond =
    "if(isNull(changes) OR isNull(before) OR before > changes, 0, (changes - before) / greatest(1, dateDiff('second', before_at, at)))";
  const allowed = `greatest(${kit.limit('rows', 'seen_key')}, ${kit.limit('share', 'seen_key')} * ifNull(rows, 0)) + ${kit.limit('coming', 'seen_key')} * ${perSecond}`;
  const columns = [
    'stands',
    'absent',
    'differs',
    'present',
    'target_present',
    'published',
    'identity',
    'rows',
    'target_rows',
    'gap',
    'waits_since',
    'target',
    'missing_columns',
  ];
  const picked = columns.map((c, i) => `tm_row.${i + 1} AS ${c}`).join(', ');
  return `(
    SELECT seen_key, looked_at, if(well_at > toDateTime64(1, 3, 'UTC'), well_at, first_at) AS wrong_since, ${picked}
    FROM (
      SELECT seen_key, toDateTime64(max(at), 3, 'UTC') AS looked_at, min(at) AS first_at, maxIf(at, NOT (stands OR absent OR differs)) AS well_at,
        argMax(tuple(${columns.join(', ')}), at) AS tm_row
      FROM (
        SELECT *, ${gap} AS gap,
          waits_since IS NOT NULL AND dateDiff('second', assumeNotNull(waits_since), at) > ${kit.limit('coming', 'seen_key')} AS stands,
          present = 0 OR target_present = 0 OR published = 0 OR identity = 'missing' AS absent,
          rows_exact AND target_rows_exact AND gap > ${allowed} AS differs
        FROM (
          SELECT *, ${key} AS seen_key, lagInFrame(changes) OVER looks AS before, lagInFrame(at) OVER looks AS before_at
          FROM ${kit.table('health_table')} WHERE ${recent(kit)}
          WINDOW looks AS (PARTITION BY pipeline, table ORDER BY at)
        )
      )
      GROUP BY seen_key
    )
  )`;
}

/** A copy that is no longer what its table is. */
export const cdcTableDrift: AlertRule = {
  ...pipelineRule,
  name: 'cdc_table_drift',
  watches: { page: 'cdcPostgres', panel: 'Tables and their copies' },
  title: 'Copy of a table stands still',
  description:
    'A table changes in Postgres and its copy in ClickHouse does not, has other rows, or is not there. All lags may be 0 meanwhile: a column that was added stops one table of MaterializedPostgreSQL without a word, while the others flow. Tables that do not change, changes on their way, and counts that are only estimated wake nobody.',
  severity: 'critical',
  subjects: 'replicated table',
  needs: 'tables',
  limits: [
    { name: 'wrong', value: 900, unit: 'seconds', description: 'Time that a copy may be wrong, or stand still.' },
    { name: 'rows', value: 100, unit: 'count', description: 'Rows that may differ.' },
    {
      name: 'share',
      value: 0.001,
      unit: 'ratio',
      description: 'Share of the rows that may differ, where that is more.',
    },
    {
      name: 'coming',
      value: 30,
      unit: 'seconds',
      description:
        'Changes of so long a time may be under way: their not being there is no difference and no standstill.',
    },
    blind,
  ],
  unit: 'seconds',
  // The limit is a time already, and it is counted from what the collector wrote.
  forSeconds: 0,
  keepFiringForSeconds: 900,
  summary: 'The copy of {subject} has not been what its table is for {value}; {threshold} may pass.',
  sql(kit) {
    const since = `if(stands, least(assumeNotNull(waits_since), if(absent OR differs, wrong_since, assumeNotNull(waits_since))), wrong_since)`;
    return looked(kit, {
      expected: kit.pipelines.flatMap(({ name, tables, postgres }) =>
        tables.map(({ table }) => ({
          key: `${name} ${table}`,
          subject: `${name} ${table}`,
          source: `tables ${postgres?.server ?? ''}`,
        })),
      ),
      seen: seen(kit),
      value: `if(stands OR absent OR differs, greatest(0, dateDiff('second', ${since}, looked_at)), 0)`,
      threshold: kit.limit('wrong', 'subject'),
      firing: 'value > threshold',
      detail: sentences(
        "if(present, '', 'The table is not in Postgres, or the collector may not see it.')",
        "if(target_present, '', concat('Its copy ', target, ' is not in ClickHouse, or the collector may not see it.'))",
        "if(published, '', 'The publication does not have it.')",
        "if(identity = 'missing', 'It has neither a primary key nor a REPLICA IDENTITY: updates and deletes do not come.', '')",
        `if(stands, concat('It has changed since ', ${clockSql('assumeNotNull(waits_since)', kit.zone)}, ' (', ${kit.zone}, ') and ', target, ' has not.'), '')`,
        `if(differs, concat(${countSql('ifNull(rows, 0)')}, ' rows in Postgres, ', ${countSql('ifNull(target_rows, 0)')}, ' in ', target, ', ', ${lengthSql('value')}, ' already.'), '')`,
        "if(stands OR absent OR differs, '', concat(target, ' follows.'))",
        "if(empty(missing_columns), '', concat('It does not have: ', arrayStringConcat(missing_columns, ', '), '.'))",
      ),
      unseen: 'fires',
    });
  },
};
