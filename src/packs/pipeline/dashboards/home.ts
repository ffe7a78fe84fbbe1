import type { DashboardSql, StateTimelinePanel } from '../../../dashboards/spec';
import { newest, states } from './panelSql';

/** How late the latest pipeline is, in seconds, as a sub-query: NULL where no beat was ever seen. */
export const worstLag = (sql: DashboardSql, where = 'true') =>
  `(SELECT max(ifNull(lag_s, toFloat64(dateDiff('second', seen_at, now64(3))))) FROM ${newest(sql, 'health_heartbeat', ['pipeline'], { where })})`;

/** 0 in time, 1 late, 2 very late, 3 no beat: palette.ts has the words. The rules' default limits. */
const stateOf = 'multiIf(lag_s IS NULL, 3, lag_s > 300, 2, lag_s > 60, 1, 0)';

/** One line per pipeline: was it in time? */
export function pipelinesPanel(sql: DashboardSql): StateTimelinePanel {
  return {
    kind: 'statetimeline',
    title: 'Pipelines from Postgres',
    about: {
      what: 'Whether each pipeline was in time: *late* from a minute, *very late* from five minutes of lag on. Numbers of those days may have grown afterwards.',
      how: 'Lag of the heartbeat, the worst of each bucket. *no beat*: none could be written, or none has arrived. Nothing is drawn where the collector did not look.',
      from: ['health_heartbeat'],
    },
    needs: 'postgres',
    next: ['cdcPostgres', 'cdcKafka'],
    metric: 'pipelineState',
    sql: states(sql, { table: 'health_heartbeat', label: 'toString(pipeline)', state: stateOf, where: 'true' }),
  };
}
