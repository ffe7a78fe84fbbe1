import { rareSeconds } from '../periods';
import type { FinishedRollup, RollupKey } from '../types';

const user: RollupKey = { column: 'user', from: 'user', type: 'source' };
const event: RollupKey = { column: 'event', from: 'event', type: 'LowCardinality(String)' };

/** What all numbers of features per calendar week share. Five minutes between refreshes: each reads the week's step rows. */
const weekly = {
  kind: 'finished',
  needs: 'features',
  entity: 'user',
  span: 'week',
  everySeconds: rareSeconds,
} as const;

/** Who adopts the features named under `features`, when, how many of them, and how often they use them. */
export const featureRollups: readonly FinishedRollup[] = [
  {
    kind: 'finished',
    method: 'firstDays',
    name: 'feature_first',
    title: 'First uses of features',
    description: 'One row per user and feature with the first day ever on which the user used it.',
    from: 'step_day',
    needs: 'features',
    keys: [user, event],
    everySeconds: 60,
    columns: [],
  },
  {
    ...weekly,
    method: 'adoption',
    name: 'adoption_week',
    title: 'Adoption of features by cohort week',
    description:
      'One row per calendar week of first use, feature, and cohort (week of the user’s first day ever): how many users of the cohort used the feature for the first time. Each user is in one row per feature.',
    from: 'feature_first',
    firsts: 'user_first',
    keys: [event, { column: 'cohort', from: 'cohort', type: 'Date' }],
    columns: [
      {
        column: 'users',
        class: 'additive',
        description: 'Users of the cohort whose first use ever lies in the week that begins on d.',
      },
    ],
  },
  {
    ...weekly,
    method: 'adoption',
    name: 'adoption_lag_week',
    title: 'First use of features after the first day',
    description:
      'One row per calendar week of first use, feature, and days between the user’s first day ever and the first use: exact up to 28 days, then whole weeks by their first day (35, 42, …).',
    from: 'feature_first',
    firsts: 'user_first',
    keys: [event, { column: 'lag', from: 'lag', type: 'UInt16' }],
    columns: [
      {
        column: 'users',
        class: 'additive',
        description:
          'Users whose first use ever lies in the week that begins on d, so many days after their first day.',
      },
    ],
  },
  {
    ...weekly,
    method: 'featureUses',
    name: 'feature_week',
    title: 'Use of features per week',
    description:
      'One row per calendar week, feature and class of uses per user: exact up to 20, then tens up to 100, hundreds up to 1,000, and 1001 for all beyond, each by its least count. A use is a moment: what one user does twice in the same millisecond counts once.',
    from: 'step_day',
    keys: [event, { column: 'per_user', from: 'per_user', type: 'UInt16' }],
    columns: [
      { column: 'users', class: 'additive', description: 'Users who used the feature so often in the week.' },
      { column: 'uses', class: 'additive', description: 'Their uses.' },
    ],
  },
  {
    ...weekly,
    method: 'featureBreadth',
    name: 'breadth_week',
    title: 'Breadth: features per user and week',
    description:
      'One row per calendar week and number of different features that a user used in it, from 1 on. Active users who used none are those of active_week that are not here.',
    from: 'step_day',
    keys: [{ column: 'features', from: 'features', type: 'UInt16' }],
    columns: [
      {
        column: 'users',
        class: 'additive',
        description: 'Users who used exactly so many features in the week that begins on d.',
      },
    ],
  },
];
