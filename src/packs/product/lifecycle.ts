import { rareSeconds } from '../periods';
import type { CalendarSpan, FinishedRollup } from '../types';

/**
 * Users per calendar week or month by their past and by their active days. Five minutes between refreshes: what a week tells
 * changes slowly, and each refresh reads its span and the one before.
 */
export function activeSpan(span: CalendarSpan): FinishedRollup {
  return {
    kind: 'finished',
    method: 'activeSpans',
    name: `active_${span}`,
    title: `Active users per calendar ${span}, finished`,
    description: `One row per calendar ${span} and number of days in it on which users were active: how many they are, by their past. Summed over \`days\`, users = new + returning + resurrected. \`days\` = 0 has those who were active in the ${span} before and not in this one; while a ${span} is not over, they have not come yet.`,
    from: 'user_day',
    firsts: 'user_first',
    entity: 'user',
    keys: [{ column: 'days', from: 'days', type: 'UInt16' }],
    span,
    everySeconds: rareSeconds,
    columns: [
      {
        column: 'users',
        class: 'additive',
        description: `Users active on exactly so many days of the ${span} that begins on d.`,
      },
      { column: 'new_users', class: 'additive', description: `Those whose first day ever lies in the ${span}.` },
      {
        column: 'returning_users',
        class: 'additive',
        description: `Those who were active in the ${span} before, too.`,
      },
      {
        column: 'resurrected_users',
        class: 'additive',
        description: `Those who were active earlier, but not in the ${span} before.`,
      },
      {
        column: 'dormant_users',
        class: 'additive',
        description: `Users active in the ${span} before and not in this one.`,
      },
    ],
  };
}
