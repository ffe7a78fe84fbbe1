import type { Filter, Interval, Question } from '../../core/metrics';
import type { WeekStart } from '../../core/model';
import { dayNumber, dayText } from '../law/calendar';
import type { Version } from '../law/history';

/** One row of an answer, as text and numbers: what the planner's statement has to give. */
export interface AnswerRow {
  /** First instant of the bucket, seconds since 1970; null for interval `all`. */
  readonly t: number | null;
  readonly groups: readonly string[];
  readonly value: number | null;
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
const users = (rows: readonly Version[]) => new Set(rows.map((r) => r.user)).size;
const sum = (rows: readonly Version[], f: (r: Version) => number) => rows.reduce((a, r) => a + f(r), 0);

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
};

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
  if (!fold) throw new Error(`The oracle does not know ${question.metric}.`);
  const inside = rows.filter((r) => r.timeMs >= fromMs && r.timeMs < toMs);
  const groupOf = (r: Version) => by.map(() => r.name);
  const kept =
    topN === undefined ? undefined : new Set(ranked(inside, groupOf, fold.weight ?? fold.value).slice(0, topN));
  const label = (r: Version) => (!kept || kept.has(groupOf(r).join('|')) ? groupOf(r) : groupOf(r).map(() => other));
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
    if (by.length === 0) return [{ t: null, groups: [], value: fold.value(inside), open }];
    return [...cells.values()].map((c) => ({ t: null, groups: c.groups, value: fold.value(c.rows), open }));
  }
  return [...cells.values()].map((c) => ({
    t: c.start / 1000,
    groups: c.groups,
    value: fold.value(c.rows),
    open: c.start < fromMs || c.end > closedMs ? 1 : 0,
  }));
}

function ranked(rows: readonly Version[], groupOf: (r: Version) => readonly string[], weight: Fold): string[] {
  const groups = new Map<string, Version[]>();
  for (const r of rows) groups.set(groupOf(r).join('|'), [...(groups.get(groupOf(r).join('|')) ?? []), r]);
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
  const groups = by.length === 0 ? [undefined] : [...new Set(rows.map((r) => r.name))];
  const out: AnswerRow[] = [];
  for (const group of groups) {
    const own = rows.filter((r) => group === undefined || r.name === group);
    const days = own.map((r) => dayNumber(r.timeMs, timezone));
    for (let d = first; d <= last; d++) {
      const distinct = (n: number) =>
        new Set(own.filter((_, i) => days[i]! <= d && days[i]! > d - n).map((r) => r.user)).size;
      const longest = { dau: 1, wau: 7, mau: 30, stickiness: 30 }[question.metric] ?? 1;
      if (distinct(longest) === 0) continue;
      const end = firstInstant(d + 1, timezone);
      out.push({
        t: firstInstant(d, timezone) / 1000,
        groups: group === undefined ? [] : by.map(() => group),
        value: value(distinct),
        open: end > nowMs ? 1 : 0,
      });
    }
  }
  return out;
}

function passes(row: Version, { operator, values }: Filter): boolean {
  const hit = operator.endsWith('matches')
    ? values.some((v) => new RegExp(v).test(row.name))
    : values.includes(row.name);
  return operator === '=' || operator === 'matches' ? hit : !hit;
}

/** Answers in one order, whatever order the server gave them in. */
export function sortAnswer(rows: readonly AnswerRow[]): AnswerRow[] {
  const key = (r: AnswerRow) => `${String(r.t ?? 0).padStart(12, '0')}|${r.groups.join('|')}`;
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
