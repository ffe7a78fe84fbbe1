import type { Attribution, EventPick, FunnelSpec } from '../../core/funnel/spec';
import { dayNumber } from '../law/calendar';
import type { Random } from '../law/random';
import type { FunnelRow, OracleRange } from './oracle';

/** What a family of random funnels is about. */
export const funnelFamilies = [
  'ordered',
  'strict',
  'unordered',
  'optional steps',
  'exclusions',
  'step filters',
  'attribution first',
  'attribution last',
  'attribution of a step',
  'equal timestamps',
  'the same event twice',
  'windows',
  'days of a zone',
  'completion after the range',
  'another key',
  'everything',
] as const;
export type FunnelFamily = (typeof funnelFamilies)[number];

/** A funnel with many histories side by side. */
export interface FunnelCase {
  readonly funnel: FunnelSpec;
  readonly range: OracleRange;
  /** Entity → rows; an entity is a history of its own. */
  readonly histories: ReadonlyMap<string, readonly FunnelRow[]>;
}

/** Zones with a local noon of the day on which their clocks change. */
const zones = [
  ['Europe/Berlin', Date.UTC(2026, 2, 29, 10)],
  ['America/New_York', Date.UTC(2026, 10, 1, 17)],
  ['Australia/Lord_Howe', Date.UTC(2026, 3, 5, 1, 30)],
  ['Asia/Kathmandu', Date.UTC(2026, 5, 10, 6, 15)],
] as const;
const events = ['a', 'b', 'c', 'd'];
const plans = ['p', 'q', ''];

/** A random funnel of a family over so many histories. Few names, moments and values, so that they collide often. */
export function randomFunnelCase(random: Random, family: FunnelFamily, histories: number): FunnelCase {
  const [timezone, noonMs] = random.pick(zones);
  const unitMs =
    family === 'equal timestamps'
      ? 1
      : family === 'days of a zone'
        ? 1_800_000 * random.pick([1, 13, 24])
        : random.pick([1, 1000, 3_600_000, 25_200_000]);
  const funnel = randomFunnel(random, family, unitMs);
  const slots = family === 'equal timestamps' || random.chance(0.3) ? 4 : 12;
  const firstMs = noonMs - unitMs * 4;
  const middle = dayNumber(noonMs, timezone);
  const lastDay = middle + (family === 'completion after the range' ? 0 : random.below(2));
  const range = {
    timezone,
    firstDay: middle - random.below(2),
    lastDay,
    nowMs: firstMs + unitMs * (random.below(slots + 4) + 2) + random.below(2),
  };
  const all = new Map<string, readonly FunnelRow[]>();
  for (let n = 0; n < histories; n++) {
    const rows = Array.from({ length: 1 + random.below(9) }, (): FunnelRow => ({
      atMs: firstMs + unitMs * random.below(slots),
      event: random.pick(events),
      dims: { plan: random.pick(plans), country: random.pick(['de', 'fr']) },
    }));
    // Redelivered copies.
    all.set(`h${n}`, random.chance(0.2) ? [...rows, ...rows.slice(0, 2)] : rows);
  }
  return { funnel, range, histories: all };
}

function randomFunnel(random: Random, family: FunnelFamily, unitMs: number): FunnelSpec {
  const any = family === 'everything';
  const chance = (of: FunnelFamily, p = 0.4) => family === of || (any && random.chance(p));
  const order =
    family === 'strict'
      ? 'strict'
      : family === 'unordered'
        ? 'unordered'
        : any
          ? random.pick(['ordered', 'strict', 'unordered'] as const)
          : 'ordered';
  const count = 2 + random.below(family === 'optional steps' ? 4 : 3);
  const twice =
    order !== 'unordered' && (chance('the same event twice') || (family === 'strict' && random.chance(0.4)));
  const filtered = chance('step filters');
  const filters = (): Pick<EventPick, 'where'> => {
    if (!filtered || random.chance(0.4)) return {};
    const values = random.chance(0.5) ? [random.pick(plans)] : ['p', random.pick(['q', ''])];
    return { where: { plan: values, ...(random.chance(0.2) && { country: ['de'] }) } };
  };
  const names = [...events].sort(() => random.next() - 0.5);
  const named = Array.from({ length: count }, (_, i) => ({
    event: twice
      ? random.pick(events.slice(0, 2))
      : family === 'step filters' && random.chance(0.4)
        ? 'a'
        : (names[i % 4] ?? 'a'),
    ...filters(),
  }));
  const optional = order === 'ordered' && chance('optional steps');
  // Optional steps are rows of their own: where they are wanted the names are all different.
  const wide = ['a', 'b', 'c', 'd', 'e'];
  const steps = optional
    ? named.map(({ where }, i) => ({
        event: wide[i] ?? 'a',
        ...(where && { where }),
        ...(i > 0 && i < count - 1 && random.chance(0.7) && { optional: true }),
      }))
    : named;
  const firm = steps.flatMap((s, i) => ('optional' in s && s.optional ? [] : [i + 1]));
  const excluding = order === 'ordered' && chance('exclusions');
  const exclusions = !excluding
    ? []
    : Array.from({ length: 1 + random.below(2) }, () => {
        const from = random.below(firm.length - 1);
        const to = from + 1 + random.below(firm.length - 1 - from);
        return { event: random.pick(events), ...filters(), after: firm[from] ?? 1, before: firm[to] ?? 2 };
      });
  const attribution: Attribution =
    family === 'attribution last'
      ? 'last'
      : family === 'attribution of a step'
        ? 1 + random.below(count)
        : any
          ? random.pick(['first', 'last', 1, 2] as const)
          : 'first';
  const told = family.startsWith('attribution') || (any && random.chance(0.7));
  return {
    name: 'f',
    title: 'F',
    steps,
    order,
    windowMs:
      unitMs * random.pick(family === 'windows' ? [1, 2, 4, 7] : [2, 3, 5, 12]) + (unitMs > 1 ? random.below(2) : 0),
    exclusions,
    by: chance('another key') ? 'account' : 'user',
    ...(told && { breakdown: random.chance(0.7) ? 'plan' : 'country' }),
    attribution: told ? attribution : 'first',
  };
}
