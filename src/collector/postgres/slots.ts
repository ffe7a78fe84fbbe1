import type { PipelineConfig } from '../../config/collectConfig';
import type { HealthRow } from '../../packs/health';
import type { healthSlot } from '../../packs/pipeline/health/slot';
import { instant } from '../source';
import { currentLsn, monitorGrant } from './server';
import type { Session } from './session';

type SlotRow = HealthRow<typeof healthSlot>;

interface Read extends Omit<SlotRow, 'server' | 'pipeline' | 'expected' | 'keep_bytes' | 'stats_reset_at'> {
  readonly reset_ms: number | null;
}

/** What a version has; the others read as if nothing were known. */
const since = (major: number, version: number, sql: string, otherwise: string) => (version >= major ? sql : otherwise);

const counters = ['spill_count', 'spill_bytes', 'stream_count', 'stream_bytes', 'total_bytes'] as const;

/** The statement that reads all slots of a server of a version. */
export function slotsSql(major: number): string {
  const bytes = (lsn: string) => `pg_wal_lsn_diff(${lsn}, '0/0')`;
  // Not greatest(0, …) alone: that is 0 where the position is NULL, as it is in a slot that was lost.
  const behind = (lsn: string) => `CASE WHEN ${lsn} IS NOT NULL THEN greatest(0, tm.now - ${bytes(lsn)}) END`;
  const stat = (column: string) => since(14, major, `c.${column}`, 'NULL::bigint');
  const columns = [
    's.slot_name AS slot',
    // A physical slot that was never used keeps nothing.
    "coalesce(s.wal_status, 'unused') AS status",
    `${since(17, major, "coalesce(s.invalidation_reason, '')", "''")} AS invalidation`,
    "coalesce(s.database, '') AS database",
    's.slot_type AS kind',
    "coalesce(s.plugin, '') AS plugin",
    's.temporary::int AS temporary',
    's.active::int AS active',
    `${since(17, major, 'extract(epoch FROM clock_timestamp() - s.inactive_since)::float8', 'NULL::float8')} AS inactive_s`,
    `${bytes('s.restart_lsn')} AS restart_lsn`,
    `${bytes('s.confirmed_flush_lsn')} AS confirmed_lsn`,
    `${behind('s.restart_lsn')} AS retained_bytes`,
    `${behind('s.confirmed_flush_lsn')} AS unconfirmed_bytes`,
    's.safe_wal_size AS safe_bytes',
    'age(coalesce(s.catalog_xmin, s.xmin))::bigint AS catalog_age',
    ...counters.map((column) => `${stat(column)} AS ${column}`),
    `${stat('total_txns')} AS total_count`,
    `${since(14, major, '(extract(epoch FROM c.stats_reset) * 1000)::float8', 'NULL::float8')} AS reset_ms`,
  ];
  const stats = since(14, major, ' LEFT JOIN pg_stat_replication_slots AS c ON c.slot_name = s.slot_name', '');
  return `SELECT ${columns.join(', ')} FROM pg_replication_slots AS s${stats}, (SELECT ${currentLsn} AS now) AS tm ORDER BY s.slot_name`;
}

/** Slot → when it was first seen unread, in ms since 1970: what servers before 17 do not tell. */
export type InactiveSince = Map<string, number>;

/** What {@link readSlots} needs to know. */
export interface SlotsKnown {
  readonly server: string;
  /** Slot → the pipeline that needs it. */
  readonly expected: ReadonlyMap<string, PipelineConfig>;
  readonly keepBytes: SlotRow['keep_bytes'];
  readonly inactive: InactiveSince;
  readonly now: number;
}

/** Rows of all slots of the server, and of those that are expected and not there. @throws TidemarkError pg_*. */
export async function readSlots(session: Session, known: SlotsKnown): Promise<readonly SlotRow[]> {
  const { server, expected, keepBytes, inactive, now } = known;
  const about = { what: 'its slots', grant: monitorGrant(session.user) };
  const rows = await session.query<Read>(about, slotsSql(session.major));
  const present = new Set(rows.map(({ slot }) => slot));
  const missing = [...expected.keys()].filter((slot) => !present.has(slot)).map(missingSlot);
  return [...rows, ...missing].map(({ reset_ms, ...row }) => ({
    ...row,
    server,
    pipeline: expected.get(row.slot)?.name ?? '',
    expected: expected.has(row.slot) ? 1 : 0,
    inactive_s: inactiveSeconds(row, inactive, now),
    keep_bytes: keepBytes,
    stats_reset_at: reset_ms === null ? null : instant(reset_ms),
  }));
}

function inactiveSeconds(
  { slot, active, inactive_s, status }: Pick<SlotRow, 'slot' | 'active' | 'inactive_s' | 'status'>,
  inactive: InactiveSince,
  now: number,
): number | null {
  if (active || status === 'missing') inactive.delete(slot);
  if (active || status === 'missing') return null;
  const first = inactive.get(slot) ?? now;
  inactive.set(slot, first);
  return inactive_s ?? (now - first) / 1000;
}

const missingSlot = (slot: string): Read => ({
  slot,
  status: 'missing',
  invalidation: '',
  database: '',
  kind: '',
  plugin: '',
  temporary: 0,
  active: 0,
  inactive_s: null,
  restart_lsn: null,
  confirmed_lsn: null,
  retained_bytes: null,
  unconfirmed_bytes: null,
  safe_bytes: null,
  catalog_age: null,
  spill_count: null,
  spill_bytes: null,
  stream_count: null,
  stream_bytes: null,
  total_count: null,
  total_bytes: null,
  reset_ms: null,
});
