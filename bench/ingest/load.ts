import { setTimeout as sleep } from 'node:timers/promises';

import { sourceDatabase } from '../lib/data/tables';
import type { SourceName } from '../lib/data/tables';
import type { Engine } from '../lib/engine';
import { post } from '../lib/http';
import { quantile } from '../lib/numbers';
import { batch } from './rows';

/** Rows that flow in until it is stopped. */
export interface Load {
  /** Ends it after the batch under way. Throws where an insert failed. */
  stop(): Promise<LoadResult>;
}

export interface LoadResult {
  readonly seconds: number;
  readonly rows: Readonly<Partial<Record<SourceName, number>>>;
  readonly eventsPerSecond: number;
  /** How long a batch of events took to be taken. */
  readonly insertP50Ms: number;
  readonly insertP95Ms: number;
  /** Batches that began more than one period late: the engine or this process could not keep up. */
  readonly lateBatches: number;
}

/** Milliseconds between two batches. */
const everyMs = 200;

/** Sends rows of all sources over HTTP as JSONEachRow, in batches of 200 ms, `eventsPerSecond` events and the others in proportion. */
export function startLoad(engine: Engine, sources: readonly SourceName[], eventsPerSecond: number): Load {
  const startMs = performance.now();
  const rows: Partial<Record<SourceName, number>> = {};
  const insertMs: number[] = [];
  let lateBatches = 0;
  let stopped = false;
  const run = async () => {
    for (let i = 0; !stopped; i++) {
      const dueMs = startMs + i * everyMs;
      const aheadMs = dueMs - performance.now();
      if (aheadMs > 0) await sleep(aheadMs);
      else if (aheadMs < -everyMs) lateBatches++;
      await Promise.all(
        sources.map(async (source) => {
          const { rows: count, text } = batch(source, (eventsPerSecond * everyMs) / 1000, Date.now(), Math.random);
          if (count === 0) return;
          const columns = Object.keys(JSON.parse(text.slice(0, text.indexOf('}') + 1)) as object).join(', ');
          const sql = `INSERT INTO ${sourceDatabase}.${source} (${columns}) FORMAT JSONEachRow`;
          const { ms } = await post(engine.url, sql, {}, text);
          rows[source] = (rows[source] ?? 0) + count;
          if (source === 'events') insertMs.push(ms);
        }),
      );
    }
  };
  const running = run();
  // Told when it is stopped; until then nobody waits for it.
  running.catch(() => undefined);
  return {
    async stop() {
      stopped = true;
      await running;
      const seconds = (performance.now() - startMs) / 1000;
      return {
        seconds,
        rows,
        eventsPerSecond: (rows.events ?? 0) / seconds,
        insertP50Ms: quantile(insertMs, 0.5),
        insertP95Ms: quantile(insertMs, 0.95),
        lateBatches,
      };
    },
  };
}
