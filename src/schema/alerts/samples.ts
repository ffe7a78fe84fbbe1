import { sampledEvents } from '../../packs/server/samples';
import { literal } from '../../core/sql/quote';
import type { TableShape } from '../ddl/shape';
import { refreshable } from '../ddl/views';
import type { Installation } from '../installation';
import { recountedSteps } from '../refresh/recounts';
import { refreshSteps } from '../refresh/steps';
import { waitingSelect } from '../refresh/waiting';
import { tableOf } from '../rollups/context';

/**
 * `samples`: what is told only as it is now, a look a minute. Kinds: `event` and `error` (counters of
 * `system.events` and `system.errors`, since the server's start; a row when one changed), `disk` (free bytes), `queue` (days of a
 * role that wait to be recounted).
 */
export const samplesTable: TableShape = {
  name: 'samples',
  columns: [
    'at DateTime64(3)',
    'host LowCardinality(String)',
    'kind LowCardinality(String)',
    'name LowCardinality(String)',
    'value Float64',
  ],
  tail: 'ENGINE = MergeTree ORDER BY (kind, name, at) TTL toDateTime(at) + INTERVAL 30 DAY',
};

/** The view that looks; of tables that the server lacks nothing is written. */
export function samplesView(installation: Installation): { readonly name: string; readonly ddl: string } {
  const samples = tableOf(installation, samplesTable.name);
  const events = sampledEvents.map((name) => literal(name)).join(', ');
  const counters = {
    events: `SELECT 'event' AS kind, name, max(found) AS value FROM (SELECT event AS name, toFloat64(value) AS found FROM system.events WHERE event IN (${events}) UNION ALL SELECT arrayJoin([${events}]) AS name, toFloat64(0) AS found) GROUP BY name`,
    errors: "SELECT 'error' AS kind, name, toFloat64(sum(value)) AS value FROM system.errors GROUP BY name",
  };
  const has = (table: string) => installation.systemTables.includes(table);
  const counted = Object.entries(counters).flatMap(([table, select]) => (has(table) ? [select] : []));
  const disks = "SELECT 'disk' AS kind, name, toFloat64(free_space) AS value FROM system.disks WHERE is_remote = 0";
  const changed = `SELECT kind, name, value FROM (${counted.join(' UNION ALL ')}) AS counters
  LEFT JOIN (SELECT toString(kind) AS kind, toString(name) AS name, argMax(value, at) AS known, 1 AS seen FROM ${samples} WHERE host = hostName() GROUP BY kind, name) AS before USING (kind, name)
  WHERE seen = 0 OR known != value`;
  const recounted = recountedSteps(refreshSteps(installation));
  const roles = [...new Set(recounted.map((r) => literal(r.context.source.role)))];
  const queues = `SELECT 'queue' AS kind, role AS name, toFloat64(max(days)) AS value FROM (SELECT arrayJoin([${roles.join(', ')}]) AS role, 0 AS days UNION ALL SELECT role, days FROM (${waitingSelect(installation, recounted)})) GROUP BY role`;
  const all = [
    ...(counted.length > 0 ? [changed] : []),
    ...(has('disks') ? [disks] : []),
    ...(roles.length > 0 ? [queues] : []),
  ];
  const none = "SELECT '' AS kind, '' AS name, toFloat64(0) AS value WHERE 0";
  const select = `SELECT now64(3) AS at, hostName() AS host, kind, name, value FROM (
  ${all.length > 0 ? all.join('\n  UNION ALL\n  ') : none}
)`;
  const name = 'samples_v';
  return {
    name,
    ddl: refreshable(installation, name, 'REFRESH EVERY 60 SECOND OFFSET 37 SECOND', samplesTable.name, select),
  };
}
