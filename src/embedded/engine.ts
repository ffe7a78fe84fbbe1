import { EngineThread } from './engineThread';

import type { WorkerConfig } from './engineProtocol';

/** Result of a statement run whole, with the engine's count of its rows and of their bytes in memory. */
export interface WholeResult {
  readonly bytes: Uint8Array;
  readonly resultRows: number;
  readonly resultBytes: number;
}

/** A piece of a streamed result: whole rows in the format asked for. */
export interface ResultChunk {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/** How many statements run at once at most; further ones wait their turn in order of arrival. */
const maxRunning = Math.max(1, Number(process.env['UV_THREADPOOL_SIZE'] ?? 4) - 4);

/**
 * chDB behind threads: opens engine sessions, lets at most {@link maxRunning} statements run at once (each takes a slot
 * of libuv's pool, four are left for files and compression), and has a session of its own on a thread of its own for
 * short questions about running queries, so that those are answered however busy the rest is.
 */
export class Engine {
  readonly #config: WorkerConfig;
  readonly #threads: EngineThread[] = [];
  readonly #control: EngineThread;
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #lastSession = 1;

  private constructor(config: WorkerConfig) {
    this.#config = config;
    this.#control = new EngineThread(config);
  }

  /** Opens the engine on a folder. Throws {@link EngineError} where the engine refuses the folder. */
  static async start(config: WorkerConfig): Promise<Engine> {
    const engine = new Engine(config);
    await engine.#control.ask({ kind: 'open', session: 1 }, 'done');
    return engine;
  }

  /** A session: own settings, parameters and temporary tables, same data. Opens in about 1 ms. */
  openSession(): EngineSession {
    return new EngineSession(this.#leastBusy(), ++this.#lastSession);
  }

  /** Waits for a turn to run a statement; the function returned gives the turn back, once. */
  async turn(): Promise<() => void> {
    if (this.#running >= maxRunning) await new Promise<void>((go) => this.#queue.push(go));
    else this.#running++;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = this.#queue.shift();
      if (next) next();
      else this.#running--;
    };
  }

  /** Runs a short statement beside everything else; rows as arrays. Throws {@link EngineError}. */
  async control(sql: string): Promise<unknown[][]> {
    const { text } = await this.#control.ask({ kind: 'control', session: 1, sql }, 'text');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown[]);
  }

  /** Closes the engine's own session. Sessions given out have to be closed by then. */
  async stop(): Promise<void> {
    await this.#control.ask({ kind: 'close', session: 1 }, 'done');
  }

  #leastBusy(): EngineThread {
    const idle = this.#threads.find((thread) => thread.busy === 0);
    if (idle) return idle;
    if (this.#threads.length < maxRunning) {
      const thread = new EngineThread(this.#config);
      this.#threads.push(thread);
      return thread;
    }
    return this.#threads.reduce((least, thread) => (thread.busy < least.busy ? thread : least));
  }
}

/** One engine session. Statements on it run one after another; the caller sees to that, and closes it. */
export class EngineSession {
  readonly #thread: EngineThread;
  readonly #id: number;

  constructor(thread: EngineThread, id: number) {
    this.#thread = thread;
    this.#id = id;
    // Calls to a thread keep their order, so none has to wait for this one; where it fails, they fail with it.
    thread.ask({ kind: 'open', session: id }, 'done').catch(() => undefined);
  }

  /** Runs a statement to its end. Throws {@link EngineError}. */
  async run(sql: string, format = 'TabSeparated'): Promise<WholeResult> {
    return this.#occupied(() => this.#thread.ask({ kind: 'run', session: this.#id, sql, format }, 'result'));
  }

  /**
   * Runs a statement without an answer, with the data of an INSERT … FORMAT; what it wrote, in materialized views too. Throws
   * {@link EngineError}.
   */
  async write(sql: string, data?: Uint8Array): Promise<{ readonly rows: number; readonly bytes: number }> {
    const call = { kind: 'write', session: this.#id, sql, ...(data && { data }) } as const;
    return this.#occupied(() => this.#thread.ask(call, 'written'));
  }

  /**
   * Streams a SELECT-like statement, the next chunk being computed when it is asked for. Throws {@link EngineError},
   * also between chunks; leaving the loop early frees the stream.
   */
  async *stream(sql: string, format: string): AsyncGenerator<ResultChunk, void, undefined> {
    this.#thread.busy++;
    let open = true;
    try {
      let call: 'stream' | 'next' = 'stream';
      for (;;) {
        const reply =
          call === 'stream'
            ? await this.#thread.ask({ kind: 'stream', session: this.#id, sql, format }, 'chunk', 'end')
            : await this.#thread.ask({ kind: 'next', session: this.#id }, 'chunk', 'end');
        call = 'next';
        if (reply.kind === 'end') {
          open = false;
          return;
        }
        yield reply;
      }
    } catch (thrown) {
      open = false;
      throw thrown;
    } finally {
      if (open) await this.#thread.ask({ kind: 'cancel', session: this.#id }, 'done');
      this.#thread.busy--;
    }
  }

  async close(): Promise<void> {
    await this.#thread.ask({ kind: 'close', session: this.#id }, 'done');
  }

  async #occupied<T>(work: () => Promise<T>): Promise<T> {
    this.#thread.busy++;
    try {
      return await work();
    } finally {
      this.#thread.busy--;
    }
  }
}
