import type { RoleName, SourceClass } from '../../core/model';
import { Random } from './random';

/** One version of one row as a source table holds it; what its fields mean in each role, `tables.ts` says. */
export interface Version {
  readonly id: number;
  readonly version: number;
  readonly deleted: boolean;
  readonly timeMs: number;
  /** User; endpoint of a request; key of a subscription. */
  readonly user: string;
  /** Event name; currency; service of a request. */
  readonly name: string;
  /** Whole cents; microseconds of a request. */
  readonly amount: number;
  /** Whole cents; HTTP status of a request. */
  readonly refund: number;
  /** When the server stamped it, ms; it may become visible later. */
  readonly stampMs: number;
  /** Value of the configured dimension. */
  readonly detail?: string;
  /** When an order was given back; absent or null where the table says nothing of it. */
  readonly refundMs?: number | null;
  /** Whether a request is marked as failed; null where the table does not tell. */
  readonly failed?: boolean | null;
}

/** What one step of a history inserts. */
export interface Delivery {
  readonly step: number;
  /** Whether it arrives in the middle of the step's refresh rather than before it. */
  readonly during: boolean;
  readonly row: Version;
}

export interface HistoryOptions {
  /** What the rows are; by default any, with names of their history only. */
  readonly role?: RoleName;
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

/** Event names that all histories share: those that `steps` of tidemark.yaml names in the law's tests. */
export const stepNames = ['signup', 'purchase', 'share'] as const;
/** Those of them that are features. */
export const featureNames = ['purchase', 'share'] as const;

const idsPerHistory = 6;
const dayMs = 86_400_000;

/**
 * Random histories side by side (the history's number is in ids, users and most names, so that they do not meet): new rows,
 * redelivered rows (also of old versions), and, as the class allows, changed measures, moves of time, user, name and
 * dimension, together or one by one, deletes (in class *moving* mostly with nothing but the key) and rows that come back.
 */
export function randomDeliveries(options: HistoryOptions): Delivery[] {
  const out: Delivery[] = [];
  for (let h = 0; h < options.histories; h++) oneHistory(options, h, out);
  return out.sort((a, b) => a.step - b.step);
}

type Place = Pick<Version, 'timeMs' | 'user' | 'name' | 'detail'>;
type Measures = Pick<Version, 'amount' | 'refund' | 'refundMs' | 'failed'>;

function oneHistory(options: HistoryOptions, history: number, out: Delivery[]): void {
  const random = new Random(options.seed * 1_000_003 + history);
  const current = new Map<number, Version>();
  const sent: Version[] = [];
  const time = (from: number, to: number) => Math.floor(from + random.next() * (to - from));
  const place = (): Place => ({
    timeMs: random.chance(0.66) ? time(options.busyFromMs, options.busyToMs) : time(options.fromMs, options.toMs),
    user: `u${history}_${random.below(4)}`,
    name: nameOf(options.role, random, history),
    ...(options.role && { detail: random.pick(['', 'basic', 'pro']) }),
  });

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
      const at = place();
      if (!before) {
        send({ id, version: 1, deleted: false, ...at, ...measures(options.role, random, at.timeMs), stampMs });
      } else if (options.sourceClass === 'append' || random.chance(0.25)) {
        send({ ...(random.chance(0.5) ? before : random.pick(sent)), stampMs });
      } else {
        const next = measures(options.role, random, at.timeMs);
        send(changed(options.sourceClass, random, before, at, next, stampMs));
      }
    }
  }
}

function nameOf(role: RoleName | undefined, random: Random, history: number): string {
  const own = random.below(3);
  if (role === 'events' && random.chance(0.4)) return random.pick(stepNames);
  // Levels of a currency go on from its first change to today: a handful for all histories.
  if (role === 'subscriptions') return `n${history % 8}_${own}`;
  return `n${history}_${own}`;
}

/** Measures of a row of a role, now and then at their edges. */
export function measures(role: RoleName | undefined, random: Random, timeMs: number): Measures {
  if (role === 'requests') {
    return {
      amount: random.chance(0.05) ? 0 : Math.floor(Math.exp(random.next() * 15.5)),
      refund: random.pick([0, 200, 200, 404, 499, 500, 503]),
      failed: random.pick([null, false, false, true]),
    };
  }
  if (role === 'subscriptions') return { amount: random.chance(0.3) ? 0 : random.below(10_000), refund: 0 };
  const refund = random.chance(role === undefined ? 0.2 : 0.4) ? random.below(500) : 0;
  const given = random.chance(refund > 0 ? 0.9 : 0.1);
  const refundMs = given ? timeMs + Math.floor(random.next() * random.pick([1, 20]) * dayMs) : null;
  return { amount: random.below(10_000), refund, ...(role === 'orders' && { refundMs }) };
}

function changed(
  sourceClass: 'fixed' | 'moving',
  random: Random,
  before: Version,
  place: Place,
  next: Measures,
  stampMs: number,
): Version {
  const version = before.version + 1;
  if (random.chance(0.25)) {
    const keyOnly = { timeMs: 0, user: '', name: '', amount: 0, refund: 0, refundMs: null, failed: null, detail: '' };
    const bare = sourceClass === 'moving' && random.chance(0.75);
    return { ...before, ...(bare && keyOnly), deleted: true, version, stampMs };
  }
  const anew = sourceClass === 'moving' && (before.deleted || random.chance(0.6));
  const moved = anew ? (before.deleted || random.chance(0.5) ? place : oneOf(place, random)) : {};
  return { ...before, ...moved, ...next, deleted: false, version, stampMs };
}

/** One field of a place: a move that leaves the others as they were. */
function oneOf(place: Place, random: Random): Partial<Place> {
  const keys = Object.keys(place) as (keyof Place)[];
  const key = random.pick(keys);
  return { [key]: place[key] };
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
