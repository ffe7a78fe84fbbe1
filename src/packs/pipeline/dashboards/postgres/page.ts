import type { DashboardKit, DashboardSpec } from '../../../../dashboards/spec';
import { errorsPanel } from '../errors';
import { pipelineVariable } from '../panelSql';
import { checksTable } from './checks';
import { lagPanel, retainedPanel, verdictStat } from './lag';
import { serversTable, slotsTable } from './slots';
import { changesPanel, tablesTable } from './tables';

/** *CDC: Postgres*: does every change reach ClickHouse, how late, and is the source's disk safe meanwhile. */
export function cdcPostgresDashboard({ sql }: DashboardKit): DashboardSpec {
  return {
    page: 'cdcPostgres',
    description:
      'Whether each change of PostgreSQL reaches ClickHouse, how late, table by table, and whether the WAL that waits is safe.',
    tags: ['cdc', 'postgres'],
    needs: 'postgres',
    from: 'now-6h',
    variables: [pipelineVariable(sql, 'health_slot')],
    rows: [
      { height: 4, panels: [verdictStat(sql)] },
      { height: 9, panels: [lagPanel(sql), retainedPanel(sql)] },
      { height: 6, panels: [slotsTable(sql)] },
      { height: 9, panels: [tablesTable(sql)] },
      { height: 8, panels: [changesPanel(sql), errorsPanel(sql)] },
      { height: 5, panels: [serversTable(sql)] },
      { height: 7, panels: [checksTable(sql)] },
    ],
  };
}
