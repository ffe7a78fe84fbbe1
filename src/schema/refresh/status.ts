import type { Db } from '../../core/db';
import { literal, qualified } from '../../core/sql/quote';
import { fail } from '../errors';
import type { Installation } from '../installation';

/**
 * State of one refreshed table. `filling`: it never had a proven run; `stale`: its watermark stands still; `catching up`:
 * late days wait to be recounted; `clock back`: the server's clock stands behind the watermark.
 */
export type Verdict = 'fresh' | 'filling' | 'catching up' | 'clock back' | 'stale' | 'failing';

export interface RollupStatus {
  readonly rollup: string;
  readonly kind: 'ledger' | 'late' | 'rollup';
  readonly verdict: Verdict;
  /** All rows stamped up to here are counted; UTC text, null before the first proven run. */
  readonly hi: string | null;
  readonly lagSeconds: number | null;
  readonly lastRunMs: number | null;
  /** Days that wait to be recounted from the source, and the oldest of them (YYYY-MM-DD; null where none waits). */
  readonly queuedDays: number;
  readonly oldestQueued: string | null;
  /** Text of the last failure, empty when the last run was good. */
  readonly exception: string;
}

/** How fresh every table is, by name. Throws the server's error. */
export async function readStatus(installation: Installation, db: Db): Promise<readonly RollupStatus[]> {
  return db.query<RollupStatus>(
    `SELECT rollup, kind, verdict, toString(hi, 'UTC') AS hi, lag_s AS lagSeconds, toFloat64(last_success_duration_ms) AS lastRunMs,
       toFloat64(queued_days) AS queuedDays, toString(oldest_queued) AS oldestQueued,
       ifNull(exception, '') AS exception FROM ${qualified(`${installation.database}.rollup_status`)} ORDER BY rollup`,
  );
}

/** @throws TidemarkError not_migrated where `tidemark migrate` never ran, or did not come to its end. */
export async function requireMigrated(installation: Installation, db: Db): Promise<void> {
  const rows = await db.query(
    `SELECT 1 FROM system.tables WHERE database = ${literal(installation.database)} AND name = 'rollup_status'`,
  );
  if (rows.length === 0) throw fail('not_migrated', { database: installation.database });
}

/**
 * Waits, on the server's clock, until the newest row of every source is D seconds old, so that a refresh begun then counts
 * all that was inserted before the call. Returns at once where nothing came lately.
 */
export async function settle(installation: Installation, db: Db): Promise<void> {
  const stamps = Object.values(installation.sources).flatMap((source) => {
    const stamp = source.columns['ingestedAt'];
    return stamp ? [`SELECT max(${stamp}) AS newest FROM ${qualified(source.table)}`] : [];
  });
  if (stamps.length === 0) return;
  const [row] = await db.query<{ age: number }>(
    `SELECT toInt32(dateDiff('second', max(newest), now64(3))) AS age FROM (${stamps.join(' UNION ALL ')})`,
  );
  const naps = installation.delaySeconds + 1 - (row?.age ?? 0);
  // A server refuses to sleep longer than three seconds in one block: one row a second.
  if (naps > 0)
    await db.query(`SELECT sum(sleepEachRow(1)) AS slept FROM numbers(${naps}) SETTINGS max_block_size = 1`);
}
