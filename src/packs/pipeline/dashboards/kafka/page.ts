import type { DashboardKit, DashboardSpec } from '../../../../dashboards/spec';
import { pipelineVariable } from '../panelSql';
import { connectorsTable, queuePanel } from './connectors';
import { consumersTable, partitionsTable } from './consumers';
import { lagMessagesPanel, lagSecondsPanel, ratesPanel, statesPanel, verdictStat } from './groups';
import { freshLettersPanel, topicsTable } from './topics';

/** *CDC: Kafka & Debezium*: does every group read, every connector run, and what could not be read. */
export function cdcKafkaDashboard({ sql }: DashboardKit): DashboardSpec {
  return {
    page: 'cdcKafka',
    description:
      'Whether connectors run and consumer groups keep up, partition by partition, and what could not be read.',
    tags: ['cdc', 'kafka'],
    needs: 'kafka',
    from: 'now-6h',
    variables: [pipelineVariable(sql, 'health_kafka_group')],
    rows: [
      { height: 4, panels: [verdictStat(sql)] },
      { height: 7, panels: [statesPanel(sql)] },
      { height: 8, panels: [lagSecondsPanel(sql), lagMessagesPanel(sql), ratesPanel(sql)] },
      { height: 9, panels: [partitionsTable(sql)] },
      { height: 7, panels: [connectorsTable(sql), queuePanel(sql)] },
      { height: 8, panels: [consumersTable(sql)] },
      { height: 8, panels: [topicsTable(sql), freshLettersPanel(sql)] },
    ],
  };
}
