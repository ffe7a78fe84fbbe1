import { costKey, spendSql } from '../../packs/server/cost';
import type { DashboardSql } from '../spec';

/** What questions of the page are asked by; the values of the variable `by`. */
export const costBy = {
  user: 'User',
  app: 'Application',
  dashboard: 'Dashboard',
  panel: 'Panel',
  asker: 'Person',
  model: 'dbt model',
  kind: 'Kind of query',
} as const;

/** Column of {@link costRows} that the variable `by` names; what nobody told is `(none)`. */
export const who = `multiIf(
          ${Object.keys(costBy)
            .map(
              (name) =>
                `\${by:sqlstring} = '${name}', ${name === 'panel' ? "if(panel = '', '', concat(dashboard, ' › ', panel))" : `toString(${name})`}`,
            )
            .join(',\n          ')},
          'by what?')`;

/** The same as a name to show. */
export const whoNamed = `if(who = '', '(none)', who)`;

/**
 * Sub-query of the minutes of the range, what was written twice once: `m`, what {@link costBy} names, `queries`, `failed`, `read_bytes`,
 * `read_rows`, `result_rows`, `cpu_s`, `memory_byte_s`, `seconds`, `slowest_ms`, `full_scans`, `stars`.
 */
export function costRows(sql: DashboardSql, where = '$__timeFilter(m)'): string {
  const names = Object.keys(costBy).map((name) => `any(q.${name}) AS ${name}`);
  const numbers = [
    'queries',
    'failed',
    'read_bytes',
    'read_rows',
    'result_rows',
    'cpu_s',
    'memory_byte_s',
    'seconds',
    'slowest_ms',
    'full_scans',
    'stars',
  ].map((name) => `max(q.${name}) AS ${name}`);
  return `
          SELECT m, ${names.join(', ')},
            ${numbers.join(', ')}
          FROM ${sql.table('health_query')} AS q
          WHERE ${where}
          GROUP BY m, ${costKey('q')}`;
}

/** What rows cost, in money, by the prices in force; NULL where rule *cost_budget* is off. */
export const spendOf = (sql: DashboardSql): string =>
  spendSql(
    (column) => `sum(${column})`,
    (price) => sql.limit('cost_budget', price),
  );
