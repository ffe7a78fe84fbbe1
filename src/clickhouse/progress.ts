import type { Ask } from './client';
import { TidemarkError } from '../core/errors';
import { literal } from '../core/sql/quote';

/** How far a running query is, as `system.processes` says. */
export interface Progress {
  readonly readRows: number;
  /** The server's estimate of all rows to read; 0 where it has none. */
  readonly totalRows: number;
  readonly readBytes: number;
  /** Peak so far, bytes. */
  readonly memoryBytes: number;
  readonly elapsedMs: number;
}

/** Watches running queries. */
export interface ProgressWatch {
  /** Hears of a query's progress until the function returned is called. */
  watch(queryId: string, hear: (progress: Progress) => void): () => void;
}

interface ProcessRow {
  readonly id: string;
  readonly read: number;
  readonly total: number;
  readonly bytes: number;
  readonly memory: number;
  readonly ms: number;
}

const everyMs = 1_000;

/**
 * Watches all queries by one small question a second, the first a second after a query began: most have ended by then and cost
 * nothing. The server's own progress headers would need a setting, which a `readonly = 1` user may not send. Where the user may
 * not read `system.processes`, nothing is heard and nothing asked again.
 */
export function createProgressWatch(ask: Ask): ProgressWatch {
  const watched = new Map<string, (progress: Progress) => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let refused = false;

  const plan = () => {
    if (timer === undefined && watched.size > 0 && !refused) timer = setTimeout(() => void look(), everyMs);
  };
  const look = async () => {
    const ids = [...watched.keys()].map(literal).join(', ');
    if (ids === '') {
      timer = undefined;
      return;
    }
    const sql = `SELECT query_id AS id, toFloat64(read_rows) AS read, toFloat64(total_rows_approx) AS total, toFloat64(read_bytes) AS bytes, toFloat64(peak_memory_usage) AS memory, elapsed * 1000 AS ms FROM system.processes WHERE query_id IN (${ids})`;
    try {
      for (const row of await ask<ProcessRow>(sql)) watched.get(row.id)?.(progressOf(row));
    } catch (thrown) {
      // A connection that broke may be back in a second; a right that is missing stays missing.
      refused = thrown instanceof TidemarkError && thrown.code === 'server_error';
    }
    timer = undefined;
    plan();
  };

  return {
    watch(queryId, hear) {
      watched.set(queryId, hear);
      plan();
      return () => void watched.delete(queryId);
    },
  };
}

const progressOf = ({ read, total, bytes, memory, ms }: ProcessRow): Progress => ({
  readRows: read,
  totalRows: total,
  readBytes: bytes,
  memoryBytes: memory,
  elapsedMs: ms,
});
