import type { healthPostgres } from '../../packs/pipeline/health/postgres';
import type { healthWalsender } from '../../packs/pipeline/health/walsender';
import type { HealthRow } from '../../packs/health';
import type { PipelineConfig } from '../../config/collectConfig';
import { instant } from '../source';
import { pgIdent } from './session';
import type { Session } from './session';

/** The right to see what others do, as a statement. */
export const monitorGrant = (user: string): string => `GRANT pg_monitor TO ${pgIdent(user)};`;

/** Facts of a server that the other questions need. */
export interface ServerFacts {
  readonly row: HealthRow<typeof healthPostgres>;
  /** Whether the user may see what others do; without it transactions and walsenders are hidden, not refused. */
  readonly sees: boolean;
}

interface ServerRow {
  readonly version: number;
  readonly started_ms: number;
  readonly now_ms: number;
  readonly replica: boolean;
  readonly lsn: string | null;
  readonly sees: boolean;
  readonly settings: Readonly<Record<string, string>>;
  readonly slots: number;
  readonly senders: number;
  readonly connections: number;
  readonly oldest_s: number | null;
  readonly oldest_what: string | null;
}

const ms = (sql: string) => `(extract(epoch FROM ${sql}) * 1000)::float8`;

/**
 * Position in the WAL: of a replica what it received, or replayed where it restores from an archive. In bytes.
 */
export const currentLsn = `pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) ELSE pg_current_wal_lsn() END, '0/0')`;

const serverSql = `WITH held AS (
  SELECT clock_timestamp() - xact_start AS age, concat_ws(', ', datname, usename, nullif(application_name, ''), state, 'process ' || pid) AS what
  FROM pg_stat_activity
  WHERE xact_start IS NOT NULL AND backend_type = 'client backend' AND pid <> pg_backend_pid()
  UNION ALL
  SELECT clock_timestamp() - prepared, concat_ws(', ', database, owner, 'prepared transaction ' || gid) FROM pg_prepared_xacts
  ORDER BY age DESC LIMIT 1
)
SELECT current_setting('server_version_num')::int AS version, ${ms('pg_postmaster_start_time()')} AS started_ms,
  ${ms('clock_timestamp()')} AS now_ms, pg_is_in_recovery() AS replica, ${currentLsn} AS lsn,
  pg_has_role('pg_read_all_stats', 'USAGE') AS sees,
  (SELECT json_object_agg(name, setting) FROM pg_settings WHERE name IN ('wal_level', 'max_slot_wal_keep_size', 'max_replication_slots', 'max_wal_senders', 'max_connections')) AS settings,
  (SELECT count(*)::int FROM pg_replication_slots) AS slots, (SELECT count(*)::int FROM pg_stat_replication) AS senders,
  (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
  (SELECT extract(epoch FROM age)::float8 FROM held) AS oldest_s, (SELECT what FROM held) AS oldest_what`;

/** Looks at the server as a whole. @throws TidemarkError pg_*. */
export async function readServer(session: Session, server: string, now: () => number): Promise<ServerFacts> {
  const about = { what: 'itself', grant: monitorGrant(session.user) };
  const before = now();
  const [row] = await session.query<ServerRow>(about, serverSql);
  const middle = (before + now()) / 2;
  const wal = await walBytes(session);
  const { settings = {}, sees = false } = row ?? {};
  const number = (name: string) => Number(settings[name] ?? 0);
  return {
    sees,
    row: {
      server,
      version: row?.version ?? 0,
      started_at: instant(row?.started_ms ?? 0),
      replica: row?.replica ? 1 : 0,
      wal_level: settings.wal_level ?? '',
      lsn: row?.lsn ?? '0',
      wal_bytes: wal,
      keep_bytes: keepBytes(settings.max_slot_wal_keep_size),
      slots: row?.slots ?? 0,
      max_slots: number('max_replication_slots'),
      senders: row?.senders ?? 0,
      max_senders: number('max_wal_senders'),
      connections: row?.connections ?? 0,
      max_connections: number('max_connections'),
      oldest_s: sees ? (row?.oldest_s ?? null) : null,
      oldest_what: sees ? (row?.oldest_what ?? '') : '',
      clock_skew_ms: (row?.now_ms ?? middle) - middle,
    },
  };
}

/** `max_slot_wal_keep_size` is in MB; -1: no limit. */
function keepBytes(setting: string | undefined): string | null {
  const megabytes = Number(setting ?? -1);
  return megabytes < 0 ? null : String(megabytes * 1024 * 1024);
}

/** Only pg_monitor may list the folder, and a large one takes long: then it is unknown, which is no failure. */
async function walBytes(session: Session): Promise<string | null> {
  const about = { what: 'the size of pg_wal', grant: monitorGrant(session.user) };
  const allowed = "SELECT has_function_privilege('pg_ls_waldir()', 'EXECUTE') AS allowed";
  const [right] = await session.query<{ allowed: boolean }>(about, allowed);
  if (!right?.allowed) return null;
  const rows = await session
    .query<{ bytes: string }>(about, 'SELECT coalesce(sum(size), 0) AS bytes FROM pg_ls_waldir()')
    .catch(() => []);
  return rows[0]?.bytes ?? null;
}

interface SenderRow {
  readonly pid: number;
  readonly application: string | null;
  readonly slot: string | null;
  readonly user: string | null;
  readonly client: string | null;
  readonly state: string | null;
  readonly sent_bytes: string | null;
  readonly flushed_bytes: string | null;
  readonly flush_s: number | null;
  readonly reply_s: number | null;
  readonly connected_s: number | null;
}

// Not greatest(0, …) alone: that is 0 where nothing is known.
const since = (column: string) =>
  `CASE WHEN ${column} IS NOT NULL THEN greatest(0, extract(epoch FROM clock_timestamp() - ${column}))::float8 END`;
const behind = (column: string) =>
  `CASE WHEN ${column} IS NOT NULL THEN greatest(0, ${currentLsn} - pg_wal_lsn_diff(${column}, '0/0')) END`;

const sendersSql = `SELECT r.pid, r.application_name AS application, s.slot_name AS slot, r.usename AS "user", host(r.client_addr) AS client, r.state,
  ${behind('r.sent_lsn')} AS sent_bytes, ${behind('r.flush_lsn')} AS flushed_bytes, extract(epoch FROM r.flush_lag)::float8 AS flush_s,
  ${since('r.reply_time')} AS reply_s, ${since('r.backend_start')} AS connected_s
FROM pg_stat_replication AS r LEFT JOIN pg_replication_slots AS s ON s.active_pid = r.pid ORDER BY r.pid`;

/** Who reads WAL just now. `slots`: which pipeline needs which. */
export async function readSenders(
  session: Session,
  server: string,
  slots: ReadonlyMap<string, PipelineConfig>,
): Promise<readonly HealthRow<typeof healthWalsender>[]> {
  const about = { what: 'its walsenders', grant: monitorGrant(session.user) };
  const rows = await session.query<SenderRow>(about, sendersSql);
  return rows.map(({ application, slot, user, client, state, ...row }) => ({
    ...row,
    server,
    application: application ?? '',
    slot: slot ?? '',
    pipeline: slots.get(slot ?? '')?.name ?? '',
    user: user ?? '',
    client: client ?? '',
    state: state ?? '',
  }));
}
