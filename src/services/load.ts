import { Client } from 'pg';

/** A shop at work: orders that come, are refunded and deleted. */
export interface Load {
  /** Rows changed so far. */
  changes(): number;
  /** Ends it and waits for the last change. Throws what PostgreSQL said, where that ended it. */
  stop(): Promise<void>;
}

/** Ten steps a second. */
const stepMs = 100;

/**
 * Changes the example's orders (pipelines/shop.sql): of all changes 70 % are new orders, 25 % refunds, 5 % deletes, each in a
 * transaction of its own step. A database that goes away for a while is waited for.
 */
export function startLoad(url: string, changesPerSecond: number): Load {
  const perStep = Math.max(1, Math.round((changesPerSecond * stepMs) / 1_000));
  let isStopped = false;
  let changes = 0;
  const work = (async () => {
    while (!isStopped) {
      const client = new Client({ connectionString: url });
      client.on('error', () => undefined);
      try {
        await client.connect();
        while (!isStopped) {
          const next = Date.now() + stepMs;
          for (const sql of step(perStep)) changes += (await client.query(sql)).rowCount ?? 0;
          await pause(next - Date.now());
        }
      } catch (thrown) {
        if (!isGone(thrown)) throw thrown;
        await pause(stepMs);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  })();
  work.catch(() => undefined);
  return {
    changes: () => changes,
    async stop() {
      isStopped = true;
      await work;
    },
  };
}

/** Whether the server or the connection went away: no code of SQL, or one of classes 08 (connection) and 57 (operator). */
function isGone(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return !/^[0-9A-Z]{5}$/.test(code) || /^(08|57)/.test(code);
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

function step(changes: number): readonly string[] {
  const inserts = Math.max(1, Math.round(changes * 0.7));
  const refunds = Math.round(changes * 0.25);
  const deletes = changes - inserts - refunds;
  const some = (count: number) =>
    `SELECT (random() * (SELECT coalesce(max(order_id), 0) FROM orders))::bigint FROM generate_series(1, ${count})`;
  return [
    `INSERT INTO orders (user_id, amount, items)
     SELECT (random() * 999)::bigint, round((1 + random() * 200)::numeric, 2), 1 + (random() * 4)::int FROM generate_series(1, ${inserts})`,
    ...(refunds > 0
      ? [`UPDATE orders SET refunded_amount = amount, refunded_at = now() WHERE order_id IN (${some(refunds)})`]
      : []),
    ...(deletes > 0 ? [`DELETE FROM orders WHERE order_id IN (${some(deletes)})`] : []),
  ];
}
