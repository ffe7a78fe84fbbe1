import { durationMs } from '../core/time/duration';
import type { CollectConfig, DbtConfig, DbtJobConfig, PipelineConfig, PipelineTable } from './collectConfig';
import type { WrittenCollect } from './collectSchema';
import type { WrittenPipeline } from './pipelinesSchema';

/** Where a port alone is written. */
const loopback = '127.0.0.1';

/**
 * Reads `host:port` or a port alone; `undefined` for anything else. Port 0 takes a free one.
 * @example listenAddress('9464') // { host: '127.0.0.1', port: 9464 }
 */
export function listenAddress(written: string): { readonly host: string; readonly port: number } | undefined {
  const [, host = loopback, digits] = /^(?:(\[[0-9a-fA-F:]+\]|[^\s:/]+):)?(\d{1,5})$/.exec(written) ?? [];
  const port = Number(digits);
  return digits === undefined || port > 65_535 ? undefined : { host: host.replace(/[[\]]/g, ''), port };
}

/** Names that nobody has to write: those that Debezium and ClickHouse's MaterializedPostgreSQL choose themselves. */
const ownNames = {
  debezium: () => ({ slot: 'debezium', publication: 'dbz_publication' }),
  materialized: (database: string) => ({
    // As ClickHouse 26.7 names it (tried): the database, nothing else.
    slot: database.toLowerCase(),
    publication: `${database.toLowerCase()}_ch_publication`,
  }),
} as const;

/** A pipeline as the other rooms see it. */
export function toPipeline(name: string, written: WrittenPipeline): PipelineConfig {
  const { kind, roles, postgres, heartbeat, tables, checks, kafka, connect } = written;
  return {
    name,
    kind,
    roles,
    ...(postgres && {
      postgres: {
        server: postgres.server,
        database: postgres.database,
        slot: postgres.slot ?? ownNames[kind](postgres.database).slot,
        publication: postgres.publication ?? ownNames[kind](postgres.database).publication,
      },
    }),
    ...(heartbeat && { heartbeat }),
    tables: Object.entries(tables).map(([table, to]) => toTable(table, to)),
    checks,
    ...(kafka && {
      kafka: { ...kafka, groups: Object.entries(kafka.groups).map(([group, topics]) => ({ group, topics })) },
    }),
    ...(connect && { connect }),
  };
}

function toTable(table: string, to: WrittenPipeline['tables'][string]): PipelineTable {
  if (typeof to === 'string') return { table, target: to, ignore: [] };
  const { target, key, updatedAt, ignore, deleted } = to;
  return {
    table,
    target,
    ignore,
    ...(key !== undefined && { key }),
    ...(updatedAt !== undefined && { updatedAt }),
    ...(deleted !== undefined && { deleted }),
  };
}

/** The section as the other rooms see it. Addresses and durations were checked (`checks/collect.ts`). */
export function toCollect(written: WrittenCollect): CollectConfig {
  const { user, password, buffer, clickhouse } = written;
  const listen = written.listen === undefined ? undefined : listenAddress(written.listen);
  return {
    ...(user !== undefined && { login: { user, password } }),
    ...(listen && { listen }),
    buffer: { rows: buffer.rows, bytes: buffer.megabytes * 1_000_000 },
    clickhouse,
    postgres: named(written.postgres).map((server) => ({ ...server, ...login(server) })),
    kafka: named(written.kafka).map(({ sasl, ...cluster }) => ({ ...cluster, ...(sasl && { sasl }) })),
    connect: named(written.connect).map(({ user: own, jolokia, ...cluster }) => ({
      ...cluster,
      url: withoutSlash(cluster.url),
      ...(own !== undefined && { user: own }),
      ...(jolokia !== undefined && { jolokia: withoutSlash(jolokia) }),
    })),
    dbt: named(written.dbt).map(({ jobs, target = '', elementary, ...project }): DbtConfig => ({
      ...project,
      ...(elementary === undefined ? { target } : { elementary }),
      jobs: named(jobs).map(({ every, late, selects, command, name }): DbtJobConfig => {
        const everyMs = durationMs(every) ?? 0;
        return {
          name,
          everyMs,
          lateMs: (late === undefined ? undefined : durationMs(late)) ?? lateAfterMs(everyMs),
          ...(selects !== undefined && { selects }),
          ...(command !== undefined && { command }),
        };
      }),
    })),
  };
}

const minuteMs = 60_000;

/** Age of a success from which on a job is late: 5 m → 15 m, 1 h → 90 m, 1 d → 26 h. */
const lateAfterMs = (everyMs: number) => everyMs + Math.min(Math.max(everyMs / 2, 10 * minuteMs), 120 * minuteMs);

const named = <T extends object>(entries: Readonly<Record<string, T>>): readonly (T & { readonly name: string })[] =>
  Object.entries(entries).map(([name, entry]) => ({ ...entry, name }));

const withoutSlash = (url: string) => url.replace(/\/+$/, '');

/** A password in the address counts where none is written beside it; the address is kept without it. */
function login({ url, password }: { readonly url: string; readonly password: string }) {
  const address = new URL(url);
  const within = decodeURIComponent(address.password);
  address.password = '';
  return { url: address.href, password: password || within };
}
