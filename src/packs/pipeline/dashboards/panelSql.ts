import type { DashboardSql, QueryVariable } from '../../../dashboards/spec';

/** Pieces of SQL over health tables: a row per look of `tidemark collect`, a day in a partition. */

/** Begin of the bucket that `at` falls into, some looks long at least. */
export const bucket = (leastSeconds = 60) =>
  `toStartOfInterval(at, toIntervalSecond(greatest(${leastSeconds}, $__interval_s)))`;

/**
 * Sub-query: the newest look at each subject of the last day (or of `hours`, where there are many subjects). A subject that is no
 * longer looked at stays so long, with its age in column `at`.
 */
export const newest = (
  sql: DashboardSql,
  table: string,
  by: readonly string[],
  { hours = 24, where = 'true' } = {},
) => `(
        SELECT * FROM ${sql.table(table)}
        WHERE at >= now() - INTERVAL ${hours} HOUR AND ${where}
        ORDER BY at DESC
        LIMIT 1 BY ${by.join(', ')}
      )`;

/** Seconds since a look. */
export const seen = "dateDiff('second', at, now64(3))";

/** The pipelines that the reader chose. */
export const inPipeline = '$__conditionalAll(pipeline IN (${pipeline:sqlstring}), $pipeline)';

/** Variable `pipeline`: those that a table saw in the last week. */
export function pipelineVariable(sql: DashboardSql, table: string): QueryVariable {
  return {
    kind: 'query',
    name: 'pipeline',
    label: 'Pipeline',
    description: 'Pipelines of tidemark.yaml; All shows also what belongs to none.',
    sql: `SELECT DISTINCT pipeline FROM ${sql.table(table)} WHERE at >= now() - INTERVAL 7 DAY AND pipeline != '' ORDER BY pipeline`,
    all: true,
  };
}

/** Sub-query of a label's greatest value per bucket: columns `time`, the label, `value`. */
export const byLabel = (sql: DashboardSql, of: { table: string; label: string; value: string; where?: string }) => `
      SELECT ${bucket()} AS time, ${of.label}, ${of.value}
      FROM ${sql.table(of.table)}
      WHERE $__timeFilter(at)${of.where === undefined ? '' : ` AND ${of.where}`}
      GROUP BY time, ${of.label.replace(/^.* AS /, '')}
      ORDER BY time, ${of.label.replace(/^.* AS /, '')}`;

/**
 * Statement of a state timeline: the worst `state` of each bucket by `label`. Where the next look is two buckets away or more, a NULL
 * after the bucket ends the state: what nobody looked at is not drawn.
 */
export function states(sql: DashboardSql, of: { table: string; label: string; state: string; where: string }): string {
  const step = 'greatest(60, $__interval_s)';
  return `
      SELECT bucket + toIntervalSecond(over * ${step}) AS time, subject, if(over = 1, NULL, worst) AS state
      FROM (
        SELECT
          bucket, subject, worst,
          leadInFrame(bucket, 1, toDateTime(least(now(), $__toTime))) OVER (PARTITION BY subject ORDER BY bucket ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next
        FROM (
          SELECT ${bucket()} AS bucket, ${of.label} AS subject, toNullable(max(${of.state})) AS worst
          FROM ${sql.table(of.table)}
          WHERE $__timeFilter(at) AND ${of.where}
          GROUP BY bucket, subject
        )
      )
      ARRAY JOIN if(next > bucket + toIntervalSecond(3 * ${step}), [0, 1], [0]) AS over
      ORDER BY time, subject`;
}
