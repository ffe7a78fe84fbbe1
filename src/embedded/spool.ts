import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of request data on its way into the engine. */
export interface SpoolFile {
  readonly path: string;
  /** Bytes written. */
  readonly bytes: number;
  remove(): Promise<void>;
}

/** The folder in which request bodies wait to be read by the engine. Emptied at the start, so that a crash leaves nothing. */
export class Spool {
  readonly #dir: string;
  #last = 0;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static async open(dir: string): Promise<Spool> {
    await rm(dir, { recursive: true, force: true });
    await mkdir(dir, { recursive: true });
    return new Spool(dir);
  }

  /** A path in the folder that nothing else uses. */
  path(): string {
    return join(this.#dir, String(++this.#last));
  }

  /** Writes a file to its end. Throws what `source` throws and what the disk says; then no file is left. */
  async write(source: AsyncIterable<Uint8Array>): Promise<SpoolFile> {
    const path = this.path();
    const remove = () => rm(path, { force: true });
    const file = await open(path, 'wx', 0o600);
    let bytes = 0;
    try {
      for await (const chunk of source) {
        await file.write(chunk);
        bytes += chunk.length;
      }
    } catch (thrown) {
      await file.close();
      await remove();
      throw thrown;
    }
    await file.close();
    return { path, bytes, remove };
  }
}
