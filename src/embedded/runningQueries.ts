import { literal } from '../core/sql/quote';
import { refusal } from './engineError';
import { tagOf } from './queryId';

import type { Engine } from './engine';

const killAgainMs = 200;

/** The queries under way, by their clients' ids. */
export class RunningQueries {
  readonly #engine: Engine;
  readonly #running = new Map<string, Promise<void>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Enters a query; the function returned takes it out again. Throws QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING, as
   * ClickHouse does.
   */
  enter(queryId: string): () => void {
    if (this.#running.has(queryId))
      throw refusal('QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING', `Query with id = ${queryId} is already running`);
    let leave = () => {};
    this.#running.set(queryId, new Promise((resolve) => (leave = resolve)));
    return () => {
      this.#running.delete(queryId);
      leave();
    };
  }

  /** Cancels a query and waits until it has left, asking again as it may not have begun yet. Never throws. */
  async cancel(queryId: string): Promise<void> {
    const left = this.#running.get(queryId);
    const where = `endsWith(query, ${literal(tagOf(queryId))})`;
    while (left && this.#running.get(queryId) === left) {
      await this.#engine.control(`KILL QUERY WHERE ${where} ASYNC`).catch(() => undefined);
      await Promise.race([left, new Promise((resolve) => setTimeout(resolve, killAgainMs))]);
    }
  }

  /** Waits up to `graceMs` for the queries to end by themselves, then cancels what is left, giving it as long again. */
  async drain(graceMs: number): Promise<void> {
    const wait = () =>
      Promise.race([Promise.all(this.#running.values()), new Promise((resolve) => setTimeout(resolve, graceMs))]);
    await wait();
    const cancelled = Promise.all([...this.#running.keys()].map((queryId) => this.cancel(queryId)));
    await Promise.race([cancelled, wait()]);
  }

  get count(): number {
    return this.#running.size;
  }
}
