import { fail } from './errors';
import { overlap } from './picks';
import type { EventPick, FunnelSpec } from './spec';

/** Most steps of a funnel, and most optional ones in a row: statements grow with the square of the one, and double with the other. */
export const mostSteps = 12;
export const mostOptional = 3;
const mostWindowDays = 366;

/** Refuses what cannot be counted, with the first thing that is wrong. Config, CLI and dashboards all ask here. */
export function checkFunnel(funnel: FunnelSpec): void {
  const { name, steps, windowMs, by } = funnel;
  if (steps.length < 2) throw fail('funnel_too_short', { funnel: name, steps: steps.length });
  if (steps.length > mostSteps) {
    throw fail('funnel_too_long', { funnel: name, steps: steps.length, most: mostSteps });
  }
  if (!Number.isInteger(windowMs) || windowMs <= 0 || windowMs > mostWindowDays * 86_400_000) {
    throw fail('funnel_bad_window', { funnel: name, windowMs, mostDays: mostWindowDays });
  }
  if (by === '') throw fail('funnel_by', { funnel: name });
  steps.forEach((step, i) => checkPick(name, step, `step ${i + 1}`));
  checkOptional(funnel);
  checkExclusions(funnel);
  checkUnordered(funnel);
  checkAttribution(funnel);
}

function checkPick(funnel: string, { event, where = {} }: EventPick, place: string): void {
  if (event === '') throw fail('funnel_empty_event', { funnel, place });
  for (const [dimension, values] of Object.entries(where)) {
    if (values.length === 0) throw fail('funnel_empty_filter', { funnel, place, dimension });
  }
}

function checkOptional({ name: funnel, steps, order }: FunnelSpec): void {
  let run = 0;
  steps.forEach(({ optional, event, where = {} }, i) => {
    run = optional ? run + 1 : 0;
    if (!optional) return;
    const step = i + 1;
    if (order !== 'ordered') throw fail('funnel_optional_order', { funnel, step, event, order });
    if (i === 0) throw fail('funnel_optional_end', { funnel, step, event, end: 'first' });
    if (i === steps.length - 1) throw fail('funnel_optional_end', { funnel, step, event, end: 'last' });
    if (run > mostOptional)
      throw fail('funnel_optional_run', { funnel, step: step - mostOptional, most: mostOptional });
    const other = steps.findIndex((o, j) => j !== i && overlap({ event, where }, o));
    if (other >= 0) throw fail('funnel_optional_row', { funnel, step, other: other + 1, event });
  });
}

function checkExclusions({ name: funnel, steps, order, exclusions }: FunnelSpec): void {
  exclusions.forEach((excluded, i) => {
    const { event, after, before } = excluded;
    const exclusion = i + 1;
    checkPick(funnel, excluded, `exclusion ${exclusion}`);
    if (order !== 'ordered') throw fail('funnel_exclusion_order', { funnel, exclusion, event, order });
    const areSteps = Number.isInteger(after) && Number.isInteger(before) && after >= 1 && before <= steps.length;
    if (!areSteps || after >= before) {
      throw fail('funnel_exclusion_steps', { funnel, exclusion, event, after, before, steps: steps.length });
    }
    const optional = [after, before].find((n) => steps[n - 1]?.optional);
    if (optional !== undefined) {
      throw fail('funnel_exclusion_optional', { funnel, exclusion, event, step: optional });
    }
    const inside = steps.findIndex((s, j) => j + 1 > after && j + 1 < before && overlap(s, excluded));
    if (inside >= 0) throw fail('funnel_exclusion_row', { funnel, exclusion, event, step: inside + 1 });
  });
}

function checkUnordered({ name: funnel, steps, order }: FunnelSpec): void {
  if (order !== 'unordered') return;
  steps.forEach((step, i) => {
    const other = steps.findIndex((o, j) => j > i && overlap(step, o));
    if (other >= 0) throw fail('funnel_unordered_row', { funnel, step: i + 1, other: other + 1, event: step.event });
  });
}

function checkAttribution({ name: funnel, steps, breakdown, attribution }: FunnelSpec): void {
  if (breakdown === undefined && attribution !== 'first') {
    throw fail('funnel_attribution_alone', { funnel, attribution: String(attribution) });
  }
  if (typeof attribution !== 'number') return;
  if (!Number.isInteger(attribution) || attribution < 1 || attribution > steps.length) {
    throw fail('funnel_attribution', { funnel, step: attribution, steps: steps.length });
  }
}
