import type { DashboardSql, StatPanel, TimeseriesPanel } from '../../../../dashboards/spec';
import { byLabel, inPipeline, newest } from '../panelSql';
import { worstLag } from '../home';
import { copyVerdict, isWell } from './verdicts';

export function verdictStat(sql: DashboardSql): StatPanel {
  const slots = newest(sql, 'health_slot', ['server', 'slot'], { where: inPipeline });
  const tables = newest(sql, 'health_table', ['pipeline', 'table'], { where: inPipeline });
  const looks = newest(sql, 'health_source', ['source', 'part'], { where: "NOT startsWith(source, 'dbt')" });
  return {
    kind: 'stat',
    title: 'Just now',
    about: {
      what: 'The latest pipeline’s lag from Postgres to ClickHouse; slots that are lost, about to be, or missing; tables whose copy is not the same; parts of the collector’s own looks that fail.',
      how: 'The newest look of the last day at each, whatever range is chosen. The lag is that of the heartbeat: a row written in Postgres and seen in ClickHouse, measured by one clock. It alone sees every stopped source. No number: no beat was ever seen.',
      from: ['health_heartbeat', 'health_slot', 'health_table', 'health_source'],
    },
    next: ['alerts', 'cdcKafka'],
    values: [
      { column: 'Worst lag', metric: 'replicationLag' },
      { column: 'Slots in danger', metric: 'badSlots' },
      { column: 'Tables that differ', metric: 'badTables' },
      { column: 'Looks that fail', metric: 'failingLooks' },
    ],
    sql: `
      SELECT
        ${worstLag(sql, inPipeline)} ${sql.as('Worst lag')},
        (SELECT countIf(status IN ('lost', 'unreserved', 'missing') OR invalidation != '') FROM ${slots}) ${sql.as('Slots in danger')},
        (SELECT countIf(NOT ${isWell(copyVerdict)}) FROM ${tables}) ${sql.as('Tables that differ')},
        (SELECT countIf(state != 'ok') FROM ${looks}) ${sql.as('Looks that fail')}`,
  };
}

export function lagPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Replication lag',
    about: {
      what: 'Seconds from a change in Postgres to its being in ClickHouse, by pipeline. A line that climbs steadily is a pipeline that stands still.',
      how: 'Of the heartbeat, the greatest of each bucket. A gap: the collector did not look, or could not write a beat.',
      from: ['health_heartbeat'],
    },
    draw: 'line',
    series: [],
    byLabel: { label: 'pipeline', metric: 'lags' },
    sql: byLabel(sql, {
      table: 'health_heartbeat',
      label: 'toString(pipeline) AS pipeline',
      value: `max(lag_s) ${sql.as('Lag')}`,
      where: inPipeline,
    }),
  };
}

export function retainedPanel(sql: DashboardSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'WAL that is kept for slots',
    about: {
      what: 'Bytes of WAL that Postgres may not remove because a slot needs them. It fills the disk of the source, or the slot is lost at max_slot_wal_keep_size (the table below says how much is left).',
      how: 'Position in the WAL less restart_lsn of the slot, the greatest of each bucket. A lost or missing slot has no number: its line ends.',
      from: ['health_slot'],
    },
    weight: 1,
    draw: 'line',
    series: [],
    byLabel: { label: 'name', metric: 'storage' },
    sql: byLabel(sql, {
      table: 'health_slot',
      label: "concat(server, ': ', slot) AS name",
      value: `max(retained_bytes) ${sql.as('Kept')}`,
      where: inPipeline,
    }),
  };
}
