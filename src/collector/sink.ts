import type { Db } from '../core/db';
import { pauseMs, writePauses } from './backoff';
import { Buffer } from './buffer';
import type { Bound, Dropped } from './buffer';
import type { Clock } from './clock';
import { failureOf } from './errors';
import type { Failure } from './errors';
import { instant } from './source';
import type { Log, TableRows } from './source';

/** What a sink needs of the world. */
export interface SinkWorld {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** How the writing stands. */
export interface SinkState {
  /** Rows and bytes that wait. */
  readonly rows: number;
  readonly bytes: number;
  /** When the oldest row that waits was seen, in ms since 1970. */
  readonly oldestMs: number | undefined;
  /** Tables whose last try failed, and why. */
  readonly failing: readonly { readonly table: string; readonly failure: Failure; readonly sinceMs: number }[];
  /** Written and dropped rows since the start. */
  readonly written: number;
  readonly dropped: number;
  /** The rows that were dropped last. */
  readonly lastDropped: Dropped | undefined;
}

interface Failing {
  readonly failure: Failure;
  readonly sinceMs: number;
  readonly failures: number;
  readonly retryAt: number;
}

/** Rows that are added within this time go together, in ms: each insert makes a part. */
const gatherMs = 2000;

/** Between two lines of the log about dropped rows, in ms: while ClickHouse is away every look drops some. */
const sayDroppedMs = 60_000;

/** Rows of one insert. */
const insertRows = 20_000;

/**
 * Writes rows to the health tables of a database, in batches, and keeps them while that fails (`Buffer`). At least once: where an
 * answer is lost, rows are written again. A table that refuses its rows does not stop the others.
 */
export class Sink {
  private readonly buffer: Buffer;
  private readonly failing = new Map<string, Failing>();
  private readonly database: string;
  private readonly world: SinkWorld;
  private written = 0;
  private dropped = 0;
  private lastDropped: Dropped | undefined;
  private saidDroppedAt = -Infinity;
  private cancel: (() => void) | undefined;
  private dueAt = Infinity;
  private under: Promise<void> | undefined;

  constructor(database: string, bound: Bound, world: SinkWorld) {
    this.database = database;
    this.buffer = new Buffer(bound);
    this.world = world;
  }

  get state(): SinkState {
    const { rows, bytes, oldestMs } = this.buffer;
    const failing = [...this.failing].map(([table, { failure, sinceMs }]) => ({ table, failure, sinceMs }));
    return {
      rows,
      bytes,
      oldestMs,
      failing,
      written: this.written,
      dropped: this.dropped,
      lastDropped: this.lastDropped,
    };
  }

  /** Takes rows that were seen at a moment (ms since 1970). They are written within about two seconds. */
  add(tables: readonly TableRows[], atMs: number): void {
    const at = instant(atMs);
    for (const { table, rows } of tables) {
      const lines = rows.map((row) => JSON.stringify({ at, ...row }));
      this.forget(this.buffer.add({ table, atMs, lines }));
    }
    if (this.buffer.rows > 0) this.schedule(gatherMs);
  }

  /** Writes all that waits, whatever failed before. @returns whether nothing waits any more. */
  async flush(): Promise<boolean> {
    this.unschedule();
    await this.under;
    for (const [table, failing] of this.failing) this.failing.set(table, { ...failing, retryAt: 0 });
    let before = Infinity;
    while (this.buffer.rows > 0 && this.buffer.rows < before) {
      before = this.buffer.rows;
      await this.round();
    }
    this.unschedule();
    return this.buffer.rows === 0;
  }

  private unschedule(): void {
    this.cancel?.();
    this.dueAt = Infinity;
  }

  private schedule(ms: number): void {
    const at = this.world.clock.now() + ms;
    if (this.under || at >= this.dueAt) return;
    this.cancel?.();
    this.dueAt = at;
    this.cancel = this.world.clock.after(ms, () => {
      this.dueAt = Infinity;
      this.under = this.round().finally(() => {
        this.under = undefined;
        this.scheduleRest();
      });
    });
  }

  private scheduleRest(): void {
    const now = this.world.clock.now();
    const due = this.buffer.tables().map((table) => this.failing.get(table)?.retryAt ?? now + gatherMs);
    if (due.length > 0) this.schedule(Math.max(0, Math.min(...due) - now));
  }

  /** One insert for each table that is due. Two that fail before any succeeds: it is not the tables, and the rest is spared. */
  private async round(): Promise<void> {
    const { clock } = this.world;
    const due = this.buffer.tables().filter((table) => (this.failing.get(table)?.retryAt ?? 0) <= clock.now());
    let failed = 0;
    for (const table of due) {
      if (failed === 2) {
        this.fails(table, this.failing.get(due[0] ?? table)?.failure ?? { code: 'unexpected', message: '' });
      } else if (await this.insert(table)) {
        failed = -Infinity;
      } else {
        failed += 1;
      }
    }
  }

  private async insert(table: string): Promise<boolean> {
    const batches = this.buffer.take(table, insertRows);
    const rows = batches.flatMap(({ lines }) => lines.map((line) => JSON.parse(line) as object));
    try {
      await this.world.db.insert(`${this.database}.${table}`, rows);
    } catch (thrown) {
      this.fails(table, failureOf(thrown));
      this.forget(this.buffer.putBack(batches));
      return false;
    }
    this.written += rows.length;
    if (this.failing.delete(table)) this.world.log('info', `${table} is written again.`, { table });
    return true;
  }

  private fails(table: string, failure: Failure): void {
    const { clock, random, log } = this.world;
    const before = this.failing.get(table);
    const now = clock.now();
    const failures = (before?.failures ?? 0) + 1;
    const retryAt = now + pauseMs(failures, writePauses, random());
    this.failing.set(table, { failure, failures, sinceMs: before?.sinceMs ?? now, retryAt });
    if (before?.failure.message !== failure.message)
      log('warn', `${table} cannot be written: ${failure.message} Its rows wait here.`, { table, code: failure.code });
  }

  private forget(dropped: Dropped | undefined): void {
    if (!dropped) return;
    const now = this.world.clock.now();
    if (now - this.saidDroppedAt >= sayDroppedMs) {
      this.saidDroppedAt = now;
      this.world.log('error', 'Rows are dropped: more waits than collect.buffer allows.', {
        rows: dropped.rows,
        from: instant(dropped.fromMs),
        until: instant(dropped.untilMs),
      });
    }
    this.dropped += dropped.rows;
    this.lastDropped = dropped;
  }
}
