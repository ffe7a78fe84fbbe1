import type { SourceClass } from '../../core/model';
import { Random } from './random';

/** One version of one row as a source table holds it: events use `name`, orders use `amount` … */
export interface Version {
  readonly id: number;
  readonly version: number;
  readonly deleted: boolean;
  readonly timeMs: number;
  readonly user: string;
  /** Event name, or currency of an order. */
  readonly name: string;
  /** Whole cents. */
  readonly amount: number;
  readonly refund: number;
  /** When the server stamped it, ms; it may become visible later. */
  readonly stampMs: number;
}

/** What one step of a history inserts. */
export interface Delivery {
  readonly step: number;
  /** Whether it arrives in the middle of the step's refresh rather than before it. */
  readonly during: boolean;
  readonly row: Version;
}

export interface HistoryOptions {
  readonly sourceClass: Exclude<SourceClass, 'window'>;
  readonly histories: number;
  readonly steps: number;
  readonly seed: number;
  /** Length of one step on the server's clock. */
  readonly stepMs: number;
  /** Server clock at step 0. */
  readonly startMs: number;
  /** How many whole steps after its stamp a row may become visible. */
  readonly lateSteps: number;
  /** Times of the rows lie in [fromMs, toMs), two thirds of them in the busy part of it: places are shared and moved between. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly busyFromMs: number;
  readonly busyToMs: number;
}

const idsPerHistory = 6;

/**
 * Random histories side by side (the history's number is in ids, users and names, so that they do not meet): new rows,
 * redelivered rows (also of old versions), and, as the class allows, changed measures, moves of time, user and name,
 * deletes (in class *moving* with nothing but the key) and rows that come back.
 */
export function randomDeliveries(options: HistoryOptions): Delivery[] {
  const out: Delivery[] = [];
  for (let h = 0; h < options.histories; h++) oneHistory(options, h, out);
  return out.sort((a, b) => a.step - b.step);
}

function oneHistory(options: HistoryOptions, history: number, out: Delivery[]): void {
  const random = new Random(options.seed * 1_000_003 + history);
  const current = new Map<number, Version>();
  const sent: Version[] = [];
  const time = (from: number, to: number) => Math.floor(from + random.next() * (to - from));
  const place = () => ({
    timeMs: random.chance(0.66) ? time(options.busyFromMs, options.busyToMs) : time(options.fromMs, options.toMs),
    user: `u${history}_${random.below(4)}`,
    name: `n${history}_${random.below(3)}`,
  });
  const measures = () => ({ amount: random.below(10_000), refund: random.chance(0.2) ? random.below(500) : 0 });

  for (let step = 0; step < options.steps; step++) {
    const stampMs = options.startMs + step * options.stepMs + random.below(options.stepMs);
    const send = (row: Version) => {
      const visible = step + (random.chance(0.2) ? random.below(options.lateSteps + 1) : 0);
      out.push({ step: Math.min(visible, options.steps - 1), during: random.chance(0.5), row });
      sent.push(row);
      const before = current.get(row.id);
      if (!before || row.version >= before.version) current.set(row.id, row);
    };
    for (let n = random.below(3); n >= 0; n--) {
      const id = history * 1000 + random.below(idsPerHistory);
      const before = current.get(id);
      if (!before) {
        send({ id, version: 1, deleted: false, ...place(), ...measures(), stampMs });
      } else if (options.sourceClass === 'append' || random.chance(0.25)) {
        send({ ...(random.chance(0.5) ? before : random.pick(sent)), stampMs });
      } else {
        send(changed(options.sourceClass, random, before, place(), measures(), stampMs));
      }
    }
  }
}

function changed(
  sourceClass: 'fixed' | 'moving',
  random: Random,
  before: Version,
  place: Pick<Version, 'timeMs' | 'user' | 'name'>,
  measures: Pick<Version, 'amount' | 'refund'>,
  stampMs: number,
): Version {
  const version = before.version + 1;
  if (random.chance(0.25)) {
    const keyOnly = { timeMs: 0, user: '', name: '', amount: 0, refund: 0 };
    return { ...before, ...(sourceClass === 'moving' && keyOnly), deleted: true, version, stampMs };
  }
  const anew = sourceClass === 'moving' && (before.deleted || random.chance(0.6));
  return { ...before, ...(anew && place), ...measures, deleted: false, version, stampMs };
}

/** The rows as they stand after every delivery: the greatest version of each id that is not deleted. */
export function finalRows(deliveries: readonly Delivery[]): Version[] {
  const newest = new Map<number, Version>();
  for (const { row } of deliveries) {
    const before = newest.get(row.id);
    if (!before || row.version > before.version) newest.set(row.id, row);
  }
  return [...newest.values()].filter((row) => !row.deleted);
}
