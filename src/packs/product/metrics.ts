import type { CalendarSpan, Metric } from '../types';
import { calendarSpans } from '../types';

const shared = { unit: 'short', class: 'additive' } as const;

/** Parts of the lifecycle that tell of an interval and the one before: not of a longer one. */
const parts = [
  {
    name: 'returning_users',
    title: 'Returning users',
    of: (span: string) => `Users active in the ${span} and in the ${span} before.`,
  },
  {
    name: 'resurrected_users',
    title: 'Resurrected users',
    of: (span: string) => `Users active in the ${span}, not in the ${span} before, and not new.`,
  },
  {
    name: 'dormant_users',
    title: 'Dormant users',
    of: (span: string) =>
      `Users active in the ${span} before and not in this one. While the ${span} is not over (its bucket is open), they have not come yet.`,
  },
] as const;

function lifecycleMetrics(span: 'day' | CalendarSpan): readonly Metric[] {
  const prefix = { day: '', week: 'weekly_', month: 'monthly_' }[span];
  return parts.map(({ name, title, of }) => ({
    ...shared,
    name: `${prefix}${name}`,
    title: span === 'day' ? title : `${title} per ${span}`,
    description: of(span),
    rollup: `active_${span}`,
    sql: `sum(${name})`,
    per: span,
    dimensions: [],
  }));
}

/** What the finished numbers of active users and of features tell. */
export const finishedMetrics: readonly Metric[] = [
  {
    ...shared,
    name: 'new_users',
    title: 'New users',
    description: 'Users whose first event ever lies in the interval.',
    rollup: 'active_day',
    sql: 'sum(new_users)',
    dimensions: [],
  },
  ...(['day', ...calendarSpans] as const).flatMap(lifecycleMetrics),
  {
    ...shared,
    name: 'first_uses',
    title: 'First uses of features',
    description: 'First uses ever of features in the calendar week; a user who begins with two features makes two.',
    rollup: 'adoption_week',
    sql: 'sum(users)',
    per: 'week',
    dimensions: ['event'],
  },
  {
    ...shared,
    name: 'feature_users',
    title: 'Users of features',
    description: 'Users of each feature in the calendar week: over several features a user counts once for each.',
    rollup: 'feature_week',
    sql: 'sum(users)',
    per: 'week',
    dimensions: ['event'],
  },
  {
    ...shared,
    name: 'feature_uses',
    title: 'Uses of features',
    description: 'Moments in the calendar week at which users used features.',
    rollup: 'feature_week',
    sql: 'sum(uses)',
    per: 'week',
    dimensions: ['event'],
  },
  {
    name: 'uses_per_user',
    title: 'Uses per user',
    description: 'Uses of a feature in the calendar week divided by the users who used it.',
    unit: 'none',
    class: 'ratio',
    rollup: 'feature_week',
    sql: 'if(sum(users) = 0, NULL, sum(uses) / sum(users))',
    weight: 'sum(users)',
    per: 'week',
    dimensions: ['event'],
  },
];
