import type { DashboardSql } from '../../../../dashboards/spec';
import { bucket } from '../panelSql';

/** Rise per second of a counter in each bucket, all servers together. */
export const rate = (name: string) => `ifNull(sumIf(change, kind = 'event' AND name = '${name}'), 0) / any(seconds)`;

/** Statement of such rates over time; `names` are those that they need. */
export function rates(
  sql: DashboardSql,
  values: readonly { readonly column: string; readonly of: string }[],
  names: readonly string[],
): string {
  return `
      SELECT time, ${values.map(({ column, of }) => `${of} ${sql.as(column)}`).join(', ')}
      FROM (
        SELECT ${bucket(120)} AS time, greatest(120, $__interval_s) AS seconds, kind, name, change
        FROM ${sql.table('health_server_metric')}
        WHERE $__timeFilter(at) AND name IN (${names.map((name) => `'${name}'`).join(', ')})
      )
      GROUP BY time
      ORDER BY time`;
}
