import type { Config } from '../config/config';
import type { EventPick } from '../core/funnel/spec';
import type { Source } from './installation';

/** What the step rows of role *events* have to hold for all that is saved. */
export type StepNeeds = Pick<Source, 'steps' | 'allSteps' | 'stepDimensions'>;

/** Of a role without step rows. */
export const noSteps: StepNeeds = { steps: [], allSteps: false, stepDimensions: [] };

/**
 * Events and dimensions that saved funnels and retentions, features and `steps` ask for. All events where a funnel is strict
 * (anything may come between), or where a retention follows any event by more than the user's days.
 */
export function stepNeeds({ roles, funnels, retentions }: Pick<Config, 'roles' | 'funnels' | 'retentions'>): StepNeeds {
  const events = roles.events;
  if (!events) return noSteps;
  const picks = [
    ...funnels.flatMap((f): readonly EventPick[] => [...f.steps, ...f.exclusions]),
    ...retentions.flatMap((r) => [r.start, r.back].filter((p): p is EventPick => p !== undefined)),
  ];
  const saved = [...funnels, ...retentions];
  const followed = saved.map((s) => s.by).filter((by) => by !== 'user');
  const told = [
    ...picks.flatMap((p) => Object.keys(p.where ?? {})),
    ...saved.flatMap((s) => (s.breakdown === undefined ? [] : [s.breakdown])),
  ];
  const names = [...new Set([...told, ...followed])].sort();
  return {
    steps: [...new Set([...events.steps, ...events.features, ...picks.map((p) => p.event)])],
    allSteps: funnels.some((f) => f.order === 'strict') || retentions.some(needsAllEvents),
    stepDimensions: names.map((name) => ({ name, followed: followed.includes(name) })),
  };
}

function needsAllEvents({ start, back, by, breakdown, windows }: Config['retentions'][number]): boolean {
  if (start && back) return false;
  return by !== 'user' || windows === 'rolling' || (!start && breakdown !== undefined);
}
