import type { Look } from './look';
import { snakeCase } from './names';
import { funnelSteps } from './vocabulary';

/** Steps without known names are taken from events that make up between these shares of the rows. */
const share = { least: 0.002, most: 0.25 } as const;
const mostSteps = 5;

/**
 * Event names of which funnels will ask: those of the usual funnels in their order; where fewer than two are known, the
 * frequent ones that are not half of all rows (each step of each user is kept, so the most frequent event would cost most).
 */
export function stepsFor(event: Look | undefined): readonly string[] {
  if (!event || event.personal) return [];
  const known = funnelSteps.flatMap((line) => {
    const found = line.flatMap((name) => event.counts.filter(([value]) => snakeCase(value) === name).slice(0, 1));
    return found[0] ? [found[0][0]] : [];
  });
  if (known.length >= 2) return known;
  return event.counts
    .filter(([, n]) => n / event.filled >= share.least && n / event.filled <= share.most)
    .slice(0, mostSteps)
    .map(([value]) => value);
}

/** Names of events that are use of a feature, as products call them: `use_assistant`, `feature_export`, `report_created`. */
const ofFeature =
  /^(use|used|feature|open|opened|create|created|export|exported|import|imported|share|shared|invite|invited|upload|uploaded|download|downloaded|generate|generated|connect|connected|enable|enabled)_|_(used|created|exported|imported|shared|invited|uploaded|downloaded|generated|connected|enabled)$/;
const mostFeatures = 12;

/** Event names that look like features of the product, the most used first; never steps of a funnel. */
export function featuresFor(event: Look | undefined, steps: readonly string[]): readonly string[] {
  if (!event || event.personal) return [];
  return event.counts
    .map(([value]) => value)
    .filter((value) => ofFeature.test(snakeCase(value)) && !steps.includes(value))
    .slice(0, mostFeatures);
}
