import { dayNumber, dayText } from './calendar';
import type { Expected } from './expected';

/** A change of a subscription as it stands after all corrections. */
export interface Change {
  readonly id: number;
  /** When it takes effect. */
  readonly timeMs: number;
  readonly subscription: string;
  readonly currency: string;
  /** Level from then on, in ten-thousandths of the currency's unit. */
  readonly mrr: number;
}

/** Numbers of {@link mrrDays}, in this order; amounts in ten-thousandths. */
export const mrrColumns = [
  'mrr',
  'subscriptions',
  'opening',
  'new_mrr',
  'reactivation',
  'expansion',
  'contraction',
  'churn',
] as const;

/** Numbers of {@link mrrMonths}, in this order. */
export const mrrMonthColumns = [...mrrColumns, 'opening_subscriptions', 'churned_subscriptions'] as const;

/** Number of a day's month since 1970, and the first day of a month's number. */
const monthOf = (day: number) => {
  const date = new Date(day * 86_400_000);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
};
const monthText = (month: number) => new Date(Date.UTC(1970, month, 1)).toISOString().slice(0, 10);

/** (first day of month|currency) → {@link mrrMonthColumns}, for every month from a currency's first change to that of `today`. */
export function mrrMonths(changes: readonly Change[], zone: string, today: number): Expected {
  const until = changes.filter((c) => dayNumber(c.timeMs, zone) <= today);
  return mrrPeriods(
    until,
    (ms) => monthOf(dayNumber(ms, zone)),
    monthOf(today),
    monthText,
    (row) => [row.filter((s) => s.before > 0).length, row.filter((s) => s.called === 'churn').length],
  );
}

/**
 * (day|currency) → {@link mrrColumns}, for every day from a currency's first change to `today` (day number): day by day and
 * subscription by subscription, from the last change before the end of each day. What is negative pays nothing.
 */
export function mrrDays(changes: readonly Change[], zone: string, today: number): Expected {
  return mrrPeriods(
    changes,
    (ms) => dayNumber(ms, zone),
    today,
    dayText,
    () => [],
  );
}

function mrrPeriods(
  changes: readonly Change[],
  periodOf: (ms: number) => number,
  last: number,
  textOf: (period: number) => string,
  more: (row: readonly ReturnType<typeof oneDay>[]) => readonly number[],
): Expected {
  const out = new Map<string, number[]>();
  const ordered = [...changes].sort((a, b) => a.timeMs - b.timeMs || a.id - b.id);
  const dated = ordered.map((c) => ({ ...c, day: periodOf(c.timeMs) }));
  for (const currency of new Set(dated.map((c) => c.currency))) {
    const own = dated.filter((c) => c.currency === currency);
    const subscriptions = [...new Set(own.map((c) => c.subscription))].map((name) =>
      own.filter((c) => c.subscription === name),
    );
    for (let day = own[0]?.day ?? 0; day <= last; day++) {
      const row = subscriptions.map((s) => oneDay(s, day));
      const sum = (part: (d: (typeof row)[number]) => number) => row.reduce((total, d) => total + part(d), 0);
      const moved = (name: string) => sum((d) => (d.called === name ? Math.abs(d.after - d.before) : 0));
      out.set(`${textOf(day)}|${currency}`, [
        sum((d) => d.after),
        sum((d) => (d.after > 0 ? 1 : 0)),
        sum((d) => d.before),
        ...['new', 'reactivation', 'expansion', 'contraction', 'churn'].map(moved),
        ...more(row),
      ]);
    }
  }
  return out;
}

/** What a subscription had at the ends of the day before and of the day, and what the step between is called. */
function oneDay(changes: readonly (Change & { readonly day: number })[], day: number) {
  const endOf = (d: number) => changes.filter((c) => c.day <= d).at(-1)?.mrr ?? 0;
  const before = endOf(day - 1);
  const after = endOf(day);
  const paidOn = changes.map((c) => c.day).filter((d) => d < day && endOf(d) > 0);
  const called =
    before === after
      ? 'nothing'
      : after > 0 && before <= 0
        ? paidOn.length > 0
          ? 'reactivation'
          : 'new'
        : after <= 0 && before > 0
          ? 'churn'
          : after > before
            ? 'expansion'
            : 'contraction';
  return { before, after, called };
}

/** Rows with anything in them: a currency that is gone keeps its days with zeros. */
export const told = (days: Expected): Expected => new Map([...days].filter(([, v]) => v.some((n) => n !== 0)));
