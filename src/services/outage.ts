import { onPostgres } from './ask';
import { fail } from './errors';

/** Addresses of a pipeline that runs: what `tidemark demo pipeline` writes into its file `env`. */
export type PipelineEnv = Readonly<Record<string, string>>;

/**
 * Stops replication on purpose, as it stops in life: the connector of Debezium is paused, or the role that ClickHouse reads PostgreSQL
 * with may not log in any more. Nothing is lost: PostgreSQL keeps WAL for the slot. Returns what was done, as a sentence.
 */
export async function breakReplication(env: PipelineEnv): Promise<string> {
  if ('CONNECT_URL' in env) {
    await connector(env, 'pause');
    return 'The connector "shop" is paused: Debezium reads no more changes.';
  }
  await onPostgres(
    env['POSTGRES_URL']!,
    `ALTER ROLE tidemark_mat NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tidemark_mat'`,
  );
  return 'The role "tidemark_mat" may not log in any more: ClickHouse reads no more changes.';
}

/** Lets it go on; what waited arrives. Returns what was done. */
export async function healReplication(env: PipelineEnv): Promise<string> {
  if ('CONNECT_URL' in env) {
    await connector(env, 'resume');
    return 'The connector "shop" goes on; what waited arrives now.';
  }
  await onPostgres(env['POSTGRES_URL']!, 'ALTER ROLE tidemark_mat LOGIN');
  return 'The role "tidemark_mat" may log in again; what waited arrives now.';
}

/** Throws `no_pipeline` where Kafka Connect does not take it. */
async function connector(env: PipelineEnv, action: 'pause' | 'resume'): Promise<void> {
  const url = `${env['CONNECT_URL']}/connectors/shop/${action}`;
  const answer = await fetch(url, { method: 'PUT' });
  if (!answer.ok) throw fail('connect_refused', { url, reason: `HTTP ${answer.status} ${await answer.text()}` });
}
