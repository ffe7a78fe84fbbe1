import type { Facts } from './facts';
import type { Known, Layer } from './layers';
import { each, nextWhere } from './layers';
import { valuedSteps, valuesOf } from './moments';
import type { FunnelSpec } from './spec';

/** Optional steps that follow each other, between two steps that nobody may leave out. */
export interface OptionalRun {
  readonly steps: readonly number[];
  readonly after: number;
  readonly before: number;
  /** What is carried from step {@link after}: when each sequence of them is through, and the value of its last one. */
  readonly known: readonly Known[];
}

/** The runs of optional steps of a funnel. */
export function optionalRuns(funnel: FunnelSpec): readonly OptionalRun[] {
  const isOptional = (n: number) => funnel.steps[n - 1]?.optional === true;
  return funnel.steps.flatMap((_, i): OptionalRun[] => {
    const after = i + 1;
    if (isOptional(after) || !isOptional(after + 1)) return [];
    let before = after + 1;
    while (isOptional(before)) before++;
    const steps = Array.from({ length: before - after - 1 }, (_step, n) => after + 1 + n);
    const known = sequences(steps).flatMap((sequence): Known[] => {
      const valued = valuedSteps(funnel).includes(sequence.at(-1) ?? 0);
      return [
        { name: nameOf('o', sequence), here: `tm_${nameOf('o', sequence)}`, none: 'toUInt64(0)' },
        ...(valued ? [{ name: nameOf('u', sequence), here: `tm_${nameOf('u', sequence)}`, none: "''" }] : []),
      ];
    });
    return [{ steps, after, before, known }];
  });
}

const nameOf = (letter: 'o' | 'u', sequence: readonly number[]) => `${letter}${sequence.join('_')}`;

/** Every ascending choice of the steps, shorter ends first, so that each can be made from the one without its head. */
function sequences(steps: readonly number[]): readonly (readonly number[])[] {
  return steps.reduceRight<readonly (readonly number[])[]>(
    (rest, step) => [...rest, [step], ...rest.map((r) => [step, ...r])],
    [],
  );
}

/** Arrays beside the moments: when each sequence of optional steps is through, taken row by row from there on. */
export function runLayers(funnel: FunnelSpec, facts: Facts): readonly Layer[] {
  return optionalRuns(funnel).flatMap(({ steps }) =>
    sequences(steps).map((sequence): Layer => {
      const [head = 0, ...rest] = sequence;
      const isHead = facts.isStep(head, 'p');
      const time = rest.length === 0 ? 'tm_ms' : `tm_${nameOf('o', rest)}`;
      const value = rest.length === 0 ? valuesOf(head, facts) : `tm_${nameOf('u', rest)}`;
      const valued = valuedSteps(funnel).includes(sequence.at(-1) ?? 0);
      return {
        [`tm_${nameOf('o', sequence)}`]: nextWhere(isHead, time, 'toUInt64(0)'),
        ...(valued && { [`tm_${nameOf('u', sequence)}`]: nextWhere(isHead, value, "''") }),
      };
    }),
  );
}

/**
 * Arrays `tm_g<step>` (and values `tm_b<step>`) of the optional steps over the entries: each in its turn, the earliest row after the step
 * before it that was reached, and not after the next step that nobody may leave out. So they change nothing of the others.
 */
export function optionalLayers(funnel: FunnelSpec): readonly Layer[] {
  return optionalRuns(funnel).flatMap(({ steps, after, before }) =>
    steps.map((step, i): Layer => {
      const former = steps.slice(0, i);
      const valued = valuedSteps(funnel).includes(step);
      const choices = sequences(former).concat([[]]);
      const names = choices.map((taken) => [...taken, step]);
      const arrays = (letter: 'o' | 'u') =>
        Object.fromEntries(names.map((n) => [nameOf(letter, n), `tm_e_${nameOf(letter, n)}`] as const));
      const reached = Object.fromEntries([after, before, ...former].map((n) => [`g${n}`, `tm_g${n}`] as const));
      const chosen = (letter: 'o' | 'u') => takenOf(former, [], step, letter);
      const time = `if(g${after} != 0 AND (${chosen('o')} AS tm_x) != 0 AND tm_x <= if(g${before} != 0, g${before}, g1 + ${funnel.windowMs}), tm_x, 0)`;
      return {
        [`tm_g${step}`]: each(time.replace(/tm_x/g, `tm_o_${step}`), { ...reached, g1: 'tm_g1', ...arrays('o') }),
        ...(valued && { [`tm_b${step}`]: each(chosen('u'), { ...reached, ...arrays('u') }) }),
      };
    }),
  );
}

/** The sequence that leads to a step, by which of the former ones were reached. */
function takenOf(former: readonly number[], taken: readonly number[], step: number, letter: 'o' | 'u'): string {
  const [next, ...rest] = former;
  if (next === undefined) return nameOf(letter, [...taken, step]);
  const yes = takenOf(rest, [...taken, next], step, letter);
  return `if(g${next} != 0, ${yes}, ${takenOf(rest, taken, step, letter)})`;
}
