import type { DashboardSql, TablePanel } from '../../../../dashboards/spec';
import { newest, seen } from '../panelSql';

export function disksTable(sql: DashboardSql): TablePanel {
  const before = `(
        SELECT host, disk, argMin(free_bytes, at) AS free_before, min(at) AS since
        FROM ${sql.table('health_disk')} WHERE at >= now() - INTERVAL 6 HOUR AND free_bytes IS NOT NULL
        GROUP BY host, disk
      )`;
  return {
    kind: 'table',
    title: 'Disks',
    about: {
      what: 'How full each disk is and, at the pace of the last six hours, when it is full.',
      how: 'The newest look of the last hour. *Full in* is empty while the disk does not fill. Object storage has no size.',
      from: ['health_disk'],
    },
    weight: 2,
    columns: [
      { name: 'Disk', width: 80 },
      { name: 'Host', width: 70 },
      { name: 'Used', metric: 'diskUsed', coloured: 'text', width: 60 },
      { name: 'Free', metric: 'storage', width: 85 },
      { name: 'Of', metric: 'storage', width: 85 },
      { name: 'Full in', metric: 'fullIn', coloured: 'text', width: 80 },
      { name: 'Seen', metric: 'seen', coloured: 'text', width: 65 },
    ],
    sql: `
      SELECT
        disk ${sql.as('Disk')},
        host ${sql.as('Host')},
        1 - free_bytes / total_bytes ${sql.as('Used')},
        free_bytes ${sql.as('Free')},
        total_bytes ${sql.as('Of')},
        if(free_before > free_bytes AND since < at - INTERVAL 30 MINUTE,
          free_bytes / ((free_before - free_bytes) / dateDiff('second', since, at)), NULL) ${sql.as('Full in')},
        ${seen} ${sql.as('Seen')}
      FROM ${newest(sql, 'health_disk', ['host', 'disk'], { hours: 1 })} AS disks
      LEFT JOIN ${before} AS earlier USING (host, disk)
      ORDER BY broken DESC, Used DESC, disk`,
  };
}

/** What waits: mutations, replicas, queues. */
export function waitingTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Mutations, replicas and queues',
    about: {
      what: 'What is not done: mutations under way or failed, replicas that are late or take no inserts, queues of replication and of Distributed tables; failures first.',
      how: 'The newest look of the last hour. No row: nothing waits. What a mutation changes is never read.',
      from: ['health_mutation', 'health_replica', 'health_queue'],
    },
    weight: 3,
    columns: [
      { name: 'What', width: 130 },
      { name: 'Table', width: 210 },
      { name: 'Host', width: 110 },
      { name: 'For', metric: 'period', width: 85 },
      { name: 'Left', metric: 'rows', width: 75 },
      { name: 'Failure', wrap: true },
    ],
    sql: `
      SELECT what ${sql.as('What')}, name ${sql.as('Table')}, host ${sql.as('Host')}, waits ${sql.as('For')}, left ${sql.as('Left')}, failure ${sql.as('Failure')}
      FROM (
        SELECT concat('mutation: ', kind) AS what, concat(database, '.', table) AS name, host, toNullable(age_s) AS waits, parts_to_do AS left, failure
        FROM ${newest(sql, 'health_mutation', ['host', 'database', 'table', 'mutation'], { hours: 1 })}
        WHERE ${seen} < 300
        UNION ALL
        SELECT if(readonly = 1 OR expired = 1, 'replica: read-only', 'replica: late'), concat(database, '.', table), host, delay_s, toUInt64(queue), failure
        FROM ${newest(sql, 'health_replica', ['host', 'database', 'table'], { hours: 1 })}
        WHERE readonly = 1 OR expired = 1 OR delay_s > 60 OR failure != ''
        UNION ALL
        SELECT concat('queue: ', kind), concat(database, '.', table), host, oldest_s, entries, failure
        FROM ${newest(sql, 'health_queue', ['host', 'kind', 'database', 'table'], { hours: 1 })}
        WHERE entries > 0 AND ${seen} < 300
      )
      ORDER BY failure != '' DESC, waits DESC
      LIMIT 100`,
  };
}

/** Refreshable views of all databases. */
export function viewsTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Refreshable views of all databases',
    about: {
      what: 'Whether each refreshable view keeps its table, those that fail first. ClickHouse’s own status stays Scheduled while a view fails for ever: failing is an exception, a retry, a disabled view, or a success too old.',
      how: 'The newest look of the last hour, the hundred worst; also views that are not Tidemark’s.',
      from: ['health_view'],
    },
    next: ['rollups'],
    columns: [
      { name: 'View', width: 260 },
      { name: 'Host', width: 110 },
      { name: 'State', metric: 'viewState', coloured: 'text', width: 95 },
      { name: 'Every', metric: 'period', width: 75 },
      { name: 'Last success', metric: 'ago', width: 105 },
      { name: 'Took', metric: 'duration', width: 80 },
      { name: 'Rows', metric: 'rows', width: 90 },
      { name: 'Exception', wrap: true },
      { name: 'Seen', metric: 'seen', coloured: 'text', width: 75 },
    ],
    sql: `
      SELECT
        concat(database, '.', view) ${sql.as('View')},
        host ${sql.as('Host')},
        if(why = '', 'well', why) ${sql.as('State')},
        every_s ${sql.as('Every')},
        success_s ${sql.as('Last success')},
        took_ms ${sql.as('Took')},
        written_rows ${sql.as('Rows')},
        substring(exception, 1, 400) ${sql.as('Exception')},
        ${seen} ${sql.as('Seen')}
      FROM ${newest(sql, 'health_view', ['host', 'database', 'view'], { hours: 1 })}
      ORDER BY failing DESC, database, view
      LIMIT 100`,
  };
}
