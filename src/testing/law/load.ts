import type { Db } from '../../core/db';
import type { Version } from './history';
import { measures, stepNames } from './history';
import { Random } from './random';
import type { Subject } from './tables';
import { subjectRow } from './tables';

const dayMs = 86_400_000;

export interface LoadOptions {
  readonly seed: number;
  /** Days back over which the times of late rows are strewn. */
  readonly days: number;
  /** Part of the rows that are late; the others happened in the last minutes. */
  readonly late: number;
  /** Late rows fall around noon (UTC) of every second day only, those with odd numbers: the even ones are closed. */
  readonly oddDays?: boolean;
}

/**
 * A producer: half of what it delivers is new; the rest is redelivered (class *append*), or the same ids with other measures
 * (class *fixed*), or (class *moving*) with another time, user and name, too; or deleted, in class *moving* mostly by the key alone.
 * The server stamps the rows.
 */
export class Load {
  readonly #random: Random;
  readonly #options: LoadOptions;
  readonly #startMs = Date.now();
  readonly #next = new Map<string, number>();
  #version = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  /** Inserts some rows into a subject's table. Throws the server's error; then a part of them may be there. */
  async deliver(db: Db, name: string, subject: Subject, rows: number): Promise<void> {
    const versions = Array.from({ length: rows }, () => this.#version_(subject));
    await db.insert(
      `${name}.${subject.role}`,
      versions.map((v) => {
        const { ingested_at: _, ...row } = subjectRow(subject, v) as { readonly ingested_at: string };
        return row;
      }),
    );
  }

  #version_({ role, sourceClass }: Subject): Version {
    const random = this.#random;
    const next = this.#next.get(role) ?? 0;
    const anew = next === 0 || random.chance(0.5);
    const id = anew ? next : random.below(next);
    if (anew) this.#next.set(role, next + 1);
    // What stays the same when it is delivered again is made from the id.
    const appends = sourceClass === 'append';
    const stays = appends || sourceClass === 'fixed';
    const own = new Random(id + 7);
    const row = this.#row(role, id, stays ? own : random, appends ? own : random, stays);
    if (appends) return row;
    this.#version += 1;
    const version = Date.now() * 1000 + (this.#version % 1000);
    if (anew || !random.chance(0.1)) return { ...row, version };
    const bare = { timeMs: 0, user: '', name: '', amount: 0, refund: 0, refundMs: null, failed: null, detail: '' };
    return { ...row, ...(!stays && random.chance(0.7) && bare), version, deleted: true };
  }

  #late(base: number, random: Random): number {
    const ms = base - random.below(this.#options.days * dayMs);
    if (!this.#options.oddDays) return ms;
    const odd = Math.floor(ms / dayMs / 2) * 2 - 1;
    return odd * dayMs + dayMs / 2 + random.below(dayMs / 12);
  }

  #row(role: Subject['role'], id: number, random: Random, measured: Random, fixed: boolean): Version {
    const base = fixed ? this.#startMs : Date.now();
    const timeMs = random.chance(this.#options.late) ? this.#late(base, random) : base - random.below(300_000);
    return {
      id,
      version: 1,
      deleted: false,
      timeMs,
      user: `u${random.below(50)}`,
      name: role === 'events' ? random.pick([...stepNames, 'view', 'search']) : `n${random.below(4)}`,
      detail: random.pick(['', 'basic', 'pro']),
      ...measures(role, measured, timeMs),
      stampMs: 0,
    };
  }
}
