import { literal } from '../../core/sql/quote';
import type { DashboardSql } from '../../dashboards/spec';
import { failedWords } from '../pipeline/health/dbtNode';

/** Statuses of a node that failed, as a list in SQL. */
export const failedStatuses = `(${failedWords.map(literal).join(', ')})`;

/** A success of a run, as a condition on health_dbt_run. */
export const goodRun = "status IN ('success', 'warned')";

/** Days back that results of nodes and checks of sources are looked at. */
export const lookbackDays = 30;

/** How a statement names the tables of Tidemark's database, and the moment. */
interface Pieces {
  table(name: string): string;
  readonly now: string;
}

/** The moment of a dashboard's statement. */
export const now = 'now64(3)';

/** Pieces of a dashboard, which asks about this moment. */
export const atOnce = (sql: DashboardSql): Pieces => ({ table: (name) => sql.table(name), now });

/** Sub-query: rows of `health_dbt_run` up to the moment, each invocation once (what is collected twice is there twice). */
export const runsOnce = ({ table, now }: Pieces, where: string): string =>
  `(SELECT * FROM ${table('health_dbt_run')} WHERE at <= ${now} AND ${where} ORDER BY at LIMIT 1 BY project, invocation_id)`;

/**
 * Sub-query: every node that failed in a job's run within {@link lookbackDays} days, also where it is mended: `project`, `unique_id`,
 * `last` (status, message, job, git_sha, ended_at, query_id, invocation_id, resource_type), `times` it failed since its last success (0:
 * it works), `since`, `skipped` nodes behind it. Somebody's own run can mend it, not break it. Of the other nodes, which are nearly all,
 * only the status is read.
 */
export function failedNodes({ table, now }: Pieces): string {
  const failed = `status IN ${failedStatuses}`;
  const rows = `${table('health_dbt_node')} WHERE at > ${now} - toIntervalDay(${lookbackDays}) AND at <= ${now}`;
  return `(
        SELECT nodes.project AS project, nodes.unique_id AS unique_id, last, times, since, behind.n AS skipped
        FROM (
          SELECT project, unique_id, argMax((status, message, job, git_sha, ended_at, query_id, invocation_id, resource_type), (ended_at, at)) AS last,
            maxIf(ended_at, NOT (${failed})) AS good, arrayFilter(t -> t > good, groupUniqArrayIf(ended_at, ${failed})) AS bad, length(bad) AS times, arrayMin(bad) AS since
          FROM ${rows} AND status NOT IN ('skipped', 'no-op') AND (job != '' OR NOT (${failed})) AND (project, unique_id) IN (SELECT project, unique_id FROM ${rows} AND ${failed} AND job != '')
          GROUP BY project, unique_id
        ) AS nodes
        LEFT JOIN (
          SELECT project, invocation_id, because, uniqExact(unique_id) AS n
          FROM ${rows} AND status = 'skipped' AND because != ''
          GROUP BY project, invocation_id, because
        ) AS behind ON behind.project = nodes.project AND behind.because = nodes.unique_id AND behind.invocation_id = nodes.last.7
      )`;
}
