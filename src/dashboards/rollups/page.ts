import type { BuildSettings } from '../settings';
import type { DashboardKit, DashboardSpec } from '../spec';
import { driftPanel, durationPanel, freshnessPanel, periodPanel, recountsPanel } from './history';
import { answersTable, lateTable, storageTable } from './inventory';
import { countsStat, statusTable, workStat } from './status';

/** *Rollups & views*: are the rollups kept, are they true, what do they cost, what are they good for. */
export function rollupsDashboard({ sql, trust }: DashboardKit, settings: BuildSettings): DashboardSpec {
  return {
    page: 'rollups',
    description: 'Whether every rollup is kept and true, how long that takes, and which questions it answers.',
    tags: ['rollups'],
    from: 'now-24h',
    variables: [],
    rows: [
      { height: 4, panels: [{ ...trust([]), next: ['home'] }, countsStat(sql), workStat(sql)] },
      { height: 12, panels: [statusTable(sql)] },
      { height: 10, panels: [freshnessPanel(sql), durationPanel(sql), periodPanel(sql)] },
      { height: 9, panels: [driftPanel(sql), recountsPanel(sql)] },
      { height: 9, panels: [lateTable(sql), storageTable(sql, settings)] },
      { height: 12, panels: [answersTable(sql)] },
    ],
  };
}
