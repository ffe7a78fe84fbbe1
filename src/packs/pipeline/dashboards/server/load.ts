import type { DashboardSql, StatPanel, TimeseriesPanel } from '../../../../dashboards/spec';
import { bucket, newest } from '../panelSql';
import { rate, rates } from './rates';

export function verdictStat(sql: DashboardSql): StatPanel {
  const views = newest(sql, 'health_view', ['host', 'database', 'view'], { hours: 1 });
  const replicas = newest(sql, 'health_replica', ['host', 'database', 'table'], { hours: 1 });
  const parts = newest(sql, 'health_parts', ['host', 'database', 'table'], { hours: 1 });
  const disks = newest(sql, 'health_disk', ['host', 'disk'], { hours: 1 });
  const mutations = newest(sql, 'health_mutation', ['host', 'database', 'table', 'mutation'], { hours: 1 });
  return {
    kind: 'stat',
    title: 'Just now',
    about: {
      what: 'Refreshable views of all databases that fail; replicated tables that take no inserts; mutations that failed; active parts of the partition that has most (inserts are slowed from 1,000 on and refused from 3,000 on by default); the fullest disk.',
      how: 'The newest look of the last hour at all servers, whatever range is chosen. No number: the collector does not look.',
      from: ['health_view', 'health_replica', 'health_mutation', 'health_parts', 'health_disk'],
    },
    next: ['alerts', 'rollups', 'cost'],
    values: [
      { column: 'Views that fail', metric: 'failingViews' },
      { column: 'Read-only replicas', metric: 'badReplicas' },
      { column: 'Failed mutations', metric: 'badMutations' },
      { column: 'Most parts', metric: 'mostParts' },
      { column: 'Fullest disk', metric: 'diskUsed' },
    ],
    sql: `
      SELECT
        (SELECT countIf(failing = 1) FROM ${views}) ${sql.as('Views that fail')},
        (SELECT countIf(readonly = 1 OR expired = 1) FROM ${replicas}) ${sql.as('Read-only replicas')},
        (SELECT countIf(failure != '') FROM ${mutations}) ${sql.as('Failed mutations')},
        (SELECT maxOrNull(max_parts) FROM ${parts}) ${sql.as('Most parts')},
        (SELECT maxOrNull(1 - free_bytes / total_bytes) FROM ${disks}) ${sql.as('Fullest disk')}`,
  };
}

export function queriesPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Queries, and what was refused',
    about: {
      what: 'Queries per second, those that failed, and inserts that were slowed or refused because a partition has too many parts.',
      how: 'Rise of the servers’ own counters in each bucket, all servers together; queries of Tidemark’s refreshes count too.',
      from: ['health_server_metric'],
    },
    next: ['cost'],
    draw: 'line',
    series: [
      { column: 'Queries', metric: 'queryRate' },
      { column: 'Failed', metric: 'failedRate' },
      { column: 'Inserts slowed', metric: 'slowedRate' },
      { column: 'Inserts refused', metric: 'refusedRate' },
    ],
    sql: rates(
      sql,
      [
        { column: 'Queries', of: rate('Query') },
        { column: 'Failed', of: rate('FailedQuery') },
        { column: 'Inserts slowed', of: rate('DelayedInserts') },
        { column: 'Inserts refused', of: rate('RejectedInserts') },
      ],
      ['Query', 'FailedQuery', 'DelayedInserts', 'RejectedInserts'],
    ),
  };
}

export function cpuPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'CPU of queries',
    about: {
      what: 'Cores that queries kept busy, merges and refreshes included.',
      how: 'CPU seconds that the servers counted per second, all servers together.',
      from: ['health_server_metric'],
    },
    draw: 'line',
    series: [{ column: 'Cores', metric: 'cores' }],
    sql: rates(
      sql,
      [{ column: 'Cores', of: `${rate('OSCPUVirtualTimeMicroseconds')} / 1e6` }],
      ['OSCPUVirtualTimeMicroseconds'],
    ),
  };
}

export function memoryPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Memory',
    about: {
      what: 'Memory that each server holds.',
      how: 'Resident memory where the server tells it, otherwise what it counts itself; the greatest of each bucket.',
      from: ['health_server_metric'],
    },
    draw: 'line',
    series: [],
    byLabel: { label: 'host', metric: 'storage' },
    sql: `
      SELECT ${bucket()} AS time, toString(host) AS host, if(maxIf(value, name = 'MemoryResident') > 0, maxIf(value, name = 'MemoryResident'), max(value)) ${sql.as('Memory')}
      FROM ${sql.table('health_server_metric')}
      WHERE $__timeFilter(at) AND name IN ('MemoryResident', 'MemoryTracking')
      GROUP BY time, host
      ORDER BY time, host`,
  };
}
