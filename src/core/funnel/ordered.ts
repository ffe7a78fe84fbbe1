import type { Facts } from './facts';
import type { Known, Layer } from './layers';
import { each, nextWhere } from './layers';
import { optionalRuns, runLayers } from './optional';
import { valuedSteps, valuesOf } from './moments';
import type { FunnelSpec } from './spec';

/** Steps that nobody may leave out. */
export const neededSteps = ({ steps }: FunnelSpec): readonly number[] =>
  steps.flatMap(({ optional }, i) => (optional ? [] : [i + 1]));

/** What is known of a step: `t<step>` its ms, `v<step>` its value, `x<exclusion>` when that comes next, and the optional steps after it. */
export function knownOf(funnel: FunnelSpec, facts: Facts, step: number): readonly Known[] {
  const value = valuedSteps(funnel).includes(step);
  const excluded = funnel.exclusions.flatMap(({ after }, i) => (after === step ? [i + 1] : []));
  const run = optionalRuns(funnel).find((r) => r.after === step);
  return [
    { name: `t${step}`, here: 'tm_ms', none: 'toUInt64(0)' },
    ...(value ? [{ name: `v${step}`, here: valuesOf(step, facts), none: "''" }] : []),
    ...excluded.map((n) => ({ name: `x${n}`, here: `tm_x${n}`, none: 'toUInt64(0)' })),
    ...(run?.known ?? []),
  ];
}

/**
 * Arrays `tm_a_<name>` beside the moments: at each one, the way that begins there with step 1, told by what is known of each step;
 * nothing of steps that never come. Made backwards: a way from step n on is its row and the way from the next step on, so that one
 * pass per step gives the ways of all rows, however many there are.
 */
export function orderedLayers(funnel: FunnelSpec, facts: Facts): readonly Layer[] {
  const needed = neededSteps(funnel);
  const excluded: Layer = Object.fromEntries(
    funnel.exclusions.map((_, i) => {
      const next = nextWhere(facts.isExclusion(i + 1, 'p'), 'tm_ms', 'toUInt64(0)');
      // What comes at the same moment does not come after it.
      return [`tm_x${i + 1}`, `arrayShiftLeft(${next}, 1, toUInt64(0))`];
    }),
  );
  const ways = [...needed].reverse().map((step): Layer => {
    const from = needed.indexOf(step);
    const known = needed.slice(from).flatMap((n) => knownOf(funnel, facts, n).map((k) => ({ ...k, step: n })));
    return Object.fromEntries(
      known.map(({ step: of, ...k }) => {
        const here = facts.shares(step)
          ? sharedWay(facts, needed.slice(from), of, k)
          : of === step
            ? k.here
            : `tm_${needed[from + 1]}_${k.name}`;
        return step === 1
          ? [`tm_a_${k.name}`, here]
          : [`tm_${step}_${k.name}`, nextWhere(facts.isStep(step, 'p'), here, k.none)];
      }),
    );
  });
  return [excluded, ...runLayers(funnel, facts), ...ways];
}

/** Where one row could serve several steps: a moment serves as many steps as its rows can, the way goes on at a later one. */
function sharedWay(facts: Facts, steps: readonly number[], of: number, { name, here, none }: Known): string {
  const ends = steps.map((_, i) => steps.length - i);
  const later = (served: number) => steps[served] !== undefined && of >= steps[served];
  const branches = ends.flatMap((served) => [
    facts.serves(steps.slice(0, served), 'p'),
    later(served) ? `w${served}` : 'h',
  ]);
  const arrays = ends.flatMap((served) =>
    later(served) ? [[`w${served}`, `arrayShiftLeft(tm_${steps[served]}_${name}, 1, ${none})`] as const] : [],
  );
  return each(`multiIf(${branches.join(', ')}, ${none})`, { p: 'tm_ps', h: here, ...Object.fromEntries(arrays) });
}
