import type { ClickHouseClient } from '../../clickhouse/client';
import type { Progress } from '../../clickhouse/progress';
import { createProgressWatch } from '../../clickhouse/progress';
import { newQueryId } from '../../clickhouse/queryId';
import type { Received, RunLimits, RunResult } from '../../clickhouse/run';
import { runQuery } from '../../clickhouse/run';
import { createShare } from '../../clickhouse/share';
import type { Host } from '../host';
import type { Prepared } from '../prepare';

/** A piece of an answer: all that has come so far, and how far the server is. */
export interface Part {
  readonly received: Received;
  readonly progress?: Progress;
  /** The statement as it was sent, with its comment. */
  readonly sql: string;
}

/** A whole answer with the statement that it answers. */
export interface Outcome extends RunResult {
  readonly sql: string;
  /** The last that the server said of its progress; queries of less than a second are not asked about. */
  readonly progress?: Progress;
}

/** Runs the statements of one data source. */
export interface Runner {
  /**
   * Runs a statement, or joins the same one while it runs for another panel. Throws the errors of clickhouse/ and native/;
   * `cancelled` when `signal` aborts, which stops the query once nobody waits for it any more.
   */
  run(prepared: Prepared, asker: { readonly signal: AbortSignal; onPart?(part: Part): void }): Promise<Outcome>;
}

/**
 * Makes the runner of a data source.
 * @param client makes the client; may throw
 */
export function createRunner(client: () => ClickHouseClient, host: Host, limits: RunLimits): Runner {
  const share = createShare<Part, Outcome>();
  const newId = () => newQueryId(host.random);
  const progressOf = createProgressWatch((sql) => client().rows({ sql, queryId: newId() }));

  return {
    run: (prepared, asker) => {
      const { statement, comment, params } = prepared;
      const sql = `${comment}\n${statement}`;
      const key = JSON.stringify([statement, params]);
      return share.join(key, asker, async (signal, onPart) => {
        let received: Received | undefined;
        let progress: Progress | undefined;
        let leave = () => {};
        const say = () => received && onPart({ received, sql, ...(progress && { progress }) });
        try {
          const result = await runQuery({
            ...{ client: client(), sql, params, limits, slots: host.slots, newQueryId: newId, signal },
            onSent: (queryId) => {
              leave();
              leave = progressOf.watch(queryId, (heard) => {
                progress = heard;
                say();
              });
            },
            onBlocks: (blocks) => {
              received = blocks;
              say();
            },
          });
          return { ...result, sql, ...(progress && { progress }) };
        } finally {
          leave();
        }
      });
    },
  };
}
