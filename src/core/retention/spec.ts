import type { EventPick } from '../funnel/spec';

export const retentionIntervals = ['day', 'week', 'month'] as const;
export type RetentionInterval = (typeof retentionIntervals)[number];

/** Who comes back: entities that did something in one interval, and in which later ones they did something again. */
export interface RetentionSpec {
  /** Lower-case letters, digits and _: part of table names. */
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  /** What puts an entity into a cohort; any event when absent. */
  readonly start?: EventPick;
  /** What counts as coming back; any event when absent. */
  readonly back?: EventPick;
  /** *first-time*: the cohort is the interval of the first start ever. *recurring*: every interval with a start makes one. */
  readonly mode: 'first-time' | 'recurring';
  readonly interval: RetentionInterval;
  /** *calendar* days, weeks, months of the zone, or per entity *rolling* windows of 24 hours (7 × 24 hours for weeks) from its start on. */
  readonly windows: 'calendar' | 'rolling';
  /** `user`, or a dimension whose values are followed instead. */
  readonly by: string;
  /** Dimension by whose value at the start the cohorts are told apart. */
  readonly breakdown?: string;
  /** Intervals after the first that are kept. */
  readonly periods: number;
}
