import { execFile } from 'node:child_process';
import { close, constants, open } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';

import type { Spool } from './spool';

const openFile = promisify(open);
const closeFile = promisify(close);

/** A named pipe from the engine, which writes `INTO OUTFILE path`, to the server, which reads `bytes`. */
export interface Fifo {
  readonly path: string;
  /** What the engine writes; ends some time after {@link finish}. Reading slowly slows the engine down. */
  readonly bytes: Socket;
  /** Says that the engine is done: what is still in the pipe can be read, then `bytes` ends. */
  finish(): Promise<void>;
}

/** Named pipes, made once and used again. */
export class Fifos {
  readonly #spool: Spool;
  readonly #free: string[] = [];

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  /** Opens a pipe. Throws where the system has no `mkfifo`. */
  async open(): Promise<Fifo> {
    const path = this.#free.pop() ?? (await this.#make());
    // A pipe without a writer is at its end: the keeper stands for the engine until the engine is done.
    const keeper = await openFile(path, constants.O_RDWR | constants.O_NONBLOCK);
    const reader = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const bytes = new Socket({ fd: reader, readable: true, writable: false });
    bytes.once('close', () => this.#free.push(path));
    return { path, bytes, finish: () => closeFile(keeper) };
  }

  async #make(): Promise<string> {
    const path = this.#spool.path();
    await promisify(execFile)('mkfifo', ['-m', '600', path]);
    return path;
  }
}
