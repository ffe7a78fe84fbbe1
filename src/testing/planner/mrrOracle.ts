import type { Question } from '../../core/metrics';
import type { WeekStart } from '../../core/model';
import { dayNumber, dayText } from '../law/calendar';
import type { Version } from '../law/history';
import { mrrColumns, mrrDays } from '../law/mrr';
import type { AnswerRow } from './oracle';
import { bucketOf, firstInstant, passes } from './oracle';

/** Metric → column of mrr_day; states are those of the last day, the others are summed over days. */
const columns: Readonly<Record<string, { readonly column: (typeof mrrColumns)[number]; readonly isState?: boolean }>> =
  {
    mrr: { column: 'mrr', isState: true },
    subscriptions: { column: 'subscriptions', isState: true },
    mrr_new: { column: 'new_mrr' },
    mrr_reactivation: { column: 'reactivation' },
    mrr_expansion: { column: 'expansion' },
    mrr_contraction: { column: 'contraction' },
    mrr_churn: { column: 'churn' },
  };

/** Answers about subscriptions from their changes, by whole days; groups and buckets with nothing in them left out. */
export function mrrAnswer(
  { metric, fromMs, toMs, interval, timezone, by = [], where = [] }: Question,
  rows: readonly Version[],
  weekStart: WeekStart,
  nowMs: number,
): AnswerRow[] {
  const asked = columns[metric];
  if (!asked) throw new Error(`The oracle does not know ${metric}.`);
  const first = dayNumber(fromMs, timezone);
  const last = Math.max(first, Math.min(dayNumber(toMs - 1, timezone), dayNumber(nowMs, timezone)));
  const changes = rows.map((r) => ({
    id: r.id,
    timeMs: r.timeMs,
    subscription: r.user,
    currency: r.name,
    mrr: r.amount * 100,
  }));
  const days = mrrDays(changes, timezone, last);
  const kept = [...new Set(rows.map((r) => r.name))].filter((currency) =>
    where.every((f) => rows.some((r) => r.name === currency && passes(r, f))),
  );
  const index = mrrColumns.indexOf(asked.column);
  const unit = asked.column === 'subscriptions' ? 1 : 10_000;
  const cells = new Map<string, { start: number; end: number; group: string; value: number }>();
  for (let d = first; d <= last; d++) {
    const [start, end] = bucketOf(firstInstant(d, timezone), interval, timezone, weekStart);
    const isLast = d === last || bucketOf(firstInstant(d + 1, timezone), interval, timezone, weekStart)[0] !== start;
    if (asked.isState && !isLast) continue;
    for (const currency of kept) {
      const value = (days.get(`${dayText(d)}|${currency}`)?.[index] ?? 0) / unit;
      const group = by.length > 0 ? currency : '';
      const key = `${start}|${group}`;
      const cell = cells.get(key) ?? { start, end, group, value: 0 };
      cells.set(key, { ...cell, value: cell.value + value });
    }
  }
  const [from, to] = [firstInstant(first, timezone), firstInstant(last + 1, timezone)];
  const closedMs = Math.min(to, nowMs);
  return [...cells.values()].map((c) => ({
    t: interval === 'all' ? null : c.start / 1000,
    groups: by.length > 0 ? [c.group] : [],
    value: c.value,
    open: interval === 'all' ? Number(to > closedMs) : Number(c.start < from || c.end > closedMs),
  }));
}

/** Whether a metric is one of those. */
export const isOfMrr = (metric: string): boolean => metric in columns;
