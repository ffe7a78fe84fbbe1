import type { BuildSettings } from '../settings';
import type { DashboardKit, DashboardSpec } from '../spec';
import { costBy } from './rows';
import { quotasTable, storedTable } from './storage';
import { budgetStat, daysPanel, logStat, soFarStat } from './today';
import { cpuPanel, memoryPanel, offendersTable, readPanel, whoTable } from './who';

/** *Cost*: what queries cost, whose they are, what is planned, what lies on disks. */
export function costDashboard({ sql }: DashboardKit, settings: BuildSettings): DashboardSpec {
  return {
    page: 'cost',
    description: 'What queries cost and who asks them, today against the budget, quotas, and what lies on disks.',
    tags: ['cost'],
    needs: 'queries',
    from: 'now-30d',
    variables: [
      {
        kind: 'choice',
        name: 'by',
        label: 'By',
        description: 'What is added up: users of ClickHouse, applications, dashboards, panels, people, dbt models.',
        choices: costBy,
      },
    ],
    rows: [
      { height: 4, panels: [logStat(sql), budgetStat(sql), soFarStat(sql, settings)] },
      { height: 8, panels: [daysPanel(sql, settings), readPanel(sql)] },
      { height: 8, panels: [cpuPanel(sql), memoryPanel(sql)] },
      { height: 10, panels: [whoTable(sql)] },
      { height: 9, panels: [offendersTable(sql), quotasTable(sql)] },
      { height: 10, panels: [storedTable(sql)] },
    ],
  };
}
