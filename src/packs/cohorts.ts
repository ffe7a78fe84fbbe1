import { rareSeconds } from './periods';
import type { FinishedRollup, RollupKey } from './types';

/** What first days and cohorts are made of. */
export interface CohortBase {
  /** Name of the rollup of (d, user, …) places. */
  readonly from: string;
  /** Begin of the names: `user` makes `user_first` and `user_cohort_month`. */
  readonly prefix: string;
  /** Plural, such as `users`. */
  readonly who: string;
  /** What they do on their days, such as `was active`. */
  readonly did: string;
}

const user: RollupKey = { column: 'user', from: 'user', type: 'source' };

/** First day of each user, and users per month and first month: two rollups, in this order. */
export function cohortRollups({ from, prefix, who, did }: CohortBase): readonly FinishedRollup[] {
  const firsts: FinishedRollup = {
    kind: 'finished',
    method: 'firstDays',
    name: `${prefix}_first`,
    title: `First days of ${who}`,
    description: `One row per user with the first day ever on which it ${did}.`,
    from,
    keys: [user],
    everySeconds: 60,
    columns: [],
  };
  const cohorts: FinishedRollup = {
    kind: 'finished',
    method: 'cohortMonths',
    name: `${prefix}_cohort_month`,
    title: `Cohorts of ${who} by month`,
    description: `One row per calendar month and cohort: how many of the ${who} whose first day lies in the cohort's month were there in the month. Summed over the cohorts: distinct ${who} of the month.`,
    from,
    firsts: firsts.name,
    entity: user.column,
    keys: [{ column: 'cohort', from: 'cohort', type: 'Date' }],
    everySeconds: rareSeconds,
    columns: [
      {
        column: 'users',
        class: 'additive',
        description: `Distinct ${who} of the cohort in the month that begins on d.`,
      },
      {
        column: 'last',
        type: 'Date',
        class: 'semi-additive',
        description: 'Last day of the month on which one of them was there.',
      },
    ],
  };
  return [firsts, cohorts];
}
