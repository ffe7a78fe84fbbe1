import { factsOf } from './facts';
import type { Layer } from './layers';
import { each } from './layers';
import { valuedSteps } from './moments';
import { knownOf, neededSteps } from './ordered';
import type { FunnelSpec } from './spec';

/**
 * Arrays over the moments at which entries begin (where `tm_begins`): `tm_t` (ms), `tm_g<step>` (ms of the step, 0 where it is not
 * reached in the window), `tm_b<step>` (its value), `tm_e_<name>` (what else is known of the way).
 */
export function beginnings(funnel: FunnelSpec): readonly Layer[] {
  const { order, windowMs } = funnel;
  const only = (array: string) => `arrayFilter((x, b) -> b, ${array}, tm_begins)`;
  const needed = neededSteps(funnel);
  const valued = valuedSteps(funnel).filter((step) => needed.includes(step));
  const carried =
    order === 'ordered'
      ? needed.flatMap((n) =>
          knownOf(funnel, factsOf(funnel), n).flatMap(({ name }) => (/^[tv]/.test(name) ? [] : [name])),
        )
      : [];
  const filtered = [
    ['tm_t', only('tm_ms')],
    ...needed.map((step) => [`tm_e_t${step}`, only(`tm_a_t${step}`)]),
    ...valued.map((step) => [`tm_b${step}`, only(`tm_a_v${step}`)]),
    ...carried.map((name) => [`tm_e_${name}`, only(`tm_a_${name}`)]),
  ] as const;
  const reached = needed.map((step) => {
    const sql = `if(x >= t AND x <= t + ${windowMs}, x, 0)`;
    return [`tm_g${step}`, each(sql, { x: `tm_e_t${step}`, t: 'tm_t' })] as const;
  });
  return [Object.fromEntries(filtered), Object.fromEntries(reached)];
}

/** Arrays over the entries: `tm_r`, the deepest step reached (of an unordered funnel: how many); `tm_void`, whether an exclusion voids it. */
export function reachedLayer({ steps, order, exclusions, windowMs }: FunnelSpec): Layer {
  const times = Object.fromEntries(steps.map((_, i) => [`g${i + 1}`, `tm_g${i + 1}`] as const));
  const names = Object.keys(times);
  const deepest = [...names].reverse().flatMap((g) => [`${g} != 0`, g.slice(1)]);
  const reached =
    order === 'unordered' ? names.map((g) => `(${g} != 0)`).join(' + ') : `multiIf(${deepest.join(', ')}, 0)`;
  const excluded = Object.fromEntries(exclusions.map((_, i) => [`x${i + 1}`, `tm_e_x${i + 1}`] as const));
  const voided = exclusions.map(({ after, before }, i) => {
    const end = `if(g${before} != 0, g${before}, g1 + ${windowMs + 1})`;
    return `(g${after} != 0 AND x${i + 1} != 0 AND x${i + 1} < ${end})`;
  });
  return {
    tm_r: each(`toUInt64(${reached})`, times),
    ...(exclusions.length > 0 && { tm_void: each(voided.join(' OR '), { ...times, ...excluded }) }),
  };
}
