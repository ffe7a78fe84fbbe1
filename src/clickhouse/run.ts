import type { Block } from '../native';
import { createNativeDecoder, headOf } from '../native';
import { readBlocks } from './blocks';
import type { ClickHouseClient } from './client';
import { fail } from './errors';
import { createTurns, pause } from './pause';
import { retryAfterMs } from './retry';
import type { Slots } from './slots';
import { stopQuery } from './stop';
import type { QuerySummary } from './summary';

/** How much of an answer is taken, and how long it is waited for. */
export interface RunLimits {
  readonly rows: number;
  /** Bytes of FORMAT Native as they come (after HTTP compression is undone). */
  readonly bytes: number;
  /** From sending to the last byte. */
  readonly ms: number;
}

/** What has come so far. */
export interface Received {
  readonly queryId: string;
  readonly blocks: readonly Block[];
  readonly rows: number;
  readonly bytes: number;
}

/** A whole answer, or as much of it as the limits let through. */
export interface RunResult extends Received {
  readonly summary: QuerySummary | undefined;
  /** From sending to the last byte. */
  readonly elapsedMs: number;
  /** Which limit the answer was cut at; absent when it is whole. */
  readonly cut?: 'rows' | 'bytes';
}

export interface RunOptions {
  readonly client: ClickHouseClient;
  readonly sql: string;
  /** Values of `{name:Type}` in the statement. */
  readonly params?: Readonly<Record<string, string>>;
  readonly limits: RunLimits;
  readonly slots: Slots;
  readonly newQueryId: () => string;
  /** Aborting ends the request and stops the query on the server. */
  readonly signal: AbortSignal;
  /** Hears when the statement leaves for the server (again, where it is sent twice). */
  readonly onSent?: (queryId: string) => void;
  /** Hears of all blocks so far each time that more have come. */
  readonly onBlocks?: (received: Received) => void;
}

/**
 * Sends one statement and reads its answer, waiting for a place, once more where that is safe, within limits. A query that is
 * given up (cancelled, timed out, cut) is stopped on the server too.
 * Throws the errors of clickhouse/ and native/; `cancelled` after `signal`.
 */
export async function runQuery(options: RunOptions): Promise<RunResult> {
  for (let attempt = 0; ; attempt++) {
    let begun = false;
    try {
      return await runOnce({
        ...options,
        onBlocks: (received) => {
          begun = true;
          options.onBlocks?.(received);
        },
      });
    } catch (thrown) {
      const waitMs = begun ? undefined : retryAfterMs(thrown, options.sql, attempt);
      if (waitMs === undefined || options.signal.aborted) throw thrown;
      // Aborted meanwhile, the next try is refused its place.
      await pause(waitMs, options.signal);
    }
  }
}

async function runOnce(options: RunOptions): Promise<RunResult> {
  const { client, sql, params, limits, slots, signal } = options;
  const release = await slots.take(signal);
  const queryId = options.newQueryId();
  const giveUp = new AbortController();
  const abort = () => giveUp.abort();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    abort();
  }, limits.ms);
  signal.addEventListener('abort', abort);
  giveUp.signal.addEventListener('abort', () => void stopQuery(client, queryId, options.newQueryId));
  const startedMs = performance.now();
  try {
    options.onSent?.(queryId);
    const answer = await client.query({ sql, ...(params && { params }), queryId, signal: giveUp.signal });
    const taken = createTaken(limits);
    const decoder = createNativeDecoder(answer.timeZone ? { zone: answer.timeZone } : {});
    const soFar = () => ({ queryId, blocks: taken.blocks, rows: taken.rows, bytes: decoder.position });
    const turn = createTurns();
    let cut: RunResult['cut'];
    for await (const block of readBlocks(answer, decoder)) {
      cut = taken.add(block, decoder.position);
      options.onBlocks?.(soFar());
      if (cut) break;
      await turn();
    }
    if (cut) abort();
    const elapsedMs = performance.now() - startedMs;
    return { ...soFar(), summary: answer.summary, elapsedMs, ...(cut && { cut }) };
  } catch (thrown) {
    if (timedOut) throw fail('timed_out', { seconds: Math.round(limits.ms / 1000) }, { cause: thrown });
    throw thrown;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    release();
  }
}

/** Collects blocks up to the limits. */
function createTaken(limits: RunLimits) {
  const blocks: Block[] = [];
  let rows = 0;
  return {
    blocks,
    get rows() {
      return rows;
    },
    /** Takes one more block, or its head; says which limit ends the answer here. */
    add(block: Block, bytes: number): 'rows' | 'bytes' | undefined {
      const room = limits.rows - rows;
      const part = block.rows > room ? headOf(block, room) : block;
      blocks.push(part);
      rows += part.rows;
      if (part !== block) return 'rows';
      return bytes > limits.bytes ? 'bytes' : undefined;
    },
  };
}
