import type { DashboardSql, TablePanel } from '../spec';

/** Newest look at each table within the last ten minutes that the collector looked at all. */
const newest = (sql: DashboardSql, table: string) =>
  `at > (SELECT max(at) FROM ${sql.table(table)} WHERE at > now() - INTERVAL 8 DAY) - INTERVAL 5 MINUTE`;

/** What lies on disks. */
export function storedTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Storage by table',
    about: {
      what: 'Bytes on disk of each table, how well they are compressed, how much came within a week, and what is past its TTL and still there.',
      how: 'All tables but those of `system`, the hundred with most parts and the hundred largest; all servers added up. *A week ago*: the last look before; blank where there was none. *TTL due*: parts whose rows are all past their TTL; the next merge with TTL (once in four hours, unless set otherwise) lets them go.',
      from: ['health_parts'],
    },
    weight: 3,
    columns: [
      { name: 'Table' },
      { name: 'Rows', metric: 'rows', width: 120 },
      { name: 'Size', metric: 'storage', width: 90 },
      { name: 'Compressed', metric: 'usesPerUser', width: 95 },
      { name: 'In a week', metric: 'storage', width: 90 },
      { name: 'TTL due', metric: 'ttlDue', width: 85 },
      { name: 'Parts', metric: 'rows', width: 70 },
    ],
    sql: `
      SELECT
        concat(database, '.', table) ${sql.as('Table')}, sum(now_rows) ${sql.as('Rows')}, sum(now_bytes) ${sql.as('Size')},
        if(sum(now_bytes) = 0, NULL, sum(now_raw) / sum(now_bytes)) ${sql.as('Compressed')},
        if(min(seen_then) = 0, NULL, toInt64(sum(now_bytes)) - toInt64(sum(then_bytes))) ${sql.as('In a week')},
        sum(now_due) ${sql.as('TTL due')}, sum(now_parts) ${sql.as('Parts')}
      FROM (
        SELECT database, table, host,
          argMax(rows, at) AS now_rows, argMax(bytes, at) AS now_bytes, argMax(raw_bytes, at) AS now_raw, argMax(ttl_due_bytes, at) AS now_due, argMax(parts, at) AS now_parts
        FROM ${sql.table('health_parts')}
        WHERE ${newest(sql, 'health_parts')}
        GROUP BY database, table, host
      ) AS now
      LEFT JOIN (
        SELECT database, table, host, argMax(bytes, at) AS then_bytes, toUInt8(1) AS seen_then
        FROM ${sql.table('health_parts')}
        WHERE at > now() - INTERVAL 8 DAY AND at <= now() - INTERVAL 7 DAY
        GROUP BY database, table, host
      ) AS before USING (database, table, host)
      GROUP BY database, table
      ORDER BY sum(now_bytes) DESC, database, table`,
  };
}

/** How much of quotas is used up. */
export function quotasTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Quotas',
    about: {
      what: 'How much of each quota is used in the interval that runs. At 100 % queries of that user are refused until it ends.',
      how: 'The newest look, every server of its own, as each counts for itself. Empty: no quota has a limit, or the collector may not see them (SHOW QUOTAS, which `tidemark migrate --print-access` grants).',
      from: ['health_quota'],
    },
    weight: 2,
    columns: [
      { name: 'Quota' },
      { name: 'Whose', width: 120 },
      { name: 'What', width: 120 },
      { name: 'Used', metric: 'quotaShare', coloured: 'text', width: 75 },
      { name: 'Of', width: 110 },
      { name: 'Every', metric: 'period', width: 75 },
    ],
    sql: `
      SELECT
        quota ${sql.as('Quota')}, key ${sql.as('Whose')}, what ${sql.as('What')}, argMax(used, at) / argMax(most, at) ${sql.as('Used')},
        multiIf(endsWith(what, 'bytes'), formatReadableSize(argMax(most, at)), what = 'execution_time', concat(toString(argMax(most, at)), ' s'), toString(toUInt64(argMax(most, at)))) ${sql.as('Of')},
        interval_s ${sql.as('Every')}
      FROM ${sql.table('health_quota')}
      WHERE ${newest(sql, 'health_quota')}
      GROUP BY host, quota, key, what, interval_s
      ORDER BY argMax(used, at) / argMax(most, at) DESC, quota, key, what
      LIMIT 100`,
  };
}
