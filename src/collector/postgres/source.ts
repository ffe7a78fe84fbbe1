import type { PipelineConfig, PostgresConfig } from '../../config/collectConfig';
import { healthPostgres } from '../../packs/pipeline/health/postgres';
import { healthPublication } from '../../packs/pipeline/health/publication';
import { healthSlot } from '../../packs/pipeline/health/slot';
import { healthWalsender } from '../../packs/pipeline/health/walsender';
import { fail, failureOf } from '../errors';
import type { Failure } from '../errors';
import { patienceMs, rowsOf } from '../source';
import type { Collected, Look, Part, Source, TableRows } from '../source';
import { readPublications } from './publications';
import { monitorGrant, readSenders, readServer } from './server';
import { Sessions, databaseOf } from './session';
import { readSlots } from './slots';
import type { InactiveSince } from './slots';

/** Pipelines that come from a server. */
export const pipelinesOf = (server: string, pipelines: readonly PipelineConfig[]): readonly PipelineConfig[] =>
  pipelines.filter(({ postgres }) => postgres?.server === server);

/** A PostgreSQL server: slots, walsenders, publications, the oldest transaction. Reads catalogs only. */
export function postgresSource(config: PostgresConfig, all: readonly PipelineConfig[]): Source {
  const pipelines = pipelinesOf(config.name, all);
  const sessions = new Sessions(config);
  const inactive: InactiveSince = new Map();
  const intervalMs = config.everySeconds * 1000;
  return {
    name: `postgres ${config.name}`,
    tables: [healthPostgres, healthSlot, healthWalsender, healthPublication],
    intervalMs,
    timeoutMs: patienceMs(intervalMs),
    collect: (look) => collect(look, config, pipelines, sessions, inactive),
    close: () => sessions.close(),
  };
}

async function collect(
  { signal, now }: Look,
  config: PostgresConfig,
  pipelines: readonly PipelineConfig[],
  sessions: Sessions,
  inactive: InactiveSince,
): Promise<Collected> {
  const server = config.name;
  const session = await sessions.get(databaseOf(config), signal);
  const expected = new Map(pipelines.map((pipeline) => [pipeline.postgres?.slot ?? '', pipeline]));
  const { row, sees } = await readServer(session, server, now);
  const slots = await readSlots(session, { server, expected, keepBytes: row.keep_bytes, inactive, now: now() });
  const senders = await readSenders(session, server, expected);
  const rights: Part = { part: 'rights', ...(!sees && { failure: hidden(config, session) }) };
  const parts: Part[] = [rights];
  const publications: TableRows[] = [];
  for (const database of new Set(pipelines.map(({ postgres }) => postgres?.database ?? ''))) {
    const part = `database ${database}`;
    try {
      const own = pipelines.filter(({ postgres }) => postgres?.database === database);
      const rows = await readPublications(await sessions.get(database, signal), server, own);
      publications.push(rowsOf(healthPublication, rows));
      parts.push({ part });
    } catch (thrown) {
      parts.push({ part, failure: failureOf(thrown) });
    }
  }
  return {
    parts,
    rows: [rowsOf(healthPostgres, [row]), rowsOf(healthSlot, slots), rowsOf(healthWalsender, senders), ...publications],
  };
}

/** Without the right nothing is refused: transactions and walsenders of others just do not show. */
const hidden = (
  config: PostgresConfig,
  { user, database }: { readonly user: string; readonly database: string },
): Failure =>
  failureOf(
    fail('pg_right', {
      server: config.name,
      user,
      database,
      detail: 'transactions and walsenders of other users are hidden',
      grant: monitorGrant(user),
    }),
  );
