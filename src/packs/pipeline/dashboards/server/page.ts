import type { DashboardKit, DashboardSpec } from '../../../../dashboards/spec';
import { errorsPanel } from '../errors';
import { insertsPanel, mergesPanel, partsTable, rowsPerInsertPanel } from './inserts';
import { cpuPanel, memoryPanel, queriesPanel, verdictStat } from './load';
import { disksTable, waitingTable, viewsTable } from './trouble';

/** *ClickHouse health*: parts, merges, mutations, replicas, disks, inserts, errors of every server. */
export function serverDashboard({ sql }: DashboardKit): DashboardSpec {
  return {
    page: 'server',
    description:
      'How every ClickHouse server does: load, inserts and parts, merges and mutations, replicas, disks, errors.',
    tags: ['clickhouse'],
    needs: 'collect',
    from: 'now-6h',
    variables: [],
    rows: [
      { height: 4, panels: [verdictStat(sql)] },
      { height: 8, panels: [queriesPanel(sql), cpuPanel(sql), memoryPanel(sql)] },
      { height: 8, panels: [insertsPanel(sql), rowsPerInsertPanel(sql), mergesPanel(sql)] },
      { height: 9, panels: [partsTable(sql), disksTable(sql)] },
      { height: 8, panels: [waitingTable(sql), { ...errorsPanel(sql), weight: 2 }] },
      { height: 8, panels: [viewsTable(sql)] },
    ],
  };
}
