import { ident } from '../sql/quote';
import { fail } from './errors';
import { funnelDimensions, overlap, pickKey, pickSql } from './picks';
import type { EventPick, FunnelSpec } from './spec';

/** Bits of a moment (ms since 1970, up to 2109); it shares a UInt64 with what is known of it. */
export const momentBits = 42;
const mostFacts = 64 - momentBits;

/** What the rows of an entity at one moment say: which steps they can serve, as the lowest bits of a number `f`. */
export interface Facts {
  /** How many bits there are. */
  readonly bits: number;
  /** SQL over a row (columns `event` and dimensions): its bits. */
  readonly ofRow: string;
  /** SQL that aggregates the rows of one moment; undefined where each row can stand for itself. */
  readonly ofMoment: string | undefined;
  /** Condition on `f`: a row of the step (from 1), of the exclusion (from 1). */
  isStep(step: number, f: string): string;
  isExclusion(exclusion: number, f: string): string;
  /** Condition on `f`: different rows can serve all of the steps. */
  serves(steps: readonly number[], f: string): string;
  /** Whether a row of the step could also serve a later one. */
  shares(step: number): boolean;
  /** Order *strict*: SQL of how many rows the moment has, those of other events too (at most one more than there are steps). */
  rowCount(f: string): string;
}

/**
 * The facts that a funnel needs. Where no row can be two things, a row has one bit, and rows sorted by moment and bits come in
 * an order that serves best: exclusions first, then step by step. Else the rows of a moment are put together, and how many
 * different rows there are of picks that overlap is told by bits of their own (Hall's condition). Throws `funnel_facts`.
 */
export function factsOf(funnel: FunnelSpec): Facts {
  const { steps, exclusions, order, name } = funnel;
  const picks = orderedPicks(funnel);
  const place = new Map(picks.map((pick, i) => [pickKey(pick), i] as const));
  const bitOf = (pick: EventPick) => place.get(pickKey(pick)) ?? 0;
  const counts = countFacts(steps);
  const countAt = picks.length;
  const rowsAt = countAt + counts.length;
  const strict = order === 'strict';
  const bits = rowsAt + (strict ? 4 : 0);
  if (bits > mostFacts) throw fail('funnel_facts', { funnel: name, bits, most: mostFacts });

  const masks = (wanted: readonly number[]) => wanted.reduce((sum, bit) => sum + 2 ** bit, 0);
  const all = (mask: number, f: string) => `bitAnd(${f}, ${mask}) = ${mask}`;
  const alone =
    !strict && steps.every((step, i) => [...steps.slice(i + 1), ...exclusions].every((other) => !overlap(step, other)));
  const ofRow = picks.map((pick, i) =>
    i === 0 ? `(${pickSql(pick)})` : `bitShiftLeft(toUInt64(${pickSql(pick)}), ${i})`,
  );
  const same = ['event', ...funnelDimensions(funnel).filter((d) => d !== funnel.by)].map((c) => ident(c));
  const identity = same.length === 1 ? same[0] : `(${same.join(', ')})`;
  const counted = counts.map(
    ({ picks: any, atLeast }, i) =>
      `bitShiftLeft(toUInt64(uniqExactIf(${identity}, ${any.map((p) => `(${pickSql(p)})`).join(' OR ')}) >= ${atLeast}), ${countAt + i})`,
  );
  const rowCount = strict ? [`bitShiftLeft(least(uniqExact(${identity}), ${steps.length + 1}), ${rowsAt})`] : [];
  const rowBits = `toUInt64(${ofRow.join(' + ')})`;
  return {
    bits,
    ofRow: rowBits,
    ofMoment: alone ? undefined : [`groupBitOr(${rowBits})`, ...counted, ...rowCount].join(' + '),
    isStep: (step, f) => all(2 ** bitOf(steps[step - 1] ?? { event: '' }), f),
    isExclusion: (exclusion, f) => all(2 ** bitOf(exclusions[exclusion - 1] ?? { event: '' }), f),
    serves(numbers, f) {
      const served = numbers.flatMap((n) => steps[n - 1] ?? []);
      const needed = counts.flatMap(({ picks: any, atLeast }, i) =>
        served.filter((s) => any.some((p) => pickKey(p) === pickKey(s))).length >= atLeast ? [countAt + i] : [],
      );
      return all(masks([...new Set([...served.map(bitOf), ...needed])]), f);
    },
    shares: (step) => steps.slice(step).some((later) => overlap(steps[step - 1] ?? { event: '' }, later)),
    rowCount: (f) => `bitAnd(bitShiftRight(${f}, ${rowsAt}), 15)`,
  };
}

/** Picks of exclusions that are no step's first, then those of the steps in their order. */
function orderedPicks({ steps, exclusions }: FunnelSpec): readonly EventPick[] {
  const bare = ({ event, where }: EventPick): EventPick => ({ event, ...(where && { where }) });
  const ofSteps = new Map(steps.map((s) => [pickKey(s), bare(s)] as const));
  const others = new Map(exclusions.flatMap((e) => (ofSteps.has(pickKey(e)) ? [] : [[pickKey(e), bare(e)] as const])));
  return [...others.values(), ...ofSteps.values()];
}

/** At least so many different rows of any of the picks. */
interface CountFact {
  readonly picks: readonly EventPick[];
  readonly atLeast: number;
}

/** Different rows serve steps exactly where each set of picks has as many rows as steps want it: the sets of two and more. */
function countFacts(steps: readonly EventPick[]): readonly CountFact[] {
  const distinct = [...new Map(steps.map((s) => [pickKey(s), s] as const)).values()];
  return components(distinct).flatMap((component) =>
    subsets(component).flatMap((picks) => {
      const wanted = steps.filter((s) => picks.some((p) => pickKey(p) === pickKey(s))).length;
      return Array.from({ length: Math.max(0, wanted - 1) }, (_, i) => ({ picks, atLeast: i + 2 }));
    }),
  );
}

/** Picks put together that overlap, also by way of others. */
function components(picks: readonly EventPick[]): readonly (readonly EventPick[])[] {
  let out: (readonly EventPick[])[] = [];
  for (const pick of picks) {
    const touching = out.filter((component) => component.some((p) => overlap(p, pick)));
    out = [...out.filter((c) => !touching.includes(c)), [...touching.flat(), pick]];
  }
  return out;
}

function subsets<T>(items: readonly T[]): readonly (readonly T[])[] {
  // More sets than bits are refused anyhow: no need to write them all down.
  const few = items.slice(0, 6);
  return Array.from({ length: 2 ** few.length - 1 }, (_, n) => few.filter((_item, i) => ((n + 1) >> i) % 2 === 1));
}
