import type { Facts } from './facts';
import type { Known, Layer } from './layers';
import { each } from './layers';
import { valuedSteps, valuesOf } from './moments';
import type { FunnelSpec } from './spec';

/** What is known of each step of a strict funnel. */
export function knownOfStrict(funnel: FunnelSpec, facts: Facts): readonly (Known & { readonly step: number })[] {
  const valued = valuedSteps(funnel);
  return funnel.steps.flatMap((_, i) => {
    const step = i + 1;
    return [
      { step, name: `t${step}`, here: 'tm_ms', none: 'toUInt64(0)' },
      ...(valued.includes(step) ? [{ step, name: `v${step}`, here: valuesOf(step, facts), none: "''" }] : []),
    ];
  });
}

/**
 * Arrays `tm_a_<name>` as `orderedLayers` gives them, for ways with nothing between: from one moment the way goes on at the next one
 * only, and beyond that only where all its rows are steps. Rows of the first moment that are no steps are put before the way, those
 * of the last one behind it.
 */
export function strictLayers(funnel: FunnelSpec, facts: Facts): readonly Layer[] {
  const count = funnel.steps.length;
  const all = Array.from({ length: count }, (_, i) => i + 1);
  const known = knownOfStrict(funnel, facts);
  const from = (step: number, served: number) => all.slice(step - 1, step - 1 + served);
  /** Arrays of what the next moment leads to, by how many steps this one serves. */
  const next = (step: number, k: (typeof known)[number]) =>
    Object.fromEntries(
      all.flatMap((served) =>
        step + served <= k.step ? [[`w${served}`, `arrayShiftLeft(tm_${step + served}_${k.name}, 1, ${k.none})`]] : [],
      ),
    ) as Layer;
  const ways = all
    .slice(1)
    .reverse()
    .map((step): Layer =>
      Object.fromEntries(
        known
          .filter((k) => k.step >= step)
          .map((k) => {
            const most = all.slice(0, count - step + 1);
            const whole = most.flatMap((served) => [
              `${facts.rowCount('p')} = ${served} AND ${facts.serves(from(step, served), 'p')}`,
              k.step < step + served ? 'h' : `w${served}`,
            ]);
            const part = [...most]
              .reverse()
              .flatMap((served) => [facts.serves(from(step, served), 'p'), k.step < step + served ? 'h' : k.none]);
            const sql = `multiIf(${[...whole, ...part].join(', ')}, ${k.none})`;
            return [`tm_${step}_${k.name}`, each(sql, { p: 'tm_ps', h: k.here, ...next(step, k) })] as const;
          }),
      ),
    );
  // How deep a way comes within the window by how many steps its first moment serves; of equal ones more of them, being earlier.
  const depth = (served: number) => {
    const later = all.slice(served);
    const reached = later.map((n) => `(t${n} != 0 AND t${n} <= h + ${funnel.windowMs})`);
    const arrays = later.map((n) => [`t${n}`, `arrayShiftLeft(tm_${served + 1}_t${n}, 1, toUInt64(0))`] as const);
    const sql = `if(${facts.serves(from(1, served), 'p')}, ${[served, ...reached].join(' + ')}, 0) * 16 + ${served}`;
    return each(sql, { p: 'tm_ps', h: 'tm_ms', ...Object.fromEntries(arrays) });
  };
  const depths: Layer = Object.fromEntries(all.map((served) => [`tm_d${served}`, depth(served)]));
  const args = Object.fromEntries(all.map((served) => [`d${served}`, `tm_d${served}`]));
  const best: Layer = { tm_served: each(`greatest(${Object.keys(args).join(', ')}) % 16`, args) };
  const anchors: Layer = Object.fromEntries(
    known.map((k) => {
      const branches = all.flatMap((served) => [`b = ${served}`, k.step <= served ? 'h' : `w${served}`]);
      const sql = `multiIf(${branches.join(', ')}, ${k.none})`;
      return [`tm_a_${k.name}`, each(sql, { b: 'tm_served', h: k.here, ...next(1, k) })];
    }),
  );
  return [...ways, depths, best, anchors];
}
