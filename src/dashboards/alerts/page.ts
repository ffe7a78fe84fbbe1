import type { BuildSettings } from '../settings';
import type { DashboardKit, DashboardSpec } from '../spec';
import { firingsTable, historyPanel, noiseTable, weeksPanel } from './history';
import { limitsTable, quietTable } from './limits';
import { firingStat, firingTable, looksStat, messagesTable, waitingStat } from './now';

/** *Alerts*: what fires and why, what is sent, what was, which rules cry too often, from which numbers on. */
export function alertsDashboard({ sql, trust }: DashboardKit, settings: BuildSettings): DashboardSpec {
  return {
    page: 'alerts',
    description: 'What fires now and why, the messages word for word, the history, the noise, and the limits in force.',
    tags: ['alerts'],
    from: 'now-30d',
    variables: [],
    rows: [
      { height: 4, panels: [trust([]), firingStat(sql), waitingStat(sql), looksStat(sql, settings)] },
      { height: 8, panels: [firingTable(sql, settings)] },
      { height: 6, panels: [messagesTable(sql)] },
      { height: 8, panels: [historyPanel(sql), weeksPanel(sql, settings)] },
      { height: 9, panels: [firingsTable(sql)] },
      { height: 9, panels: [noiseTable(sql), quietTable(sql)] },
      { height: 9, panels: [limitsTable(sql)] },
    ],
  };
}
