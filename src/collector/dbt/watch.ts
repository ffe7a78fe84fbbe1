import { statSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Contents that are kept between two looks, at most. */
const most = 50;

/**
 * Catches what is written to a file between two looks: `dbt run && dbt test` writes run_results.json twice within seconds. A help
 * only: where a file system tells nothing (NFS, a mounted volume), the looks still see what is there.
 */
export class FileWatch {
  private readonly folder: string;
  private readonly file: string;
  private watcher: FSWatcher | undefined;
  /** Of the folder that is watched: one that was removed and made again is another. */
  private seen = '';
  private caught: string[] = [];

  constructor(folder: string, file: string) {
    this.folder = folder;
    this.file = file;
  }

  /** Starts to watch, unless it does; a folder that was removed and made again is watched anew. Never throws. */
  start(): void {
    try {
      // Numbers of inodes are used again at once.
      const { ino, birthtimeMs } = statSync(this.folder);
      const seen = `${ino} ${birthtimeMs}`;
      if (this.watcher && seen === this.seen) return;
      this.stop();
      this.seen = seen;
      this.watcher = watch(this.folder, { persistent: false }, (_, name) => {
        if (name === this.file) void this.read();
      });
      this.watcher.once('error', () => this.stop());
    } catch {
      this.stop();
    }
  }

  /** What was caught since the last time, in order. */
  take(): readonly string[] {
    const { caught } = this;
    this.caught = [];
    return caught;
  }

  /** Ends it. Never throws. */
  stop(): void {
    this.watcher?.close();
    this.watcher = undefined;
  }

  private async read(): Promise<void> {
    const content = await readFile(join(this.folder, this.file), 'utf8').catch(() => '');
    // What is half written comes again, whole.
    if (!content.trimEnd().endsWith('}') || content === this.caught.at(-1)) return;
    this.caught = [...this.caught.slice(1 - most), content];
  }
}
