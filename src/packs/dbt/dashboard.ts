import type { DashboardKit, DashboardSpec } from '../../dashboards/spec';
import { jobsTable, nowStat, rateStat, verdictStat } from './jobPanels';
import { costTable, failingTable, freshnessTable, skippedTable } from './nodePanels';
import { endingsPanel, lengthPanel, periodPanel, statesPanel } from './runPanels';

/** *dbt*: do the jobs run, in time, how long, what fails and what waits behind it, what does each model cost, is there anything new to read. */
export function dbtDashboard({ sql }: DashboardKit): DashboardSpec {
  return {
    page: 'dbt',
    description:
      'Whether the jobs of dbt run and succeed in time, what fails and why, what each model costs, how fresh the sources are.',
    tags: ['dbt'],
    needs: 'dbt',
    from: 'now-30d',
    variables: [],
    rows: [
      { height: 4, panels: [verdictStat(sql), nowStat(sql), rateStat(sql)] },
      { height: 7, panels: [jobsTable(sql)] },
      { height: 6, panels: [statesPanel(sql)] },
      { height: 8, panels: [endingsPanel(sql), lengthPanel(sql), periodPanel(sql)] },
      { height: 8, panels: [failingTable(sql)] },
      { height: 9, panels: [costTable(sql)] },
      { height: 8, panels: [freshnessTable(sql), skippedTable(sql)] },
    ],
  };
}
