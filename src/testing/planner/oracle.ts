import type { Filter, Interval, Question } from '../../core/metrics';
import type { WeekStart } from '../../core/model';
import { dayNumber, dayText } from '../law/calendar';
import type { Version } from '../law/history';
import { dimensionOf } from './world';

/** One row of an answer, as text and numbers: what the planner's statement has to give. */
export interface AnswerRow {
  /** First instant of the bucket, seconds since 1970; null for interval `all`. */
  readonly t: number | null;
  readonly groups: readonly string[];
  readonly value: number | null;
  /** A quantile: bounds of the answer, from the values at the two ranks next to it and the sketch's accuracy. */
  readonly between?: readonly [number, number];
  readonly open: number;
}

const starts = new Map<string, number>();

/** First instant (ms) of a day in a zone, halved out: slow, and by nothing but the runtime's formatter. */
export function firstInstant(day: number, zone: string): number {
  const key = `${zone} ${day}`;
  const known = starts.get(key);
  if (known !== undefined) return known;
  let [before, after] = [day * 86_400_000 - 2 * 86_400_000, day * 86_400_000 + 2 * 86_400_000];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dayNumber(middle, zone) >= day) after = middle;
    else before = middle;
  }
  starts.set(key, after);
  return after;
}

/** Bucket of an instant: [start, end) in ms. */
export function bucketOf(
  ms: number,
  interval: Interval,
  zone: string,
  weekStart: WeekStart,
): readonly [number, number] {
  if (interval === 'all') return [0, 0];
  const day = dayNumber(ms, zone);
  const minutes = interval.unit === 'minute' ? interval.count : interval.unit === 'hour' ? 60 * interval.count : 0;
  if (minutes > 0) {
    const midnight = firstInstant(day, zone);
    const start = ms - ((ms - midnight) % (minutes * 60_000));
    return [start, Math.min(start + minutes * 60_000, firstInstant(day + 1, zone))];
  }
  let first = day;
  while (!isFirst(first, interval, weekStart)) first--;
  let next = day + 1;
  while (!isFirst(next, interval, weekStart)) next++;
  return [firstInstant(first, zone), firstInstant(next, zone)];
}

function isFirst(day: number, interval: Exclude<Interval, 'all'>, weekStart: WeekStart): boolean {
  const [, month = 1, date = 1] = dayText(day).split('-').map(Number);
  switch (interval.unit) {
    case 'week':
      return new Date(day * 86_400_000).getUTCDay() === (weekStart === 'monday' ? 1 : 0);
    case 'month':
      return date === 1;
    case 'quarter':
      return date === 1 && month % 3 === 1;
    case 'year':
      return date === 1 && month === 1;
    default:
      return day % interval.count === 0;
  }
}

type Fold = (rows: readonly Version[]) => number | null;
const apdexMs = 500;
const users = (rows: readonly Version[]) => new Set(rows.map((r) => r.user)).size;
const sum = (rows: readonly Version[], f: (r: Version) => number) => rows.reduce((a, r) => a + f(r), 0);

const failed = (r: Version) => r.failed === true || r.refund >= 500;
const errors = (rows: readonly Version[]) => rows.filter(failed).length;
const part =
  (of: (rows: readonly Version[]) => number): Fold =>
  (rows) =>
    rows.length === 0 ? null : of(rows) / rows.length;

/** Metrics over the rows of one bucket and group, and what their groups are ranked by. */
const folds: Readonly<Record<string, { readonly value: Fold; readonly weight?: Fold }>> = {
  events: { value: (rows) => rows.length },
  active_users: { value: users },
  buyers: { value: users },
  orders: { value: (rows) => rows.length },
  gross_revenue: { value: (rows) => sum(rows, (r) => r.amount) / 100 },
  net_revenue: { value: (rows) => sum(rows, (r) => r.amount - r.refund) / 100 },
  refund_rate: {
    value: (rows) => (rows.length === 0 ? null : rows.filter((r) => r.refund > 0).length / rows.length),
    weight: (rows) => rows.length,
  },
  average_order: {
    // Decimals are divided to the dividend's four digits.
    value: (rows) => (rows.length === 0 ? null : Math.trunc((sum(rows, (r) => r.amount) * 100) / rows.length) / 10_000),
    weight: (rows) => rows.length,
  },
  refunds_by_day: { value: (rows) => rows.length },
  refunded_by_day: { value: (rows) => sum(rows, (r) => r.refund) / 100 },
  requests: { value: (rows) => rows.length },
  errors: { value: errors },
  error_rate: { value: part(errors), weight: (rows) => rows.length },
  mean_latency: {
    value: part((rows) => sum(rows, (r) => r.amount) / 1000),
    weight: (rows) => rows.length,
  },
  apdex: {
    value: part((rows) => {
      const within = (limitMs: number) => rows.filter((r) => !failed(r) && r.amount <= limitMs * 1000).length;
      return (within(apdexMs) + within(4 * apdexMs)) / 2;
    }),
    weight: (rows) => rows.length,
  },
};

/** Quantiles of the durations. */
const levels: Readonly<Record<string, number>> = { latency_p50: 0.5, latency_p95: 0.95, latency_p99: 0.99 };

/** Relative accuracy of quantilesDD(0.01): below 1 the engine takes the next higher bucket (`law/latency.ts`). */
const accuracyOf = (ms: number): number => (ms < 1 ? 0.0305 : 0.01);

function cell(metric: string, rows: readonly Version[]): Pick<AnswerRow, 'value' | 'between'> {
  const level = levels[metric];
  if (level === undefined) return { value: folds[metric]?.value(rows) ?? null };
  if (rows.length === 0) return { value: null };
  const sorted = rows.map((r) => r.amount / 1000).sort((a, b) => a - b);
  const rank = level * (sorted.length - 1);
  const [below = 0, above = 0] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return { value: below, between: [below * (1 - accuracyOf(below)) - 1e-9, above * (1 + accuracyOf(above)) + 1e-9] };
}

const rolling: Readonly<Record<string, (distinct: (days: number) => number) => number>> = {
  dau: (distinct) => distinct(1),
  wau: (distinct) => distinct(7),
  mau: (distinct) => distinct(30),
  stickiness: (distinct) => distinct(1) / distinct(30),
};

const other = '(other)';

/** The answer to a question from plain rows (deduplicated, without deleted ones), by sets and loops. */
export function oracleAnswer(
  question: Question,
  all: readonly Version[],
  weekStart: WeekStart,
  nowMs: number,
): AnswerRow[] {
  const rows = all.filter((r) => (question.where ?? []).every((f) => passes(r, f)));
  const answer =
    question.metric in rolling ? perDay(question, rows, nowMs) : perBucket(question, rows, weekStart, nowMs);
  return sortAnswer(answer);
}

function perBucket(question: Question, rows: readonly Version[], weekStart: WeekStart, nowMs: number): AnswerRow[] {
  const { fromMs, toMs, interval, timezone, by = [], topN } = question;
  const fold = folds[question.metric];
  if (!fold && !(question.metric in levels)) throw new Error(`The oracle does not know ${question.metric}.`);
  const inside = rows.filter((r) => r.timeMs >= fromMs && r.timeMs < toMs);
  const groupOf = (r: Version) => by.map((d) => dimensionOf(d, r));
  const kept =
    topN === undefined || !fold
      ? undefined
      : new Set(ranked(inside, groupOf, fold.weight ?? fold.value).slice(0, topN));
  const label = (r: Version) => (!kept || kept.has(joined(groupOf(r))) ? groupOf(r) : groupOf(r).map(() => other));
  const cells = new Map<string, { start: number; end: number; groups: readonly string[]; rows: Version[] }>();
  for (const r of inside) {
    const [start, end] = bucketOf(r.timeMs, interval, timezone, weekStart);
    const groups = label(r);
    const key = `${start}|${groups.join('|')}`;
    const cell = cells.get(key) ?? { start, end, groups, rows: [] };
    cell.rows.push(r);
    cells.set(key, cell);
  }
  const closedMs = Math.min(toMs, nowMs);
  if (interval === 'all') {
    const open = closedMs < toMs ? 1 : 0;
    if (by.length === 0) return [{ t: null, groups: [], ...cell(question.metric, inside), open }];
    return [...cells.values()].map((c) => ({ t: null, groups: c.groups, ...cell(question.metric, c.rows), open }));
  }
  return [...cells.values()].map((c) => ({
    t: c.start / 1000,
    groups: c.groups,
    ...cell(question.metric, c.rows),
    open: c.start < fromMs || c.end > closedMs ? 1 : 0,
  }));
}

/** Groups as one text that sorts as their parts do. */
const joined = (parts: readonly string[]) => parts.join('\u0000');

function ranked(rows: readonly Version[], groupOf: (r: Version) => readonly string[], weight: Fold): string[] {
  const groups = new Map<string, Version[]>();
  for (const r of rows) groups.set(joined(groupOf(r)), [...(groups.get(joined(groupOf(r))) ?? []), r]);
  return [...groups]
    .map(([name, members]) => ({ name, weight: weight(members) ?? -Infinity }))
    .sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1))
    .map((g) => g.name);
}

function perDay(question: Question, rows: readonly Version[], nowMs: number): AnswerRow[] {
  const { fromMs, toMs, timezone, by = [] } = question;
  const first = dayNumber(fromMs, timezone);
  const last = Math.max(first, Math.min(dayNumber(toMs - 1, timezone), dayNumber(nowMs, timezone)));
  const value = rolling[question.metric];
  if (!value) throw new Error(`The oracle does not know ${question.metric}.`);
  const names = (r: Version) => by.map((d) => dimensionOf(d, r));
  const groups = [...new Map(rows.map((r) => [names(r).join('|'), names(r)])).values()];
  if (by.length === 0 && groups.length === 0) return [];
  const out: AnswerRow[] = [];
  for (const group of groups) {
    const own = rows.filter((r) => names(r).join('|') === group.join('|'));
    const days = own.map((r) => dayNumber(r.timeMs, timezone));
    for (let d = first; d <= last; d++) {
      const distinct = (n: number) =>
        new Set(own.filter((_, i) => days[i]! <= d && days[i]! > d - n).map((r) => r.user)).size;
      const longest = { dau: 1, wau: 7, mau: 30, stickiness: 30 }[question.metric] ?? 1;
      if (distinct(longest) === 0) continue;
      const end = firstInstant(d + 1, timezone);
      out.push({
        t: firstInstant(d, timezone) / 1000,
        groups: group,
        value: value(distinct),
        open: end > nowMs ? 1 : 0,
      });
    }
  }
  return out;
}

/** Whether a row fulfils a filter. */
export function passes(row: Version, { dimension: name, operator, values }: Filter): boolean {
  const own = dimensionOf(name, row);
  const hit = operator.endsWith('matches') ? values.some((v) => new RegExp(v).test(own)) : values.includes(own);
  return operator === '=' || operator === 'matches' ? hit : !hit;
}

/** Answers in one order, whatever order the server gave them in. */
export function sortAnswer(rows: readonly AnswerRow[]): AnswerRow[] {
  const key = (r: AnswerRow) => `${String(r.t ?? 0).padStart(12, '0')}|${r.groups.join('|')}`;
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
