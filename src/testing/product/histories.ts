import type { Version } from '../law/history';
import { Random } from '../law/random';

/** Random histories side by side in time: each has an era of its own, so that tables without a key for them keep them apart. */
export interface EraOptions {
  readonly histories: number;
  readonly seed: number;
  /** *append*: rows come once or more, unchanged. *moving*: anything changes, deletes carry only the key. */
  readonly sourceClass: 'append' | 'moving';
  /** Event names to draw from. */
  readonly events: readonly string[];
}

const dayMs = 86_400_000;
const firstMs = Date.UTC(1990, 0, 3);
/** Days from one era's begin to the next one's. */
export const eraDays = 140;
/** Days of an era on which rows lie: what follows from them lies within it, the month after their last one too. */
const busyDays = 70;

/** Number of the history whose era a day (number since 1970-01-01) lies in; what follows from its first month may lie before it. */
export const historyOf = (day: number): number => Math.floor((day + 34 - firstMs / dayMs) / eraDays);

/** Rows that arrive, round after round, and what stands of them. */
export class Histories {
  private readonly random: Random;
  private readonly current = new Map<number, Version>();
  private readonly sent = new Map<number, Version[]>();

  private readonly options: EraOptions;

  constructor(options: EraOptions) {
    this.options = options;
    this.random = new Random(options.seed * 7919 + 13);
  }

  /** Rows of one round: the first fills all histories, later ones touch some. All are stamped `stampMs` or up to 1 s later. */
  round(round: number, stampMs: number): readonly Version[] {
    const out: Version[] = [];
    for (let history = 0; history < this.options.histories; history++) {
      if (round > 0 && !this.random.chance(0.4)) continue;
      const rows = round === 0 ? 4 + this.random.below(12) : 1 + this.random.below(4);
      for (let n = 0; n < rows; n++) out.push(this.one(history, stampMs + this.random.below(1000)));
    }
    return out;
  }

  /** The rows as they stand. */
  rows(): readonly Version[] {
    return [...this.current.values()].filter((row) => !row.deleted);
  }

  private one(history: number, stampMs: number): Version {
    const { random } = this;
    const id = history * 1000 + random.below(40);
    const before = this.current.get(id);
    const place = this.place(history);
    const shared = { amount: 0, refund: 0, stampMs };
    if (!before) return this.send({ id, version: 1, deleted: false, ...place, ...shared });
    if (this.options.sourceClass === 'append' || random.chance(0.2)) {
      const again = random.chance(0.5) ? before : random.pick(this.sent.get(id) ?? [before]);
      return this.send({ ...again, stampMs });
    }
    const version = before.version + 1;
    if (random.chance(0.4))
      return this.send({ ...before, deleted: true, timeMs: 0, user: '', name: '', version, stampMs });
    const moved = before.deleted || random.chance(0.5) ? place : { timeMs: place.timeMs };
    return this.send({ ...before, deleted: false, ...moved, version, stampMs });
  }

  private send(row: Version): Version {
    this.sent.set(row.id, [...(this.sent.get(row.id) ?? []), row]);
    const before = this.current.get(row.id);
    if (!before || row.version > before.version) this.current.set(row.id, row);
    return row;
  }

  /** Often near midnight or at the very moment of another row, in the hours in which clocks change. */
  private place(history: number): Pick<Version, 'timeMs' | 'user' | 'name'> {
    const { random } = this;
    const day = random.chance(0.5) ? random.below(12) : random.below(busyDays);
    const ms = random.chance(0.4) ? random.pick([0, 1, 3_600_000, 82_800_000]) : random.below(dayMs);
    return {
      timeMs: firstMs + (history * eraDays + day) * dayMs + ms,
      user: `u${history}_${random.below(4)}`,
      name: random.pick(this.options.events),
    };
  }
}
