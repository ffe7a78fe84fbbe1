import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { EngineError } from './engineError';

import type { EngineCall, EngineReply, WorkerConfig } from './engineProtocol';

type Answer<K extends EngineReply['kind']> = Extract<EngineReply, { kind: K }>;

/** One thread with engine sessions. Never ends before the process (see engineWorker.ts). */
export class EngineThread {
  /** Statements under way here; the pool gives new ones to the least busy thread. */
  busy = 0;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (r: EngineReply) => void; reject: (e: Error) => void }>();
  #nextId = 1;

  constructor(config: WorkerConfig) {
    this.#worker = startWorker(config);
    this.#worker.unref();
    this.#worker.on('message', ({ id, reply }: { id: number; reply: EngineReply }) => {
      this.#waiting.get(id)?.resolve(reply);
      this.#settle(id);
    });
    this.#worker.on('error', (error) => {
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
  }

  /** Asks the thread. Throws {@link EngineError} with the engine's text; `kinds` are the answers that fit the call. */
  async ask<K extends EngineReply['kind']>(call: EngineCall, ...kinds: readonly K[]): Promise<Answer<K>> {
    const id = this.#nextId++;
    const reply = await new Promise<EngineReply>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, call });
    });
    if (reply.kind === 'error') throw new EngineError(reply.message);
    if (!(kinds as readonly string[]).includes(reply.kind))
      throw new Error(`Engine thread answered "${reply.kind}" to "${call.kind}".`);
    return reply as Answer<K>;
  }

  #settle(id: number): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
  }
}

/** A checkout runs the TypeScript source through tsx (a thread does not inherit the loader); the package, its bundle. */
function startWorker(workerData: WorkerConfig): Worker {
  const source = join(__dirname, 'engineWorker.ts');
  if (!existsSync(source)) return new Worker(join(__dirname, 'engineWorker.js'), { workerData });
  const [tsx, worker] = [require.resolve('tsx/cjs/api'), source].map((path) => JSON.stringify(path));
  const boot = `require(${tsx}).register(); require(${worker});`;
  return new Worker(boot, { eval: true, workerData });
}
