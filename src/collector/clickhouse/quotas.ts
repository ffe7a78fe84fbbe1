import type { HealthRow } from '../../packs/health';
import { healthQuota } from '../../packs/pipeline/health/quota';
import { codeOf } from '../errors';
import { rowsOf } from '../source';
import type { SystemLook } from './looks';
import { utc } from './server';
import type { Reader } from './server';

/** What quotas limit: each has a column `max_…` beside its own. */
const limited = [
  'queries',
  'query_selects',
  'query_inserts',
  'errors',
  'result_rows',
  'result_bytes',
  'read_rows',
  'read_bytes',
  'execution_time',
  'written_bytes',
] as const;

/**
 * What is used of quotas. Who may not see them (SHOW QUOTAS) gets no rows instead of a failure, and is not asked again: few servers have
 * quotas, and each refusal counts among the errors of the server.
 */
export function quotasLook(): SystemLook {
  let refused = false;
  return {
    name: 'quotas',
    needs: ['quotas_usage'],
    table: healthQuota,
    async read({ db, from }) {
      if (refused) return rowsOf(healthQuota, []);
      try {
        return rowsOf(healthQuota, await db.query<HealthRow<typeof healthQuota>>(quotasSql(from)));
      } catch (thrown) {
        if (codeOf(thrown) !== 'access_denied') throw thrown;
        refused = true;
        return rowsOf(healthQuota, []);
      }
    },
  };
}

function quotasSql(from: Reader['from']): string {
  const columns = [
    'quota_name',
    'quota_key',
    'end_time',
    'duration',
    ...limited.flatMap((name) => [name, `max_${name}`]),
  ];
  const each = limited.map((name) => `('${name}', toFloat64(ifNull(${name}, 0)), toFloat64(ifNull(max_${name}, 0)))`);
  return `SELECT tm_host AS host, quota_name AS quota, quota_key AS key, ifNull(duration, 0) AS interval_s,
  if(isNull(end_time), NULL, ${utc('assumeNotNull(end_time)')}) AS ends_at, tm_each.1 AS what, tm_each.2 AS used, tm_each.3 AS most
FROM ${from('quotas_usage', columns)}
ARRAY JOIN [${each.join(', ')}] AS tm_each
WHERE most > 0 ORDER BY host, quota, key, interval_s, what LIMIT 1000`;
}
