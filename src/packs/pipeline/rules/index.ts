import type { AlertRule } from '../../rule';
import { cdcApplyErrors } from './cdcApplyErrors';
import { cdcReplicationLag, cdcReplicationLagHigh } from './cdcReplicationLag';
import { cdcSlotIdleRetaining } from './cdcSlotIdleRetaining';
import { cdcSlotLost } from './cdcSlotLost';
import { cdcTableDrift } from './cdcTableDrift';
import { cdcWalBudget, cdcWalBudgetHigh } from './cdcWalBudget';
import { cdcWrongValues } from './cdcWrongValues';
import { collectorDown, collectorPart } from './collectorDown';
import { connectorDown } from './connectorDown';
import { kafkaConsumerStalled } from './kafkaConsumerStalled';
import { kafkaLagTime, kafkaLagTimeHigh } from './kafkaLagTime';
import { kafkaPoison } from './kafkaPoison';
import { kafkaSkew } from './kafkaSkew';

/** Rules about replication: PostgreSQL, Kafka, Kafka Connect, and the collector that looks at them. */
export const pipelineRules: readonly AlertRule[] = [
  cdcReplicationLag,
  cdcReplicationLagHigh,
  cdcSlotLost,
  cdcWalBudget,
  cdcWalBudgetHigh,
  cdcSlotIdleRetaining,
  cdcTableDrift,
  cdcWrongValues,
  cdcApplyErrors,
  connectorDown,
  kafkaConsumerStalled,
  kafkaLagTime,
  kafkaLagTimeHigh,
  kafkaPoison,
  kafkaSkew,
  collectorDown,
  collectorPart,
];
