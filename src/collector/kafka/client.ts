import { Kafka, logLevel } from 'kafkajs';
import type { Admin, SASLOptions } from 'kafkajs';

import type { KafkaConfig } from '../../config/collectConfig';
import { TidemarkError, messageOf } from '../../core/errors';
import { fail } from '../errors';

/** One round trip; a look asks several times, so this is well below its timeout. */
const answerMs = 5_000;

/** Connects to a cluster, to look only. Throws what {@link kafkaError} makes of it. */
export async function openAdmin(config: KafkaConfig): Promise<Admin> {
  const { brokers, tls, sasl } = config;
  const kafka = new Kafka({
    clientId: 'tidemark-collect',
    brokers: [...brokers],
    ssl: tls,
    ...(sasl && { sasl: { mechanism: sasl.mechanism, username: sasl.user, password: sasl.password } as SASLOptions }),
    connectionTimeout: answerMs,
    requestTimeout: answerMs,
    // The collector waits between its own tries, longer and longer.
    retry: { retries: 1, initialRetryTime: 200, maxRetryTime: 1_000 },
    // What goes wrong is thrown too, and told with what to do.
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return admin;
  } catch (thrown) {
    await admin.disconnect().catch(() => undefined);
    throw kafkaError(config, thrown);
  }
}

/** The error for whatever KafkaJS threw: unreachable, login refused, not allowed, or else. */
export function kafkaError({ name: cluster, brokers, sasl }: KafkaConfig, thrown: unknown): TidemarkError {
  if (thrown instanceof TidemarkError) return thrown;
  const cause = rootOf(thrown);
  const reason = messageOf(cause);
  const kind = nameOf(cause);
  if (/AUTHORIZATION_FAILED/.test(typeOf(cause))) {
    const isGroup = typeOf(cause).startsWith('GROUP');
    const resource = isGroup ? "--group '*'" : "--topic '*'";
    const user = sasl?.user ?? 'ANONYMOUS';
    return fail('kafka_not_allowed', { cluster, what: isGroup ? 'groups' : 'topics', user, resource }, { cause });
  }
  // KafkaJS swallows why; a missing right to the group is the usual reason.
  if (kind === 'KafkaJSGroupCoordinatorNotFound')
    return fail('kafka_no_coordinator', { cluster, user: sasl?.user ?? 'ANONYMOUS' }, { cause });
  if (kind.includes('SASL')) return fail('kafka_login_refused', { cluster, reason }, { cause });
  if (/Connection|BrokerNotFound|RequestTimeout/.test(kind))
    return fail('kafka_unreachable', { cluster, brokers, reason }, { cause });
  return fail('kafka_failed', { cluster, reason }, { cause });
}

/** KafkaJS wraps what went wrong into "number of retries exceeded". */
function rootOf(thrown: unknown): unknown {
  let cause = thrown;
  while (cause instanceof Error && cause.cause !== undefined && cause.cause !== null) cause = cause.cause;
  return cause;
}

const nameOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : '');
const typeOf = (thrown: unknown): string => {
  const type = typeof thrown === 'object' && thrown !== null && 'type' in thrown ? thrown.type : '';
  return typeof type === 'string' ? type : '';
};
