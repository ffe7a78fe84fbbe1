/** Rows of one table that came together. */
export interface Batch {
  readonly table: string;
  /** When they were seen, in ms since 1970. */
  readonly atMs: number;
  /** Each row as one line of JSON. Taken from the front. */
  readonly lines: readonly string[];
}

/** What a buffer keeps at most. */
export interface Bound {
  readonly rows: number;
  /** Of the lines, in UTF-16 units: memory is about as much, or twice that where text is not Latin. */
  readonly bytes: number;
}

/** Rows that had to go: how many, and when the first and the last of them were seen. */
export interface Dropped {
  readonly rows: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

interface Kept {
  readonly table: string;
  readonly atMs: number;
  readonly lines: readonly string[];
  /** Of the lines from {@link start} on. */
  bytes: number;
  start: number;
}

/**
 * Rows that wait to be written, oldest first. Keeps within its bound by dropping the oldest rows, one by one: nothing that is
 * younger than the bound reaches back is ever lost.
 */
export class Buffer {
  rows = 0;
  bytes = 0;
  private queue: Kept[] = [];
  private readonly bound: Bound;

  constructor(bound: Bound) {
    this.bound = bound;
  }

  /** When the oldest row was seen, in ms since 1970. */
  get oldestMs(): number | undefined {
    return this.queue[0]?.atMs;
  }

  /** Tables that have rows here, the one with the oldest row first. */
  tables(): readonly string[] {
    return [...new Set(this.queue.map(({ table }) => table))];
  }

  /** Adds rows as the youngest; returns what had to go for them. */
  add(batch: Batch): Dropped | undefined {
    if (batch.lines.length > 0) this.queue.push(this.kept(batch));
    return this.keepWithin();
  }

  /** Takes the oldest rows of a table out, about `rows` of them: whole batches, at least one. */
  take(table: string, rows: number): readonly Batch[] {
    const taken: Kept[] = [];
    let count = 0;
    for (const kept of this.queue) {
      if (kept.table !== table) continue;
      const size = kept.lines.length - kept.start;
      if (taken.length > 0 && count + size > rows) break;
      taken.push(kept);
      count += size;
    }
    const gone = new Set(taken);
    this.queue = this.queue.filter((kept) => !gone.has(kept));
    for (const kept of taken) this.count(kept, -1);
    return taken.map(({ atMs, lines, start }) => ({ table, atMs, lines: start === 0 ? lines : lines.slice(start) }));
  }

  /** Puts rows that were taken back to where they were: before all that are younger. Returns what had to go for them. */
  putBack(batches: readonly Batch[]): Dropped | undefined {
    const back = batches.map((batch) => this.kept(batch));
    this.queue = [...back, ...this.queue].sort((a, b) => a.atMs - b.atMs);
    return this.keepWithin();
  }

  private kept({ table, atMs, lines }: Batch): Kept {
    const kept = { table, atMs, lines, bytes: lines.reduce((sum, line) => sum + line.length, 0), start: 0 };
    this.count(kept, 1);
    return kept;
  }

  private count({ bytes, lines, start }: Kept, sign: 1 | -1): void {
    this.rows += sign * (lines.length - start);
    this.bytes += sign * bytes;
  }

  private keepWithin(): Dropped | undefined {
    let rows = 0;
    let fromMs = 0;
    let untilMs = 0;
    for (let oldest = this.queue[0]; oldest && this.isOver(); oldest = this.queue[0]) {
      const size = oldest.lines[oldest.start]?.length ?? 0;
      oldest.start += 1;
      oldest.bytes -= size;
      this.rows -= 1;
      this.bytes -= size;
      fromMs = rows === 0 ? oldest.atMs : fromMs;
      untilMs = oldest.atMs;
      rows += 1;
      if (oldest.start === oldest.lines.length) this.queue.shift();
    }
    return rows === 0 ? undefined : { rows, fromMs, untilMs };
  }

  private isOver(): boolean {
    return this.rows > this.bound.rows || this.bytes > this.bound.bytes;
  }
}
