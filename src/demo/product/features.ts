import { randomOf } from './random';
import type { User } from './users';

/** A feature that came out while the demo ran, beside the assistant of session.ts and those that were always there. */
export interface Feature {
  /** Name of its event. */
  readonly event: string;
  /** Day on which it came out. */
  readonly day: number;
  /** Share of the people who ever take it up, of those who signed up long before it came out … */
  readonly early: number;
  /** … and of those who signed up with it there: the way in shows it to them. */
  readonly late: number;
  /** Chance that somebody who has taken it up uses it on an active day. */
  readonly use: number;
}

/** In the order in which they came out. */
export const features: readonly Feature[] = [
  { event: 'use_export', day: 35, early: 0.08, late: 0.14, use: 0.25 },
  { event: 'use_collections', day: 80, early: 0.15, late: 0.45, use: 0.45 },
  { event: 'use_compare', day: 100, early: 0.1, late: 0.3, use: 0.35 },
];

/** A use of a feature in a session that is `afterMs` old. */
interface Use {
  readonly name: string;
  readonly afterMs: number;
}

/** Days within which word of a new feature gets round, and within which new people are shown it more and more. */
const spreadDays = 14;
const rampDays = 20;

/** Day from which on the person uses the feature; undefined where they never take it up. */
export function adoptedOn(seed: number, user: User, feature: Feature): number | undefined {
  const random = randomOf(seed, 7, user.id, feature.day);
  const ramp = Math.max(0, Math.min(1, (user.signedUpOn - feature.day) / rampDays));
  const share = feature.early + (feature.late - feature.early) * ramp;
  if (!random.chance(Math.min(1, share * (0.6 + 0.8 * user.affinity)))) return undefined;
  const waitDays = Math.floor(-(user.signedUpOn >= feature.day ? 2 : spreadDays) * Math.log(1 - random.next()));
  return Math.max(feature.day, user.signedUpOn) + waitDays;
}

/** What a person does with these features on an active day, once their first session is `afterMs` old. Own random numbers: nothing else changes with them. */
export function featuresUsed(seed: number, user: User, day: number, afterMs: number): Use[] {
  const random = randomOf(seed, 8, user.id, day);
  let atMs = afterMs;
  return features.flatMap((feature) => {
    const from = day < feature.day ? undefined : adoptedOn(seed, user, feature);
    const uses = random.chance(feature.use);
    if (from === undefined || day < from || !(uses || day === from)) return [];
    atMs += random.between(5_000, 60_000);
    return [{ name: feature.event, afterMs: atMs }];
  });
}
