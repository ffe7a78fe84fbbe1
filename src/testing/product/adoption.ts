import { dayNumber, dayText } from '../law/calendar';
import type { Expected } from '../law/expected';
import type { Version } from '../law/history';
import type { Calendar } from './spans';
import { firstOf } from './spans';

/** What the features of a product are counted from: rows of all events, which of them are features, and a calendar. */
export interface FeatureWorld {
  readonly rows: readonly Version[];
  readonly features: readonly string[];
  readonly zone: string;
  readonly calendar: Calendar;
}

/** Keys joined by `|` → number of the earliest day. */
function earliest(
  rows: readonly Version[],
  zone: string,
  keyOf: (row: Version) => string,
): ReadonlyMap<string, number> {
  const out = new Map<string, number>();
  for (const row of rows) {
    const key = keyOf(row);
    out.set(key, Math.min(out.get(key) ?? Infinity, dayNumber(row.timeMs, zone)));
  }
  return out;
}

const uses = ({ rows, features }: FeatureWorld) => rows.filter((r) => features.includes(r.name));

function count(places: readonly string[]): Expected {
  const out = new Map<string, number[]>();
  for (const place of places) out.set(place, [(out.get(place)?.[0] ?? 0) + 1]);
  return out;
}

/** day|user|event of each first use. */
export const featureFirsts = (world: FeatureWorld): Expected =>
  new Map(
    [...earliest(uses(world), world.zone, (r) => `${r.user}|${r.name}`)].map(([key, d]) => [
      `${dayText(d)}|${key}`,
      [],
    ]),
  );

/** week of first use|event|x → users: x is the cohort's week, or the days between first day and first use (whole weeks beyond 28). */
export function adoption(world: FeatureWorld, by: 'cohort' | 'lag'): Expected {
  const first = earliest(world.rows, world.zone, (r) => r.user);
  const used = earliest(uses(world), world.zone, (r) => `${r.user}|${r.name}`);
  return count(
    [...used].map(([key, day]) => {
      const [user = '', event = ''] = key.split('|');
      const from = first.get(user) ?? 0;
      const lag = day - from <= 28 ? day - from : day - from - ((day - from) % 7);
      const told = by === 'cohort' ? dayText(firstOf(from, world.calendar)) : lag;
      return [dayText(firstOf(day, world.calendar)), event, told].join('|');
    }),
  );
}

/** Least counts of the classes of uses per user, the greatest first. */
const classes = [
  1001,
  ...[901, 801, 701, 601, 501, 401, 301, 201, 101],
  ...[91, 81, 71, 61, 51, 41, 31, 21],
  ...Array.from({ length: 20 }, (_, i) => 20 - i),
];

/** Least count of the class that so many uses lie in. */
export const classOf = (n: number): number => classes.find((least) => least <= n) ?? 0;

/** week|user → event → moments. */
function moments(world: FeatureWorld): ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<number>>> {
  const out = new Map<string, Map<string, Set<number>>>();
  for (const { user, name, timeMs } of uses(world)) {
    const place = `${dayText(firstOf(dayNumber(timeMs, world.zone), world.calendar))}|${user}`;
    const events = out.get(place) ?? new Map<string, Set<number>>();
    events.set(name, (events.get(name) ?? new Set()).add(timeMs));
    out.set(place, events);
  }
  return out;
}

/** week|event|class of uses per user → users, uses: distinct moments of a user. */
export function featureUses(world: FeatureWorld): Expected {
  const out = new Map<string, readonly number[]>();
  for (const [place, events] of moments(world)) {
    for (const [event, at] of events) {
      const key = [place.split('|')[0], event, classOf(at.size)].join('|');
      const [users = 0, sum = 0] = out.get(key) ?? [];
      out.set(key, [users + 1, sum + at.size]);
    }
  }
  return out;
}

/** week|number of different features used → users. */
export const featureBreadth = (world: FeatureWorld): Expected =>
  count([...moments(world)].map(([place, events]) => `${place.split('|')[0]}|${events.size}`));

/** What a table of one of these methods holds; undefined for other methods. */
export function featureNumbers(
  world: FeatureWorld,
  { method, family }: { readonly method: string; readonly family: string },
): Expected | undefined {
  switch (method) {
    case 'adoption':
      return adoption(world, family.includes('lag') ? 'lag' : 'cohort');
    case 'featureUses':
      return featureUses(world);
    case 'featureBreadth':
      return featureBreadth(world);
    case 'firstDays':
      return family === 'feature_first' ? featureFirsts(world) : undefined;
    default:
      return undefined;
  }
}
