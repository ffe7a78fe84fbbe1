import type { Facts } from './facts';
import type { Layer } from './layers';
import { nextWhere } from './layers';
import { valuedSteps, valuesOf } from './moments';
import type { FunnelSpec } from './spec';

/** Arrays `tm_a_t<step>` and `tm_a_v<step>` beside the moments: when each step comes next, and its value then. */
export function unorderedLayers(funnel: FunnelSpec, facts: Facts): readonly Layer[] {
  const valued = valuedSteps(funnel);
  const arrays = funnel.steps.flatMap((_, i) => {
    const step = i + 1;
    const next = (array: string, none: string) => nextWhere(facts.isStep(step, 'p'), array, none);
    return [
      [`tm_a_t${step}`, next('tm_ms', 'toUInt64(0)')] as const,
      ...(valued.includes(step) ? [[`tm_a_v${step}`, next(valuesOf(step, facts), "''")] as const] : []),
    ];
  });
  return [Object.fromEntries(arrays)];
}
