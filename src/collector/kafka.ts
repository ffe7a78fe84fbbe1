import type { Admin } from 'kafkajs';

import type { KafkaConfig, PipelineConfig } from '../config/collectConfig';
import { healthKafkaGroup } from '../packs/pipeline/health/kafkaGroup';
import { healthKafkaPartition } from '../packs/pipeline/health/kafkaPartition';
import { healthKafkaTopic } from '../packs/pipeline/health/kafkaTopic';
import { kafkaError, openAdmin } from './kafka/client';
import { emptyMemory, remembered } from './kafka/memory';
import type { Memory } from './kafka/memory';
import { pastOf, readCluster } from './kafka/read';
import type { ClusterFacts } from './kafka/read';
import { rowsOfLook } from './kafka/rows';
import { wantedOf } from './kafka/wanted';
import { rowsOf } from './source';
import type { Collected, Look, Source } from './source';

/**
 * A Kafka cluster: the groups and topics that the pipelines name, or all groups where none names any. Needs the right to Describe
 * groups and topics, nothing else. A look throws `kafka_unreachable`, `kafka_login_refused`, `kafka_not_allowed`, `kafka_failed`.
 */
export function kafkaSource(config: KafkaConfig, pipelines: readonly PipelineConfig[]): Source {
  const wanted = wantedOf(config.name, pipelines);
  let admin: Admin | undefined;
  let memory: Memory = emptyMemory;
  const letGo = async () => {
    const held = admin;
    admin = undefined;
    await held?.disconnect().catch(() => undefined);
  };

  async function collect({ signal, now }: Look): Promise<Collected> {
    // Whatever waits for an answer then fails at once.
    const stop = () => void letGo();
    signal.addEventListener('abort', stop, { once: true });
    try {
      // A connection per look: between two of them kafkajs 2 wakes up a thousand times a second per connection (requestQueue
      // schedules its next check in the past), which cost more than all the looks.
      const own = (admin = await openAdmin(config));
      const facts = await readCluster(own, wanted);
      const at = now();
      memory = remembered(memory, facts, await pasts(own, facts, memory, at), at);
      const rows = rowsOfLook(config.name, wanted, facts, memory, at);
      return {
        rows: [
          rowsOf(healthKafkaGroup, rows.groups),
          rowsOf(healthKafkaPartition, rows.partitions),
          rowsOf(healthKafkaTopic, rows.topics),
        ],
      };
    } catch (thrown) {
      throw kafkaError(config, thrown);
    } finally {
      signal.removeEventListener('abort', stop);
      await letGo();
    }
  }

  return {
    name: `kafka ${config.name}`,
    tables: [healthKafkaGroup, healthKafkaPartition, healthKafkaTopic],
    intervalMs: config.everySeconds * 1_000,
    timeoutMs: Math.max(800, config.everySeconds * 800),
    collect,
    close: letGo,
  };
}

/** The past of topics that are seen for the first time and that some group lags on. */
async function pasts(admin: Admin, { topics, groups }: ClusterFacts, memory: Memory, now: number) {
  const known = new Set([...memory.partitions.keys()].map((key) => key.slice(0, key.lastIndexOf(' '))));
  const lags = groups.flatMap(({ topic, committed }) =>
    (topics.get(topic) ?? []).some(({ partition, begin, end }) => (committed.get(partition) ?? begin) < end)
      ? [topic]
      : [],
  );
  const asked = [...new Set(lags)].filter((topic) => !known.has(topic));
  return new Map(await Promise.all(asked.map(async (topic) => [topic, await pastOf(admin, topic, now)] as const)));
}
