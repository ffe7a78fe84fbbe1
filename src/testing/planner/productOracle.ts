import type { Filter, Question } from '../../core/metrics';
import type { WeekStart } from '../../core/model';
import { dayNumber } from '../law/calendar';
import type { Version } from '../law/history';
import { featureNames } from '../law/history';
import { adoption, featureUses } from '../product/adoption';
import { lifecycle, lifecycleColumns } from '../product/lifecycle';
import type { Calendar } from '../product/spans';
import { firstOf, nextOf } from '../product/spans';
import type { AnswerRow } from './oracle';
import { bucketOf, firstInstant, passes } from './oracle';

type Span = Calendar['span'];

/** A number at a day (that of a whole span where the metric is told by those), of one event where it is told by events. */
interface Cell {
  readonly day: number;
  readonly event: string;
  readonly parts: readonly number[];
}

interface World {
  readonly rows: readonly Version[];
  readonly zone: string;
  readonly weekStart: WeekStart;
}

const dayOf = (text: string) => Date.parse(text) / 86_400_000;

const part =
  (span: Span, column: (typeof lifecycleColumns)[number]) =>
  ({ rows, zone, weekStart }: World): readonly Cell[] => {
    const activity = rows.map((r) => ({ user: r.user, day: dayNumber(r.timeMs, zone) }));
    const at = lifecycleColumns.indexOf(column);
    return [...lifecycle(activity, { span, weekStart })].map(([place, values]) => ({
      day: dayOf(place.slice(0, 10)),
      event: '',
      parts: [values[at] ?? 0],
    }));
  };

const features =
  (count: typeof featureUses, ...columns: readonly number[]) =>
  ({ rows, zone, weekStart }: World): readonly Cell[] =>
    [...count({ rows, features: featureNames, zone, calendar: { span: 'week', weekStart } })].map(
      ([place, values]) => ({
        day: dayOf(place.slice(0, 10)),
        event: place.split('|')[1] ?? '',
        parts: columns.map((i) => values[i] ?? 0),
      }),
    );

interface Told {
  readonly per?: Span;
  cells(world: World): readonly Cell[];
}

const spans = (['day', 'week', 'month'] as const).flatMap((per) =>
  (['returning_users', 'resurrected_users', 'dormant_users'] as const).map((column) => {
    const name = `${{ day: '', week: 'weekly_', month: 'monthly_' }[per]}${column}`;
    return [name, { per, cells: part(per, column) }] as const;
  }),
);

/** Metrics of finished numbers of the product pack. Of two parts the value is the first divided by the second. */
const metrics: Readonly<Record<string, Told>> = {
  new_users: { cells: part('day', 'new_users') },
  ...Object.fromEntries(spans),
  first_uses: { per: 'week', cells: features((world) => adoption(world, 'cohort'), 0) },
  feature_users: { per: 'week', cells: features(featureUses, 0) },
  feature_uses: { per: 'week', cells: features(featureUses, 1) },
  uses_per_user: { per: 'week', cells: features(featureUses, 1, 0) },
};

/** Whether a metric is one of those. */
export const isOfProduct = (metric: string): boolean => metric in metrics;

/** The one interval that a metric is told by, if there is one. */
export const perOf = (metric: string): Span | undefined => metrics[metric]?.per;

const wanted = (event: string, where: readonly Filter[]) => where.every((f) => passes({ name: event } as Version, f));

/** Answers from rows of events, by whole days, weeks or months. */
export function productAnswer(
  { metric, fromMs, toMs, interval, timezone: zone, by = [], where = [] }: Question,
  rows: readonly Version[],
  weekStart: WeekStart,
  nowMs: number,
): AnswerRow[] {
  const asked = metrics[metric];
  if (!asked) throw new Error(`The oracle does not know ${metric}.`);
  const calendar = { span: asked.per ?? 'day', weekStart };
  const firstDay = dayNumber(fromMs, zone);
  const lastDay = Math.max(firstDay, Math.min(dayNumber(toMs - 1, zone), dayNumber(nowMs, zone)));
  const [first, end] = [firstOf(firstDay, calendar), nextOf(firstOf(lastDay, calendar), calendar)];
  const cells = new Map<string, { start: number; stop: number; group: string; parts: number[] }>();
  for (const { day, event, parts } of asked.cells({ rows, zone, weekStart })) {
    if (day < first || day >= end || !wanted(event, where)) continue;
    const [start, stop] = bucketOf(firstInstant(day, zone), interval, zone, weekStart);
    const group = by.length > 0 ? event : '';
    const cell = cells.get(`${start}|${group}`) ?? { start, stop, group, parts: parts.map(() => 0) };
    cells.set(`${start}|${group}`, { ...cell, parts: cell.parts.map((n, i) => n + (parts[i] ?? 0)) });
  }
  const [from, to] = [firstInstant(first, zone), firstInstant(end, zone)];
  const closedMs = Math.min(to, nowMs);
  const valueOf = ([n = 0, of = 1]: readonly number[]) => (of === 0 ? null : n / of);
  const answers = [...cells.values()].map((c) => ({
    t: interval === 'all' ? null : c.start / 1000,
    groups: by.length > 0 ? [c.group] : [],
    value: valueOf(c.parts),
    open: interval === 'all' ? Number(to > closedMs) : Number(c.start < from || c.stop > closedMs),
  }));
  // One group without a bucket has a row, whatever there is.
  const nothing = metric === 'uses_per_user' ? null : 0;
  return interval === 'all' && by.length === 0 && answers.length === 0
    ? [{ t: null, groups: [], value: nothing, open: Number(to > closedMs) }]
    : answers;
}
