import type { DashboardSql, TablePanel } from '../../../../dashboards/spec';
import { inPipeline, newest, seen } from '../panelSql';

const byDanger =
  "multiIf(status IN ('lost', 'missing'), 0, status = 'unreserved' OR invalidation != '', 1, expected, 2, 3)";

/** Every slot, those in danger first. */
export function slotsTable(sql: DashboardSql): TablePanel {
  const hourAgo = `(
        SELECT server, slot, min(retained_bytes) AS least, argMin(retained_bytes, at) AS first, min(at) AS since
        FROM ${sql.table('health_slot')} WHERE at >= now() - INTERVAL 1 HOUR AND retained_bytes IS NOT NULL
        GROUP BY server, slot
      )`;
  return {
    kind: 'table',
    title: 'Replication slots',
    about: {
      what: 'What each slot keeps, how much room is left and, at the growth of the last hour, when it runs out. *lost*: it can never be read again, the pipeline needs a new snapshot. *missing*: a pipeline needs it and it is not there.',
      how: 'The newest look of the last day; *Seen* is its age. *Full in*: room left divided by the growth since an hour ago; empty where it does not grow or has no limit (then the disk is the limit). MaterializedPostgreSQL never shows as active.',
      from: ['health_slot'],
    },
    columns: [
      { name: 'Server', width: 90 },
      { name: 'Slot', width: 140 },
      { name: 'Pipeline', width: 95 },
      { name: 'Status', metric: 'slotStatus', coloured: 'background', width: 100 },
      { name: 'Read now', metric: 'yesNo', width: 85 },
      { name: 'Not read for', metric: 'period', width: 105 },
      { name: 'Kept', metric: 'storage', width: 90 },
      { name: 'Not confirmed', metric: 'storage', width: 115 },
      { name: 'Room left', metric: 'storage', width: 95 },
      { name: 'Full in', metric: 'fullIn', coloured: 'text', width: 90 },
      { name: 'Spilled', metric: 'storage', width: 85 },
      { name: 'Why', width: 120 },
      { name: 'Seen', metric: 'seen', coloured: 'text', width: 75 },
    ],
    sql: `
      SELECT
        server ${sql.as('Server')},
        slot ${sql.as('Slot')},
        pipeline ${sql.as('Pipeline')},
        status ${sql.as('Status')},
        active ${sql.as('Read now')},
        inactive_s ${sql.as('Not read for')},
        retained_bytes ${sql.as('Kept')},
        unconfirmed_bytes ${sql.as('Not confirmed')},
        safe_bytes ${sql.as('Room left')},
        if(retained_bytes > first AND safe_bytes > 0,
          safe_bytes / ((retained_bytes - first) / greatest(1, dateDiff('second', since, at))), NULL) ${sql.as('Full in')},
        spill_bytes ${sql.as('Spilled')},
        invalidation ${sql.as('Why')},
        ${seen} ${sql.as('Seen')}
      FROM ${newest(sql, 'health_slot', ['server', 'slot'], { where: inPipeline })} AS slots
      LEFT JOIN ${hourAgo} AS before USING (server, slot)
      ORDER BY ${byDanger}, retained_bytes DESC, server, slot`,
  };
}

/** The servers: what limits slots, what holds them back. */
export function serversTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'PostgreSQL servers',
    about: {
      what: 'What limits the slots and what holds replication back: an old transaction keeps WAL for everybody and shows nothing until it ends.',
      how: 'The newest look of the last day. The statement of the oldest transaction is never read.',
      from: ['health_postgres'],
    },
    columns: [
      { name: 'Server', width: 90 },
      { name: 'Version', width: 80 },
      { name: 'Role', width: 75 },
      { name: 'wal_level', metric: 'walLevel', coloured: 'text', width: 85 },
      { name: 'WAL on disk', metric: 'storage', width: 105 },
      { name: 'Keeps at most', metric: 'storage', width: 115 },
      { name: 'Slots', width: 70 },
      { name: 'Connections', width: 105 },
      { name: 'Oldest transaction', metric: 'oldTransaction', coloured: 'text', width: 140 },
      { name: 'Whose', width: 240 },
      { name: 'Clock', metric: 'clockSkew', width: 75 },
      { name: 'Seen', metric: 'seen', coloured: 'text', width: 75 },
    ],
    sql: `
      SELECT
        server ${sql.as('Server')},
        concat(toString(intDiv(version, 10000)), '.', toString(version % 10000)) ${sql.as('Version')},
        if(replica = 1, 'replica', 'primary') ${sql.as('Role')},
        wal_level ${sql.as('wal_level')},
        wal_bytes ${sql.as('WAL on disk')},
        keep_bytes ${sql.as('Keeps at most')},
        concat(toString(slots), ' of ', toString(max_slots)) ${sql.as('Slots')},
        concat(toString(connections), ' of ', toString(max_connections)) ${sql.as('Connections')},
        oldest_s ${sql.as('Oldest transaction')},
        oldest_what ${sql.as('Whose')},
        clock_skew_ms ${sql.as('Clock')},
        ${seen} ${sql.as('Seen')}
      FROM ${newest(sql, 'health_postgres', ['server'])}
      ORDER BY server`,
  };
}
