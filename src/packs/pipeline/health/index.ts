import type { HealthTable } from '../../health';
import { healthCheck } from './check';
import { healthConnector } from './connector';
import { healthConsumer } from './consumer';
import { healthDbtNode } from './dbtNode';
import { healthDbtRun } from './dbtRun';
import { healthDbtSource } from './dbtSource';
import { healthDetached } from './detached';
import { healthDisk } from './disk';
import { healthError } from './error';
import { healthHeartbeat } from './heartbeat';
import { healthKafkaGroup } from './kafkaGroup';
import { healthKafkaPartition } from './kafkaPartition';
import { healthKafkaTopic } from './kafkaTopic';
import { healthMerges } from './merges';
import { healthMutation } from './mutation';
import { healthParts } from './parts';
import { healthPostgres } from './postgres';
import { healthPublication } from './publication';
import { healthQuery } from './query';
import { healthQueue } from './queue';
import { healthQuota } from './quota';
import { healthReplica } from './replica';
import { healthServerMetric } from './serverMetric';
import { healthSlot } from './slot';
import { healthSource } from './source';
import { healthTableDrift } from './table';
import { healthView } from './view';
import { healthWalsender } from './walsender';

/** Every health table, one file each. */
export const healthTables: readonly HealthTable[] = [
  healthSource,
  healthKafkaGroup,
  healthKafkaPartition,
  healthKafkaTopic,
  healthConnector,
  healthCheck,
  healthPostgres,
  healthSlot,
  healthWalsender,
  healthPublication,
  healthHeartbeat,
  healthTableDrift,
  healthServerMetric,
  healthParts,
  healthMerges,
  healthMutation,
  healthReplica,
  healthQueue,
  healthConsumer,
  healthView,
  healthError,
  healthDisk,
  healthDetached,
  healthQuery,
  healthQuota,
  healthDbtRun,
  healthDbtNode,
  healthDbtSource,
];
