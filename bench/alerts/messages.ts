import type { AlertRule } from '../../src/packs/rule';
import { freshState, isAlerting, step } from '../../src/alerts/state';
import type { RuleState } from '../../src/alerts/state';
import type { Said } from '../../src/schema';
import { dayMs, hourMs, minuteMs } from './calendar';
import type { Clocks } from './manyClocks';
import type { Source } from './source';

/** An alert that began: one message (where several subjects begin at once, a group of them may be one). */
export interface Message {
  readonly rule: string;
  readonly subject: string;
  readonly atMs: number;
  readonly detail: string;
}

/** Lets the state machine of `src/alerts` run over what a rule said, in order of time, and returns the alerts that began. */
export function messagesOf(
  rule: AlertRule,
  answers: Iterable<readonly [atMs: number, rows: readonly Said[]]>,
): Message[] {
  const found: Message[] = [];
  let state: RuleState = freshState;
  for (const [atMs, rows] of answers) {
    const before = state;
    state = step(rule, state, { kind: 'rows', rows }, atMs);
    for (const subject of state.subjects) {
      const was = before.subjects.find((s) => s.subject === subject.subject);
      if (isAlerting(subject) && !(was && isAlerting(was)))
        found.push({ rule: rule.name, subject: subject.subject, atMs, detail: subject.detail });
    }
  }
  return found;
}

const range = (fromMs: number, toMs: number, stepMs: number): number[] =>
  Array.from({ length: Math.max(0, Math.ceil((toMs - fromMs) / stepMs)) }, (_, i) => fromMs + i * stepMs);

/** What came of a year of one rule. */
export interface YearOfRule {
  readonly messages: readonly Message[];
  /** Evaluations that were asked. */
  readonly asked: number;
  /** Clocks of the coarse grid at which it fired. */
  readonly fired: readonly number[];
}

/**
 * The messages of a year as if the rule were evaluated every minute. An alert needs it to fire at every minute of its `for`, and so at
 * one clock of a grid as wide as that: the grid is asked for the whole year, and every minute only around where it fired without being
 * held (rules are held for whole days here, which ends what was pending).
 */
export async function yearOfMinutes(rule: AlertRule, clocks: Clocks, source: Source): Promise<YearOfRule> {
  const gridMs = rule.forSeconds * 1000;
  const grid = range(source.fromMs, source.toMs, gridMs);
  const coarse = await clocks.ask(rule, source, grid, false);
  const fired = grid.filter((clock) => coarse.get(clock)?.some((row) => row.firing && !row.held) === true);
  const keepMs = rule.keepFiringForSeconds * 1000;
  const spans: { fromMs: number; toMs: number }[] = [];
  for (const clock of fired) {
    const span = { fromMs: clock - gridMs, toMs: clock + gridMs + keepMs + 2 * minuteMs };
    const last = spans.at(-1);
    if (last && span.fromMs <= last.toMs) last.toMs = span.toMs;
    else spans.push(span);
  }
  const fine = spans.flatMap(({ fromMs, toMs }) => range(fromMs, Math.min(toMs, source.toMs), minuteMs));
  const answers = await clocks.ask(rule, source, fine, true);
  const messages = spans.flatMap(({ fromMs, toMs }) =>
    messagesOf(
      rule,
      range(fromMs, Math.min(toMs, source.toMs), minuteMs).map((clock) => [clock, answers.get(clock) ?? []] as const),
    ),
  );
  return { messages, asked: grid.length + fine.length, fired };
}

/** The messages between two moments, evaluated every minute. */
export async function spanOfMinutes(
  rule: AlertRule,
  clocks: Clocks,
  source: Source,
  fromMs: number,
  toMs: number,
): Promise<readonly Message[]> {
  const all = range(fromMs, toMs, minuteMs);
  const answers = await clocks.ask(rule, source, all, true);
  return messagesOf(
    rule,
    all.map((clock) => [clock, answers.get(clock) ?? []] as const),
  );
}

/** When rules about days are asked: what they say changes when a day closes, two hours after midnight. */
const closingHours = 2;

/** The messages of rules about days: asked once a day after it closed, evaluated every hour with that answer. */
export async function messagesOfDays(
  rule: AlertRule,
  ask: (rule: AlertRule, nowMs: number) => Promise<readonly Said[]>,
  fromMs: number,
  toMs: number,
  atOnce = 4,
): Promise<YearOfRule> {
  const days = range(fromMs, toMs, dayMs);
  const answers: (readonly Said[])[] = [];
  for (let i = 0; i < days.length; i += atOnce)
    answers.push(
      ...(await Promise.all(
        days.slice(i, i + atOnce).map((day) => ask(rule, day + closingHours * hourMs + 30 * minuteMs)),
      )),
    );
  const hourly = days.flatMap((day, i) =>
    range(day + closingHours * hourMs, day + closingHours * hourMs + dayMs, hourMs).map(
      (hour) => [hour, answers[i] ?? []] as const,
    ),
  );
  const fired = days.filter((_, i) => answers[i]?.some((row) => row.firing && !row.held));
  return { messages: messagesOf(rule, hourly), asked: days.length, fired };
}
