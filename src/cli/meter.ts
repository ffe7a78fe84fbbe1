import type { Output, Progress } from './output';

/** Counts rows, draws the bar, keeps to the throttle. */
export class Meter {
  rows = 0;
  private bar: Progress | undefined;
  private startedMs = 0;

  private readonly out: Output;
  private readonly rowsPerSecond: number | undefined;

  /** @param rowsPerSecond throttle; none where it is absent. */
  constructor(out: Output, rowsPerSecond?: number) {
    this.out = out;
    this.rowsPerSecond = rowsPerSecond;
  }

  /** How far the filling of a table is. */
  filled(table: string, rows: number, of: number): void {
    this.bar ??= this.out.progress(table, of, 'rows');
    this.bar.update(rows);
    if (rows >= of) this.stop();
  }

  /** Begins a bar over so many rows; none where there are none. */
  start(title: string, of: number): void {
    this.startedMs = Date.now();
    if (of > 0) this.bar = this.out.progress(title, of, 'rows');
  }

  /** Adds what a chunk had, and waits as long as the throttle asks for. */
  async add(rows: number): Promise<void> {
    this.rows += rows;
    this.bar?.update(this.rows);
    if (this.rowsPerSecond === undefined) return;
    const dueMs = this.startedMs + (this.rows / this.rowsPerSecond) * 1000;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - Date.now())));
  }

  /** Ends the bar, whether or not the total was reached. */
  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}
