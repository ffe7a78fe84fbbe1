import type { WeekStart } from '../../core/model';
import type { EventPick } from '../../core/funnel/spec';
import type { RetentionSpec } from '../../core/retention';
import type { Random } from '../law/random';
import type { RetentionRow, RetentionWorld } from './oracle';

/** What starts and returns are: the same event, two, anything, or an event and then anything. */
export const eventKinds = ['same', 'different', 'any', 'thenAny'] as const;
export type EventKind = (typeof eventKinds)[number];

/** Histories that are counted side by side by one statement. */
export interface RetentionTrial {
  readonly spec: RetentionSpec;
  readonly kind: EventKind;
  readonly world: RetentionWorld;
  /** First and last day on which a cohort may begin, YYYY-MM-DD. */
  readonly from: string;
  readonly to: string;
  readonly histories: readonly (readonly RetentionRow[])[];
}

const dayMs = 86_400_000;
/** Zones, and days about which their clocks change: at night, at midnight, by half an hour, or never. */
export const zones: readonly (readonly [zone: string, aboutMs: number])[] = [
  ['Europe/Berlin', Date.UTC(2026, 2, 29)],
  ['America/New_York', Date.UTC(2025, 10, 2)],
  ['Asia/Kathmandu', Date.UTC(2026, 0, 1)],
  ['Australia/Lord_Howe', Date.UTC(2026, 3, 5)],
  ['Africa/Cairo', Date.UTC(2026, 3, 24)],
  ['UTC', Date.UTC(2026, 1, 28)],
];
export const weekStartChoices: readonly WeekStart[] = ['monday', 'sunday'];

const intervalDays = { day: 1, week: 7, month: 30 } as const;

export interface TrialOptions {
  readonly mode: RetentionSpec['mode'];
  readonly interval: RetentionSpec['interval'];
  readonly windows: RetentionSpec['windows'];
  readonly breakdown: boolean;
  readonly kind: EventKind;
  readonly zone: number;
  readonly weekStart: WeekStart;
  readonly histories: number;
}

/** A trial with all that is not given drawn by chance: picks, who is followed, periods, range, histories. */
export function randomTrial(random: Random, options: TrialOptions): RetentionTrial {
  const { mode, interval, windows, breakdown, kind, weekStart } = options;
  const [zone, aboutMs] = zones[options.zone % zones.length]!;
  const where = () => (random.chance(0.3) ? { where: { plan: ['pro', ''] } } : {});
  const signup: EventPick = { event: 'signup', ...where() };
  const use: EventPick = { event: "use'd", ...where() };
  const picks = {
    same: { start: use, back: use },
    different: { start: signup, back: use },
    any: {},
    thenAny: { start: signup },
  }[kind];
  const spec: RetentionSpec = {
    name: 'trial',
    title: 'Trial',
    mode,
    interval,
    windows,
    by: random.chance(0.25) ? 'account' : 'user',
    ...(breakdown && { breakdown: 'plan' }),
    ...picks,
    periods: 1 + random.below(6),
  };
  const days = intervalDays[interval];
  const text = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const fromMs = aboutMs - 5 * days * dayMs;
  const toMs = aboutMs + 5 * days * dayMs;
  return {
    spec,
    kind,
    world: { zone, weekStart, coveredMs: aboutMs + Math.floor((random.next() * 8 - 1) * days * dayMs) },
    from: text(fromMs + random.below(3) * days * dayMs),
    to: text(toMs - random.below(3) * days * dayMs),
    histories: Array.from({ length: options.histories }, () => history(random, fromMs, toMs, days)),
  };
}

/** Few users, so that they come back; copies, equal moments, midnights and whole windows between rows. */
function history(random: Random, fromMs: number, toMs: number, days: number): RetentionRow[] {
  const rows: RetentionRow[] = [];
  const users = 1 + random.below(4);
  const count = 1 + random.below(14);
  for (let n = 0; n < count; n++) {
    const before = rows.length > 0 ? random.pick(rows) : undefined;
    const timeMs =
      before && random.chance(0.15)
        ? before.timeMs + random.below(4) * days * dayMs + random.pick([-1, 0, 0, 1])
        : random.chance(0.1)
          ? Math.floor((fromMs + random.next() * (toMs - fromMs)) / dayMs) * dayMs - random.below(2)
          : Math.floor(fromMs + random.next() * (toMs - fromMs));
    rows.push({
      user: random.below(users),
      account: random.pick(['a', 'b', '']),
      timeMs,
      event: random.pick(['signup', "use'd", "use'd", 'look']),
      plan: random.pick(['pro', 'basic', '']),
    });
    if (random.chance(0.1)) rows.push(rows.at(-1)!);
  }
  return rows;
}
