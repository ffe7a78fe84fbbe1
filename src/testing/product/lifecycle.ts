import { dayText } from '../law/calendar';
import type { Expected } from '../law/expected';
import type { Calendar } from './spans';
import { firstOf, nextOf } from './spans';

/** A user was active on a day (number since 1970-01-01). */
export interface Activity {
  readonly user: string;
  readonly day: number;
}

/** Numbers of {@link lifecycle}, in this order. */
export const lifecycleColumns = [
  'users',
  'new_users',
  'returning_users',
  'resurrected_users',
  'dormant_users',
] as const;

/**
 * first day of a span|active days in it → {@link lifecycleColumns}: span by span, user by user, by sets of days. The span after
 * the last active one has those who have not come yet.
 */
export function lifecycle(activity: readonly Activity[], calendar: Calendar): Expected {
  const days = new Map<string, Set<number>>();
  for (const { user, day } of activity) days.set(user, (days.get(user) ?? new Set()).add(day));
  const out = new Map<string, number[]>();
  const add = (span: number, active: number, column: (typeof lifecycleColumns)[number]) => {
    const place = `${dayText(span)}|${active}`;
    const row = out.get(place) ?? lifecycleColumns.map(() => 0);
    const at = lifecycleColumns.indexOf(column);
    row[at] = (row[at] ?? 0) + 1;
    out.set(place, row);
  };
  for (const own of days.values()) {
    const first = firstOf(Math.min(...own), calendar);
    const last = firstOf(Math.max(...own), calendar);
    let before = 0;
    for (let span = first; span <= nextOf(last, calendar); span = nextOf(span, calendar)) {
      const active = [...own].filter((day) => firstOf(day, calendar) === span).length;
      if (active > 0) {
        add(span, active, 'users');
        add(span, active, span === first ? 'new_users' : before > 0 ? 'returning_users' : 'resurrected_users');
      } else if (before > 0) add(span, 0, 'dormant_users');
      before = active;
    }
  }
  return out;
}
